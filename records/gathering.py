"""Gathering feedback of all sources from the records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from records.feedback import (
    FeedbackItem,
    Source,
    of_decision,
    of_preference,
    of_rating,
    reviewed,
)
from records.preferences import PreferenceRecords
from records.ratings import RatingRecords
from records.reviews import Review, ReviewRecords
from records.turns import Transcript, Turn


class FeedbackRecords(RatingRecords, PreferenceRecords, ReviewRecords):
    """Feedback of all sources in one list, with what reviewers made of it."""

    def feedback(
        self,
        *,
        owner: str | None = None,
        specialist: str | None = None,
        rating: Literal["up", "down"] | None = None,
        kind: str | None = None,
        below: float | None = None,
        excluded: bool | None = None,
        source: Source | None = None,
        tag: str | None = None,
    ) -> list[FeedbackItem]:
        """Return feedback, the oldest first; what is None leaves nothing out.

        `below` keeps answers whose router was less sure than this, `kind` those with this kind
        of failure ("" keeps those without one), `excluded` those that reviewers left out (True)
        or did not (False).
        """
        items = self._reviewed(self._gathered(owner))
        return selected(
            items, specialist=specialist, rating=rating, kind=kind, below=below,
            excluded=excluded, source=source, tag=tag,
        )  # fmt: skip

    def feedback_item(self, id: str) -> FeedbackItem | None:
        """Return one piece of feedback, or None."""
        return next(iter(self._reviewed(self._one(id))), None)

    def turn_of(self, conversation: str, message_id: str) -> Turn | None:
        """Return the turn of an answer; None where the answer is not in the records."""
        return self._transcript(conversation).answered(message_id)

    def _reviewed(self, items: Iterable[FeedbackItem]) -> list[FeedbackItem]:
        reviews: dict[str, list[Review]] = {}
        for review in self.reviews():
            reviews.setdefault(review.item, []).append(review)
        found = [reviewed(item, reviews.get(item.id, ())) for item in items]
        return sorted(found, key=lambda item: (item.created, item.id))

    def _gathered(self, owner: str | None) -> Iterator[FeedbackItem]:
        # A conversation may have many ratings: read it once.
        transcript = cache(self._transcript)
        for rating in self.ratings(owner=owner):
            yield of_rating(rating, transcript(rating.conversation))
        for preference in self.preferences(owner=owner):
            elsewhere = transcript(preference.rejected_conversation)
            yield of_preference(preference, transcript(preference.conversation), elsewhere)
        for row in self.database.rows(f"{_DECISIONS} AND (?1 IS NULL OR c.owner = ?1)", (owner,)):
            yield _decision(row, transcript(row["conversation"]))

    def _one(self, id: str) -> Iterator[FeedbackItem]:
        source, _, key = id.partition(":")
        rating = self.rating(key) if source == "rating" else None
        if rating is not None:
            yield of_rating(rating, self._transcript(rating.conversation))
        preference = self.preference(key) if source == "preference" else None
        if preference is not None:
            elsewhere = self._transcript(preference.rejected_conversation)
            yield of_preference(preference, self._transcript(preference.conversation), elsewhere)
        if source == "approval":
            call = "json_extract(m.message, '$.tool_call_id') = ?"
            for row in self.database.rows(f"{_DECISIONS} AND {call}", (key,)):
                yield _decision(row, self._transcript(row["conversation"]))

    def _transcript(self, conversation: str) -> Transcript:
        rows = self.database.rows(
            "SELECT message, meta FROM messages WHERE conversation = ? ORDER BY position",
            (conversation,),
        )
        return Transcript([(json.loads(row["message"]), json.loads(row["meta"])) for row in rows])


_DECISIONS = """SELECT m.conversation, c.owner, m.message, m.meta, m.created
    FROM messages m JOIN conversations c ON c.id = m.conversation
    WHERE json_extract(m.meta, '$.decided') IS NOT NULL"""


def _decision(row: sqlite3.Row, transcript: Transcript) -> FeedbackItem:
    return of_decision(
        json.loads(row["message"]),
        json.loads(row["meta"]),
        transcript,
        conversation=row["conversation"],
        owner=row["owner"],
        created=row["created"],
    )


def selected(
    items: Iterable[FeedbackItem],
    *,
    below: float | None = None,
    tag: str | None = None,
    **wanted: object,
) -> list[FeedbackItem]:
    """Return the items that pass, as `FeedbackRecords.feedback` says; `wanted` are its fields."""
    return [
        item
        for item in items
        if all(value is None or getattr(item, name) == value for name, value in wanted.items())
        and (below is None or (item.confidence is not None and item.confidence < below))
        and (tag is None or tag in item.tags)
    ]
