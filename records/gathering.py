"""Gathering feedback of all sources from the records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

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
        wanted: dict[str, Any] = {
            "specialist": specialist, "rating": rating, "kind": kind, "excluded": excluded,
            "source": source,
        }  # fmt: skip
        return [
            item
            for item in self._items(owner)
            if all(value is None or getattr(item, name) == value for name, value in wanted.items())
            and (below is None or (item.confidence is not None and item.confidence < below))
            and (tag is None or tag in item.tags)
        ]

    def feedback_item(self, id: str) -> FeedbackItem | None:
        """Return one piece of feedback, or None."""
        return next((item for item in self._items() if item.id == id), None)

    def turn_of(self, conversation: str, message_id: str) -> Turn | None:
        """Return the turn of an answer; None where the answer is not in the records."""
        return self._transcript(conversation).answered(message_id)

    def _items(self, owner: str | None = None) -> list[FeedbackItem]:
        reviews: dict[str, list[Review]] = {}
        for review in self.reviews():
            reviews.setdefault(review.item, []).append(review)
        found = [reviewed(item, reviews.get(item.id, ())) for item in self._gathered(owner)]
        return sorted(found, key=lambda item: (item.created, item.id))

    def _gathered(self, owner: str | None) -> Iterator[FeedbackItem]:
        # A conversation may have many ratings: read it once.
        transcript = cache(self._transcript)
        for rating in self.ratings(owner=owner):
            yield of_rating(rating, transcript(rating.conversation))
        for preference in self.preferences(owner=owner):
            elsewhere = transcript(preference.rejected_conversation)
            yield of_preference(preference, transcript(preference.conversation), elsewhere)
        for row in self.database.rows(_DECISIONS, (owner,)):
            yield of_decision(
                json.loads(row["message"]),
                json.loads(row["meta"]),
                transcript(row["conversation"]),
                conversation=row["conversation"],
                owner=row["owner"],
                created=row["created"],
            )

    def _transcript(self, conversation: str) -> Transcript:
        rows = self.database.rows(
            "SELECT message, meta FROM messages WHERE conversation = ? ORDER BY position",
            (conversation,),
        )
        return Transcript([(json.loads(row["message"]), json.loads(row["meta"])) for row in rows])


_DECISIONS = """SELECT m.conversation, c.owner, m.message, m.meta, m.created
    FROM messages m JOIN conversations c ON c.id = m.conversation
    WHERE json_extract(m.meta, '$.decided') IS NOT NULL AND (?1 IS NULL OR c.owner = ?1)"""
