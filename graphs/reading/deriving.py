"""Recipes made of the command before: "how many are there", "sort them", "drop the duplicates".

What is asked of a result needs no other look at the files: the same command runs again with its
output going on, into `wc`, `sort` and the like. So only a command that changes nothing is gone on
with. One that saved its output is asked by the file that it wrote.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from graphs.reading.about import Said
from graphs.reading.printed import piped
from runtime.recipes import literal
from runtime.types import Document

_RESULT = (
    r"(?:it|them|that|those|these|this|all|the (?:result|output|list|lines|names|matches|rest)s?)"
)
_COUNTED = r"(?:hits|matches|results|entries|rows|files|items|lines|ones|occurrences|names)"
"""What lines that were printed are called, whatever they are lines of."""
_LEAD = (
    r"^\W*(?:(?:and|then|now|also|please|just|finally|afterwards|can you|could you|i want to know"
    r"|(?:tell|show|give) me|tell|say)\b\W*)*"
)
_TAIL = r"(?:\W+(?:please|then|now|too|afterwards?|in total|altogether|all together|in all))*\W*$"


class _Derived(NamedTuple):
    """What may be asked of a result, and the filter that answers it."""

    name: str
    asked: re.Pattern[str]
    title: str
    filter: str


def _asked(pattern: str) -> re.Pattern[str]:
    return re.compile(_LEAD + rf"(?:{pattern})" + _TAIL, re.IGNORECASE)


_COUNT = _Derived(
    "count",
    _asked(
        rf"how many(?: (?:of (?:them|those|these)|lines?|different ones|{_COUNTED}))?"
        r"(?: (?:(?:are|is|were|was) (?:there|they|it|that|those|these)"
        r"|(?:there|they|it|that|those|these) (?:are|is|were|was)"
        r"|(?:do|did) (?:we|you|i) (?:have|find|get)|(?:are|is) left|remain|came (?:out|up)))?"
        rf"|count (?:{_RESULT}|what (?:remains|is left|came out|you found))"
        rf"|(?:the |their )?(?:total )?(?:number|count)(?: of (?:them|those|these|{_COUNTED}))?"
        r"|(?:count )?how (?:often|many times) (?:it|that|they)"
        r" (?:occurs?|appears?|comes? up|is there)"
        r"|how (?:often|many times) (?:does|do|did|is|are) (?:it|that|this|they)"
        r" (?:show up|appear|occur|happen|come up|there|in there|turn up)"
    ),
    "counted",
    "wc -l",
)
_FILTERS = (
    _COUNT,
    _Derived(
        "unique",
        _asked(
            r"(?:remove|drop|delete|leave out|throw out|skip|without|get rid of)"
            r" (?:(?:the|all|any) )*(?:duplicates?|doubles|duplicate (?:lines|entries|ones)"
            r"|repeated (?:lines|ones)|repetitions)"
            r"|(?:show |list |keep )?(?:each|every(?: one)?)(?: (?:line|one))? only once"
        ),
        "without duplicates",
        "awk '!seen[$0]++'",
    ),
    _Derived(
        "each",
        _asked(
            r"(?:count )?how (?:often|many times) (?:each|every|any)(?: \w+)?"
            r"(?: of (?:them|those))?(?: (?:one|line|value|name|word))?"
            r"(?: (?:appears|occurs|comes up|is there|shows up))?(?: in it| there)?"
            r"|count (?:each|every)(?: one| line| value| of them)?"
            r"|(?:count|show) (?:the )?(?:occurrences|frequency|frequencies)(?: of each(?: one)?)?"
        ),
        "each with how often it is there",
        "sort | uniq -c | sort -rn",
    ),
    _Derived(
        "sort",
        _asked(rf"(?:sort|order) {_RESULT}(?: (?:alphabetically|by name|a to z|up))?"),
        "sorted",
        "sort",
    ),
    _Derived(
        "sort down",
        _asked(
            rf"(?:sort|order) {_RESULT}"
            r" (?:in reverse(?: order)?|reversed?|backwards|descending|down|z to a)"
        ),
        "sorted in reverse",
        "sort -r",
    ),
    _Derived(
        "number",
        _asked(rf"number {_RESULT}|(?:show |add |print )?(?:the )?line numbers(?: too)?"),
        "with line numbers",
        "cat -n",
    ),
    _Derived(
        "sort numbers",
        _asked(rf"(?:sort|order) {_RESULT} (?:numerically|by (?:the )?number|by size)"),
        "sorted by number",
        "sort -n",
    ),
)
_ONCE_MORE = _asked(
    r"(?:show|check|list|print|display|see|count|look(?: at)?|report|tell me)\b[^/.\d]*"
    r"\b(?:again|once more|one more time|a second time)"
)
_AND_NOW = re.compile(
    r"\W*(?:and|so|what about|how about)\W+(?:now|after that|afterwards)\W*", re.IGNORECASE
)
_WRITTEN = re.compile(r"(?<![0-9&])>\s*(?P<file>(?:'[^']*'|[^\s'\"|;&<>()])+)\s*$")
_TITLED = re.compile(r"(?:ps|df|ss|lsof|lsblk|netstat|findmnt)\b(?!.*\|)", re.DOTALL)
_TITLES = re.compile(r"\s*(?:[A-Z%][A-Za-z%()/-]*:?(?:\s+|$)){2,}")
_NUMBER = re.compile(r"\s*\d+(?:\s+\S+)?\s*$")


def derived(text: str, said: Said, *, harmless: bool) -> Document | None:
    """Return the recipe that does what is asked of the command before; None where nothing is.

    `harmless` tells that this command changes nothing, so that it may run again.

    >>> made = derived("how many are there?", Said("", {}, "sort -u a.txt", "x"), harmless=True)
    >>> made.template
    'sort -u a.txt | wc -l'
    >>> made = derived("count them", Said("", {}, "sort a.txt > b.txt", ""), harmless=False)
    >>> made.template
    'wc -l < b.txt'
    """
    kind = _kind(text)
    if kind is None or not said.command:
        return None
    file = written(said.command)
    if file:
        command, phrase = f"wc -l < {shlex.quote(file)}", f"The number of lines in {file}"
        return _recipe(kind, command, phrase) if kind is _COUNT else None
    if not harmless or (kind is _COUNT and _NUMBER.fullmatch(said.output)):
        return None
    titled = kind is _COUNT and _TITLED.match(said.command) and _TITLES.match(said.output)
    command = piped(said.command, f"tail -n +2 | {kind.filter}" if titled else kind.filter)
    return _recipe(kind, command, f"What was printed, {kind.title}")


def written(command: str) -> str:
    """Return the file that a command's output went to; empty where it was printed."""
    found = _WRITTEN.search(command)
    return "".join(shlex.split(found["file"])) if found else ""


def asks_of_result(text: str) -> bool:
    """Whether a text only asks for something of what was printed."""
    return _kind(text) is not None


def _kind(text: str) -> _Derived | None:
    plain = " ".join(text.split())
    return next((each for each in _FILTERS if each.asked.match(plain)), None)


def _recipe(kind: _Derived, command: str, phrase: str) -> Document:
    """Return a recipe without slots; its command is taken as it stands."""
    return Document(
        id=f"derived.{kind.name.replace(' ', '_')}",
        title=f"what was printed {kind.title}",
        text=kind.title,
        source="the command before",
        template=literal(command),
        phrase=literal(phrase),
        score=1.0,
    )


def repeated(text: str, commands: Sequence[str]) -> Document | None:
    """Return the command that shows once more what changed since: "and show the size again".

    `commands` are those of the turn that change nothing, in order, without its last.
    """
    plain = " ".join(text.split())
    if not commands or not (_ONCE_MORE.match(plain) or _AND_NOW.fullmatch(plain)):
        return None
    asked = _Derived("again", _ONCE_MORE, "now", "")
    return _recipe(asked, commands[-1], "What there is now")
