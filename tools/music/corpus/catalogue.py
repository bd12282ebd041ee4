"""All scores of an index in memory, in forms that answer a question about all of them at once."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.music.corpus.entry import LINE_END

Flags = NDArray[np.bool_]
_ENDING = re.compile(r"\.(?:mxl|xml|musicxml|krn|abc)(?=#|$)")


class Row(NamedTuple):
    """What a search reads of a score; `Index.stored` gives the rest."""

    id: int
    source: str
    collection: str
    composer: str
    title: str
    key: str
    meter: str
    bars: int
    analyst: str
    harmony: str
    melody: str
    rhythm: str


class Column:
    """One text of each score, of which many are the same."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.distinct = tuple(dict.fromkeys(texts))
        places = {text: place for place, text in enumerate(self.distinct)}
        self._places = np.array([places[text] for text in texts], dtype=np.int32)

    def where(self, holds: Callable[[str], bool]) -> Flags:
        """Flag the scores whose text fulfils a condition."""
        return np.array([holds(text) for text in self.distinct], dtype=np.bool_)[self._places]


class Letters:
    """The melody or rhythm texts of all scores as one text, a line's end between two."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "".join(text + LINE_END for text in texts).encode("ascii")
        self._codes = np.frombuffer(joined, dtype=np.uint8)
        self._starts = _starts([len(text) + 1 for text in texts])

    def runs(self, expression: str) -> Flags:
        """Flag each letter of the text at which the expression (letters and sets) matches."""
        sets = re.findall(r"\[[^]]*\]|.", expression)
        found = {each: self._in(each) for each in dict.fromkeys(sets)}
        return _side_by_side([found[each] for each in sets])

    def scores(self, letters: Flags) -> Flags:
        """Flag the scores that have a flagged letter."""
        return np.logical_or.reduceat(letters, self._starts)

    def _in(self, letters: str) -> Flags:
        found = np.zeros(len(self._codes), dtype=np.bool_)
        for first, last in _ranges(letters):
            # Codes below the first wrap round to large numbers: one comparison for both ends.
            found |= self._codes - first <= last - first
        return found


@functools.lru_cache(maxsize=256)
def _ranges(letters: str) -> tuple[tuple[np.uint8, np.uint8], ...]:
    """Return first and last code of each run of neighbours among the letters of a set."""
    held = "".join("x" if re.fullmatch(letters, chr(code)) else "." for code in range(128))
    runs = re.finditer("x+", held)
    return tuple((np.uint8(run.start()), np.uint8(run.end() - 1)) for run in runs)


class Words:
    """The numerals of all scores as one row of numbers, a zero between two scores."""

    def __init__(self, texts: Sequence[str]) -> None:
        rows = [text.split() for text in texts]
        self._known = {word: 0 for row in rows for word in row}
        self._known = {word: number for number, word in enumerate(self._known, start=1)}
        numbers = [number for row in rows for number in (*map(self._known.__getitem__, row), 0)]
        self._numbers = np.array(numbers, dtype=np.int32)
        self._starts = _starts([len(row) + 1 for row in rows])

    def scores(self, expressions: Sequence[str]) -> Flags:
        """Flag the scores in which words that the expressions match stand side by side."""
        tables = [self._in(expression) for expression in expressions]
        found = _side_by_side([table[self._numbers] for table in tables])
        return np.logical_or.reduceat(found, self._starts)

    def _in(self, expression: str) -> Flags:
        compiled = re.compile(expression)
        words = [bool(compiled.fullmatch(word)) for word in self._known]
        return np.array([False, *words], dtype=np.bool_)


class Catalogue:
    """The scores of an index; arrays of flags have a place for each of `rows`, in their order."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self.keys = Column([row.key for row in rows])
        self.meters = Column([row.meter for row in rows])
        self.melody = Letters([row.melody for row in rows])
        self.rhythm = Letters([row.rhythm for row in rows])

    @functools.cached_property
    def people(self) -> Counter[str]:
        """How many scores each composer has."""
        return Counter(row.composer for row in self.rows)

    @functools.cached_property
    def named(self) -> Column:
        """Composer, collection and title in small letters."""
        return Column([f"{r.composer}\n{r.collection}\n{r.title}".lower() for r in self.rows])

    @functools.cached_property
    def numerals(self) -> Words:
        """The numerals and keys."""
        return Words([row.harmony for row in self.rows])

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names by which people ask for the scores, in small letters."""
        return tuple(short_name(row.source).lower() for row in self.rows)

    @functools.cached_property
    def titles(self) -> tuple[str, ...]:
        """The titles in small letters."""
        return tuple(row.title.lower() for row in self.rows)


def short_name(source: str) -> str:
    """Return the name by which people ask for a score.

    >>> short_name("bach/bwv269.mxl"), short_name("essenFolksong/erk5.abc#12")
    ('bach/bwv269', 'essenFolksong/erk5#12')
    """
    return _ENDING.sub("", source)


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths[:-1]], dtype=np.int64) if lengths else np.zeros(0, np.int64)


def _side_by_side(found: Sequence[Flags]) -> Flags:
    """Flag the places where the first holds, the second one place on, and so forth."""
    out = found[0].copy()
    for shift, each in enumerate(found[1:], start=1):
        out[:-shift] &= each[shift:]
        out[-shift:] = False
    return out
