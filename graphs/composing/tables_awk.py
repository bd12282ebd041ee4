"""What is asked of a table, as an awk program: it finds the columns in the header as it runs.

Columns are found without regard to case, in the singular or the plural; where one is missing, the
program says which there are, and exits with 1. Texts are compared without regard to case. A cell in
double quotes may hold the separator, for which gawk is needed (the sandbox's awk), but no line
break. The program is written so that the policy can see that it only reads: it writes to nothing
but its output, and has no `/` or `~`, which in so long a word might be a path.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from runtime.recipes import shell_word

LETTERS = "abcdefg"
"""The variables for columns that are named; so many there can be."""
_CELL = r'function cell(i, s) {s = $i; gsub("^[ \"]+|[ \"\r]+$", "", s); return s}'
_HEAD = (
    'for (i = NF; i; i--) {h = tolower(cell(i)); gsub("[ _-]", "", h); sub("ies$", "y", h); '
    'sub("s$", "", h); at[h] = i}'
)
_SORT = r"sort -s -t $'\t' -k 1,1n -k 2,2n{0} -k 2,2f{0}"
_SIGNS = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}
_SINCE = {">": "after", ">=": "since", "<": "before"}
_KINDS = {"filled": "is not empty", "empty": "is empty", "isn't": "is not",
          "starts": "starts with", "ends": "ends with"}  # fmt: skip
_FOLDED = {"count": "counted", "sum": "total of", "average": "average of", "max": "highest",
           "min": "lowest", "distinct": "different values of",
           "distinct_count": "number of different values of"}  # fmt: skip
_TESTS = {"is": '{} == "{}"', "isn't": '{} != "{}"', "contains": 'index({}, "{}")',
          "starts": 'index({}, "{}") == 1'}  # fmt: skip
_NUMBER = re.compile(r"[1-9]\d*(?:\.\d+)?|0(?:\.\d+)?")


class Condition(NamedTuple):
    """What the cells of a column must be: `kind` as in `tables_words`, `sign` of a comparison."""

    kind: str
    column: str
    values: tuple[str, ...] = ()
    sign: str = ""

    @property
    def says(self) -> str:
        """The condition in words."""
        sign = (_SINCE if self.kind == "since" else _SIGNS).get(self.sign, self.kind)
        joined = (" and " if self.kind == "between" else " or ").join(self.values)
        return " ".join((said(self.column), _KINDS.get(self.kind, sign), joined)).strip()


@dataclass
class Query:
    """What is asked of a table. A column is a name, a number, or `NF` for the last.

    `order` is a column, `down` whether the highest comes first (None: not said), `count` how many
    rows, `last` whether these are the last. `fold` is what is made of `folded`, for each value of
    `group`; `by_key` orders what comes of it by these values. `bare`: the header is not printed;
    `best`: the order and the count are one wish, for the row with the highest value.
    """

    file: str
    separator: str
    bare: bool = False
    conditions: Sequence[Condition] = ()
    order: str | None = None
    down: bool | None = None
    count: int | None = None
    last: bool = False
    best: bool = False
    fold: str | None = None
    folded: str | None = None
    group: str | None = None
    by_key: bool = False
    columns: tuple[str, ...] = ()

    @property
    def wishes(self) -> int:
        """How many wishes combine."""
        wishes = (self.order, self.count, self.fold, self.group, self.columns, self.bare)
        return len(self.conditions) + sum(map(bool, wishes)) - self.best

    @property
    def headed(self) -> bool:
        """Whether the header is printed: not above a result, nor above the cells of one column."""
        return not (self.bare or self.fold or len(self.columns) == 1)

    @property
    def shows(self) -> str:
        """What was understood, in words."""
        where = " and ".join(condition.says for condition in self.conditions)
        end = "last" if self.last else "first"
        parts = (
            f"rows of {self.file}" + (f" where {where}" if where else ""),
            f"{_FOLDED[self.fold]} {said(self.folded)}".strip() if self.fold else "",
            f"for each {said(self.group)}" if self.group else "",
            f"by {said(self.order)}" if self.order else "",
            f"{'highest' if self.down else 'lowest'} first" if self.down is not None else "",
            f"the {end} {self.count}" if self.count else "",
            f"only {', '.join(map(said, self.columns))}" if self.columns else "",
            "without the header" if self.bare else "",
        )
        return ", ".join(filter(None, parts))


def said(column: str | None) -> str:
    """Return a column in words."""
    if column == "NF":
        return "the last column"
    return f"column {column}" if column and column.isdecimal() else column or ""


def command(query: Query) -> str:
    """Return the command for a query.

    >>> command(Query("a.tsv", "\\t", conditions=[Condition("number", "2", ("5",), ">")],
    ...     fold="count")).partition("} NR ")[2]
    '> 1 && cell(2) + 0 > 5 {n++} END {printf "%.10g\\\\n", n}\\' a.tsv'
    """
    return _Program(query).command()


@dataclass
class _Program:
    """Writes the awk program for one query, and what its output goes through."""

    query: Query
    names: dict[str, str] = field(default_factory=dict)

    def command(self) -> str:
        query = self.query
        tests = [self._test(condition) for condition in query.conditions]
        pipes = [_SORT.format("r" * bool(query.down))] * bool(query.order)
        end = ""
        if query.fold:
            more, deed, end = self._fold()
            tests += more
            pipes = _order_of_fold(query)
        elif query.order:
            cell = self._cell(query.order)
            deed = rf'printf "%d\t%s\t%s\n", {cell} == "", {cell}, {self._row}'
        elif query.last:
            deed, end = (
                f"row[++n] = {self._row}",
                (f"for (i = n - {query.count} + 1; i <= n; i++) if (i > 0) print row[i]"),
            )
        else:
            deed = f"print {self._row}"
        if query.count and not query.last:
            pipes.append(f"head -n {query.count + query.headed}")
        if query.order and not query.fold:
            pipes.append("cut -f 3-")
        return " | ".join((self._awk(tests, deed, end), *pipes))

    def _awk(self, tests: list[str], deed: str, end: str) -> str:
        """Return the awk command: what it tests of a row, does with it, and does at the end."""
        head = self._header()
        first = [] if head else ["NR > 1"]
        check = "if (bad) exit 1; " if self.names else ""
        text = " ".join(
            filter(None, (
                head,
                f"{' && '.join(first + tests)} {{{deed}}}".strip(),
                f"END {{{check}{end}}}" if end else "",
            ))
        )  # fmt: skip
        options = {",": "-F ,", ";": "-F ';'"}.get(self.query.separator, r"-F '\t'")
        if "cell(" in text:
            text = f"{_CELL} {text}"
        if self.query.separator != "\t":
            options += f""" -v FPAT='("[^"]*")+|[^{self.query.separator}]*'"""
        return f"awk {options} {shlex.quote(text)} {shell_word('file', self.query.file)}"

    def _header(self) -> str:
        """Return the rule for the first row: it finds the columns, and prints it if wished for."""
        steps = []
        if self.names:
            steps = [_HEAD]
            steps += [f'{letter} = at["{form(name)}"]' for name, letter in self.names.items()]
            said, letters = " or ".join(map(_text, self.names)), " && ".join(self.names.values())
            missing = f'print "no column {said}; there are " $0; bad = 1; exit 1'
            steps.append(f"if (!({letters})) {{{missing}}}")
        if self.query.headed:
            rank = r'"-1\t\t" ' if self.query.order else ""
            steps.append(f"print {rank}{self._row}")
        return f"NR == 1 {{{'; '.join([*steps, 'next'])}}}" if steps else ""

    @property
    def _row(self) -> str:
        """What is printed of a row."""
        if len(self.query.columns) == 1:
            return self._cell(self.query.columns[0])
        return " FS ".join(f"${self._place(column)}" for column in self.query.columns) or "$0"

    def _place(self, column: str) -> str:
        if column == "NF" or column.isdecimal():
            return column
        return self.names.setdefault(column.lower(), LETTERS[len(self.names) % len(LETTERS)])

    def _cell(self, column: str) -> str:
        return f"cell({self._place(column)})"

    def _test(self, condition: Condition) -> str:
        """Return a condition in awk."""
        cell = self._cell(condition.column)
        kind, values = condition.kind, condition.values
        if kind in ("empty", "filled"):
            return f'{cell} {"=" if kind == "empty" else "!"}= ""'
        if kind == "number":
            return _compared(cell, condition.sign, values[0])
        if kind == "between":
            low, high = sorted(values, key=float)
            return f"{_compared(cell, '>=', low)} && {cell} + 0 <= {high}"
        if kind == "since":
            day = f"substr({cell}, 1, {len(values[0])})"
            return f'{cell} != "" && {day} {condition.sign} "{values[0]}"'
        tests = [_text_test(kind, cell, value) for value in values]
        return f"({' || '.join(tests)})" if len(tests) > 1 else tests[0]

    def _fold(self) -> tuple[list[str], str, str]:
        """Return what a row must be to count, what is done with it, and what at the end."""
        query = self.query
        cell = self._cell(query.folded) if query.folded else ""
        group = self._cell(query.group) if query.group else ""
        at = f"[{group}]" if group else ""
        filled = [f'{cell} != ""'] if cell else []
        tests, deed, value = {
            "count": ([], f"n{at}++", "n{}"),
            "sum": ([], f"s{at} += {cell}", "s{}"),
            "average": (filled, f"s{at} += {cell}; n{at}++", "s{0} * n{0} ^ -1"),
            "max": _extreme(cell, at, ">"),
            "min": _extreme(cell, at, "<"),
            "distinct": ([*filled, f"!seen[{cell}]++"], f"print {cell}", ""),
            "distinct_count": (
                [*filled, f"!seen[{f'{group}, ' if group else ''}{cell}]++"], f"n{at}++", "n{}"
            ),
        }[query.fold or "count"]  # fmt: skip
        if not value:
            return tests, deed, ""
        if group:
            kept = value.format("[k]")
            return tests, deed, rf'for (k in {value[0]}) printf "%.10g\t%s\n", {kept}, k'
        printed = rf'printf "%.10g\n", {value.format("")}'
        return (
            tests,
            deed,
            f"if (n) {printed}" if query.fold in ("average", "max", "min") else printed,
        )


def _extreme(cell: str, at: str, sign: str) -> tuple[list[str], str, str]:
    """Return how the highest or the lowest number of a column is kept."""
    kept = f"m{at}"
    return (
        [f'match({cell}, "[0-9]")', f"(!n{at}++ || {cell} + 0 {sign} {kept})"],
        f"{kept} = {cell} + 0",
        "m{}",
    )


def _order_of_fold(query: Query) -> list[str]:
    """Return what puts results in order: the highest first, where nothing else was said."""
    if query.fold == "distinct":
        return ["sort -rf" if query.down else "sort -f"]
    if not query.group:
        return []
    if query.by_key:
        return [r"sort -f -t $'\t' -k 2" + "r" * bool(query.down)]
    return ["sort -g" if query.down is False else "sort -rg"]


def _compared(cell: str, sign: str, number: str) -> str:
    """Return a comparison with a number, which no empty cell passes as a nought."""
    zero = float(number)
    passes = {">": zero < 0, ">=": zero <= 0, "<": zero > 0, "<=": zero >= 0}[sign]
    return f'match({cell}, "[0-9]") && ' * passes + f"{cell} + 0 {sign} {number}"


def _text_test(kind: str, cell: str, value: str) -> str:
    """Return a comparison with a text; with a number where the text is one."""
    cell = f"tolower({cell})"
    if kind in ("is", "isn't") and _NUMBER.fullmatch(value):
        whole, _, part = value.partition(".")
        number = f"{whole}[.]{part}0*" if part.strip("0") else f"{whole}([.]0+)?"
        return f'{"" if kind == "is" else "!"}match({cell}, "^0*{number}$")'
    if kind == "ends":
        end = _text(value.lower())
        return f'substr({cell}, length({cell}) - {len(value) - 1}) == "{end}"'
    return _TESTS[kind].format(cell, _text(value.lower()))


def _text(text: str) -> str:
    """Return a text as it stands between quotes in awk."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def form(name: str) -> str:
    """Return a name as columns are found by it: without case, blanks and plural.

    >>> form("City"), form("prices"), form("Unit price"), form("cities")
    ('city', 'price', 'unitprice', 'city')
    """
    plain = re.sub(r"[ _-]", "", name.lower())
    return _text(re.sub(r"s$", "", re.sub(r"ies$", "y", plain)))
