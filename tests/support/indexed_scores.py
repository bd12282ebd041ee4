"""Scores of the corpus index, written in a line of text, for tests that need no score file."""

from __future__ import annotations

from fractions import Fraction

from tools.music.corpus.entry import TICKS, BarMark, Entry, Line, Note
from tools.music.pitch import read_pitch


def line(text: str, name: str = "x", beats: str = "") -> Line:
    """Notes in quarters, or of the lengths given; `r` is a rest."""
    notes, now = [], Fraction()
    names = text.split()
    for place, word in enumerate(names):
        length = Fraction(beats.split()[place]) if beats else Fraction(1)
        if word != "r":
            pitches = tuple(read_pitch(one) for one in word.split("+"))
            notes.append(Note(int(now * TICKS), int(length * TICKS), pitches))
        now += length
    return Line(name, tuple(notes))


def entry(*lines: Line, bars: int = 4, meter: tuple[int, int] = (4, 4), fifths: int = 0) -> Entry:
    size = TICKS * 4 * meter[0] // meter[1]
    marks = tuple(BarMark(n * size, n + 1, meter, fifths) for n in range(bars))
    return Entry("x/y.mxl", "x", "Nobody", "Test", lines, marks)
