"""The audit: an append-only chain in which each entry's hash covers the one before.

Changing, removing or reordering an entry shows. Cutting entries off the end does not show
by itself: note the last hash (`audit_head`) somewhere else to notice that. The chain is no
defence against someone who can rewrite the whole file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from records.database import Database, now
from records.secrets import mask_json

START = "0" * 64


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `created` is ISO 8601 in UTC."""

    position: int
    kind: str
    conversation: str
    data: Mapping[str, Any]
    created: str
    hash: str


@dataclass(frozen=True)
class AuditReport:
    """What going through the chain found: `entries` that fit, the last of them has hash `head`.

    `broken` is the position at which it fits no more, `problem` says in which way.
    """

    entries: int
    head: str
    broken: int | None = None
    problem: str = ""


class AuditRecords:
    """The chain: sha256 over canonical JSON and the hash before."""

    database: Database

    def audit(self, kind: str, conversation: str, data: Mapping[str, Any]) -> str:
        """Add an entry, secrets masked, and return its hash."""
        body = canonical(mask_json(dict(data)))
        with self.database.write() as connection:
            last = connection.execute(
                "SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1"
            ).fetchone()
            position, previous = (last["position"] + 1, last["hash"]) if last else (0, START)
            moment = now()
            entry_hash = chain_hash(previous, position, kind, conversation, body, moment)
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                (position, kind, conversation, body, moment, previous, entry_hash),
            )
        return entry_hash

    def audit_head(self) -> tuple[int, str]:
        """Return how many entries there are and the last hash."""
        row = self.database.row("SELECT position, hash FROM audit ORDER BY position DESC LIMIT 1")
        return (row["position"] + 1, row["hash"]) if row else (0, START)

    def verify_audit(self) -> int | None:
        """Return the position of the first entry that does not fit the chain, or None."""
        return self.check_audit().broken

    def check_audit(self, head: str | None = None) -> AuditReport:
        """Go through the whole chain; `head` is a hash (or its first digits) noted earlier.

        A head that the chain does not hold any more means that its end was cut off, or that the
        whole chain was written anew.
        """
        previous, entries, seen = START, 0, head is None
        for row in self.database.rows("SELECT * FROM audit ORDER BY position"):
            problem = _problem(row, entries, previous)
            if problem:
                return AuditReport(entries, previous, entries, problem)
            previous = row["hash"]
            entries += 1
            seen = seen or previous.startswith(str(head))
        if not seen:
            problem = "the entry with the noted hash is gone: the end of the chain was cut off"
            return AuditReport(entries, previous, entries, problem)
        return AuditReport(entries, previous)

    def audit_entries(
        self, conversation: str | None = None, since: str | None = None
    ) -> list[AuditEntry]:
        """Return entries in order; `since` is a time as ISO 8601 in UTC."""
        rows = self.database.rows(
            "SELECT * FROM audit WHERE (?1 IS NULL OR conversation = ?1) "
            "AND (?2 IS NULL OR created >= ?2) ORDER BY position",
            (conversation, since),
        )
        return [
            AuditEntry(
                row["position"], row["kind"], row["conversation"], _read(row["data"]),
                row["created"], row["hash"],
            )
            for row in rows
        ]  # fmt: skip


def _read(body: str) -> dict[str, Any]:
    """Return an entry's data; one that was damaged is shown as it is."""
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {"damaged": str(body)}


def _problem(row: sqlite3.Row, expected: int, previous: str) -> str | None:
    if row["position"] != expected:
        return "an entry is missing, or was put in another place"
    if row["previous"] != previous:
        return "it does not follow on the entry before: that one, or this, was replaced or moved"
    parts = (row["kind"], row["conversation"], row["data"], row["created"])
    if row["hash"] != chain_hash(previous, expected, *parts):
        return "its text is not what was written"
    return None


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces, the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(
    previous: str, position: int, kind: str, conversation: str, body: str, created: str
) -> str:
    """Return the hash of an entry; `body` is its canonical JSON."""
    fields = [previous, position, kind, conversation, body, created]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()
