"""Marks of expression on notes, and how they sound: dynamics, articulation, tempo, swing.

A mark is one word: a dynamic (`pp` to `fff`, `sfz`), `cresc` or `dim`, an articulation, or a change
of tempo (`rit`, `accel`, `a-tempo`, `90bpm`). A hairpin and a change of pace last until the next
mark of their kind.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tools.music.numbers import check_bpm
from tools.music.pitch import MusicError
from tools.music.text import did_you_mean

# MIDI velocities; a score without marks is played as it always was.
DYNAMICS = {"ppp": 26, "pp": 38, "p": 52, "mp": 66, "mf": 80, "f": 96, "ff": 112, "fff": 124}
USUAL = "mf"
HAIRPINS = {"cresc": 1, "dim": -1}
# How long a note sounds of its length, and how much louder it is.
ARTICULATIONS = {
    "staccato": (0.5, 0), "tenuto": (1.0, 4), "accent": (1.0, 18), "marcato": (0.75, 24),
    "legato": (1.0, 0), "fermata": (1.0, 0),
}  # fmt: skip
PACES = {"rit": 0.6, "accel": 1.5, "a-tempo": 1.0}
SFORZATO = "sfz"
_LOUDEST = 127
_HAIRPIN_REACH = 30
_FERMATA = Fraction(7, 4)
_NAMES = {
    ".": "staccato", "stacc": "staccato", "'": "staccato", "-": "tenuto", "ten": "tenuto",
    ">": "accent", "acc": "accent", "^": "marcato", "marc": "marcato", "leg": "legato",
    "slur": "legato", "ferm": "fermata", "<": "cresc", "crescendo": "cresc", "decresc": "dim",
    "decrescendo": "dim", "diminuendo": "dim", "ritardando": "rit", "ritard": "rit",
    "rall": "rit", "rallentando": "rit", "accelerando": "accel", "atempo": "a-tempo", "sf": "sfz",
    "pianissimo": "pp", "piano": "p", "forte": "f", "fortissimo": "ff",
}  # fmt: skip
_BPM = re.compile(r"(\d{2,3})\s*bpm")
_WORD = re.compile(r"\d{2,3}\s*bpm|a[\s-]tempo|[^\s,;]+")


@dataclass(frozen=True)
class Force:
    """How a note is played: a MIDI velocity, and the share of its length that sounds."""

    velocity: int
    share: float


Marked = Sequence[tuple[Fraction, Fraction, tuple[str, ...]]]


def read_marks(text: str) -> tuple[str, ...]:
    """Read marks, each by its name or sign.

    >>> read_marks("mf, ."), read_marks("a tempo cresc."), read_marks("90 bpm >")
    (('mf', 'staccato'), ('a-tempo', 'cresc'), ('90bpm', 'accent'))

    Raises:
        MusicError: a mark is unknown; names those that are known.
    """
    found = []
    for match in _WORD.finditer(text.lower()):
        word = match[0] if match[0] in _NAMES else match[0].rstrip(".")
        tempo = _BPM.fullmatch(word)
        name = f"{check_bpm(int(tempo[1]))}bpm" if tempo else _NAMES.get(word, word)
        name = "a-tempo" if re.fullmatch(r"a[\s-]tempo", word) else name
        if not tempo and name not in KNOWN:
            near = did_you_mean(word, KNOWN)
            raise MusicError(f"unknown mark {word!r};{near or ' known are ' + ', '.join(KNOWN)}")
        found.append(name)
    return tuple(dict.fromkeys(found))


def level_after(marks: Iterable[tuple[str, ...]], level: str = USUAL) -> str:
    """Return the dynamic in force after notes with these marks.

    >>> level_after([("p",), ("staccato",), ("f", "cresc")])
    'f'
    """
    for row in marks:
        level = next((mark for mark in row if mark in DYNAMICS), level)
    return level


def forces(rows: Marked) -> dict[Fraction, Force]:
    """Return how each note is played, by its start; empty where nothing is marked.

    >>> found = forces([(Fraction(0), Fraction(1), ("p",)), (Fraction(1), Fraction(1), (".",))])
    >>> found[Fraction(0)]
    Force(velocity=52, share=1.0)
    """
    if not any(set(marks) & _SOUNDED for _, _, marks in rows):
        return {}
    loudness = _loudness(rows)
    found = {}
    for (start, _, marks), velocity in zip(rows, loudness, strict=True):
        share = 1.0
        for mark in marks:
            part, more = ARTICULATIONS.get(mark, (1.0, 0))
            share, velocity = min(share, part), velocity + more
        velocity = DYNAMICS["fff"] if SFORZATO in marks else velocity
        found[start] = Force(max(1, min(round(velocity), _LOUDEST)), share)
    return found


def _loudness(rows: Marked) -> list[float]:
    """The velocity of each note from dynamics and hairpins alone."""
    level = float(DYNAMICS[USUAL])
    end = rows[-1][0] + rows[-1][1]
    found: list[float] = []
    hairpin: tuple[Fraction, Fraction, float] | None = None
    for place, (start, _, marks) in enumerate(rows):
        named = next((mark for mark in marks if mark in DYNAMICS), "")
        if named:
            level, hairpin = float(DYNAMICS[named]), None
        sign = next((HAIRPINS[mark] for mark in marks if mark in HAIRPINS), 0)
        if hairpin is not None and (sign or start >= hairpin[1]):
            level, hairpin = hairpin[2], None
        if sign:
            until, goal = _goal(rows[place + 1 :], end, level + sign * _HAIRPIN_REACH)
            hairpin = (start, until, goal)
            begun = level
        if hairpin is None:
            found.append(level)
        else:
            way = float((start - hairpin[0]) / max(hairpin[1] - hairpin[0], Fraction(1, 8)))
            found.append(begun + (hairpin[2] - begun) * min(way, 1.0))
    return found


def _goal(rest: Marked, end: Fraction, usual: float) -> tuple[Fraction, float]:
    """Where a hairpin ends, and how loud: at the next dynamic, else at the next hairpin."""
    for start, _, marks in rest:
        named = next((mark for mark in marks if mark in DYNAMICS), "")
        if named:
            return start, float(DYNAMICS[named])
        if set(marks) & HAIRPINS.keys():
            return start, usual
    return end, usual


@dataclass(frozen=True)
class Stretch:
    """Quarter notes from `start` to `end` whose tempo goes from `first` to `last` evenly."""

    start: Fraction
    end: Fraction
    first: float
    last: float

    def seconds(self, until: Fraction) -> float:
        """Return what the quarters up to `until` last."""
        length = float(self.end - self.start)
        passed = float(min(until, self.end) - self.start)
        slope = (self.last - self.first) / length if length else 0.0
        if abs(slope) < 1e-9:
            return passed * 60 / self.first
        return 60 / slope * math.log(1 + slope * passed / self.first)


def stretches(rows: Marked, tempo: float) -> list[Stretch]:
    """Return the tempo of a line from its marks; one stretch where none changes it.

    >>> [(s.first, s.last) for s in stretches([(Fraction(0), Fraction(4), ("rit",))], 100)]
    [(100.0, 60.0)]
    """
    end = rows[-1][0] + rows[-1][1] if rows else Fraction(1)
    turns = [
        (at, mark) for at, _, marks in rows for mark in marks if mark in PACES or _is_bpm(mark)
    ]
    held = [(at, at + length) for at, length, marks in rows if "fermata" in marks]
    found: list[Stretch] = []
    begin, pace, way = rows[0][0] if rows else Fraction(0), tempo, 1.0
    for at, mark in [*turns, (end, "")]:
        goal = float(mark[:-3]) if _is_bpm(mark) and way != 1.0 else pace * way
        if at > begin:
            found.append(Stretch(begin, at, pace, goal))
        pace = goal
        if mark == "a-tempo":
            pace = tempo
        elif _is_bpm(mark):
            pace = float(mark[:-3])
        begin, way = at, PACES.get(mark, 1.0)
    return [piece for stretch in found for piece in _with_holds(stretch, held)]


def _with_holds(stretch: Stretch, held: list[tuple[Fraction, Fraction]]) -> Iterable[Stretch]:
    """Cut a stretch at fermatas, which are held for longer."""
    begin, pace = stretch.start, stretch.first
    length = stretch.end - stretch.start
    for start, end in held:
        if not stretch.start <= start < stretch.end:
            continue
        end = min(end, stretch.end)
        at = stretch.first + (stretch.last - stretch.first) * float(
            (start - stretch.start) / length
        )
        if start > begin:
            yield Stretch(begin, start, pace, at)
        slow = at / float(_FERMATA)
        yield Stretch(start, end, slow, slow)
        begin, pace = end, at
    if begin < stretch.end:
        yield Stretch(begin, stretch.end, pace, stretch.last)


def clock(rows: Marked, tempo: float) -> Callable[[Fraction], float]:
    """Return what tells the seconds at a time in quarter notes, with all changes of tempo.

    >>> clock([(Fraction(0), Fraction(4), ())], 120)(Fraction(4))
    2.0
    """
    found = stretches(rows, tempo)
    if not found:
        return lambda time: float(time) * 60 / tempo
    starts = [stretch.start for stretch in found]
    sums = [float(starts[0]) * 60 / tempo]
    for stretch in found:
        sums.append(sums[-1] + stretch.seconds(stretch.end))

    def seconds(time: Fraction) -> float:
        place = max(bisect_right(starts, time) - 1, 0)
        stretch = found[place]
        if time < stretch.start:
            return float(time) * 60 / tempo
        after = max(float(time - stretch.end), 0.0) * 60 / stretch.last
        return sums[place] + stretch.seconds(time) + after

    return seconds


def swung(time: Fraction) -> Fraction:
    """Return where a time lies when eighths swing, the first of two twice as long as the second.

    >>> [str(swung(Fraction(n, 2))) for n in range(4)]
    ['0', '2/3', '1', '5/3']
    """
    beat, rest = divmod(time, 1)
    if rest <= Fraction(1, 2):
        return beat + rest * Fraction(4, 3)
    return beat + Fraction(2, 3) + (rest - Fraction(1, 2)) * Fraction(2, 3)


def _is_bpm(mark: str) -> bool:
    return mark.endswith("bpm")


KNOWN = (*DYNAMICS, SFORZATO, *HAIRPINS, *ARTICULATIONS, *PACES)
_SOUNDED = {*DYNAMICS, SFORZATO, *HAIRPINS, *ARTICULATIONS}
