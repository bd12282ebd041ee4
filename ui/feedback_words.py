"""Feedback in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ui.corrections import written

if TYPE_CHECKING:
    from records.feedback import FeedbackItem


def line(item: FeedbackItem) -> str:
    """Return feedback in two lines for a terminal."""
    said = {"up": "up", "down": "DOWN", None: item.source}[item.rating]
    parts = [item.specialist or "unknown", item.kind, *(f"#{tag}" for tag in item.tags)]
    if item.excluded:
        parts.append("EXCLUDED")
    if item.corrected_calls or item.correction:
        parts.append("corrected")
    when = datetime.fromisoformat(item.created).astimezone().strftime("%Y-%m-%d %H:%M")
    told = "  ".join(filter(None, parts))
    return f"{item.id}\n      {when}  {said}  {told}  {plain(item.request)[:100]}"


def described(item: FeedbackItem) -> Iterator[str]:
    """Yield all that is known of feedback, in lines for a terminal."""
    yield line(item)
    known = {
        "conversation": item.conversation,
        "answer": item.message_id,
        "by": item.owner,
        "comment": item.comment,
        "router": None if item.confidence is None else f"{item.confidence:.0%} sure",
        "build": " ".join(filter(None, (item.build, item.adapter))),
        "tools": item.schema_version,
        "looked up": ", ".join(item.documents),
        "request": item.request,
        "called": written(item.calls, item.specialist),
        "answered": item.answer,
        "should have called": written(item.corrected_calls, item.specialist),
        "should have answered": item.correction,
        "not chosen": item.rejected,
    }
    for name, value in known.items():
        if value:
            yield f"{name}: {plain(str(value), lines=True)}"


def plain(text: str, *, lines: bool = False) -> str:
    """Return a text without anything that a terminal would obey; `lines` keeps line ends."""
    text = text if lines else " ".join(text.split())
    return "".join(
        c if c.isprintable() or (lines and c == "\n") else c.encode("unicode_escape").decode()
        for c in text
    )
