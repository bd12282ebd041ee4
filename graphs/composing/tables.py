"""Tables in files with a header: which rows, in what order, how many, what they add up to.

A column is said by its name ("price"), its number ("column 3") or its place ("the last column").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from graphs.composing.reading import PLACES, Composed, Piece, Said, by_part, read
from graphs.composing.tables_awk import LETTERS, Condition, Query, command
from graphs.composing.tables_words import LANGUAGE

_FOLDS = ("count", "average", "sum", "max", "min", "distinct", "distinct_count")
_CONDITIONS = frozenset(
    "filled empty between since number many older starts ends contains isn't is".split()
)
_LOW = re.compile("lowest|smallest|least|min|fewest|oldest|earliest")
_RESULTS = frozenset("count number average mean total sum frequency amount".split())
_SPAN = re.compile("(?:year|month|week|day|hour|minute|weekday)s?", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_SEPARATORS = {"csv": ",", "tsv": "\t", "tab": "\t", "semicolon": ";"}
_NOUNS = (
    "people|persons|customers|users|employees|students|products|items|orders|entries|records|lines"
    "|visitors|payments|sales|tickets|members|books|players|invoices|those|ones"
)
_PRICED = {"most expensive": "highest", "cheapest": "lowest"}
_AHEAD = (
    r"most expensive|cheapest|"
    r"how many|number of|count(?: the)?|all(?: the)?|the|only|just|which|list|show(?: me)?|get|find"
    r"|give me|\d+|rows of|for|(?<!sum )(?<!total )(?<!average )of|(?:top|first|last) \w+"
)
_BEHIND = (
    "whose|where|who|with|that|which|having|have|has|per|for each|in|from|of|sorted|sort|ordered"
    "|by|are|is|were|without|grouped|there|older|younger"
)


def compose(text: str) -> Composed | None:
    """Return the command for a request about a table; None where it is not understood whole.

    >>> made = compose("how many rows of a.tsv have a price over 5")
    >>> made.shows
    'rows of a.tsv where price over 5, counted'
    >>> compose("how many red rows of a.tsv have a price over 5")
    """
    name = re.search(r"([\w-]+)\.(?:csv|tsv)\b", text)
    if name is None and "separated" not in text:
        return None
    pieces = read(_rows(text, name[1] if name else "rows"), LANGUAGE)
    query = _query(pieces) if pieces else None
    if query is None or query.wishes < 2:
        return None
    return Composed(command(query), query.shows)


def _rows(text: str, stem: str) -> str:
    """Return a text that calls rows rows, not "orders", and whose signs stand by themselves."""
    text = re.sub(r"(?<=[A-Za-z_])(==?|!=|>=?|<=?)(?=\w)", r" \1 ", text)
    text = re.sub(
        rf"(^|\b(?:{_AHEAD}) )(?:{_NOUNS}|{re.escape(stem)})(?= (?:{_BEHIND})\b|[,?.:]?$|,)",
        r"\1rows",
        text,
        flags=re.IGNORECASE,
    )
    for words, meant in _PRICED.items():
        text = re.sub(rf"\b(\d+|[a-z]+) {words} rows\b", rf"\1 rows with the {meant} price", text)
    return text


def _query(pieces: Sequence[Piece]) -> Query | None:
    """Return what is asked of a table; None where that is two things, or of two files."""
    of = by_part((piece.part, piece.values) for piece in pieces)
    once = all(len(found) == 1 for part, found in of.items() if part not in _CONDITIONS)
    separator = _separator(of)
    if not once or separator is None:
        return None
    conditions = [_condition(piece) for piece in pieces if piece.part in _CONDITIONS]
    query = Query(
        of["file"][0][0],
        separator,
        bare="bare" in of,
        conditions=[condition for condition in conditions if condition],
        columns=tuple(_column(value) for value in of.get("shown", [()])[0]),
    )
    understood = all(conditions) and _fold(of, query) and _order(of, query) and _count(of, query)
    return query if understood and _possible(query) else None


def _possible(query: Query) -> bool:
    """Whether the wishes go together, and the program has variables for the columns."""
    if query.fold and (query.columns or query.bare or query.last):
        return False
    if query.fold not in (None, "distinct") and not query.group and (query.count or query.order):
        return False
    if query.last and query.order:
        return False
    return len(query.conditions) + len(query.columns) + 3 <= len(LETTERS)


def _separator(of: Said) -> str | None:
    """Return what stands between the cells of the file; None where that is not known."""
    if "file" not in of:
        return None
    if "separator" in of:
        return _SEPARATORS[of["separator"][0][0].lower()]
    return _SEPARATORS.get(of["file"][0][0].lower().rpartition(".")[2])


def _column(said: str) -> str:
    return PLACES.get(said.lower(), said)


def _condition(piece: Piece) -> Condition | None:
    """Return a condition; None where its value cannot be compared like that."""
    if piece.part == "older":
        return Condition("number", "age", piece.values, piece.gives)
    column, *values = piece.values
    if piece.part == "many":
        number, column = piece.values
        return Condition("number", column, (number,), piece.gives) if _is_number(number) else None
    if piece.part in ("number", "between") and not all(map(_is_number, values)):
        return None
    if piece.part == "since" and not _DAY.fullmatch(values[0]):
        return None
    return Condition(piece.part, _column(column), tuple(values), piece.gives)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+(?:\.\d+)?", text))


def _fold(of: Said, query: Query) -> bool:
    """Take over what is made of the rows; False where it is two things."""
    folds = [part for part in _FOLDS if part in of]
    grouping = of.get("group", ()) or (of.get("by", ()) if folds else ())
    if "leading" in of:
        if folds or grouping:
            return False
        count, group, how, column = of["leading"][0]
        how = how.lower().removesuffix(" of")
        query.fold, query.folded = {"total": "sum", "mean": "average"}.get(how, how), column
        query.group, query.count, query.down = group, int(count), True
        return count.isdecimal()
    if len(folds) > 1 or (grouping and not folds):
        return False
    if folds:
        query.fold = folds[0]
        query.folded = _column(of[folds[0]][0][0]) if of[folds[0]][0] else None
    if grouping:
        query.group = _column(grouping[0][0])
    # A day or a month may be a part of a date instead of a column.
    return not (query.group and (query.fold == "distinct" or _SPAN.fullmatch(query.group)))


class _Sorting(NamedTuple):
    """What rows are sorted by, and whether the highest comes first (None: not said)."""

    column: str | None
    down: bool | None


def _order(of: Said, query: Query) -> bool:
    """Take over the order; False where it is said twice, or of something else than what is made."""
    ways = [part for part in ("order", "high_first", "low_first", "best") if part in of]
    if "by" in of and not query.group:
        ways.append("by")
    sides = [part for part in ("down", "up") if part in of]
    if len(ways) > 1 or len(sides) > 1 or (sides and ways and ways[0] not in ("order", "by")):
        return False
    sorting = _sorting(of, ways[0] if ways else "", sides)
    if query.fold and sorting.column is not None:
        by_group = query.group and sorting.column == query.group
        if not by_group and sorting.column not in (query.folded, *_RESULTS):
            return False
        query.by_key, sorting = bool(by_group), sorting._replace(column=None)
    if "by_name" in of:
        if query.group is None and query.fold != "distinct":
            return sorting.column is not None
        query.by_key = True
    if sorting.column is None and sorting.down is not None and not query.fold:
        return False
    query.order = sorting.column
    query.down = query.down if sorting.down is None else sorting.down
    return True


def _sorting(of: Said, way: str, sides: Sequence[str]) -> _Sorting:
    """Return the order that one way of saying it, and one of saying which end is first, mean."""
    if not way:
        return _Sorting(None, sides[0] == "down" if sides else None)
    column = _column(of[way][0][-1])
    if way in ("high_first", "low_first"):
        return _Sorting(column, way == "high_first")
    if way == "best":
        return _Sorting(column, not _LOW.search(of[way][0][-2].lower()))
    top = any(values[0].lower() == "top" for values in of.get("limit", ()))
    return _Sorting(column, sides[0] == "down" if sides else True if top else None)


def _count(of: Said, query: Query) -> bool:
    """Take over how many rows are wanted; False where the number is none, or said twice."""
    said = [of[part][0] for part in ("limit", "last") if part in of]
    if "best" in of:
        query.best = True
        said.append(of["best"][0][:1] if len(of["best"][0]) == 3 else ("1",))
    if not said:
        return True
    if len(said) > 1 or query.count or not said[0][-1].isdecimal() or said[0][-1] == "0":
        return False
    query.count, query.last = int(said[0][-1]), "last" in of
    return True
