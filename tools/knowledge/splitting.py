"""Where a request may be cut in two, and what the words there say for it."""

from __future__ import annotations

import re
from typing import NamedTuple

from tools.knowledge.text import normalise

MOST = 3
"""Cuts of a request that are worth a look."""

_QUOTED = re.compile(r"""(?<!\w)"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`""")
_FIRST = re.compile(r"^\s*first(?:ly|\s+of\s+all)?\b[\s,:]*(?!\d)(?=[a-z])", re.IGNORECASE)
_LATER = r"then|afterwards?|after\s+(?:that|which)|next|finally|lastly"
# What stands between the two parts, the surest sign first, and how much it says for a cut there:
# log odds, fitted on the training requests of two parts against those of one recipe.
_BETWEEN = tuple(
    (re.compile(pattern, re.IGNORECASE), odds)
    for pattern, odds in (
        (rf"[,;.]?\s+(?:and\s+|n\s+|but\s+)?(?:{_LATER})\b[\s,]+(?:also\s+)?", 2.0),
        (r"\s*;\s+", 2.0),
        (r"[.?!]\s+(?=\w)", 0.0),
        (r"\s*,?\s+(?:and|plus|n|&)\s+(?:also\s+)?", 0.0),
        (r",?\s+(?:also|but\s+also)\s+", 0.0),
        (r",\s+", -2.0),
    )
)
_BEGINS = 0.5
_BEGINNINGS = frozenset(
    """
    add analyse append archive back backup build bundle calculate change chart check chmod
    chown clean clear clone close combine commit compare compress convert copy count cp create
    cut decompress delete diff display draw drop dump duplicate echo edit empty encode end
    erase explain export extract fetch filter find fix generate get give go grep gzip harmonise
    head hide init insert install invert join keep kill leave link list locate look ls make
    mark measure merge mkdir mount move mv name number open order pack paste pause pick ping
    place play point pretty print prune pull push put read remove rename replace report reset
    restart restore reverse revert rm run save say search see send set shift show shrink shut
    sort spell split squash stage start stash stat stop store strip sum swap switch tag tail
    take tar tell terminate test throw top touch transpose trim truncate try turn uncompress
    undo unpack unzip update upgrade use verify view wipe write zip
    how what what's which who who's whose when where why is are was does do did has have can
    could would will whether i'd i'll i let let's please
    """.split()
)
_NOT_A_PART = re.compile(
    r"(?:not|of|in|to|than|under|without|with|from|within|on|by|if|so\s+on|later|newer|older"
    r"|below|above|the\s+like|\w+value)\b",
    re.IGNORECASE,
)


_TWICE = re.compile(
    r"(?P<head>.+?),?\s+(?P<way>as|on)\s+(?P<one>[^,;]{2,40}?),?\s+(?:and|plus|&|n)\s+"
    r"(?:also\s+)?(?P=way)\s+(?P<other>[^,;]{2,40}?)[\s.?!]*$",
    re.IGNORECASE,
)
"""What is asked for in two ways: both named behind "as" or "on"."""


class Cut(NamedTuple):
    """Two parts of a request; `odds` is what the words between and behind them say for the cut."""

    first: str
    second: str
    odds: float


def cuts(request: str) -> list[Cut]:
    """Return the ways to read a request as two, the likeliest first; a quoted text stays whole.

    >>> cuts("make a folder x, then move a.txt there")[0]
    Cut(first='make a folder x', second='move a.txt there', odds=2.5)
    >>> cuts('say "this and that"')
    []
    >>> cuts("compare a.txt and b.txt")
    []
    >>> cuts("write C E G as abc and as midi")[0][:2]
    ('write C E G as abc', 'write C E G as midi')
    """
    quoted = [match.span() for match in _QUOTED.finditer(request)]
    found: dict[tuple[str, str], Cut] = {}
    for pattern, odds in _BETWEEN:
        for match in pattern.finditer(request):
            if any(start < match.end() and match.start() < end for start, end in quoted):
                continue
            cut = _cut(request[: match.start()], request[match.end() :], odds)
            if cut is not None:
                found.setdefault((cut.first, cut.second), cut)
    shared = _shared(request)
    if shared is not None:
        found.setdefault((shared.first, shared.second), shared)
    return sorted(found.values(), key=_odds, reverse=True)[:MOST]


def _shared(request: str) -> Cut | None:
    """Return two requests that say what they are about once: "write it as A and as B"."""
    match = _TWICE.match(request.strip())
    if match is None or not match["head"].count(" "):
        return None
    way = match["way"]
    first, second = (f"{match['head']} {way} {match[part]}" for part in ("one", "other"))
    return Cut(first, second, _BETWEEN[0][1] + _BEGINS)


def _cut(before: str, after: str, odds: float) -> Cut | None:
    """Return the cut between two texts; None where one of them cannot be a request."""
    first, second = _FIRST.sub("", before).strip(" ,;."), after.strip(" ,;.")
    if not first.count(" ") or not second.count(" ") or _NOT_A_PART.match(normalise(second)):
        return None
    return Cut(first, second, odds + _BEGINS * (_opening(second) in _BEGINNINGS))


def _opening(part: str) -> str:
    words = re.sub(rf"^(?:(?:{_LATER}|also|just|please)\b[\s,]*)+", "", part.lower()).split()
    return words[0].strip(",.?!") if words else ""


def _odds(cut: Cut) -> float:
    return cut.odds
