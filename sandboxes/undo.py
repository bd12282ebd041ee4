"""What is kept to undo commands: for each the old versions of the files that it changed.

A folder of a conversation holds `pending` (a preview that waits), then `000001`, `000002`, … for
commands whose result was taken over, each with `entry.json` and `old.tar`. Folders are written
under another name and renamed, so that a kill leaves a whole one or none.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandboxes.changes import Entry, Files

KEPT_BYTES = 256 * 2**20
"""Old versions kept for one conversation; beyond it the oldest are dropped."""

_ENTRY = "entry.json"
_OLD = "old.tar"
_PENDING = "pending"


@dataclass(frozen=True)
class Record:
    """A command whose effects can be undone.

    `place` is the identity of the copy it ran in. `before` and `after` are the files that it
    touched. `problem` says why it cannot be undone; empty where it can.
    """

    call_id: str
    command: str
    place: str
    before: Files
    after: Files
    preview: Mapping[str, Any]
    problem: str = ""
    folder: Path = Path()

    @property
    def old(self) -> Path:
        """Return the tar of the old versions."""
        return self.folder / _OLD

    def is_of(self, call_id: str, command: str) -> bool:
        """Whether this is the record of that call, with that command."""
        return (self.call_id, self.command) == (call_id, command)


class UndoLog:
    """The records of one conversation, in a folder that is made when first written.

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, most: int = KEPT_BYTES) -> None:
        self.folder = folder
        self.most = most

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the conversation against other processes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def new(self) -> Path:
        """Return an empty folder to write `old.tar` in, for `add_pending` or `add_barrier`."""
        folder = self.folder / "new"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def old_in(self, folder: Path) -> Path:
        """Return where the old versions go in a folder of `new`."""
        return folder / _OLD

    def add_pending(self, folder: Path, record: Record) -> None:
        """Keep a preview that waits to be taken over."""
        _write(folder, record)
        self.drop_pending()
        folder.rename(self.folder / _PENDING)

    def pending(self) -> Record | None:
        """Return the preview that waits, if any."""
        return _read(self.folder / _PENDING)

    def has_pending(self) -> bool:
        """Whether a preview waits; only a look at the folder."""
        return (self.folder / _PENDING).is_dir()

    def drop_pending(self) -> None:
        """Forget the preview that waits."""
        _remove(self.folder / _PENDING)

    def keep_pending(self) -> None:
        """Make the preview that waits the last command that can be undone."""
        (self.folder / _PENDING).rename(self._next())
        self._make_room()

    def add_barrier(self, call_id: str, command: str, problem: str) -> None:
        """Keep that a command ran whose effects cannot be undone."""
        folder = self.new()
        _write(folder, Record(call_id, command, "", {}, {}, {}, problem))
        folder.rename(self._next())

    def records(self) -> list[Record]:
        """Return the commands, the oldest first."""
        found = [_read(folder) for folder in self._folders()]
        return [record for record in found if record is not None]

    def last(self) -> Record | None:
        """Return the last command, if any."""
        folders = self._folders()
        return _read(folders[-1]) if folders else None

    def has(self, call_id: str) -> bool:
        """Whether a call's result was taken over before."""
        return any(record.call_id == call_id for record in reversed(self.records()))

    def undone(self) -> dict[str, Any]:
        """Return what was kept of the last undo."""
        try:
            found = json.loads((self.folder / "undone.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def drop_undone(self, record: Record, result: Mapping[str, Any]) -> None:
        """Forget a command that was undone, and keep what was said of it."""
        _replace(self.folder / "undone.json", json.dumps({**result, "folder": record.folder.name}))
        _remove(record.folder)

    def finish_undone(self) -> None:
        """Remove the record of a command that was undone just before a kill."""
        name = self.undone().get("folder")
        if name:
            _remove(self.folder / str(name))

    def dropped(self) -> int:
        """Return how many of the oldest commands were dropped for want of room."""
        try:
            return int((self.folder / "dropped").read_text())
        except (OSError, ValueError):
            return 0

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.name.isdigit())

    def _next(self) -> Path:
        numbers = [int(path.name) for path in self._folders()]
        # Past what was undone too: its name may still be in undone.json.
        numbers.append(int(self.undone().get("folder") or 0))
        return self.folder / f"{max(numbers) + 1:06d}"

    def _make_room(self) -> None:
        folders = self._folders()
        sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in folders]
        dropped = self.dropped()
        while len(folders) > 1 and sum(sizes) > self.most:
            _remove(folders.pop(0))
            sizes.pop(0)
            dropped += 1
            _replace(self.folder / "dropped", str(dropped))


def _write(folder: Path, record: Record) -> None:
    data = {
        "call_id": record.call_id,
        "command": record.command,
        "place": record.place,
        "before": {path: list(entry) for path, entry in record.before.items()},
        "after": {path: list(entry) for path, entry in record.after.items()},
        "preview": dict(record.preview),
        "problem": record.problem,
    }
    _replace(folder / _ENTRY, json.dumps(data))


def _read(folder: Path) -> Record | None:
    try:
        data = json.loads((folder / _ENTRY).read_text())
        files = {
            name: {path: Entry(*entry) for path, entry in data.pop(name).items()}
            for name in ("before", "after")
        }
        return Record(**{**data, **files, "folder": folder})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _remove(folder: Path) -> None:
    """Remove a folder in two steps, so that a kill leaves no half of one under its name."""
    away = folder.with_name(f"gone-{folder.name}")
    shutil.rmtree(away, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        folder.rename(away)
    shutil.rmtree(away, ignore_errors=True)
