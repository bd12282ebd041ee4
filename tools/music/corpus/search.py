"""Questions to the index: which pieces, and in which bars."""

from __future__ import annotations

import bisect
import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tools.music.corpus import patterns
from tools.music.corpus.catalogue import Catalogue, Flags, Row
from tools.music.corpus.entry import LINE_END, Entry
from tools.music.corpus.harmony import pretty
from tools.music.corpus.index import Index
from tools.music.corpus.packing import Stored
from tools.music.key import read_key
from tools.music.meter import read_meter
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

MOST_PLACES = 6
_WHO = re.compile(
    r"\b(?:by|from|of|music|pieces?|works?|songs?|tunes?|something|anything|some|any|all)\b", re.I
)


@dataclass(frozen=True)
class Query:
    """What is asked for; every field may be empty, and all that are given must hold."""

    composer: str = ""
    key: str = ""
    meter: str = ""
    progression: str = ""
    intervals: str = ""
    rhythm: str = ""
    contour: str = ""

    @property
    def melodic(self) -> bool:
        """True where notes of one line are asked for."""
        return bool(self.intervals or self.rhythm or self.contour)


@dataclass(frozen=True)
class Place:
    """Bars, by their numbers in the score, and what is there: numerals in a key, or a melody."""

    first: int
    last: int
    what: str

    @property
    def bars(self) -> str:
        """The bars in words: `bar 3`, `bars 3-5`."""
        return f"bar {self.first}" if self.first == self.last else f"bars {self.first}-{self.last}"


def find(index: Index, query: Query) -> tuple[list[Row], int]:
    """Return the pieces in which all that is asked for is found, and how many were looked at.

    Pieces that a person analysed come first where harmony is asked for.

    Raises:
        MusicError: nothing was asked for, or a field cannot be read.
    """
    if query == Query():
        raise MusicError(
            "say what to look for: composer, key, meter, progression, intervals, rhythm or contour"
        )
    catalogue = index.catalogue()
    kept = _filtered(catalogue, query)
    looked = int(kept.sum())
    if query.progression:
        kept &= catalogue.numerals.scores(patterns.neighbours(query.progression))
    if query.melodic:
        kept &= _singing(catalogue, query)
    found = [catalogue.rows[place] for place in np.flatnonzero(kept)]
    if query.progression:
        harmony = _harmony(query)
        sixth = "N6" in harmony.pattern
        # People's numerals first; of Neapolitans the usual sixth chord.
        found = sorted(
            (row for row in found if harmony.search(row.harmony)),
            key=lambda row: (not row.analyst, sixth and " N6 " not in row.harmony),
        )
    return found, looked


def places(row: Row, stored: Stored, query: Query, most: int = MOST_PLACES) -> list[Place]:
    """Return the bars of a piece that hold what is asked for, the first ones."""
    found: list[Place] = []
    if query.progression:
        found += _harmony_places(row, stored, query)
    if query.melodic:
        count = _notes(query)
        found += [_melody_place(row, stored, place, count) for place in _matches(row, query)]
    distinct = dict.fromkeys(found)
    return sorted(distinct, key=lambda place: (place.first, place.last))[:most]


def _filtered(catalogue: Catalogue, query: Query) -> Flags:
    """Flag the pieces by the composer, in the key and in the meter."""
    kept = np.ones(len(catalogue.rows), dtype=np.bool_)
    if query.composer:
        name = _composer(catalogue.people, query.composer).lower()
        kept &= catalogue.named.where(lambda text: name in text)
    if query.key:
        plain = query.key.strip().lower()
        wanted = f" {plain}" if plain in ("major", "minor") else read_key(query.key).name
        kept &= catalogue.keys.where(lambda key: key.endswith(wanted))
    if query.meter:
        meter = read_meter(query.meter).name
        kept &= catalogue.meters.where(lambda meters: meter in meters.split())
    return kept


def _singing(catalogue: Catalogue, query: Query) -> Flags:
    """Flag the pieces with a place where all melodic fields hold at once."""
    runs = [
        (catalogue.rhythm if of_lengths else catalogue.melody).runs(pattern.pattern)
        for pattern, of_lengths in _melodic(query)
    ]
    return catalogue.melody.scores(np.logical_and.reduce(runs))


def _composer(people: Counter[str], text: str) -> str:
    """Return the part of a name that the index knows, by the last word that it knows."""
    said = " ".join(_WHO.sub(" ", text).replace(".", ". ").split()).strip(" .,?!'\"")
    for word in (said, *reversed(said.split())):
        known = [name for name in people if word.lower() in name.lower()]
        if known and len(word) > 2:
            # Johann Sebastian is meant by a bare Bach, Robert by a bare Schumann.
            letters = "".join(said.split()[:-1]).replace(".", "").lower()
            meant = [name for name in known if letters and _initials(name).startswith(letters)]
            first = max(meant or known, key=lambda name: people[name])
            return first if len(known) > 1 else word
    words = [part for name in people for part in name.split()]
    near = did_you_mean(said, words) or f" there is e.g. {', '.join(list(people)[:5])}"
    raise MusicError(f"the index has nothing by {text!r};{near}")


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:-1]).lower()


@functools.lru_cache(maxsize=64)
def _harmony(query: Query) -> re.Pattern[str]:
    # The space behind a match may be the one before the next.
    return re.compile(patterns.progression(query.progression).removesuffix(" ") + "(?= )")


def _harmony_places(row: Row, stored: Stored, query: Query) -> Iterator[Place]:
    entry = stored.frame
    for match in _harmony(query).finditer(row.harmony):
        first = row.harmony.count(" ", 0, match.start() + 1) - 1
        count = match[0].count(" ")
        chords = entry.harmony[first : first + count]
        last = first + count
        end = entry.harmony[last].start if last < len(entry.harmony) else stored.end
        key = next((h.text for h in reversed(entry.harmony[:first]) if h.text[0] == "{"), "")
        said = " ".join(h.text for h in chords)
        within = f" in {key.strip('{}')}" if key and "{" not in said else ""
        said = pretty(said + within)
        start, stop = bar_at(entry, chords[0].start), bar_at(entry, max(end - 1, 0))
        # A chord that is held to the next bar line has its place where it begins.
        stop = min(stop, bar_at(entry, chords[-1].start) + 1)
        yield Place(start, stop, said)


@functools.lru_cache(maxsize=64)
def _melodic(query: Query) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Return the expressions of the melodic fields, and whether each is about lengths."""
    wanted: list[tuple[re.Pattern[str], bool]] = []
    if query.intervals:
        wanted.append((re.compile(patterns.intervals(query.intervals)), False))
    if query.contour:
        wanted.append((re.compile(patterns.contour(query.contour)), False))
    if query.rhythm:
        wanted.append((re.compile(patterns.rhythm(query.rhythm)), True))
    return tuple(wanted)


def _matches(row: Row, query: Query) -> Iterator[int]:
    """Yield the places in the melody text where all melodic fields hold at once."""
    (first, of_lengths), *others = _melodic(query)
    text = row.rhythm if of_lengths else row.melody
    match = first.search(text)
    while match is not None:
        place = match.start()
        if all(other.match(row.rhythm if r else row.melody, place) for other, r in others):
            yield place
        match = first.search(text, place + 1)


def _notes(query: Query) -> int:
    """How many notes the melodic fields ask for: a step is between two, a length is of one."""
    counts = []
    for pattern, of_lengths in _melodic(query):
        letters = len(re.sub(r"\[[^]]*\]", "x", pattern.pattern))
        counts.append(letters if of_lengths else letters + 1)
    return max(counts)


def _melody_place(row: Row, stored: Stored, place: int, count: int) -> Place:
    """The bars of the notes whose letters begin at a place of the texts."""
    line = row.rhythm.count(LINE_END, 0, place)
    begins = row.rhythm.rfind(LINE_END, 0, place) + 1
    name, notes = stored.notes(line, place - begins, count)
    said = " ".join(str(note.top) for note in notes)
    first, last = (bar_at(stored.frame, note.start) for note in (notes[0], notes[-1]))
    return Place(first, last, f"{name}: {said}")


def bar_at(entry: Entry, ticks: int) -> int:
    """Return the number of the bar at a time."""
    starts = [mark.start for mark in entry.bars]
    return entry.bars[max(bisect.bisect_right(starts, ticks) - 1, 0)].number
