"""The tables, as numbered steps. A step that has shipped never changes; add another one.

`PRAGMA user_version` holds how many steps a file has been through.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


class MigrationError(Exception):
    """The file was written by a later version of Mica."""


def _001_conversations(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE conversations (
            id TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            title TEXT,
            metadata TEXT NOT NULL DEFAULT '{}',
            tags TEXT NOT NULL DEFAULT '[]',
            created TEXT NOT NULL,
            updated TEXT NOT NULL)"""
    )
    connection.execute("CREATE INDEX by_owner ON conversations (owner, updated DESC, id DESC)")
    connection.execute(
        """CREATE TABLE messages (
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT,
            message TEXT NOT NULL,
            meta TEXT NOT NULL,
            created TEXT NOT NULL,
            PRIMARY KEY (conversation, position),
            UNIQUE (conversation, key))"""
    )


def _002_ratings(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE ratings (
            id TEXT PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            message_id TEXT NOT NULL,
            owner TEXT NOT NULL,
            rating TEXT NOT NULL CHECK (rating IN ('up', 'down')),
            comment TEXT NOT NULL,
            correction TEXT NOT NULL,
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            UNIQUE (conversation, message_id, owner))"""
    )


def _003_journal(connection: sqlite3.Connection) -> None:
    connection.execute(
        """CREATE TABLE journal (
            call_id TEXT PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            tool TEXT NOT NULL,
            arguments TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('intended', 'started', 'finished')),
            status TEXT,
            text TEXT,
            exit_code INTEGER,
            intended TEXT NOT NULL,
            started TEXT,
            finished TEXT)"""
    )
    connection.execute("CREATE INDEX journal_by_conversation ON journal (conversation)")


def _004_audit(connection: sqlite3.Connection) -> None:
    # No reference to conversations: a deleted conversation stays in the audit.
    connection.execute(
        """CREATE TABLE audit (
            position INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            conversation TEXT NOT NULL,
            data TEXT NOT NULL,
            created TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL)"""
    )


def _005_page(connection: sqlite3.Connection) -> None:
    """What the chat page shows, in the page's own shape, so that it comes back as it was."""
    connection.execute(
        """CREATE TABLE people (
            name TEXT PRIMARY KEY,
            metadata TEXT NOT NULL,
            created TEXT NOT NULL)"""
    )
    for table in ("steps", "elements"):
        connection.execute(
            f"""CREATE TABLE {table} (
                id TEXT PRIMARY KEY,
                conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
                parent TEXT,
                data TEXT NOT NULL,
                created TEXT NOT NULL)"""
        )
        connection.execute(f"CREATE INDEX {table}_of ON {table} (conversation, created)")


def _006_rules(connection: sqlite3.Connection) -> None:
    """Standing approvals. A rule for one conversation goes with it; a revoked one stays."""
    connection.execute(
        """CREATE TABLE rules (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            owner TEXT NOT NULL,
            conversation TEXT REFERENCES conversations (id) ON DELETE CASCADE,
            scope TEXT NOT NULL,
            sentence TEXT NOT NULL,
            by TEXT NOT NULL,
            key TEXT UNIQUE,
            created TEXT NOT NULL,
            revoked TEXT,
            used TEXT,
            uses INTEGER NOT NULL DEFAULT 0,
            last_call TEXT)"""
    )
    connection.execute("CREATE INDEX rules_of ON rules (owner, revoked)")


def _007_feedback(connection: sqlite3.Connection) -> None:
    """Corrected calls, choices between two answers, and what reviewers say of feedback."""
    connection.execute("ALTER TABLE ratings ADD COLUMN calls TEXT NOT NULL DEFAULT '[]'")
    connection.execute(
        """CREATE TABLE preferences (
            id TEXT PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            chosen TEXT NOT NULL,
            rejected_conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            rejected TEXT NOT NULL,
            pair TEXT NOT NULL,
            owner TEXT NOT NULL,
            comment TEXT NOT NULL,
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            UNIQUE (pair, owner))"""
    )
    connection.execute(
        """CREATE TABLE reviews (
            item TEXT NOT NULL,
            reviewer TEXT NOT NULL,
            conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            excluded INTEGER,
            kind TEXT,
            correction TEXT,
            calls TEXT,
            note TEXT,
            tags TEXT NOT NULL DEFAULT '[]',
            created TEXT NOT NULL,
            updated TEXT NOT NULL,
            PRIMARY KEY (item, reviewer))"""
    )
    # Few messages are about a decision of a person's; this finds them among all.
    connection.execute(
        "CREATE INDEX decisions ON messages (conversation, position) "
        "WHERE json_extract(meta, '$.decided') IS NOT NULL"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _001_conversations,
    _002_ratings,
    _003_journal,
    _004_audit,
    _005_page,
    _006_rules,
    _007_feedback,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Run the steps that the file has not been through, each in a transaction.

    Raises:
        MigrationError: the file has been through more steps than there are.
        sqlite3.Error: a step failed; it is rolled back.
    """
    if _version(connection) > len(MIGRATIONS):
        raise MigrationError(
            f"written by a later version of Mica (step {_version(connection)}, this version "
            f"knows {len(MIGRATIONS)}); update Mica or choose another MICA_HOME"
        )
    while _version(connection) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read again under the lock: another process may have been faster.
            done = _version(connection)
            if done < len(MIGRATIONS):
                MIGRATIONS[done](connection)
                connection.execute(f"PRAGMA user_version = {done + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
