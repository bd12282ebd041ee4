"""Long outputs of commands, kept whole beside the records: `$MICA_HOME/outputs`.

The records keep the head and the tail of an output that is too long for a transcript; this keeps
what the sandbox kept of it, compressed, so that a person can get at the middle later on, also
when the sandbox is gone.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from records.paths import home
from records.secrets import mask

if TYPE_CHECKING:
    from records.store import Store

ROOM = 256 * 2**20
"""Bytes of all kept outputs together, compressed; the oldest make room for new ones."""


class Outputs:
    """Outputs by the id of the call, in a folder for each conversation."""

    def __init__(self, folder: Path | None = None, room: int = ROOM) -> None:
        """Use `folder`, by default `$MICA_HOME/outputs`; nothing is made until `keep`."""
        self._folder = folder or home() / "outputs"
        self._room = room

    def keep(self, conversation: str, call_id: str, data: bytes) -> None:
        """Keep the output of a call, whole or not at all; secrets of known forms are masked.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        path = self._folder / _name(conversation) / f"{_name(call_id)}.gz"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            text = data.decode("utf-8", "surrogateescape")
            masked = mask(text).encode("utf-8", "surrogateescape")
            part.write_bytes(gzip.compress(masked, 6, mtime=0))
            now = time.time_ns()  # the file system's own clock may stand still for milliseconds
            os.utime(part, ns=(now, now))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self._make_room(path)

    def read(self, call_id: str) -> bytes | None:
        """Return what was kept of a call's output, or None."""
        for path in self._folder.glob(f"*/{_name(call_id)}.gz"):
            return gzip.decompress(path.read_bytes())
        return None

    def forget(self, conversation: str) -> None:
        """Remove the outputs of a conversation."""
        shutil.rmtree(self._folder / _name(conversation), ignore_errors=True)

    def _make_room(self, newest: Path) -> None:
        kept = [(path.stat().st_mtime_ns, path) for path in self._folder.glob("*/*.gz")]
        used = sum(path.stat().st_size for _, path in kept)
        for _, path in sorted(kept):
            if used <= self._room or path == newest:
                continue
            used -= path.stat().st_size
            path.unlink(missing_ok=True)


def output_of(store: Store, call_id: str) -> bytes | None:
    """Return the whole output of a command, as far as it was kept, else what the records show.

    None where there is no such call.

    Raises:
        RecordsError: the records cannot be read.
    """
    kept = Outputs().read(call_id)
    if kept is not None:
        return kept
    for _, message, _ in store.transcript(store.conversation_of_call(call_id) or ""):
        if message.get("role") == "tool" and message.get("tool_call_id") == call_id:
            return str(message["content"]).encode()
    return None


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
