"""In how many parts a request is likelier meant, by the recipes that these and it are near."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from graphs.reading.deriving import asks_of_result
from runtime.types import Document
from tools.knowledge.splitting import Cut, backed_up_first, cuts, made_first, refers

FIRST, SECOND, SECOND_BEHIND, WHOLE, AGAINST = 11.0, 4.0, 3.0, 4.0, -2.3
"""How much nearer to recipes the parts of a request must be than its whole, to count as parts:
log odds, fitted like those of `tools.knowledge.splitting`. A second part counts by itself and
behind the first. At this, 0.82 of the development requests of two parts are cut, nearly all where
they should be, and 0.05 of the single ones."""
LEANS, REFERS, SECOND_CUT = 3.0, 1.0, 0.5
"""What it says for a cut that the second part only asks for something of what the first printed;
that it is an order or a question about something named before; and what the words at a cut must
say for one more behind it."""
LESS = 0.1
"""How much farther a recipe for both may be from the whole than one is from the first part."""
PARTS = 3
"""Into how many parts a request is cut, at most."""
SECONDS = 5
"""How many of the recipes nearest to a second part may be what it means."""
_ASKS = re.compile(r"\W*(?:what|which|who|how|when|where|whats|what's)\b", re.I)
_LISTS = re.compile(r"\W*(?:please |first )?(?:show|list|print|display|which|give me)\b", re.I)
_COUNTS = re.compile(
    r"\W*(?:(?:tell|show|give) me )?(?:count|how (?:many|much|big)|the (?:number|total))\b", re.I
)
_ONLY_COUNTS = re.compile(r"\| wc -l\s*$|^grep -\w*c|\bEND \{+ *printf? [^;]*\}+'[^|]*$")
"""What a first part lists, a second counts, and a command counts that shows nothing else."""


class Desk(Protocol):
    """Looks up one request."""

    def search(self, text: str, context: str | None = None) -> list[Document]:
        """Return what is nearest to a text, and to the text behind `context`."""

    def changes(self, text: str) -> bool:
        """Whether the likeliest recipe or tool for a text changes something."""


def cut_up(text: str, desk: Desk) -> tuple[str, ...]:
    """Return a request in as many parts as it is likelier meant in."""
    parts: tuple[str, ...] = made_first(text) or backed_up_first(text) or (text,)
    while len(parts) < PARTS:
        least = SECOND_CUT if len(parts) > 1 else None
        found = ((n, _cut(part, least, desk)) for n, part in enumerate(parts))
        number, cut = next(((n, cut) for n, cut in found if cut), (0, None))
        if cut is None:
            break
        parts = (*parts[:number], cut.first, cut.second, *parts[number + 1 :])
    return parts


def nearest_title(found: Sequence[Document]) -> str | None:
    """Return the title of the nearest recipe or tool."""
    return next((document.title for document in found if document.acts), None)


def nearness(documents: Sequence[Document]) -> float:
    """Return how near the nearest recipe or tool is."""
    return max((d.score for d in documents if d.acts), default=0.0)


def _cut(text: str, least: float | None, desk: Desk) -> Cut | None:
    """Return where a text is likeliest cut; `least`: what the words there must say for it."""
    odds, best = 0.0, None
    music = any(document.tool for document in desk.search(text))
    for cut in cuts(text, music=music):
        if least is not None and cut.odds < least:
            continue
        here = _odds(cut, text, desk)
        if here > odds and not _one_does_both(cut, text, desk):
            odds, best = here, cut
    return best


def _one_does_both(cut: Cut, text: str, desk: Desk) -> bool:
    """Whether a recipe is what the request means, and the second part by itself is not."""
    if nearness(desk.search(text)) < nearness(desk.search(cut.first)) - LESS:
        return False
    if _ASKS.match(cut.first) and desk.changes(text) and not desk.changes(cut.first):
        return False
    if desk.changes(cut.first) and not desk.changes(text):
        return False
    if _LISTS.match(cut.first) and _COUNTS.match(cut.second):
        best = next((d for d in desk.search(text) if d.acts), None)
        if best is not None and _ONLY_COUNTS.search(best.template or ""):
            return False
    first = nearest_title(desk.search(cut.first))
    alone = [d.title for d in desk.search(cut.second) if d.acts]
    means = nearest_title(desk.search(text))
    behind = nearest_title(desk.search(cut.second, first))
    return means == behind and means != first and means not in alone[:SECONDS]


def _odds(cut: Cut, text: str, desk: Desk) -> float:
    """Return the log odds that a request is meant in two parts, cut like this."""
    whole = nearness(desk.search(text))
    first = desk.search(cut.first)
    # The second often leans on the first ("and count its lines").
    behind = desk.search(cut.second, nearest_title(first))
    return (
        FIRST * (nearness(first) - whole)
        + SECOND * (nearness(desk.search(cut.second)) - whole)
        + SECOND_BEHIND * (nearness(behind) - whole)
        + WHOLE * whole
        + AGAINST
        + LEANS * asks_of_result(cut.second)
        + REFERS * refers(cut.second)
        + cut.odds
    )
