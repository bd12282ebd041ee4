"""The tables of programs in `programs/*.yaml`: which options are known and what they do.

A row's kind is one of
- `read`: only looks, as long as every option is in the row;
- `change`: changes something; always asked, and the row says how to put it to a person;
- `wrapper`: runs another program, named in its operands;
- `code`: runs code that is not inspected.

`flags` take no value, `values` take one, `optional` may, `pairs` take two. `paths` are those whose
value is a file that is read, `runs` those whose value is a command, `pattern` those that stand
for the pattern which is else the first operand. `lists`: shows names and sizes, no contents.
`version`: words of which one alone only makes the program say which version it is. `absolute`:
an operand that starts with a slash is a file, any other may be something else.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from runtime.yaml_files import parse_yaml
from tools.bash.policy.words import Word


@dataclass(frozen=True)
class Change:
    """Options of a reading program that make it change something."""

    when: frozenset[str]
    does: str
    phrase: str
    writes: str = "operands"
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """What is known of one program, or of one subcommand (`git log`)."""

    name: str
    kind: str = "read"
    flags: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    pattern: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    version: frozenset[str] = frozenset()
    lists: bool = False
    absolute: bool = False
    digits: bool = False
    any_flags: bool = False
    words: bool = False
    harmless: bool = False
    operands: str = "any"
    most: int | None = None
    require: frozenset[str] = frozenset()
    check: str = ""
    skip: int = 0
    subcommands: bool = False
    changes: tuple[Change, ...] = ()
    does: str = ""
    phrase: str = ""
    writes: str = "operands"
    network: bool = False
    privilege: bool = False
    should_allow: tuple[str, ...] = ()
    should_not_allow: tuple[str, ...] = ()


@dataclass
class Arguments:
    """A program's words, sorted. `rest` is what follows the first operand of a wrapper.

    `piped`: the output goes into a pipe, a file or a substitution, never to a terminal.
    """

    options: list[tuple[str, Word | None]] = field(default_factory=list)
    operands: list[Word] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    free: list[Word] = field(default_factory=list)
    rest: list[Word] = field(default_factory=list)
    piped: bool = False

    def has(self, *names: str) -> bool:
        """Return whether one of the options was given."""
        return any(name in names for name, _ in self.options)

    def value(self, *names: str) -> Word | None:
        """Return the value of the last of the options that was given."""
        found = [value for name, value in self.options if name in names]
        return found[-1] if found else None


@cache
def rows() -> Mapping[str, Row]:
    """Return all rows by name, read once from the package's data files."""
    found: dict[str, Row] = {}
    folder = importlib.resources.files("tools.bash.policy").joinpath("programs")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            for entry in _load(file.read_text("utf-8")):
                for name in str(entry["name"]).split(","):
                    row = _row(name.strip(), entry)
                    if row.name in found:
                        raise ValueError(f"{file.name}: a second row for {row.name}")
                    found[row.name] = row
    return found


def _load(text: str) -> list[dict[str, Any]]:
    return list(parse_yaml(text) or [])


_SETS = ("flags", "values", "optional", "pairs", "require", "paths", "pattern", "runs", "version")


def _row(name: str, entry: Mapping[str, Any]) -> Row:
    sets: dict[str, Any] = {key: _options(entry.get(key)) for key in _SETS}
    sets["values"] |= sets["runs"]
    for change in entry.get("changes", ()):
        if change.get("writes") == "value":
            sets["values"] |= _options(change["when"])
    changes = tuple(
        Change(
            _options(change["when"]),
            change["does"],
            change["phrase"],
            change.get("writes", "operands"),
            _options(change.get("unless")),
        )
        for change in entry.get("changes", ())
    )
    plain: dict[str, Any] = {
        key: entry[key]
        for key in (
            "kind digits any_flags words harmless lists absolute operands most check skip "
            "subcommands does phrase writes network privilege"
        ).split()
        if key in entry
    }
    examples: dict[str, Any] = {
        key: tuple(entry.get(key) or ()) for key in ("should_allow", "should_not_allow")
    }
    return Row(name=name, changes=changes, **sets, **plain, **examples)


def _options(text: object) -> frozenset[str]:
    """Read a list of options; `-abc` in a table stands for -a, -b and -c, `=-x` for the word -x."""
    out: set[str] = set()
    for word in str(text or "").split():
        if word.startswith("="):
            out.add(word[1:])
        elif word.startswith("-") and not word.startswith("--"):
            out |= {f"-{char}" for char in word[1:]}
        else:
            out.add(word)
    return frozenset(out)


def sort_words(row: Row, words: Sequence[Word], *, stop: bool = False) -> Arguments:
    """Sort a program's words by its row. `stop` ends the options at the first operand."""
    if row.operands == "raw":
        return Arguments(operands=list(words))
    arguments = Arguments()
    queue = list(words)
    ended = False
    while queue:
        word = queue.pop(0)
        head = word.prefix
        option = not ended and head.startswith("-") and word.text != "-"
        if not ended and word.free:
            arguments.free.append(word)
        if word.text == "--" and not ended:
            ended = True
        elif option and row.words:
            _exact(row, word, queue, arguments)
        elif option and head.startswith("--"):
            _long(row, word, queue, arguments)
        elif option:
            _short(row, word, queue, arguments)
        elif stop:
            arguments.operands.append(word)
            arguments.rest = queue
            break
        else:
            arguments.operands.append(word)
    return arguments


def _known(row: Row, name: str) -> bool:
    return name in row.flags or name in row.optional or any(name in c.when for c in row.changes)


def _take(name: str, queue: list[Word], arguments: Arguments) -> None:
    if not queue:
        arguments.unknown.append(f"{name} without its value")
        return
    value = queue.pop(0)
    if value.splits:
        arguments.free.append(value)
    arguments.options.append((name, value))


def _exact(row: Row, word: Word, queue: list[Word], arguments: Arguments) -> None:
    name = word.text or word.shown
    if word.text is not None and name in row.values:
        _take(name, queue, arguments)
    elif word.text is not None and _known(row, name):
        arguments.options.append((name, None))
    else:
        arguments.unknown.append(name)


def _long(row: Row, word: Word, queue: list[Word], arguments: Arguments) -> None:
    name, equals, _ = word.prefix.partition("=")
    if equals:
        value = word.after(len(name) + 1)
        if value.splits:
            arguments.free.append(value)
        if name in row.values or name in row.optional or any(name in c.when for c in row.changes):
            arguments.options.append((name, value))
        else:
            arguments.unknown.append(name)
    elif word.text is None:
        arguments.unknown.append(word.shown)
    elif name in row.pairs:
        _take(name, queue, arguments)
        _take(name, queue, arguments)
    elif name in row.values:
        _take(name, queue, arguments)
    elif row.any_flags or _known(row, name):
        arguments.options.append((name, None))
    else:
        arguments.unknown.append(name)


def _short(row: Row, word: Word, queue: list[Word], arguments: Arguments) -> None:
    letters = word.prefix
    at = 1
    while at < len(letters):
        name = f"-{letters[at]}"
        tail = word.after(at + 1)
        at += 1
        if name in row.values:
            if tail.pieces and tail.shown:
                if tail.splits:
                    arguments.free.append(tail)
                arguments.options.append((name, tail))
            else:
                _take(name, queue, arguments)
            return
        if name in row.optional:
            arguments.options.append((name, tail))
            if word.text is None:
                arguments.unknown.append(word.shown)
            return
        if (row.digits and name[1].isdigit()) or row.any_flags or _known(row, name):
            arguments.options.append((name, None))
        else:
            arguments.unknown.append(name)
            return
    if word.text is None:
        arguments.unknown.append(word.shown)
