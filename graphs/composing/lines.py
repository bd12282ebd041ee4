"""Lines of a text file: which of them, in what order, how many, how often, which word of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from graphs.composing.lines_choices import Choice, choices
from graphs.composing.lines_words import LANGUAGE, REPEATED
from graphs.composing.reading import PLACES, Composed, Said, by_part, read
from runtime.recipes import shell_word

_TABLE = re.compile(r"\.(?:csv|tsv)$", re.IGNORECASE)
_ORDERS = ("sort", "number_sort", "field_sort", "length_sort", "frequency", "twice")
_SIDES = frozenset("down back falling big small".split())
_MEANT = re.compile("[a-z]+(?:s|ing)")
"""What lines "with umlauts" have, or "without sorting"; "with ERROR" is a text."""
_ANY_CASE = re.compile(r"\bcase[ -]insensitive(?:ly)?\b", re.IGNORECASE)
_ORDER_SAID = re.compile(r"\b(?:sort|order|numeric|alphabetic|reverse|backward|newest|latest)")
_CUT_SAID = re.compile(r"\b(?:first|last|top|bottom|only|just|at most) (?:\d|[a-z]+\b)")
_SHOWN = {"unique": "each once", "frequency": "how often each occurs", "back": "the last first",
          "twice": "those that occur more than once", "sort": "sorted", "count": "counted",
          "number_sort": "sorted by number", "length_sort": "sorted by length",
          "field_sort": "sorted by a word", "down": "downwards", "falling": "downwards",
          "big": "the biggest first", "small": "the smallest first",
          "numbered": "with line numbers"}  # fmt: skip


class _Cut(NamedTuple):
    """Which end of the lines is wanted, and how many."""

    end: str
    number: str

    @property
    def command(self) -> str:
        """The command that leaves only these."""
        return f"{'tail' if self.end == 'last' else 'head'} -n {self.number}"


def compose(text: str) -> Composed | None:
    """Return the command for a request about a file's lines; None where a word is not understood.

    >>> made = compose("how many lines of a.log contain ERROR but not timeout")
    >>> made.command
    'grep -F -- ERROR a.log | grep -cvF -- timeout'
    >>> made.shows
    'lines of a.log, with ERROR, without timeout, counted'
    >>> compose("how many red lines of a.log contain ERROR")
    """
    of = _said(text)
    once = all(len(found) == 1 for part, found in of.items() if part not in REPEATED)
    wishes = sum(len(found) for part, found in of.items() if part not in ("file", "anycase"))
    kept = choices(of)
    if kept is None or len(of.get("file", ())) != 1 or not once or wishes < 2:
        return None
    file = of["file"][0][0]
    steps = _steps(of, kept, cut_first=_cut_first(text.lower())) if _possible(of, file) else []
    if not steps:
        return None
    place = shell_word("file", file)
    opened = f"{steps[0]} < {place}" if steps[0] == "wc -l" else f"{steps[0]} {place}"
    return Composed(" | ".join((opened, *steps[1:])), _shows(of, kept, file))


def _said(text: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the values of each part that was said; nothing where a word is not understood."""
    pieces = read(_ANY_CASE.sub("ignoring case", text), LANGUAGE) or ()
    of = by_part((piece.part, piece.values) for piece in pieces)
    if any(part in of for part in _ORDERS if part != "sort"):
        of.pop("sort", None)
    if {"unique", "count"} <= of.keys():
        of.pop("sort", None)
    if "sort" in of and {"big", "small"} & of.keys():
        of["number_sort"] = of.pop("sort")
    for part, meant in (("with", "has"), ("with any", "any"), ("without", "lacks")):
        given = of.pop(part, [])
        if any(_MEANT.fullmatch(value) for values in given for value in values):
            return {}
        if given:
            of[meant] = [*of.get(meant, []), *given]
    return of


def _possible(of: Said, file: str) -> bool:
    """Whether the wishes go together: one order at most, numbers only of lines as they stand."""
    orders = [part for part in _ORDERS if part in of]
    sides = _SIDES & of.keys()
    counted = "count" in of and (sides or (orders and orders != ["twice"]))
    apart = {"unique", "field", "ends_of", "count", "back", *orders}
    numbered = "numbered" in of and apart & of.keys()
    again = {"frequency", "twice"} & of.keys()
    cuts = {"cut", "cut_one", "ends_of"} & of.keys()
    return not (
        len(orders) > 1
        or len(sides) > 1
        or len(cuts) > 1
        or ("ends_of" in of and "range" in of)
        or counted
        or numbered
        or (again and ("unique" in of or sides))
        or (sides - {"back"} and not orders)
        or ("falling" in of and "sort" in of)
        or ({"field", "field_sort"} & of.keys() and _TABLE.search(file))
        or any(values[-1].lower() == "last" for values in of.get("field_sort", ()))
    )


def _cut_first(text: str) -> bool:
    """Whether "the first 10" is said before "sorted"."""
    order, cut = _ORDER_SAID.search(text), _CUT_SAID.search(text)
    return bool(order and cut and cut.start() < order.start())


def _steps(of: Said, kept: Sequence[Choice], *, cut_first: bool) -> list[str]:
    """Return the commands that the lines go through; none where it is not clear in which order."""
    cut, order = _cut(of), _order(of)
    if "numbered" in of:
        steps = _numbered(of, kept)
        return [*steps, cut.command] if steps and cut else steps
    steps = [*_within(of), *(choice.command for choice in kept), *_field(of)]
    if "count" in of:
        # "How many of the first 10": these ten are looked at, not counted.
        steps = [cut.command, *steps] if cut and cut.end in ("first", "last") else steps
        return [] if cut and cut.end == "top" else _counted([*steps, *order], of)
    if "unique" in of:
        order = ["sort -u"] if order == ["sort"] else ["awk '!seen[$0]++'", *order]
    if cut is None:
        return [*steps, *order]
    if order == ["tac"] and (cut.end == "last" or cut_first):
        return [*steps, cut.command, "tac"]
    ordered = any(part in of for part in (*_ORDERS, "back"))
    if ordered and (cut.end == "last" or (cut_first and cut.end == "first")):
        return []
    return [*steps, *order, cut.command]


def _cut(of: Said) -> _Cut | None:
    """Return which end of the result is wanted; "only 5" are as well the top 5."""
    for values in (*of.get("cut", ()), *((*one, "1") for one in of.get("cut_one", ()))):
        end = values[0].lower() if len(values) > 1 else "top"
        return _Cut({"bottom": "last"}.get(end, end), values[-1])
    return None


def _within(of: Said) -> list[str]:
    """Return what leaves the part of the file that is looked at."""
    for first, last in of.get("range", ()):
        return [f"sed -n {first},{last}p"]
    for end, count in of.get("ends_of", ()):
        return [_Cut(end.lower(), count).command]
    return []


def _field(of: Said) -> list[str]:
    """Return what leaves one word of each line."""
    for (said,) in of.get("field", ()):
        place = PLACES.get(said.lower(), said)
        return [f"awk 'NF{f' >= {place}' if place != 'NF' else ''} {{print ${place}}}'"]
    return []


def _order(of: Said) -> list[str]:
    """Return what puts the lines in order, or counts them by their text."""
    back = "r" * bool((_SIDES - {"small"}) & of.keys())
    if "sort" in of:
        return ["sort -r" if back else "sort"]
    if "number_sort" in of:
        return [f"sort -{back}n"]
    for values in of.get("field_sort", ()):
        place = PLACES.get(values[-1].lower(), values[-1])
        # By number where these are numbers, then as text.
        return [f"sort -k {place},{place}n{back} -k {place},{place}{back}"]
    for values in of.get("length_sort", ()):
        back = back or "r" * ("longest" in map(str.lower, values))
        return [r"""awk '{print length "\t" $0}'""", f"sort -s -k 1,1n{back}", "cut -f 2-"]
    if "frequency" in of:
        return ["sort", "uniq -c", "sort -rn"]
    if "twice" in of:
        return ["sort", "uniq -d"]
    return ["tac"] if back else []


def _counted(steps: list[str], of: Said) -> list[str]:
    """Return what counts the lines that are left: the last grep itself, where there is one."""
    if "unique" in of:
        return [*steps, "sort -u", "wc -l"]
    if steps and steps[-1].startswith("grep "):
        return [*steps[:-1], _flagged(steps[-1], "c")]
    return [*steps, "wc -l"]


def _flagged(grep: str, flag: str) -> str:
    """Return a grep with one more flag."""
    return re.sub(
        r"^grep (?:-(?=[A-Za-z])|)", lambda m: f"grep -{flag}{' ' * (m[0] == 'grep ')}", grep
    )


def _numbered(of: Said, kept: Sequence[Choice]) -> list[str]:
    """Return what leaves lines with their numbers; none where a test would read these as well."""
    if not kept:
        return ["nl -ba", *_within(of)]
    first, *more = kept
    if first.looks == "line" or any(c.looks != "text" or re.search(r"\d", c.says) for c in more):
        return []
    numbered = _flagged(first.command, "n")
    lines = [f"awk -F : '$1 >= {a} && $1 <= {b}'" for a, b in of.get("range", ())]
    return [numbered, *(choice.command for choice in more), *lines]


def _shows(of: Said, kept: Sequence[Choice], file: str) -> str:
    """Return what was understood, in words."""
    lines = [f"lines {first} to {last} of {file}" for first, last in of.get("range", ())]
    parts = [*(lines or [f"lines of {file}"])]
    parts += [f"only the {end.lower()} {n} lines" for end, n in of.get("ends_of", ())]
    parts += [choice.says for choice in kept]
    parts += ["in upper or lower case"] * ("anycase" in of)
    parts += [f"word {PLACES.get(said.lower(), said)} of each" for (said,) in of.get("field", ())]
    parts += [words for part, words in _SHOWN.items() if part in of]
    cut = _cut(of)
    return ", ".join([*parts, *([f"the {cut.end} {cut.number}"] if cut else [])])
