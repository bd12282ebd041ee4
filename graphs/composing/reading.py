"""Reads a text as phrases of a small language, and only where every word of it is understood.

A phrase is a regular expression over the text with its values marked (`runtime.values.shell`): a
value is written `{kinds}` there, with the letters of the kinds that may stand in its place, such
as `{z}` for a size or `{pf}` for a path or a file's name; `{place}` is a path, a name or a plain
word. Each phrase takes its words out of the text, the first phrases first, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from runtime.values import shell

_HOLE = re.compile(r"\{([a-z]+)\}")
_MARK = re.compile(r"<[a-z](\d+)>")
_WORD = re.compile(r"<[a-z]\d+>|[^\W_](?:[\w'’+-]*\w)?|[^\s\w.,:;!?|]")
_PLAIN = r"[A-Za-z][\w-]*"
_TAKEN = " | "
"""Stands where a phrase was, so that none is read across it."""
POLITE = frozenset(
    "please pls plz can could would you i me my we our us want need like to know hey hi hello ok"
    " thanks thank the a an all any of and that which are is there do does so now just tell show"
    " list give get find see print display".split()
)
"""Words that say nothing of what is asked for."""
PLACES = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "last": "NF"}
"""Places of a word or column, as awk has them."""
Said = Mapping[str, Sequence[tuple[str, ...]]]
"""The values of each part that was said, once for each time."""


@dataclass(frozen=True)
class Phrase:
    """Words, and what they say: the `part` of a query, and what it `gives` for it.

    `gives` may hold `{0}`, `{1}` for the values among the words, in order.
    """

    part: str
    says: str
    gives: str = ""


class Piece(NamedTuple):
    """A phrase that was found, and the values in it."""

    part: str
    gives: str
    values: tuple[str, ...]


class UnclearError(Exception):
    """What was understood does not come to one command: two orders, a size without a unit."""


class Composed(NamedTuple):
    """The command that a request comes to, and a plain sentence of what was understood.

    `here`: it names no place, so that it is about the folder where it runs.
    """

    command: str
    shows: str
    changes: bool = False
    here: bool = False


@dataclass(frozen=True)
class Language:
    """What can be said of one kind of thing: its phrases, and words that add nothing."""

    phrases: Sequence[Phrase]
    fillers: frozenset[str] = POLITE


def read(text: str, language: Language) -> list[Piece] | None:
    """Return the phrases of a text, in the language's order; None where a word is left over.

    >>> sizes = Language((Phrase("what", "files?"), Phrase("where", "(?:over|above) {z}", "+{0}")))
    >>> [piece.gives for piece in read("show me all files over 3 MB", sizes)]
    ['', '+3M']
    >>> read("show me red files over 3 MB", sizes)
    """
    rest, values = _marked(" ".join(text.replace("’", "'").split()))
    pieces: list[Piece] = []
    for phrase in language.phrases:
        pattern = _pattern(phrase.says)
        while (found := pattern.search(rest)) and found[0]:
            said = tuple(_value(word, values) for word in found.groups() if word is not None)
            pieces.append(Piece(phrase.part, phrase.gives.format(*said), said))
            rest = rest[: found.start()] + _TAKEN + rest[found.end() :]
    left = {word.lower() for word in _WORD.findall(rest)}
    return pieces if left <= language.fillers else None


def by_part(said: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, list[tuple[str, ...]]]:
    """Return the values of each part, from parts and values in the order in which they were found.

    >>> by_part([("has", ("a",)), ("count", ()), ("has", ("b",))])
    {'has': [('a',), ('b',)], 'count': [()]}
    """
    of: dict[str, list[tuple[str, ...]]] = {}
    for part, values in said:
        of.setdefault(part, []).append(values)
    return of


def basic(text: str) -> str:
    """Return a text as a basic regular expression, which matches just that.

    >>> print(basic("a.b[1]"))
    a\\.b\\[1\\]
    """
    return re.sub(r"([\\.*^$\[\]])", r"\\\1", text)


def _marked(text: str) -> tuple[str, list[str]]:
    """Return a text with `<kind number>` in the place of each value, and the values."""
    out, position = "", 0
    values: list[str] = []
    for found in shell.find(text):
        out += f"{text[position : found.start]}<{found.kind}{len(values)}>"
        values.append(found.text)
        position = found.end
    return out + text[position:], values


def _value(word: str, values: Sequence[str]) -> str:
    mark = _MARK.fullmatch(word)
    return values[int(mark[1])] if mark else word


@cache
def _pattern(says: str) -> re.Pattern[str]:
    """Return a phrase as a regular expression; a phrase never takes a part of a word."""
    return re.compile(rf"(?<![\w<])(?:{_HOLE.sub(_hole, says)})(?![\w>])", re.IGNORECASE)


def _hole(hole: re.Match[str]) -> str:
    if hole[1] == "place":
        return rf"(<[pfws]\d+>|{_PLAIN})"
    return rf"(<[{hole[1]}]\d+>)"
