"""What people think of answers: thumb, comment, and what it should have said or done."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from records.database import Database, RecordsError, now
from records.secrets import mask, mask_json

Thumb = Literal["up", "down"]


@dataclass(frozen=True)
class Rating:
    """One person's rating of one answer.

    `correction` is what it should have said, `calls` the tool calls it should have made, as
    `{"name", "arguments"}`.
    """

    id: str
    conversation: str
    message_id: str
    owner: str
    rating: Thumb
    comment: str
    correction: str
    created: str
    updated: str
    calls: tuple[Mapping[str, Any], ...] = ()


class RatingRecords:
    """Ratings: one a person and answer. Nobody changes another's."""

    database: Database

    def rate(
        self,
        conversation: str,
        message_id: str,
        *,
        rating: Thumb,
        comment: str | None = None,
        correction: str | None = None,
        calls: Sequence[Mapping[str, Any]] | None = None,
        owner: str = "local",
    ) -> str:
        """Keep a rating and return its id; the owner's earlier one of the answer changes.

        A comment, correction or calls of None keep the earlier ones; empty ones clear them.

        Raises:
            RecordsError: `rating` is neither up nor down, `calls` are no tool calls, or there
                is no such conversation.
        """
        if rating not in ("up", "down"):
            raise RecordsError(f"a rating is 'up' or 'down', not {rating!r}")
        comment, correction = (mask(t) if t else t for t in (comment, correction))
        values = (str(uuid.uuid4()), conversation, message_id, owner, rating, comment, correction)
        with self.database.write() as connection:
            connection.execute(
                """INSERT INTO ratings (id, conversation, message_id, owner, rating, comment,
                    correction, calls, created, updated)
                VALUES (?, ?, ?, ?, ?, COALESCE(?6, ''), COALESCE(?7, ''), COALESCE(?8, '[]'),
                    ?9, ?9)
                ON CONFLICT (conversation, message_id, owner) DO UPDATE SET
                    rating = excluded.rating,
                    comment = COALESCE(?6, comment),
                    correction = COALESCE(?7, correction),
                    calls = COALESCE(?8, calls),
                    updated = ?9""",
                (*values, written_calls(calls), now()),
            )
            row = connection.execute(
                "SELECT id FROM ratings WHERE conversation = ? AND message_id = ? AND owner = ?",
                (conversation, message_id, owner),
            ).fetchone()
            return str(row["id"])

    def unrate(self, rating_id: str, *, owner: str = "local") -> bool:
        """Remove a rating of `owner`; return whether there was one.

        Raises:
            RecordsError: the rating is someone else's.
        """
        return self.database.remove_own("ratings", rating_id, owner, "rating")

    def rating(self, rating_id: str) -> Rating | None:
        """Return one rating, or None."""
        row = self.database.row("SELECT * FROM ratings WHERE id = ?", (rating_id,))
        return _rating(row) if row else None

    def ratings(self, conversation: str | None = None, *, owner: str | None = None) -> list[Rating]:
        """Return ratings, oldest first: all, of one conversation, or of one owner."""
        rows = self.database.rows(
            """SELECT * FROM ratings WHERE (?1 IS NULL OR conversation = ?1)
               AND (?2 IS NULL OR owner = ?2) ORDER BY created, id""",
            (conversation, owner),
        )
        return [_rating(row) for row in rows]


def written_calls(calls: Sequence[Mapping[str, Any]] | None) -> str | None:
    """Return tool calls as they are kept, secrets masked; None stays None.

    Raises:
        RecordsError: one is no `{"name": text, "arguments": object}`.
    """
    if calls is None:
        return None
    for call in calls:
        named = isinstance(call.get("name"), str) and call["name"]
        if set(call) != {"name", "arguments"} or not named:
            raise RecordsError('a corrected call is {"name": TOOL, "arguments": {…}}')
        if not isinstance(call["arguments"], Mapping):
            raise RecordsError(f"the arguments of {call['name']} must be an object of their values")
    plain = [{"name": call["name"], "arguments": dict(call["arguments"])} for call in calls]
    return json.dumps(mask_json(plain), ensure_ascii=False)


def read_calls(text: str | None) -> tuple[dict[str, Any], ...]:
    """Read what `written_calls` wrote."""
    return tuple(json.loads(text or "[]"))


def _rating(row: sqlite3.Row) -> Rating:
    values: dict[str, Any] = dict(row)
    return Rating(**{**values, "calls": read_calls(values["calls"])})
