"""What a follow-up wants out of the lines of a log that were found: "from which ips?", "when?".

It is asked behind the lines themselves as well as behind their count, which is then taken back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import Step, lines_of, piped, stages, uncounted

_DID = (
    r"(?: (?:is|are|was|were|did|do|does|has|have) (?:it|that|they|those|these|this|them)"
    r"|(?: (?:it|that|they|those|these))? (?:come|came|happen(?:ed)?|made|make|sent|caused?|did"
    r"|requested|asked|occur(?:red)?|are|is|was|were|be|been|affected|involved)"
    r"| from| for| by| to| on| of| in| them| those| these| that| it| this| there| exactly)*"
)
_LEAD = r"(?:(?:from|by|for|on|of|at|in|to|show(?: me)?|tell me|list|and) )?(?:the )?"


class _Sort(NamedTuple):
    """How a kind of thing in a line is asked for, its pattern for `grep -oE`, what it shows."""

    asked: str
    pattern: str
    shows: str


_IP = r"([0-9]{1,3}\.){3}[0-9]{1,3}"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}|^[A-Z][a-z]{2} +[0-9]{1,2}"
_USER = r"\buser[ =:]+[A-Za-z_][A-Za-z0-9_.@-]*|\bfor [a-z_][a-z0-9_-]* from"
_SORTS = (
    _Sort(
        rf"{_LEAD}(?:(?:which|what) )?(?:different )?"
        rf"(?:ips?|ip[ -]addresses|addresses|clients|hosts)"
        rf"|(?:from )?where{_DID}",
        _IP,
        "the addresses in these lines",
    ),
    _Sort(
        rf"{_LEAD}(?:which|what) (?:pages?|urls?|paths?|requests?)",
        r"(GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) [^ ?\"]+",
        "what was asked for in these lines",
    ),
    _Sort(rf"{_LEAD}(?:which|what) (?:days?|dates?)", _DAY, "the days of these lines"),
    _Sort(
        rf"{_LEAD}(?:which|what) (?:users?|people|accounts?|logins?|names?)",
        _USER,
        "the users in these lines",
    ),
    _Sort(
        r"(?:when|at (?:which|what) times?|what times?)",
        rf"({_DAY})?[ T:]?[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?",
        "when these lines were written",
    ),
)
_ONCE = re.compile(
    r"[\s,.;?!-]*\b(?:(?:but )?(?:each|every)(?: one| of them)? (?:only |just )?once(?: only)?"
    r"|only once(?: each)?|(?:please )?(?:don'?t|do not|no|without)(?: any)? "
    r"(?:repeat\w*(?: them)?|duplicates?|doubles?|repetitions?)|unique(?: ones)?(?: only)?"
    r"|distinct)\W*$",
    re.IGNORECASE,
)
_LAST_ONE = re.compile(
    r"(?P<ask>when|who|what time|from where|which ip|which user|which day) (?:was|is|did|made)"
    r"(?: it)?(?: the)? (?P<which>last|first|latest)(?: (?:one|time|hit|match|error))?(?: from)?",
    re.IGNORECASE,
)
_WHO = r"(?:who|by whom|from whom|whose)"
_LOG = re.compile(r"\.log\b|/log/|\blogs?\b|syslog|journal", re.IGNORECASE)


def of_matches(text: str, said: Said) -> Step | None:
    """Return the command that takes out of the lines that were found what a text asks for.

    >>> said = Said("count 404s", {}, "grep -cw 404 access.log", "2")
    >>> of_matches("when was that?", said).shows
    'when these lines were written'
    >>> of_matches("who?", Said("errors", {}, "grep err a.log", "err of user=bob")).shows
    'the users in these lines'
    """
    once = _ONCE.search(text)
    wish = core(text[: once.start()] if once else text)
    last = _LAST_ONE.fullmatch(wish)
    wish = f"{last['ask']} was it" if last else wish
    shown = uncounted(said.command)
    command = shown or said.command
    greps = {stage[0] for stage in stages(command) if stage} <= {"grep", "awk", "tail", "head"}
    if not greps or "grep " not in command or not _LOG.search(command):
        return None
    lines = [] if shown else lines_of(said)
    for sort in _asked(wish, shown=bool(shown), lines=lines):
        if shown or any(re.search(sort.pattern, line, re.IGNORECASE) for line in lines):
            found = f"grep -oiE '{sort.pattern}'"
            # Times are told in their order, the rest by how often it stands there.
            order = "uniq -c" if sort is _SORTS[-1] else "sort | uniq -c | sort -rn"
            order = "sort -u" if once else order
            if last:
                order = f"{'head' if last['which'] == 'first' else 'tail'} -n 1"
            return Step(piped(command, f"{found} | {order}"), sort.shows)
    return None


def _asked(wish: str, *, shown: bool, lines: list[str]) -> list[_Sort]:
    """Return what a wish may mean; "who" means a user, or an address where no user is named."""
    ips, users = _SORTS[0], _SORTS[3]
    if re.fullmatch(_WHO + _DID, wish, re.IGNORECASE):
        either = _Sort("", f"{users.pattern}|{ips.pattern}", "who these lines are about")
        return [either] if shown else [users, ips]
    return [
        each for each in _SORTS if re.fullmatch(rf"(?:{each.asked}){_DID}", wish, re.IGNORECASE)
    ]
