"""Standing approvals: what a person allowed for a conversation or for always."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from records.conversations import ensure
from records.database import Database, RecordsError, now


@dataclass(frozen=True)
class Rule:
    """One standing approval. Times are ISO 8601 in UTC.

    `conversation` is None where it holds for all of the owner's. `scope` is what the command
    policy matches, `sentence` what the person agreed to, `by` who that was and where.
    `revoked` is None while it holds.
    """

    id: int
    owner: str
    conversation: str | None
    scope: Mapping[str, Any]
    sentence: str
    by: str
    created: str
    revoked: str | None
    used: str | None
    uses: int


class RuleRecords:
    """Rules by owner. A rule is never changed: it is made, used and revoked."""

    database: Database

    def add_rule(
        self,
        owner: str,
        scope: Mapping[str, Any],
        sentence: str,
        *,
        by: str,
        conversation: str | None = None,
        key: str | None = None,
    ) -> Rule:
        """Keep a rule; return the one that there is where the owner has the same already.

        `key` makes it once however often the step that does so runs: with the same key
        nothing is added, not even where that rule has been revoked meanwhile.

        Raises:
            RecordsError: it cannot be kept.
        """
        text = json.dumps(dict(scope), sort_keys=True)
        with self.database.write() as connection:
            if conversation is not None:
                ensure(connection, conversation, owner)
            same = connection.execute(
                "SELECT id FROM rules WHERE key = ? OR (revoked IS NULL AND owner = ? "
                "AND scope = ? AND conversation IS ?)",
                (key, owner, text, conversation),
            ).fetchone()
            if same is None:
                done = connection.execute(
                    "INSERT INTO rules (owner, conversation, scope, sentence, by, key, created) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (owner, conversation, text, sentence, by, key, now()),
                )
                found = done.lastrowid
            else:
                found = same["id"]
        row = self.database.row("SELECT * FROM rules WHERE id = ?", (found,))
        assert row is not None
        return _rule(row)

    def rules(
        self, owner: str = "local", *, conversation: str | None = None, revoked: bool = False
    ) -> list[Rule]:
        """Return an owner's rules, the oldest first.

        `conversation` leaves out those of other conversations; None leaves out none.
        `revoked` returns those that hold no more as well.
        """
        query = "SELECT * FROM rules WHERE owner = ?"
        values: list[Any] = [owner]
        if conversation is not None:
            query += " AND (conversation IS NULL OR conversation = ?)"
            values.append(conversation)
        if not revoked:
            query += " AND revoked IS NULL"
        rows = self.database.rows(f"{query} ORDER BY id", tuple(values))
        return [_rule(row) for row in rows]

    def use_rule(self, id: int, call_id: str) -> None:
        """Count a use, once for a tool call however often its step runs.

        Raises:
            RecordsError: the rule does not hold (any more).
        """
        with self.database.write() as connection:
            connection.execute(
                "UPDATE rules SET uses = uses + 1, used = ?, last_call = ? "
                "WHERE id = ? AND last_call IS NOT ?",
                (now(), call_id, id, call_id),
            )
            row = connection.execute("SELECT revoked FROM rules WHERE id = ?", (id,)).fetchone()
            if row is None or row["revoked"] is not None:
                raise RecordsError(f"rule {id} was revoked meanwhile; ask again")

    def revoke_rule(self, id: int, owner: str = "local") -> Rule:
        """End a rule; one that is revoked already stays so.

        Raises:
            RecordsError: the owner has no such rule.
        """
        with self.database.write() as connection:
            connection.execute(
                "UPDATE rules SET revoked = COALESCE(revoked, ?) WHERE id = ? AND owner = ?",
                (now(), id, owner),
            )
        row = self.database.row("SELECT * FROM rules WHERE id = ? AND owner = ?", (id, owner))
        if row is None:
            raise RecordsError(f"there is no rule {id}; `mica rules list` shows those there are")
        return _rule(row)


def _rule(row: sqlite3.Row) -> Rule:
    return Rule(
        row["id"],
        row["owner"],
        row["conversation"],
        json.loads(row["scope"]),
        row["sentence"],
        row["by"],
        row["created"],
        row["revoked"],
        row["used"],
        row["uses"],
    )
