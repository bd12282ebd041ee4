"""Copying a folder into a sandbox, and fetching from there what has changed in it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import tarfile
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandboxes import Sandbox, SandboxError
from sandboxes.host_folder import HostFolder, Version, stays_inside
from sandboxes.runner import FILE_BYTES

MOST_BYTES = 48 * 2**20
MOST_FILES = 20_000
MOST_FILE = 16 * 2**20


def copied(root: Path) -> tuple[dict[str, Version], list[str]]:
    """Read a folder, as far as it can be copied; say what is left out."""
    files: dict[str, Version] = {}
    skipped: list[str] = []
    size = 0
    with HostFolder(root) as host:
        for path, found in host.walk():
            if stat.S_ISDIR(found.st_mode):
                continue
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
                skipped.append(f"{path!r} is neither a file nor a link")
                continue
            try:
                version = host.read(path, MOST_FILE)
            except SandboxError as error:
                skipped.append(str(error))
                continue
            if version is None:
                continue
            if version.link and not stays_inside(path, os.fsdecode(version.data)):
                skipped.append(f"{path!r} is a link that leaves the folder")
                continue
            files[path] = version
            size += len(version.data)
            if size > MOST_BYTES or len(files) > MOST_FILES:
                raise SandboxError(
                    f"{root} is too large to attach: at most {MOST_FILES} files and "
                    f"{MOST_BYTES >> 20} MiB; attach a folder inside it"
                )
    return files, skipped


def put(sandbox: Sandbox, conversation: str, name: str, files: Mapping[str, Version]) -> None:
    """Make the folder /workspace/NAME inside, with these files.

    Raises:
        SandboxError: it is there already, or the sandbox has no room.
    """
    packed = f"/workspace/.mica-{uuid.uuid4().hex[:12]}.tar"
    sandbox.write_file(conversation, packed, _archive(name, files))
    _inside(
        sandbox,
        conversation,
        f"cd /workspace && [ ! -e {name} ] && mkdir {name} && "
        f"tar --extract --no-same-owner --file={packed}; code=$?; rm -f {packed}; exit $code",
    )


def _archive(name: str, files: Mapping[str, Version]) -> bytes:
    packed, moment = io.BytesIO(), int(time.time())
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, version in files.items():
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.mode = version.mode & 0o777
            entry.mtime = moment
            if version.link:
                entry.type, entry.linkname = tarfile.SYMTYPE, os.fsdecode(version.data)
                archive.addfile(entry)
            else:
                entry.size = len(version.data)
                archive.addfile(entry, io.BytesIO(version.data))
    return packed.getvalue()


def _inside(sandbox: Sandbox, conversation: str, command: str) -> None:
    # In a subshell without exported changes: the conversation's directory stays.
    result = sandbox.run(
        f"( {command} )", conversation=conversation, call_id=f"attach-{uuid.uuid4().hex}"
    )
    if result.exit_code != 0:
        raise SandboxError(f"inside the sandbox: {result.output.strip()[-300:] or 'it failed'}")


def listed(sandbox: Sandbox, conversation: str, place: str) -> dict[str, str]:
    """Return what the sandbox says its files are; it only chooses what is fetched."""
    out = f"/tmp/.mica-{uuid.uuid4().hex[:12]}"
    _inside(
        sandbox,
        conversation,
        f"cd {place} && {{ "
        "find . -type f -printf '%m %p\\0' && printf '\\0' && "
        "find . -type l -printf '%p\\0%l\\0' && printf '\\0' && "
        f"find . -type f -print0 | xargs -0 -r sha256sum -z; }} >{out}",
    )
    try:
        data = sandbox.read_file(conversation, out)
    finally:
        _inside(sandbox, conversation, f"rm -f {out}")
    return dict(_parsed(data.split(b"\0")))


def _parsed(fields: list[bytes]) -> Iterator[tuple[str, str]]:
    modes: dict[bytes, int] = {}
    position = 0
    with contextlib.suppress(IndexError, ValueError):
        while fields[position]:
            mode, _, path = fields[position].partition(b" ")
            modes[path] = int(mode, 8)
            position += 1
        position += 1
        while fields[position]:
            path, target = fields[position : position + 2]
            yield _relative(path), f"l {hashlib.sha256(target).hexdigest()}"
            position += 2
        position += 1
        while fields[position]:
            digest, _, path = fields[position].partition(b"  ")
            yield _relative(path), f"{modes.get(path, 0) & 0o111:o} {digest.decode('ascii')}"
            position += 1


def _relative(path: bytes) -> str:
    return os.fsdecode(path.removeprefix(b"./"))


def fetched(
    sandbox: Sandbox, conversation: str, place: str, wanted: list[str]
) -> dict[str, Version]:
    """Return files of the folder as they are inside.

    Raises:
        SandboxError: they are too large together, or the sandbox failed.
    """
    if not wanted:
        return {}
    mark = f"/tmp/.mica-{uuid.uuid4().hex[:12]}"
    names = b"".join(b"./" + os.fsencode(path) + b"\0" for path in wanted)
    sandbox.write_file(conversation, f"{mark}.list", names)
    _inside(
        sandbox,
        conversation,
        f"cd {place} && tar --create --no-recursion --null --hard-dereference "
        f"--format=pax --files-from={mark}.list --file={mark}.tar",
    )
    try:
        data = sandbox.read_file(conversation, f"{mark}.tar")
    except SandboxError as error:
        raise SandboxError(
            f"what changed is larger than {FILE_BYTES >> 20} MiB and cannot be brought back; "
            "remove what is not needed inside"
        ) from error
    finally:
        _inside(sandbox, conversation, f"rm -f {mark}.list {mark}.tar")
    return dict(_members(data, set(wanted)))


def _members(data: bytes, wanted: set[str]) -> Iterator[tuple[str, Version]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                path = entry.name.removeprefix("./")
                if path not in wanted:
                    continue
                if entry.issym():
                    yield path, Version(0o777, os.fsencode(entry.linkname), link=True)
                elif entry.isreg() and (file := archive.extractfile(entry)) is not None:
                    yield path, Version(entry.mode & 0o777, file.read())
    except tarfile.TarError as error:
        raise SandboxError(f"the changes could not be read: {error}; try again") from error
