"""Counting feedback: by kind of failure, by specialist, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from records.failures import KINDS
from records.feedback import FeedbackItem

DAYS = 28
"""Feedback of up to so many days is counted by the day, of more by the week."""


@dataclass(frozen=True)
class Period:
    """What was said in a day or a week that begins at `start` (UTC)."""

    start: date
    up: int
    down: int
    kinds: Mapping[str, int]

    @property
    def failed(self) -> int:
        """How much of it shows a failure."""
        return sum(self.kinds.values())


def by_kind(items: Iterable[FeedbackItem]) -> dict[str, list[FeedbackItem]]:
    """Return the feedback that shows a failure by its kind, in the order of `KINDS`."""
    groups: dict[str, list[FeedbackItem]] = {kind: [] for kind in KINDS}
    for item in items:
        if item.kind:
            groups[item.kind].append(item)
    return groups


def periods(items: Sequence[FeedbackItem]) -> list[Period]:
    """Return days, or weeks from Mondays, from the first feedback to the last, without gaps."""
    days = [datetime.fromisoformat(item.created).date() for item in items]
    if not days:
        return []
    length = 1 if (max(days) - min(days)).days < DAYS else 7
    starts = [day - timedelta(day.weekday() if length == 7 else 0) for day in days]
    count = (max(starts) - min(starts)).days // length + 1
    return [
        _period(start, [item for item, at in zip(items, starts, strict=True) if at == start])
        for start in (min(starts) + timedelta(length * number) for number in range(count))
    ]


def _period(start: date, items: Sequence[FeedbackItem]) -> Period:
    thumbs = Counter(item.rating for item in items)
    kinds = Counter(item.kind for item in items if item.kind)
    return Period(start, thumbs["up"], thumbs["down"], dict(kinds))
