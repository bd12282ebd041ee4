"""A folder of the host, copied into a conversation's sandbox; its changes come back as a patch.

The host's folder is never mounted. What the sandbox says of its files is not believed: every
changed file is fetched, and the difference is taken from those bytes. Nothing of it reaches the
host before `apply`, which changes all or nothing and keeps what was there.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.paths import home
from sandboxes import Sandbox, SandboxError
from sandboxes.attach_copy import MOST_FILE, copied, fetched, listed, put
from sandboxes.host_folder import FileChange, HostFolder, Version, safe_parts, stays_inside
from sandboxes.patch_text import shown
from sandboxes.runner import key

_LEFT_OUT = {".git": "what changes in .git is not brought back: it can make git run programs"}


@dataclass(frozen=True)
class Attached:
    """A copied folder. `manifest` has the digest of each file that was copied, by path."""

    conversation: str
    folder: str
    name: str
    manifest: Mapping[str, str]
    skipped: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The folder inside the sandbox."""
        return f"/workspace/{self.name}"


@dataclass(frozen=True)
class Patch:
    """What has changed inside; `left_out` says which changes cannot be brought back, and why."""

    attached: Attached
    changes: tuple[FileChange, ...]
    left_out: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """Return the difference for a person: text as a unified diff, other files by size."""
        texts = [shown(change) for change in self.changes]
        return "".join([*texts, *(f"left out: {each}\n" for each in self.left_out)])


class Attachments:
    """The folders that are attached to conversations, remembered in `$MICA_HOME/attached`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Use `folder` to remember them in."""
        self._folder = folder or home() / "attached"

    def attach(self, sandbox: Sandbox, conversation: str, folder: Path) -> Attached:
        """Copy a folder into the conversation's sandbox.

        Raises:
            SandboxError: it is no folder, is too large, or one is attached already.
        """
        if self.find(conversation) is not None:
            raise SandboxError(
                f"a folder is attached to {conversation} already: see `mica attach diff "
                f"{conversation}`, and let it go with `mica attach drop {conversation}`"
            )
        root = folder.resolve()
        name = re.sub(r"[^A-Za-z0-9._-]", "_", root.name).lstrip(".-") or "folder"
        files, skipped = copied(root)
        put(sandbox, conversation, name, files)
        manifest = {path: version.digest for path, version in files.items()}
        attached = Attached(conversation, str(root), name, manifest, tuple(skipped))
        self._remember(attached)
        return attached

    def find(self, conversation: str) -> Attached | None:
        """Return what is attached to a conversation, or None."""
        try:
            data = json.loads((self._place(conversation) / "attached.json").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return Attached(**{**data, "skipped": tuple(data["skipped"])})

    def changes(self, sandbox: Sandbox, conversation: str) -> Patch:
        """Return what has changed inside since the folder was copied or last applied.

        Raises:
            SandboxError: nothing is attached, the copy is gone, or what changed is too much.
        """
        attached = self._attached(conversation)
        inside = listed(sandbox, conversation, attached.place)
        left_out: list[str] = []
        wanted: list[str] = []
        for path, digest in sorted(inside.items()):
            if attached.manifest.get(path) != digest:
                reason = _refused(path)
                (left_out if reason else wanted).append(reason or path)
        found = fetched(sandbox, conversation, attached.place, wanted)
        changes = []
        with HostFolder(Path(attached.folder)) as host:
            for path in sorted({*found, *(set(attached.manifest) - set(inside))}):
                after = found.get(path)
                if reason := _refused(path, after):
                    left_out.append(reason)
                    continue
                changes.append(FileChange(path, _before(host, path), after))
        return Patch(attached, tuple(changes), tuple(dict.fromkeys(left_out)))

    def apply(self, patch: Patch) -> None:
        """Bring changes to the host, all or none, and keep what was there for `undo`.

        Raises:
            SandboxError: the host's version of a file is not the one that was copied, or a file
                could not be written; then nothing has changed.
        """
        attached = self._attached(patch.attached.conversation)
        conflicts = [
            change.path
            for change in patch.changes
            if (change.before.digest if change.before else None)
            != attached.manifest.get(change.path)
        ]
        if conflicts:
            names = ", ".join(repr(name) for name in conflicts[:20])
            raise SandboxError(f"nothing was changed: changed on the host meanwhile: {names}")
        place = self._place(attached.conversation)
        number = len(list(place.glob("applied-*.gz")))
        backup = place / f"applied-{number:04}.gz"
        _write(backup, gzip.compress(json.dumps(_to_json(patch.changes)).encode()))
        try:
            with HostFolder(Path(attached.folder)) as host:
                host.apply(patch.changes, MOST_FILE)
        except SandboxError:
            backup.unlink()
            raise
        self._remember(_after(attached, patch.changes))

    def undo(self, conversation: str) -> tuple[str, ...]:
        """Put back what the last `apply` changed; return the paths.

        Raises:
            SandboxError: nothing was applied, or a file has changed since; then nothing is.
        """
        attached = self._attached(conversation)
        applied = sorted(self._place(conversation).glob("applied-*.gz"))
        if not applied:
            raise SandboxError("nothing was applied that could be taken back")
        changes = _from_json(json.loads(gzip.decompress(applied[-1].read_bytes())))
        back = tuple(change.reversed() for change in reversed(changes))
        with HostFolder(Path(attached.folder)) as host:
            host.apply(back, MOST_FILE)
        applied[-1].unlink()
        self._remember(_after(attached, back))
        return tuple(change.path for change in back)

    def drop(self, conversation: str) -> None:
        """Forget what is attached; the copy inside and the host's folder stay as they are."""
        shutil.rmtree(self._place(conversation), ignore_errors=True)

    def _attached(self, conversation: str) -> Attached:
        attached = self.find(conversation)
        if attached is None:
            raise SandboxError(f"no folder is attached to {conversation}; see --attach DIR")
        return attached

    def _place(self, conversation: str) -> Path:
        return self._folder / key(conversation)

    def _remember(self, attached: Attached) -> None:
        place = self._place(attached.conversation)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(place / "attached.json", json.dumps(vars(attached)).encode())


def _refused(path: str, after: Version | None = None) -> str:
    """Say why a change cannot be brought back; an empty text where it can."""
    try:
        parts = safe_parts(path)
    except SandboxError as error:
        return str(error)
    for part in parts:
        if part.lower() in _LEFT_OUT:
            return _LEFT_OUT[part.lower()]
    if after is not None and after.link and not stays_inside(path, os.fsdecode(after.data)):
        return f"{path!r} is a link that leaves the folder"
    return ""


def _before(host: HostFolder, path: str) -> Version | None:
    try:
        return host.read(path, MOST_FILE)
    except SandboxError:
        return Version(0, b"")  # something else is there now: never what was copied


def _after(attached: Attached, changes: tuple[FileChange, ...]) -> Attached:
    manifest = dict(attached.manifest)
    for change in changes:
        manifest.pop(change.path, None)
        if change.after is not None:
            manifest[change.path] = change.after.digest
    return Attached(
        attached.conversation, attached.folder, attached.name, manifest, attached.skipped
    )


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


def _to_json(changes: tuple[FileChange, ...]) -> list[Any]:
    def version(each: Version | None) -> Any:
        return each and [each.mode, base64.b64encode(each.data).decode(), each.link]

    return [[each.path, version(each.before), version(each.after)] for each in changes]


def _from_json(data: list[Any]) -> tuple[FileChange, ...]:
    def version(each: Any) -> Version | None:
        return each and Version(each[0], base64.b64decode(each[1]), each[2])

    return tuple(FileChange(path, version(old), version(new)) for path, old, new in data)
