"""One SQLite connection that many threads share, with errors that say what to do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from records.migrations import MigrationError, migrate


class RecordsError(Exception):
    """The records could not be read or written. Nothing was half-written; the text says

    what to do next.
    """


class Database:
    """A connection in WAL mode behind a lock.

    Writers of other processes are waited for; a write is one transaction and is on the
    disk when it returns (`synchronous=FULL`), because the journal of commands relies on it.
    """

    def __init__(self, path: Path, *, wait_seconds: float = 10.0) -> None:
        """Open or make the file at `path` and bring its tables up to date.

        Raises:
            RecordsError: the file cannot be opened, is not ours, or is from a later version.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(
                path, timeout=wait_seconds, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise _explain(error, path) from error
        self.connection.row_factory = sqlite3.Row
        try:
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
            self.connection.execute("PRAGMA foreign_keys=ON")
            migrate(self.connection)
        except (sqlite3.Error, MigrationError) as error:
            self.connection.close()
            raise _explain(error, path) from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction; it is rolled back where the block raises.

        Raises:
            RecordsError: the disk is full, the file is locked or damaged, or a row refers
                to something that does not exist.
        """
        with self._lock:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException as error:
                # A full disk may already have rolled the transaction back.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise _explain(error, self.path) from error
                raise

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query.

        Raises:
            RecordsError: the file is locked or damaged.
        """
        with self._lock:
            try:
                return self.connection.execute(query, parameters).fetchall()
            except sqlite3.Error as error:
                raise _explain(error, self.path) from error

    def row(self, query: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(query, parameters)
        return found[0] if found else None

    def remove_own(self, table: str, row_id: str, owner: str, what: str) -> bool:
        """Delete a row of `owner` from a table with `id` and `owner`; return whether there was one.

        Raises:
            RecordsError: the row, `what` in the error, is someone else's.
        """
        with self.write() as connection:
            row = connection.execute(
                f"SELECT owner FROM {table} WHERE id = ?", (row_id,)
            ).fetchone()
            if row is None:
                return False
            if row["owner"] != owner:
                raise RecordsError(f"this {what} is someone else's; only its owner may change it")
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
            return True

    def close(self) -> None:
        """Close the file; the WAL is folded into it."""
        with self._lock:
            self.connection.close()


def now() -> str:
    """Return the time as ISO 8601 in UTC with microseconds, which sorts as text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_ADVICE = (
    ("full", "the disk is full; free some space and try again (nothing already kept is lost)"),
    ("locked", "another process is writing to it; close other Mica processes and try again"),
    ("readonly", "it cannot be written; check the permissions of the file and its folder"),
    ("unable to open", "it cannot be opened; check the folder and its permissions"),
    ("not a database", "it is not a database; move the file away and Mica starts a new one"),
    ("malformed", "it is damaged; restore a backup, or move it away and Mica starts a new one"),
    ("disk i/o", "the disk reports an error; check that it is healthy and not full"),
    ("foreign key", "the conversation it refers to does not exist; start a new conversation"),
    ("closed", "they were closed; open them again"),
)


def _explain(error: Exception, path: Path) -> RecordsError:
    if isinstance(error, OSError):
        return RecordsError(f"records {path}: {error.strerror}; check the folder")
    text = str(error)
    for sign, advice in _ADVICE:
        if sign in text.lower():
            return RecordsError(f"records {path}: {advice}")
    return RecordsError(f"records {path}: {text}")
