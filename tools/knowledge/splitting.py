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
        (r"\?\s+(?:and\s+)?(?=\w)", 0.0),
        (r"[.!]\s+(?=\w)", 0.0),
        (r"\s*,?\s+(?:and|plus|n(?!\s(?:bass|roll|b)\b)|&)\s+(?:also\s+)?", 0.0),
        (r",?\s+(?:also|but\s+also)\s+", 0.0),
        (r",\s+(?=how\s+(?:many|much|big|large)\b)", 0.0),
        (r",\s+", -2.0),
    )
)
_BEGINS, _ANSWERED, _ADDED = 0.5, 1.5, -1.5
"""What an order or question behind the cut says for it, more behind a question mark; and what it
says there that something else stands behind it ("most frequent first")."""
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
    r"(?:look\s+in|see\s+\w+value|ignor\w+|not|of|in|to|than|under|without|with|from|within|on"
    r"|by|if|so\s+on|later|newer|older"
    r"|below|above|the\s+like|\w+value)\b",
    re.IGNORECASE,
)


_TWICE = re.compile(
    r"(?P<head>.+?),?\s+(?P<way>as|on|of|in)\s+(?P<one>[^,;]{2,40}?),?\s+(?:and|plus|&|n|as\s+well\s+as)\s+"
    r"(?:also\s+)?(?P=way)\s+(?P<other>[^,;]{2,40}?)[\s.?!]*$",
    re.IGNORECASE,
)
"""What is asked for in two ways, or of two things: both named behind "as", "on", "of" or "in"."""


_FOLDER = r"(?:it|that|this|the folder|that folder|the directory|that directory|the target)"
_MADE_FIRST = re.compile(
    rf"[\s,.;(]+(?:(?:please\s+)?(?:make|create)\s+{_FOLDER}\s+(?:first|before)"
    rf"|(?:make|create)\s+{_FOLDER}\s+if\s+[\w' ]+"
    rf"|{_FOLDER}\s+(?:does\s*n[o']t|doesnt|is\s+not)\s+(?:exist|there)(?:\s+yet)?)\s*[).!]*",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:to|into|in|as)\s+(?P<path>(?:~|\.{1,2})?/?[\w.-]+(?:/[\w.-]+)*/?)")
SHORT = 9
"""How many words a part may have that is about something named before."""
_REFERRING = re.compile(
    r"\b(?:it|its|them|their|they|that one|those|these|there|the (?:result|copy|output|file|folder"
    r"|archive|zip|new one|branch|script|backup|lines?|number|changes?)"
    r"|what(?:'s| is| was) (?:left|in|inside))\b",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[/*\"]|\w\.\w")
_LIKEWISE = re.compile(r"(?:do )?(?:the )?same (?:thing )?(?:for|with|in|to)\b", re.IGNORECASE)


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
            cut = _cut(request[: match.start()], match[0], request[match.end() :], odds)
            if cut is not None:
                found.setdefault((cut.first, cut.second), cut)
    shared = _shared(request)
    if shared is not None:
        found.setdefault((shared.first, shared.second), shared)
    return sorted(found.values(), key=_odds, reverse=True)[:MOST]


def _shared(request: str) -> Cut | None:
    """Return two requests that say what they are about once: "write it as A and as B"."""
    match = _TWICE.match(request.strip())
    if match is None or not (match["head"].count(" ") or match["way"].lower() == "of"):
        return None
    way = match["way"]
    first, second = (f"{match['head']} {way} {match[part]}" for part in ("one", "other"))
    return Cut(first, second, _BETWEEN[0][1] + _BEGINS)


def refers(part: str) -> bool:
    """Whether a part is an order or a question about what another part has named or done.

    >>> refers("show the result"), refers("tell me how big it is"), refers("sort a.txt")
    (True, True, False)
    """
    if _LIKEWISE.match(part):
        return True
    begins = _opening(part) in _BEGINNINGS and len(part.split()) <= SHORT
    return begins and _REFERRING.search(part) is not None and not _VALUE.search(part)


def made_first(request: str) -> tuple[str, str] | None:
    """Return an order to make a folder, and the rest of a request that wants it made first.

    >>> made_first("move all *.txt files to /srv/old (make that first)")
    ('make the folder /srv/old', 'move all *.txt files to /srv/old')
    """
    said = _MADE_FIRST.search(request)
    places = list(_PLACE.finditer(request[: said.start()])) if said else []
    if said is None or not places:
        return None
    rest = f"{request[: said.start()]} {request[said.end() :]}".strip(" ,;.")
    return f"make the folder {places[-1]['path']}", rest


def _cut(before: str, joint: str, after: str, odds: float) -> Cut | None:
    """Return the cut between two texts; None where one of them cannot be a request."""
    first, second = _FIRST.sub("", before).strip(" ,;."), after.strip(" ,;.")
    if not first.count(" ") or not second.count(" ") or _NOT_A_PART.match(normalise(second)):
        return None
    begins = _opening(second) in _BEGINNINGS
    asked = joint.lstrip().startswith("?")
    added = _ADDED if not after.rstrip().endswith("?") else 0.0
    behind = (_ANSWERED if begins else added) if asked else 0.0
    return Cut(first, second, odds + _BEGINS * begins + behind)


def _opening(part: str) -> str:
    words = re.sub(rf"^(?:(?:{_LATER}|also|just|please)\b[\s,]*)+", "", part.lower()).split()
    return words[0].strip(",.?!") if words else ""


def _odds(cut: Cut) -> float:
    return cut.odds
