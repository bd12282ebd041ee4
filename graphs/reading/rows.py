"""What a follow-up asks of a table that was printed: "which of them uses the most memory".

A column is known by its title, or by what is usually asked for by another word: memory is %MEM.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from graphs.reading.about import Said
from graphs.reading.deriving import written
from graphs.reading.lines import core
from graphs.reading.printed import Step, lines_of, piped

_THEM = r"(?:them|these|those|these ones|those ones)"
_MORE = r"most|more|highest|higher|biggest|bigger|largest|larger|greatest|max(?:imum)?|top"
_LESS = r"least|less|lowest|lower|smallest|smaller|fewest|fewer|min(?:imum)?"
_ORDERED = {
    "oldest": ("age", True), "older": ("age", True), "youngest": ("age", False),
    "younger": ("age", False), "cheapest": ("price", False), "cheaper": ("price", False),
    "priciest": ("price", True), "expensive": ("price", True), "fullest": ("use%", True),
    "emptiest": ("use%", False), "heaviest": ("weight", True), "longest": ("length", True),
}  # fmt: skip
_SAME = {
    "memory": ("%mem", "rss", "res", "mem"), "ram": ("%mem", "rss", "res", "mem"),
    "mem": ("%mem", "rss"), "cpu": ("%cpu", "cpu", "c"), "processor": ("%cpu", "cpu"),
    "space": ("avail", "available", "free", "size"), "free": ("avail", "available", "free"),
    "room": ("avail", "available", "free"), "full": ("use%", "capacity"),
    "used": ("used", "use%"), "usage": ("use%", "usage"), "price": ("price", "cost", "amount"),
    "money": ("salary", "pay", "income", "price", "amount"), "earns": ("salary", "pay", "income"),
    "paid": ("salary", "pay"), "pay": ("salary", "pay"), "age": ("age", "year", "born"),
    "length": ("length", "len", "duration"), "pieces": ("qty", "quantity", "count", "stock"),
}  # fmt: skip
_WHICH = (
    r"(?:which|what|who|whose)(?: one| row| line| process| file| entry)?"
    rf"(?: (?:of|from|among) {_THEM})?"
)
_VERB = (
    r"(?:(?:uses?|using|needs?|takes?|has|have|is|eats?|gets?|costs?|with|(?:does )?)(?: up)? )?"
)
_MOST = re.compile(
    rf"(?:{_WHICH}|(?:show (?:me )?|only )?the one)\s+{_VERB}(?:the )?"
    rf"(?P<how>{_MORE}|{_LESS})(?: (?P<what>[\w%]+))?(?: of {_THEM}| now)?"
    rf"|{_WHICH} (?P<verb>earns|costs) (?:the )?(?P<much>{_MORE}|{_LESS})"
    rf"|{_WHICH} is (?:the )?(?:most |more )?(?P<word>{'|'.join(_ORDERED)})(?: one| of {_THEM})?",
    re.IGNORECASE,
)
_SORTED = re.compile(
    rf"(?:sort|order)(?:ed)?(?: (?:{_THEM}|it|that|the (?:rows|lines|list|table)))?"
    r" by (?:the |their )?"
    rf"(?P<what>[\w%]+)(?: column| use| usage)?,?\s*"
    rf"(?P<how>descending|{_MORE}|down|ascending|{_LESS}|up)?"
    r"(?: (?:ones? )?first| order| on top)?",
    re.IGNORECASE,
)
_SUM = re.compile(
    rf"(?:(?:what is|what's|give me|show(?: me)?|and)\s+)?(?:the |their )?"
    r"(?P<how>average|mean|sum|total|maximum|minimum|highest|lowest)(?: of)?(?: the| their)? "
    rf"(?P<what>[\w%]+)(?: column)?(?: of {_THEM}| together| in total)?"
    rf"|(?P<much>how much) (?P<that>[\w%]+) (?:do they|is that|are they|does that|is it)"
    r"(?: (?:use|take|need|have|make|cost))?(?: together| in total| altogether| combined)?",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:(?:what|which)(?: is| are|'s|s)|(?:tell|show|give)(?: me)?|how (?:much|old|big) is)?\s*"
    r"(?:his|her|its|their) (?P<what>[\w%]+(?: (?:and|or) [\w%]+)?)",
    re.IGNORECASE,
)
_OF_ONE = re.compile(
    r"(?:what(?: is|'s)|(?:tell|show|give)(?: me)?) the (?P<what>[\w%]+)"
    r" of (?:the )?(?P<who>[\w.@-]+)"
    r"(?: one| process| row)?",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?:(?:show|give|list|print)(?: me)? )?(?:only|just)(?: show| give| list)?(?: me)?"
    r"(?: the| their)? "
    r"(?P<what>[\w%]+(?:(?:, | and |, and | with )(?:the |their )?[\w%]+)*)(?: columns?| fields?)?",
    re.IGNORECASE,
)
_OF_ROWS = re.compile(r"\.[ct]sv\b")
_VALUE = (
    'function v(t, u) { gsub("[\\", ]", "", t); u = index("kmgt", tolower(substr(t, length(t)))); '
    "return (t + 0) * (u ? 1024 ^ u : 1) }"
)
"""A number as a table shows it: with a percent sign, in quotes, 3.2G."""


class _Table(NamedTuple):
    titles: list[str]
    """In lower case."""
    comma: str
    """What parts the columns; nothing for blanks."""
    laid_out: bool = False
    """Whether it is a file of rows as laid out for reading, whose rows are better taken from it."""


def of_rows(text: str, said: Said) -> Step | None:
    """Return the command that answers of the table that was printed what a text asks.

    >>> said = Said("staff", {}, "cat a.csv", "name,age\\nann,30\\nbob,41")
    >>> of_rows("who is the oldest?", said).shows
    'the row with the most age'
    >>> of_rows("which of them is the tallest?", said)
    """
    wish = core(text)
    table = _table(lines_of(said), from_table=bool(_OF_ROWS.search(said.command)))
    if table is None or written(said.command):
        return None
    found = None if table.laid_out else _MOST.fullmatch(wish)
    if found and len(lines_of(said)) > 2:
        return _row(found, table, said)
    found = None if table.laid_out else _SORTED.fullmatch(wish)
    if found:
        return _in_order(found, table, said)
    found = _SHOWN.fullmatch(wish) or _ASKED.fullmatch(wish)
    if found:
        return _columns(found["what"], table, said)
    found = _OF_ONE.fullmatch(wish)
    if found:
        return _of_one(found, table, said)
    found = None if table.laid_out else _SUM.fullmatch(wish)
    return _total(found, table, said) if found else None


def _table(lines: Sequence[str], *, from_table: bool) -> _Table | None:
    """Return the titles of a table; None for other lines.

    `from_table`: the lines come from a file of rows, so that titles may be in lower case.
    """
    if len(lines) < 2:
        return None
    for comma in (",", ";", "\t"):
        widths = {line.count(comma) for line in lines}
        titles = [title.strip('" ').lower() for title in lines[0].split(comma)]
        if len(widths) == 1 and len(titles) > 1 and not any(map(_is_number, titles)):
            return _Table(titles, comma)
    titles = lines[0].lower().split()
    upper = lines[0].upper() == lines[0] or titles[0] == "filesystem"
    even = {len(line.split()) for line in lines} == {len(titles)} and len(lines) > 2
    if even and from_table and not any(map(_is_number, titles)):
        return _Table(titles, "", laid_out=True)
    wide = all(len(line.split()) >= len(titles) - 1 for line in lines[1:])
    return _Table(titles, "") if upper and wide and len(titles) > 2 else None


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[\d.,%]+", cell) is not None


def _place(word: str, table: _Table) -> int:
    """Return the number of the column that a word means; 0 for none."""
    word = word.lower()
    names = (word, word.rstrip("s"), f"%{word}", *_SAME.get(word, ()))
    return next((table.titles.index(name) + 1 for name in names if name in table.titles), 0)


def _awk(table: _Table, program: str) -> str:
    separator = f"-F '{table.comma}' " if table.comma else ""
    return f"awk {separator}'{_VALUE} {program}'"


def _row(found: re.Match[str], table: _Table, said: Said) -> Step | None:
    word, most = _ORDERED.get((found["word"] or "").lower(), ("", True))
    word = word or found["verb"] or found["what"] or ""
    how = found["how"] or found["much"]
    if how:
        most = re.fullmatch(_MORE, how, re.IGNORECASE) is not None
    place = _place(word, table)
    if not place:
        return None
    test = f"v(${place}) {'>' if most else '<'} m"
    program = (
        f"NR == 1 {{ print; next }} !n++ || {test} {{ m = v(${place}); r = $0 }} END {{ print r }}"
    )
    shows = f"the row with the {'most' if most else 'least'} {table.titles[place - 1]}"
    return Step(piped(said.command, _awk(table, program)), shows)


def _in_order(found: re.Match[str], table: _Table, said: Said) -> Step | None:
    place = _place(found["what"], table)
    how = found["how"] or ("most" if table.titles[place - 1].startswith("%") else "")
    down = re.fullmatch(rf"{_MORE}|descending|down", how, re.IGNORECASE) is not None
    if not place:
        return None
    comma = f"-t '{table.comma}' " if table.comma else ""
    cells = [_cells(line, table) for line in lines_of(said)[1:]]
    number = all(re.match(r"[\d.,]", row[place - 1]) for row in cells if len(row) >= place)
    kind = ("h" if number else "f") + ("r" if down else "")
    order = f"sort {comma}-k {place},{place}{kind}"
    rows = f"{{ IFS= read -r head; printf '%s\\n' \"$head\"; {order}; }}"
    return Step(piped(said.command, rows), f"the same, by {table.titles[place - 1]}")


def _columns(what: str, table: _Table, said: Said) -> Step | None:
    """Return the columns that are named, each of which must be there."""
    words = re.split(r"(?:,| and | with )+\s*(?:the |their )?", what)
    places = [_place(word.strip(), table) for word in words]
    if not all(places):
        return None
    if table.comma:
        listed = f" {table.comma!r} ".join(f"${place}" for place in places).replace("'", '"')
        return Step(
            piped(said.command, f"awk -F '{table.comma}' '{{ print {listed} }}'"), f"only {what}"
        )
    # The last column may hold blanks.
    rest = [f'for (i = {n}; i <= NF; i++) printf "%s ", $i' if n == len(table.titles)
            else f'printf "%s ", ${n}' for n in places]  # fmt: skip
    shown = "; ".join(rest)
    return Step(piped(said.command, f"awk '{{ {shown}; print \"\" }}'"), f"only {what}")


def _of_one(found: re.Match[str], table: _Table, said: Said) -> Step | None:
    """Return a column of the one row that has a word: "the pid of the java one"."""
    rows = [
        line
        for line in lines_of(said)[1:]
        if re.search(rf"\b{re.escape(found['who'])}\b", line, re.I)
    ]
    if len(rows) != 1:
        return None
    word = shlex.quote(found["who"])
    kept = f"awk -v w={word} 'NR == 1 || index(tolower($0), tolower(w))'"
    return _columns(found["what"], table, replace(said, command=piped(said.command, kept)))


def _cells(line: str, table: _Table) -> list[str]:
    return line.split(table.comma) if table.comma else line.split()


def _total(found: re.Match[str], table: _Table, said: Said) -> Step | None:
    word = found["what"] or found["that"]
    place = _place(word, table)
    if not place:
        return None
    how = (found["how"] or "total").lower()
    ends = "if (!n++) a = b = x; if (x > a) a = x; if (x < b) b = x"
    first = f"NR > 1 {{ x = v(${place}); s += x; {ends} }}"
    answer = {
        "average": "s * n ^ -1", "mean": "s * n ^ -1", "maximum": "a", "highest": "a",
        "minimum": "b", "lowest": "b",
    }.get(how, "s")  # fmt: skip
    program = f'{first} END {{ if (n) printf "%.10g\\n", {answer} }}'
    return Step(piped(said.command, _awk(table, program)), f"{how} of {table.titles[place - 1]}")
