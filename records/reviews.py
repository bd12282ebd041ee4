"""What reviewers say of feedback: tags, exclusions, kinds and corrections, each under a name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from records.database import Database, RecordsError, now
from records.failures import KINDS
from records.ratings import read_calls, written_calls
from records.secrets import mask

LONGEST_TAG = 40


@dataclass(frozen=True)
class Review:
    """What one reviewer said of one piece of feedback; None where they said nothing.

    `calls` and `correction` are what the answer should have done and said.
    """

    item: str
    reviewer: str
    excluded: bool | None
    kind: str | None
    correction: str | None
    calls: tuple[Mapping[str, Any], ...] | None
    note: str | None
    tags: tuple[str, ...]
    created: str
    updated: str


class ReviewRecords:
    """Reviews: one a reviewer and piece of feedback. They never change what was rated."""

    database: Database

    def review(
        self,
        item: str,
        reviewer: str,
        *,
        excluded: bool | None = None,
        kind: str | None = None,
        correction: str | None = None,
        calls: Sequence[Mapping[str, Any]] | None = None,
        note: str | None = None,
    ) -> None:
        """Keep what a reviewer says of `item`, a `FeedbackItem.id`; None keeps what they said.

        Raises:
            RecordsError: there is no such feedback, or no such kind of failure.
        """
        if kind and kind not in KINDS:
            raise RecordsError(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
        correction, note = (mask(t) if t else t for t in (correction, note))
        flag = None if excluded is None else int(excluded)
        said = (flag, kind, correction, written_calls(calls), note)
        with self.database.write() as connection:
            self._ensure(connection, item, reviewer)
            connection.execute(
                """UPDATE reviews SET excluded = COALESCE(?, excluded), kind = COALESCE(?, kind),
                    correction = COALESCE(?, correction), calls = COALESCE(?, calls),
                    note = COALESCE(?, note), updated = ? WHERE item = ? AND reviewer = ?""",
                (*said, now(), item, reviewer),
            )

    def tag(
        self, item: str, reviewer: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> None:
        """Add and remove tags of a reviewer's own.

        Raises:
            RecordsError: there is no such feedback, or a tag is no word of up to 40 characters.
        """
        new, old = [t.strip() for t in add], {t.strip() for t in remove}
        for text in new:
            if not text or len(text) > LONGEST_TAG or not text.isprintable() or "," in text:
                raise RecordsError(f"a tag has 1 to {LONGEST_TAG} characters and no comma")
        with self.database.write() as connection:
            self._ensure(connection, item, reviewer)
            row = connection.execute(
                "SELECT tags FROM reviews WHERE item = ? AND reviewer = ?", (item, reviewer)
            ).fetchone()
            tags = [t for t in dict.fromkeys([*json.loads(row["tags"]), *new]) if t not in old]
            connection.execute(
                "UPDATE reviews SET tags = ?, updated = ? WHERE item = ? AND reviewer = ?",
                (json.dumps(tags, ensure_ascii=False), now(), item, reviewer),
            )

    def reviews(self, item: str | None = None) -> list[Review]:
        """Return reviews, the last changed at the end: all, or of one piece of feedback."""
        rows = self.database.rows(
            "SELECT * FROM reviews WHERE (?1 IS NULL OR item = ?1) ORDER BY updated, reviewer",
            (item,),
        )
        return [_review(row) for row in rows]

    @staticmethod
    def _ensure(connection: sqlite3.Connection, item: str, reviewer: str) -> None:
        conversation = _conversation_of(connection, item)
        if conversation is None:
            raise RecordsError(f"there is no feedback {item}; `mica feedback list` shows all")
        connection.execute(
            "INSERT OR IGNORE INTO reviews (item, reviewer, conversation, created, updated) "
            "VALUES (?1, ?2, ?3, ?4, ?4)",
            (item, reviewer, conversation, now()),
        )


_FINDING = {
    "rating": "SELECT conversation FROM ratings WHERE id = ?",
    "preference": "SELECT conversation FROM preferences WHERE id = ?",
    "approval": "SELECT conversation FROM messages WHERE json_extract(meta, '$.decided') "
    "IS NOT NULL AND json_extract(message, '$.tool_call_id') = ?",
}


def _conversation_of(connection: sqlite3.Connection, item: str) -> str | None:
    source, _, id = item.partition(":")
    query = _FINDING.get(source)
    row = connection.execute(query, (id,)).fetchone() if query else None
    return row["conversation"] if row else None


def _review(row: sqlite3.Row) -> Review:
    values: dict[str, Any] = dict(row)
    values.pop("conversation")
    flag, calls = values["excluded"], values["calls"]
    return Review(
        **{
            **values,
            "excluded": None if flag is None else bool(flag),
            "calls": None if calls is None else read_calls(calls),
            "tags": tuple(json.loads(values["tags"])),
        }
    )
