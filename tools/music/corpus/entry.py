"""One score as the index keeps it: its lines of notes, its bars, its harmony."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tools.music.pitch import Pitch

TICKS = 3360
"""Ticks of a quarter note: 128th notes, triplets, quintuplets and septuplets are whole numbers."""
REST_AFTER, LINE_END = str.upper, "|"
# Lengths of notes in ticks by letter; z is every other length.
LENGTHS = {
    TICKS // 16: "a", TICKS // 8: "b", TICKS // 4: "c", TICKS // 2: "d", TICKS: "e",
    TICKS * 2: "f", TICKS * 4: "g", TICKS * 8: "h", TICKS * 3 // 8: "i", TICKS * 3 // 4: "j",
    TICKS * 3 // 2: "k", TICKS * 3: "l", TICKS * 6: "m", TICKS * 12: "n", TICKS // 6: "o",
    TICKS // 3: "p", TICKS * 2 // 3: "q", TICKS * 4 // 3: "r", TICKS * 7 // 8: "s",
    TICKS * 7 // 4: "t", TICKS * 7 // 2: "u", TICKS * 5: "v", TICKS * 5 // 2: "w",
    TICKS * 16: "x", TICKS // 5: "y",
}  # fmt: skip
OTHER_LENGTH = "z"
# Melodic steps as letters, so that patterns are plain regular expressions: m is a repeated note,
# n to y up by 1 to 12 semitones, l to a down by 1 to 12; N and L are wider leaps up and down.
REPEATED, WIDE_UP, WIDE_DOWN = "m", "N", "L"


@dataclass(frozen=True)
class Note:
    """Pitches that begin together: `start` and `ticks` in `TICKS` to the quarter."""

    start: int
    ticks: int
    pitches: tuple[Pitch, ...]

    @property
    def top(self) -> Pitch:
        """The highest pitch."""
        return max(self.pitches, key=lambda pitch: pitch.midi)

    @property
    def end(self) -> int:
        """Where it ends, in ticks."""
        return self.start + self.ticks


@dataclass(frozen=True)
class Line:
    """One voice of a part, in order; `program` is its General MIDI program."""

    name: str
    notes: tuple[Note, ...]
    program: int = 0


@dataclass(frozen=True)
class BarMark:
    """Where a bar begins, its number in the score, its meter and key signature."""

    start: int
    number: int
    meter: tuple[int, int] = (4, 4)
    fifths: int = 0

    @property
    def full(self) -> int:
        """What a whole bar lasts, in ticks."""
        return TICKS * 4 * self.meter[0] // self.meter[1]

    @property
    def beat(self) -> int:
        """What a beat lasts, in ticks: a dotted one in compound meters."""
        beats, unit = self.meter
        compound = beats % 3 == 0 and beats > 3 and unit >= 8
        return TICKS * 4 // unit * (3 if compound else 1)


@dataclass(frozen=True)
class Harmony:
    """A numeral (`V65`) or, in braces, a key (`{e minor}`), from `start` on."""

    start: int
    text: str


@dataclass(frozen=True)
class Entry:
    """A score. `analyst` is who wrote the numerals; empty where they were computed."""

    source: str
    collection: str
    composer: str
    title: str
    lines: tuple[Line, ...]
    bars: tuple[BarMark, ...]
    key: str = ""
    harmony: tuple[Harmony, ...] = field(default=())
    analyst: str = ""

    @property
    def note_count(self) -> int:
        """How many note heads there are, tied ones as one."""
        return sum(len(note.pitches) for line in self.lines for note in line.notes)

    @property
    def end(self) -> int:
        """Where the last note ends, in ticks."""
        return max((line.notes[-1].end for line in self.lines if line.notes), default=0)

    @property
    def numerals(self) -> str:
        """The harmony as one text, a space at both ends."""
        return f" {' '.join(each.text.replace(' ', '_') for each in self.harmony)} "


def step_letter(semitones: int) -> str:
    """Return the letter of a melodic step.

    >>> step_letter(0), step_letter(2), step_letter(-12), step_letter(15)
    ('m', 'o', 'a', 'N')
    """
    if abs(semitones) > 12:
        return WIDE_UP if semitones > 0 else WIDE_DOWN
    return chr(ord(REPEATED) + semitones)


def melody_text(lines: tuple[Line, ...]) -> str:
    """Return the steps of all lines; the last note of a line has `|`, and another follows.

    The letter of a note in this text and in `rhythm_text` has the same place.
    """
    texts = []
    for line in lines:
        heights = [note.top.midi for note in line.notes]
        steps = [step_letter(b - a) for a, b in itertools.pairwise(heights)]
        texts.append("".join(steps) + LINE_END * (2 if heights else 1))
    return "".join(texts)


def rhythm_text(lines: tuple[Line, ...]) -> str:
    """Return the lengths of all notes; a capital is followed by a rest."""
    texts = []
    for line in lines:
        for note, after in zip(line.notes, (*line.notes[1:], None), strict=True):
            letter = LENGTHS.get(note.ticks, OTHER_LENGTH)
            texts.append(letter.upper() if after and after.start > note.end else letter)
        texts.append(LINE_END)
    return "".join(texts)
