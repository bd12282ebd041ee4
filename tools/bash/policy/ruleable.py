"""Reads one command for rules: a program, its options, what is fixed, and the paths it changes.

Stricter than the judgement: only programs of `ruleable.yaml`, only their listed options, and
every word must be certain before anything runs. What cannot be read so has no reading, and no
rule about folders covers it.
"""

from __future__ import annotations

import importlib.resources
import itertools
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from runtime.yaml_files import parse_yaml
from tools.bash.policy import places
from tools.bash.policy.review import BIN
from tools.bash.policy.scripts import sed_problem
from tools.bash.policy.syntax import Redirect
from tools.bash.policy.words import Word

OVERWRITE, APPEND = ">", ">>"
_OPERATORS = {">": OVERWRITE, ">|": OVERWRITE, "&>": OVERWRITE, ">>": APPEND, "&>>": APPEND}
_NEVER = ("dev", "proc", "sys")
_OTHERWISE = frozenset(("-o", "-or", "!", "-not", "(", ")"))


@dataclass(frozen=True)
class Ruleable:
    """A row of `ruleable.yaml`."""

    name: str
    does: str = ""
    note: str = ""
    fixed: int = 0
    like: str = ".*"
    script: bool = False
    expression: bool = False
    require: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    covers: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a command does, as far as rules look: all of `paths` are changed.

    `options` are sorted, with `=` before a value. `inside` is whether a path may be the
    folder itself, because what stands at it stays.
    """

    program: str
    options: tuple[str, ...]
    fixed: tuple[str, ...]
    paths: tuple[Word, ...]
    inside: bool = False


@cache
def table() -> Mapping[str, Ruleable]:
    """Return the rows by program, read once from the package's data file."""
    file = importlib.resources.files("tools.bash.policy").joinpath("ruleable.yaml")
    found: dict[str, Ruleable] = {
        mark: Ruleable(mark, does)
        for mark, does in ((OVERWRITE, "writing output into"), (APPEND, "appending output to"))
    }
    for entry in parse_yaml(file.read_text("utf-8")):
        for name in str(entry["name"]).split(","):
            found[name] = _row(name, entry)
    return found


def _row(name: str, entry: Mapping[str, Any]) -> Ruleable:
    sets: dict[str, Any] = {
        key: frozenset(str(entry.get(key, "")).split())
        for key in ("require", "flags", "values", "last", "words")
    }
    plain: dict[str, Any] = {
        key: entry[key] for key in ("note", "fixed", "like", "script", "expression") if key in entry
    }
    examples: dict[str, Any] = {
        key: tuple(text.replace("@", name) for text in entry.get(key, ()))
        for key in ("covers", "leaves")
    }
    return Ruleable(name=name, **sets, **plain, **examples)


def read_call(words: Sequence[Word]) -> Reading | None:
    """Read a simple command; None where no rule about folders could cover it."""
    if not words or not all(_certain(word) for word in words):
        return None
    folder, name = posixpath.split(words[0].text or "")
    row = table().get(name)
    if row is None or name in (OVERWRITE, APPEND) or folder not in ("", *BIN):
        return None
    return _expression(row, words[1:]) if row.expression else _operands(row, words[1:])


def read_redirect(redirect: Redirect) -> Reading | None:
    """Read a redirection of output to a named file; None for any other."""
    word, mark = redirect.target, _OPERATORS.get(redirect.operator)
    if mark is None or word is None or word.text is None or not _certain(word):
        return None
    return Reading(mark, (), (), (word,))


def under(word: Word, folder: str, *, inside: bool = False) -> bool:
    """Whether a path is certain to lie below `folder`, as far as its text tells.

    `/` is every place but the devices and the kernel's own folders. `inside` takes the folder
    itself as well. Links on the disk are not looked at.
    """
    text = word.shown
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not _plain_start(word, anywhere=folder == "/") or not parts:
        return False
    if any(part == ".." or not _certain_match(part) for part in parts):
        return False
    if text.startswith("/") and (parts[0] in _NEVER or set("*?[") & set(parts[0])):
        return False
    if folder == "/":
        return True
    above = folder.strip("/").split("/")
    return parts[: len(above)] == above and (inside or len(parts) > len(above))


def _plain_start(word: Word, *, anywhere: bool) -> bool:
    """Whether a word is an absolute path, or (anywhere) at least surely no option."""
    start = word.prefix
    if start.startswith("//"):
        return False
    return start.startswith("/") or (anywhere and bool(start) and start[0] not in "-~")


def _certain_match(part: str) -> bool:
    """Whether a part of a path with a pattern can match neither `..` nor several levels."""
    if not set("*?[") & set(part):
        return True
    return part[0] not in ".[" and "**" not in part


def _certain(word: Word) -> bool:
    return all(piece.kind in ("text", "glob") for piece in word.pieces)


def _operands(row: Ruleable, words: Sequence[Word]) -> Reading | None:
    options: set[str] = set()
    operands: list[Word] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word.text == "--":
            operands += queue
            break
        if not word.prefix.startswith("-"):
            operands.append(word)
            continue
        found = _option(row, word.text, queue)
        if found is None:
            return None
        options |= found
    fixed, paths = operands[: row.fixed], operands[row.fixed :]
    if not paths or any(word.text is None for word in fixed) or _secret(paths):
        return None
    if row.require and not options & row.require:
        return None
    texts = tuple(word.text or "" for word in fixed)
    if not all(re.fullmatch(row.like, text, re.DOTALL) for text in texts):
        return None
    if row.script and any(sed_problem(text) for text in texts):
        return None
    return Reading(row.name, tuple(sorted(options)), texts, tuple(paths))


def _secret(paths: Sequence[Word]) -> bool:
    """Whether one of the paths may be one of those that are asked about even to be read."""
    return any(places.secret(path, ("/workspace",)) for path in paths)


def _option(row: Ruleable, text: str | None, queue: list[Word]) -> set[str] | None:
    """Return the options in one word, `name=value` for those with a value; None if unknown."""
    if text is None or text == "-":
        return None
    if text.startswith("--"):
        name, equals, value = text.partition("=")
        if equals:
            return {text} if name in row.values and value else None
        if name in row.values:
            return _valued(name, queue)
        return {name} if name in row.flags | row.last else None
    found: set[str] = set()
    for at in range(1, len(text)):
        name, tail = f"-{text[at]}", text[at + 1 :]
        if name in row.values:
            more = {f"{name}={tail}"} if tail else _valued(name, queue)
            return found | more if more is not None else None
        if name not in row.flags and (name not in row.last or tail):
            return None
        found.add(name)
    return found


def _valued(name: str, queue: list[Word]) -> set[str] | None:
    value = queue.pop(0).text if queue else None
    return {f"{name}={value}"} if value is not None else None


def _expression(row: Ruleable, words: Sequence[Word]) -> Reading | None:
    """Read a `find`: its starting points are the paths, all that follows is fixed."""
    texts = [word.text for word in words]
    first = next(
        (at for at, text in enumerate(texts) if text and (text[0] == "-" or text in "(!")), -1
    )
    if first < 1 or None in texts[first:]:
        return None
    expression = [text or "" for text in texts[first:]]
    queue = list(expression)
    while queue:
        word = queue.pop(0)
        if word in row.values and queue:
            queue.pop(0)
        elif word not in row.words:
            return None
    return Reading(row.name, (), tuple(expression), tuple(words[:first]), _spares(expression))


def _spares(expression: list[str]) -> bool:
    """Whether a `find` with this expression surely does nothing to its starting point."""
    pairs = set(itertools.pairwise(expression))
    if any(name == "-mindepth" and value.strip("0") for name, value in pairs):
        return True
    types = expression.index("-type") if ("-type", "f") in pairs else len(expression)
    early = "-delete" in expression[:types]
    return types < len(expression) and not early and not _OTHERWISE & set(expression)
