"""Reading and changing a folder of the host without leaving it.

Every file is reached from the folder's descriptor, one component at a time, and no symbolic
link is followed on the way, so that neither a hostile name nor a link put there meanwhile leads
elsewhere. Changes are made all or not at all: everything is checked, then written under
temporary names, then renamed in order; whatever fails is rolled back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandboxes import SandboxError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Version:
    """One state of a file: its permissions, and its bytes or what it links to."""

    mode: int
    data: bytes
    link: bool = False

    @property
    def digest(self) -> str:
        """What two versions with the same content and permissions share."""
        kind = "l" if self.link else f"{self.mode & 0o111:o}"
        return f"{kind} {hashlib.sha256(self.data).hexdigest()}"


@dataclass(frozen=True)
class FileChange:
    """What happens to one path: None where there is nothing before, or after."""

    path: str
    before: Version | None
    after: Version | None

    def reversed(self) -> FileChange:
        """Return the change that takes this one back."""
        return FileChange(self.path, self.after, self.before)


def safe_parts(path: str) -> list[str]:
    """Split a relative path.

    Raises:
        SandboxError: it is absolute, empty, or has `.`, `..` or an empty part.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part or len(part) > 255 for part in parts):
        raise SandboxError(f"{path!r} is no path inside the folder")
    return parts


def stays_inside(path: str, target: str) -> bool:
    """Whether a link at `path` with this target leads to something inside the folder."""
    if target.startswith("/"):
        return False
    depth = len(safe_parts(path)) - 1
    for part in target.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return False
    return True


class HostFolder:
    """A folder of the host, held open. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the folder.

        Raises:
            SandboxError: it is no folder, or cannot be read.
        """
        try:
            self._root = os.open(path.resolve(strict=True), _DIRECTORY)
        except OSError as error:
            raise SandboxError(f"{path} cannot be opened as a folder: {error.strerror}") from error

    def __enter__(self) -> HostFolder:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._root)

    def walk(self) -> Iterator[tuple[str, os.stat_result]]:
        """Yield everything below by path, parents first; links are not followed."""
        for at, folders, files, descriptor in os.fwalk(dir_fd=self._root, follow_symlinks=False):
            for name in sorted((*folders, *files)):
                with contextlib.suppress(OSError):
                    found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    yield os.path.normpath(f"{at}/{name}"), found

    def read(self, path: str, most: int) -> Version | None:
        """Return a file as it is, None where nothing is there.

        Raises:
            SandboxError: it is not a regular file or link, is larger than `most` bytes, or
                cannot be read.
        """
        *_, name = safe_parts(path)
        try:
            with self._parent(path) as parent:
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if stat.S_ISLNK(found.st_mode):
                    target = os.readlink(name, dir_fd=parent)
                    return Version(0o777, os.fsencode(target), link=True)
                return _read_file(name, parent, path, most)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise SandboxError(f"{path!r} cannot be read: {error.strerror}") from error

    def apply(self, changes: Sequence[FileChange], most: int) -> None:
        """Make all changes or none.

        Raises:
            SandboxError: a file is not as it was before (all such are named), or a change
                could not be made; then nothing has changed.
        """
        conflicts = [each.path for each in changes if not self._is_as_before(each, most)]
        if conflicts:
            names = ", ".join(repr(name) for name in conflicts[:20])
            raise SandboxError(
                f"nothing was changed: the host's version is not the one that was copied: {names}"
            )
        mark = f".mica-{uuid.uuid4().hex[:12]}"
        made: list[str] = []
        done: list[FileChange] = []
        try:
            for each in changes:
                made += self._write_aside(each, mark)
            for each in changes:
                self._put(each, mark)
                done.append(each)
        except OSError as error:
            self._take_back(done, changes, mark, made)
            raise SandboxError(f"nothing was changed: {error.strerror or error}") from error

    def _is_as_before(self, change: FileChange, most: int) -> bool:
        try:
            now = self.read(change.path, most)
        except SandboxError:
            return False
        if now is None or change.before is None:
            return now is change.before
        return now.digest == change.before.digest

    def _write_aside(self, change: FileChange, mark: str) -> list[str]:
        """Write the new version beside its place; return the folders that had to be made."""
        if change.after is None:
            return []
        made = self._make_folders(change.path)
        name = safe_parts(change.path)[-1]
        with self._parent(change.path) as parent:
            if change.after.link:
                os.symlink(change.after.data, _aside(name, mark), dir_fd=parent)
                return made
            descriptor = os.open(_aside(name, mark), _WRITE, 0o600, dir_fd=parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(change.after.data)
                os.fchmod(descriptor, change.after.mode & 0o777)
                os.fsync(descriptor)
        return made

    def _put(self, change: FileChange, mark: str) -> None:
        name = safe_parts(change.path)[-1]
        with self._parent(change.path) as parent:
            if change.after is None:
                os.unlink(name, dir_fd=parent)
            else:
                os.rename(_aside(name, mark), name, src_dir_fd=parent, dst_dir_fd=parent)

    def _take_back(
        self, done: list[FileChange], changes: Iterable[FileChange], mark: str, made: list[str]
    ) -> None:
        for change in reversed(done):
            with contextlib.suppress(OSError):
                self._write_aside(change.reversed(), mark + "u")
                self._put(change.reversed(), mark + "u")
        for change in changes:
            with contextlib.suppress(OSError), self._parent(change.path) as parent:
                os.unlink(_aside(safe_parts(change.path)[-1], mark), dir_fd=parent)
        for folder in reversed(made):
            with contextlib.suppress(OSError), self._parent(folder) as parent:
                os.rmdir(safe_parts(folder)[-1], dir_fd=parent)

    def _make_folders(self, path: str) -> list[str]:
        parts, made = safe_parts(path)[:-1], []
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            with self._parent(folder) as parent, contextlib.suppress(FileExistsError):
                os.mkdir(parts[count - 1], 0o755, dir_fd=parent)
                made.append(folder)
        return made

    @contextlib.contextmanager
    def _parent(self, path: str) -> Iterator[int]:
        """Open the folder that holds `path`, without following a link."""
        descriptor = os.dup(self._root)
        try:
            for part in safe_parts(path)[:-1]:
                deeper = os.open(part, _DIRECTORY, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = deeper
            yield descriptor
        finally:
            os.close(descriptor)


def _aside(name: str, mark: str) -> str:
    return f"{mark}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:24]}"


def _read_file(name: str, parent: int, path: str, most: int) -> Version:
    descriptor = os.open(name, _READ, dir_fd=parent)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise SandboxError(f"{path!r} is neither a file nor a link")
        data = file.read(most + 1)
        if len(data) > most:
            raise SandboxError(f"{path!r} is larger than {most} bytes")
        return Version(stat.S_IMODE(found.st_mode) & 0o777, data)
