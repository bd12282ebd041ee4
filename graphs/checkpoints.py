"""Where the graph keeps its state: SQLite, one file, the last checkpoint of each conversation."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver


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
        super().__init__(connection)

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
