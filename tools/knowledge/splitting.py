"""Where a request may be cut in two, and what the words there say for it."""

from __future__ import annotations

import re
from typing import NamedTuple

from runtime.values import shell
from tools.knowledge.asking import BEGINNINGS
from tools.knowledge.sharing import names_place, told_twice
from tools.knowledge.telling import only_tells, remarks
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
_NOT_A_PART = re.compile(
    r"(?:(?:its|their|all|the)\s+(?:\w+\s+)?(?:sub\w+|contents?)\b(?=\W*$)|everything\s+(?:in|under|inside)"
    r"|look\s+in|see\s+\w+value|ignor\w+|not|of|in|to|than|under|without|with|from|within|on"
    r"|by|if|so\s+on|later|newer|older"
    r"|below|above|the\s+like|\w+value|(?:small|bigg|larg|great|young|long|short|high|low|few|heavi)er\s+than"
    r"|less\s+than|more\s+than|at\s+(?:most|least))\b",
    re.IGNORECASE,
)


_AND = re.compile(r"\b(?:and|plus|n)\b|&|^,", re.IGNORECASE)
_FOLDER = r"(?:it|that|this|the folder|that folder|the directory|that directory|the target)"
_MADE_FIRST = re.compile(
    rf"[\s,.;(]+(?:(?:please\s+)?(?:make|create)\s+{_FOLDER}\s+(?:first|before)"
    rf"|(?:make|create)\s+{_FOLDER}\s+if\s+[\w' ]+"
    rf"|{_FOLDER}\s+(?:does\s*n[o']t|doesnt|is\s+not)\s+(?:exist|there)(?:\s+yet)?)\s*[).!]*",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:to|into|in|as)\s+(?P<path>(?:~|\.{1,2})?/?[\w.-]+(?:/[\w.-]+)*/?)")
_BACKUP = re.compile(
    r"(?:[\s,.;(]+|\s+(?:and|but)\s+)(?:please\s+|also\s+|but\s+)*(?:keep|make|leave|take|save|create)\s+"
    r"(?:me\s+)?a\s+(?:backup|back-up|copy)(?:\s+copy)?"
    r"(?:\s+(?:of|from)\s+(?:it|that|this|the\s+(?:old|original|file)(?:\s+(?:one|file|version))?))?"
    r"(?:\s+(?:first|before(?:\s+that)?|beforehand|just in case|please))*\s*[).!]*$",
    re.IGNORECASE,
)
_ONE_FILE = re.compile(r"(?<![\w/.~-])(?P<path>[\w./~-]*\w\.[A-Za-z]\w{0,6})(?![\w/])")
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


_PAIRED = re.compile(
    r"\b(?:between|both|either|from)\s+(?:(?!\b(?:and|to|or)\b)[^,;.?!])*$", re.IGNORECASE
)
"""What no request ends with that goes on with a name: "the difference between main | and dev"."""
_CLAUSE = re.compile(
    r"^\W*(?:(?:for|in|from|of|out of|under|inside|within|on|with|using|if|when|while|since"
    r"|because|as|without|regarding|among|like)\b"
    rf"(?!.*\s(?:{'|'.join(sorted(BEGINNINGS))})\b)).*$",
    re.IGNORECASE,
)
"""What is no request by itself: "for each file in a"."""
_SHARES = re.compile(
    r"(?:(?:[a-z]+\s+){0,2}[a-z]+\s+(?:of|in|from|column|field|which|that|is|are|does|do|installed|there|have)\b"
    r"|\w+(?:\s+\w+)?\W*$)",
    re.IGNORECASE,
)
_STATE = re.compile(r"\w+\s+(?:installed|available|running|there|present)\W*$", re.IGNORECASE)
_DETERMINED = frozenset(
    """
    the a an all any each every its their his her my our this that these those some only one two
    it them also if to number size total count name names owner group none nothing more most
    everything whatever
    """.split()
)


class Cut(NamedTuple):
    """Two parts of a request; `odds` is what the words between and behind them say for the cut."""

    first: str
    second: str
    odds: float


def cuts(request: str, *, music: bool = False) -> list[Cut]:
    """Return the ways to read a request as two, the likeliest first; a quoted text stays whole.

    What is told, said of how, or goes on with a list is no part, other than of a request about
    `music`: "triads of D" and "ii V I in G" ask by themselves.

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
            if cut is not None and (music or not _is_one(cut, match[0])):
                found.setdefault((cut.first, cut.second), cut)
    apart = told_twice(request)
    if apart:
        found.setdefault((apart[0], apart[1]), Cut(apart[0], apart[1], _BETWEEN[0][1] + _BEGINS))
    return sorted(found.values(), key=_odds, reverse=True)[:MOST]


def refers(part: str) -> bool:
    """Whether a part is an order or a question about what another part has named or done.

    >>> refers("show the result"), refers("tell me how big it is"), refers("sort a.txt")
    (True, True, False)
    """
    if _LIKEWISE.match(part):
        return True
    begins = _opening(part) in BEGINNINGS and len(part.split()) <= SHORT
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


def backed_up_first(request: str) -> tuple[str, str] | None:
    """Return an order to back up a file, and the rest of a request that wants the old one kept.

    >>> backed_up_first("sort the lines in a.txt in place. Keep a backup of the old one!")
    ('copy a.txt to a.txt.bak', 'sort the lines in a.txt in place')
    """
    said = _BACKUP.search(request)
    files = {found["path"] for found in _ONE_FILE.finditer(request[: said.start()])} if said else ()
    if said is None or len(files) != 1 or _opening(request) not in BEGINNINGS:
        return None
    file = next(iter(files))
    return f"copy {file} to {file}.bak", request[: said.start()].strip(" ,;.(")


def _cut(before: str, joint: str, after: str, odds: float) -> Cut | None:
    """Return the cut between two texts; None where one of them cannot be a request."""
    first, second = _FIRST.sub("", before).strip(" ,;."), after.strip(" ,;.")
    if not first.count(" ") or not second.count(" ") or _NOT_A_PART.match(normalise(second)):
        return None
    begins = _opening(second) in BEGINNINGS and not _STATE.match(second)
    asked = joint.lstrip().startswith("?")
    added = _ADDED if not after.rstrip().endswith("?") else 0.0
    behind = (_ANSWERED if begins else added) if asked else 0.0
    return Cut(first, second, odds + _BEGINS * begins + behind)


def _is_one(cut: Cut, joint: str) -> bool:
    """Whether one of two texts is no request of its own."""
    if only_tells(cut.first) or only_tells(cut.second) or remarks(cut.second):
        return True
    begins = _opening(cut.second) in BEGINNINGS and not _STATE.match(cut.second)
    listed = not begins and _AND.search(joint) and _goes_with(cut.first, cut.second)
    paired = not begins and _PAIRED.search(cut.first)
    return bool(listed or paired) or _CLAUSE.match(cut.first) is not None


def _goes_with(first: str, second: str) -> bool:
    """Whether what stands behind "and" only goes on with a list: "the name | salary columns"."""
    word = second.split()[0].lower()
    if word in _DETERMINED or not word.isalpha():
        return next(shell.find(second)).start == 0 if any(shell.find(second)) else False
    return _SHARES.match(second) is not None and not names_place(first)


def _opening(part: str) -> str:
    words = re.sub(rf"^(?:(?:{_LATER}|also|just|please)\b[\s,]*)+", "", part.lower()).split()
    return words[0].strip(",.?!") if words else ""


def _odds(cut: Cut) -> float:
    return cut.odds
