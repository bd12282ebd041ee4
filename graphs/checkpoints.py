"""Where the graph keeps its state: SQLite, one file, the last checkpoint of each conversation.

Secrets are masked on the way to the disk, so a turn at work knows more than what is kept of it. A
command that waits to be run is kept as it is, or it could not be run after a restart.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from records.secrets import mask_json

_TO_RUN = frozenset(("calls", "command"))


class Masking(JsonPlusSerializer):
    """The usual serializer, behind a mask."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Serialize with the secrets in texts masked, but for calls that are still to run."""
        return super().dumps_typed(mask_json(obj, _TO_RUN))


class Checkpoints(SqliteSaver):
    """LangGraph's SQLite checkpoints with the older ones of a finished turn removed."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            sqlite3.Error: it cannot be opened.
        """
        self.path = path
        connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False)
        # Survives a killed process without a disk flush at every step. After a power cut the
        # last steps may run again, which the journal and the sandbox's call ids make harmless.
        connection.execute("PRAGMA synchronous = NORMAL")
        # What is deleted is overwritten: a pending command may hold a secret.
        connection.execute("PRAGMA secure_delete = ON")
        super().__init__(connection, serde=Masking())

    def prune_thread(self, thread: str) -> None:
        """Keep only the last checkpoint: each holds the whole conversation.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        last = "SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ?"
        with self.cursor() as cursor:
            for table in ("checkpoints", "writes"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < ({last})",
                    (thread, thread),
                )

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self.conn.close()
