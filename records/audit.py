"""The audit: an append-only chain in which each entry's hash covers the one before.

Changing, removing or reordering an entry shows. Cutting entries off the end does not show
by itself: note the last hash (`audit_head`) somewhere else to notice that. The chain is no
defence against someone who can rewrite the whole file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from records.database import Database, now

START = "0" * 64


class AuditRecords:
    """The chain: sha256 over canonical JSON and the hash before."""

    database: Database

    def audit(self, kind: str, conversation: str, data: Mapping[str, Any]) -> str:
        """Add an entry and return its hash."""
        body = canonical(data)
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
        previous = START
        rows = self.database.rows("SELECT * FROM audit ORDER BY position")
        for expected, row in enumerate(rows):
            recomputed = chain_hash(
                previous, expected, row["kind"], row["conversation"], row["data"], row["created"]
            )
            intact = row["position"] == expected and row["previous"] == previous
            if not intact or row["hash"] != recomputed:
                return expected
            previous = row["hash"]
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
