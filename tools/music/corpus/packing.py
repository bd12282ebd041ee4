"""A score's notes, bars and places of harmony as a few compressed bytes, and read back.

A long score has thousands of notes, and few of them are shown: `Stored` makes only those.
"""

from __future__ import annotations

import functools
import json
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from tools.music.corpus.entry import BarMark, Entry, Harmony, Line, Note
from tools.music.pitch import STEPS, Pitch

_BEHIND_LINES = ',"bars":'


def pack(entry: Entry) -> bytes:
    """Return lines, bars and the places of the harmony as compressed bytes."""
    lines = [[line.name, line.program, _packed(line)] for line in entry.lines]
    bars = [[mark.start, mark.number, *mark.meter, mark.fifths] for mark in entry.bars]
    plain = {"lines": lines, "bars": bars, "harmony": [each.start for each in entry.harmony]}
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 9)


@dataclass(frozen=True)
class Stored:
    """A score of the index. `frame` is all of it but the notes of its lines."""

    frame: Entry
    lines: str

    @classmethod
    def of(cls, frame: Entry, numerals: str, data: bytes) -> Stored:
        """Put together what is known of a score, its numerals and `pack`'s bytes."""
        text = zlib.decompress(data).decode()
        # A quotation mark in a line's name is escaped: the last place is the right one.
        lines, _, rest = text.rpartition(_BEHIND_LINES)
        plain = json.loads('{"bars":' + rest)
        words = [word.replace("_", " ") for word in numerals.split()]
        bars = tuple(
            BarMark(start, number, (beats, unit), fifths)
            for start, number, beats, unit, fifths in plain["bars"]
        )
        harmony = tuple(Harmony(*each) for each in zip(plain["harmony"], words, strict=True))
        return cls(replace(frame, bars=bars, harmony=harmony), lines + "}")

    @functools.cached_property
    def _lines(self) -> list[tuple[str, int, list[int]]]:
        return [(name, program, row) for name, program, row in json.loads(self.lines)["lines"]]

    @functools.cached_property
    def end(self) -> int:
        """Where the last note ends, in ticks."""
        return max((end for _, _, row in self._lines for _, end, _ in _walk(row)), default=0)

    def whole(self) -> Entry:
        """Return the score with all notes."""
        return self._between(-math.inf, math.inf)

    def bars(self, first: int, last: int) -> Entry:
        """Return the score with the notes that sound in the bars of these numbers only."""
        marks = self.frame.bars
        starts = [mark.start for mark in marks if first <= mark.number <= last]
        ends = [mark.start for mark in marks if starts and mark.start > starts[-1]]
        return self._between(min(starts, default=0), ends[0] if ends else math.inf)

    def _between(self, start: float, stop: float) -> Entry:
        lines = tuple(
            Line(name, tuple(_note(row, *each) for each in _walk(row, start, stop)), program)
            for name, program, row in self._lines
        )
        return replace(self.frame, lines=lines)

    def notes(self, line: int, first: int, count: int) -> tuple[str, tuple[Note, ...]]:
        """Return a line's name, and so many of its notes from one on."""
        name, _, row = self._lines[line]
        return name, tuple(_note(row, *each) for each in islice(_walk(row), first, first + count))


def _packed(line: Line) -> list[int]:
    """Gap since the last end, length, count, then each pitch; gaps are nearly always 0."""
    row: list[int] = []
    end = 0
    for note in line.notes:
        row += [note.start - end, note.ticks, len(note.pitches)]
        row += [pitch.index * 16 + pitch.alter + 8 for pitch in note.pitches]
        end = note.end
    return row


def _walk(
    row: list[int], start: float = -math.inf, stop: float = math.inf
) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and place of `_packed`'s notes that sound between two times."""
    place = end = 0
    while place < len(row):
        begin = end + row[place]
        end = begin + row[place + 1]
        if begin < stop and end > start:
            yield begin, end, place
        place += 3 + row[place + 2]


def _note(row: list[int], start: int, end: int, place: int) -> Note:
    codes = row[place + 3 : place + 3 + row[place + 2]]
    return Note(start, end - start, tuple(_pitch(code) for code in codes))


@functools.lru_cache(maxsize=2048)
def _pitch(code: int) -> Pitch:
    index, alter = divmod(code, 16)
    return Pitch(STEPS[index % 7], alter - 8, index // 7)
