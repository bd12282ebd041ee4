"""Melodies over chords: chord tones on strong beats, steps between, leaps that turn back.

Rhythms come bar by bar from cells that fill a beat; the third bar of a phrase takes up the first
one's rhythm, and every fourth bar rests on a long note.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from tools.music.chart import Chart, with_symbols
from tools.music.chord import Chord
from tools.music.generation import choose, dice
from tools.music.key import Key
from tools.music.line import Line, Note
from tools.music.meter import Meter
from tools.music.music_text import read_notes
from tools.music.pitch import MusicError, Pitch
from tools.music.ranges import read_range

LOW, HIGH = 60, 76  # C4 to E5
NARROWEST = 7
_SIMPLE = {
    (Fraction(1),): 5.0, (Fraction(1, 2), Fraction(1, 2)): 4.0,
    (Fraction(3, 4), Fraction(1, 4)): 1.0,
}  # fmt: skip
_COMPOUND = {
    (Fraction(3, 2),): 4.0, (Fraction(1), Fraction(1, 2)): 4.0, (Fraction(1, 2),) * 3: 3.0,
    (Fraction(1, 2), Fraction(1)): 0.5,
}  # fmt: skip
_JOINED = 0.3  # how often two beats become one long note
_LEAP = 5  # semitones; from here on a leap is answered by a step back


def melody_over(
    chart: Chart, key: Key, low: int = LOW, high: int = HIGH, seed: int | str = 1
) -> Line:
    """Return a melody that fills the chart, from MIDI note `low` to `high`.

    >>> from tools.music.chart import read_chart
    >>> from tools.music.key import read_key
    >>> line = melody_over(read_chart("C | F | G7 | C"), read_key("C"))
    >>> line.length, line.pitches[-1].name
    (Fraction(16, 1), 'C')
    """
    rng = dice(seed, "melody", chart.text, key.name, low, high)
    rhythm = _rhythm(chart, rng)
    notes: list[Note] = []
    now = Fraction(0)
    walker = _Walker(key, low, high, rng)
    for place, beats in enumerate(rhythm):
        chord = chart.at(now)
        last = place == len(rhythm) - 1
        pitch = walker.step(
            chord, strong=_is_strong(now, chart), progress=float(now / chart.length)
        )
        if last:
            pitch = walker.home(chord)
        notes.append(Note((pitch,), beats))
        now += beats
    line = Line(tuple(notes), chart.meter, key, chart.tempo)
    return with_symbols(line, chart)


def read_limits(text: str) -> tuple[int, int]:
    """Read a range as two notes, or as an instrument or a voice (what is comfortable for it).

    >>> read_limits("C4 to C5"), read_limits("alto sax"), read_limits("")
    ((60, 72), (53, 77), (60, 76))

    Raises:
        MusicError: it is neither, or the range is smaller than a fifth.
    """
    if not text.strip():
        return LOW, HIGH
    if re.search(r"\d", text):
        notes = read_notes(re.sub(r"\b(?:from|between|range)\b", " ", text, flags=re.I))
        heights = sorted(note.midi for note in notes)
        low, high = heights[0], heights[-1]
    else:
        found = read_range(text)
        low, high = found.easy_low.midi, found.easy_high.midi
    if high - low < NARROWEST:
        raise MusicError(f"the range {text!r} is too small; give at least a fifth, e.g. C4 to C5")
    # A melody that wanders over three octaves is none.
    return low, min(high, low + 24)


def _is_strong(now: Fraction, chart: Chart) -> bool:
    """True on accents of the meter and where a chord begins."""
    inside = now % chart.meter.quarters
    return inside in chart.meter.strong or any(change.start == now for change in chart.changes)


def _rhythm(chart: Chart, rng: random.Random) -> list[Fraction]:
    bars = max(1, int(chart.length / chart.meter.quarters))
    first = _bar(chart.meter, rng)
    second = _bar(chart.meter, rng)
    rows = []
    for number in range(bars):
        place = number % 4
        if number == bars - 1:
            rows.append([chart.meter.quarters])
        elif place == 3:
            rows.append(_resting(chart.meter, rng))
        else:
            rows.append(first if place in (0, 2) else second)
    # Where the chord changes in a bar, a note must begin.
    return [size for number, row in enumerate(rows) for size in _cut(row, number, chart)]


def _cut(row: list[Fraction], number: int, chart: Chart) -> list[Fraction]:
    begin = number * chart.meter.quarters
    marks = {change.start - begin for change in chart.changes}
    edges, now = {Fraction(0)}, Fraction(0)
    for size in row:
        now += size
        edges.add(now)
    ordered = sorted(edges | {mark for mark in marks if 0 < mark < now})
    return [end - start for start, end in pairwise(ordered)]


def _bar(meter: Meter, rng: random.Random) -> list[Fraction]:
    row: list[Fraction] = []
    beats = list(meter.beats)
    place = 0
    while place < len(beats):
        two = place + 1 < len(beats) and place % 2 == 0
        if two and rng.random() < _JOINED:
            row.append(beats[place] + beats[place + 1])
            place += 2
            continue
        row += _cell(beats[place], rng)
        place += 1
    return row


def _cell(beat: Fraction, rng: random.Random) -> tuple[Fraction, ...]:
    cells = _COMPOUND if beat.numerator == 3 else _SIMPLE
    whole = Fraction(3, 2) if beat.numerator == 3 else Fraction(1)
    return tuple(size * beat / whole for size in choose(rng, cells))


def _resting(meter: Meter, rng: random.Random) -> list[Fraction]:
    """A bar that ends a phrase: a long note, with or without an upbeat after it."""
    beats = list(meter.beats)
    if len(beats) < 2 or rng.random() < 0.4:
        return [meter.quarters]
    return [meter.quarters - beats[-1], *_cell(beats[-1], rng)]


class _Walker:
    """Where the melody is, and which way it goes."""

    def __init__(self, key: Key, low: int, high: int, rng: random.Random) -> None:
        self.key, self.low, self.high, self.rng = key, low, high, rng
        self.now: Pitch | None = None
        self.leapt = 0  # direction of a leap that is still to be answered

    def step(self, chord: Chord, *, strong: bool, progress: float) -> Pitch:
        """Return the next note: a chord tone where it is strong, else a step of the scale."""
        tones = self._placed(tone.at(None) for tone in chord.tones)
        options = tones if strong or self.now is None else self._scale(chord)
        if self.now is None:
            middle = (self.low * 2 + self.high) / 3
            chosen = min(tones, key=lambda p: (abs(p.midi - middle), p.midi))
        else:
            chosen = self._choice(options, strong, progress)
        before = self.now
        self.now = chosen
        move = chosen.midi - before.midi if before else 0
        self.leapt = (1 if move > 0 else -1) if abs(move) >= _LEAP else 0
        return chosen

    def home(self, chord: Chord) -> Pitch:
        """Return the last note: the tonic where the chord has it, else the chord's root."""
        names = {tone.pitch_class for tone in chord.tones}
        goal = self.key.tonic if self.key.tonic.pitch_class in names else chord.root
        spelled = next((t for t in chord.tones if t.pitch_class == goal.pitch_class), goal)
        places = self._placed([spelled.at(None)])
        near = self.now.midi if self.now else self.low
        return min(places, key=lambda p: abs(p.midi - near))

    def _choice(self, options: list[Pitch], strong: bool, progress: float) -> Pitch:
        now = self.now.midi if self.now else self.low
        # The melody rises to its summit at about two thirds and falls from there.
        arc = 1 - abs(progress - 0.62) / 0.62
        goal = self.low + (self.high - self.low) * (0.3 + 0.55 * max(arc, 0.0))
        weights = {}
        for pitch in options:
            move = pitch.midi - now
            weight = {0: 0.25, 1: 3.0, 2: 4.0, 3: 1.6, 4: 1.4, 5: 0.9, 7: 0.5}.get(abs(move), 0.12)
            if not strong and abs(move) > 4:
                weight *= 0.25
            if abs(move) > 12:
                continue
            weight *= 0.3 if abs(move) > 7 else 1.0
            if self.leapt and move * self.leapt >= 0:
                weight *= 0.15
            weight *= 1.6 if (goal - now) * move > 0 else 1.0
            weights[pitch] = weight
        if not weights:
            return min(options, key=lambda p: abs(p.midi - now))
        return choose(self.rng, weights)

    def _scale(self, chord: Chord) -> list[Pitch]:
        """The key's notes, with the chord's own where they differ."""
        own = {tone.step: tone for tone in self.key.scale.pitches}
        own |= {tone.step: tone for tone in chord.tones if abs(tone.alter) < 2}
        return self._placed(tone.at(None) for tone in own.values())

    def _placed(self, names: Iterable[Pitch]) -> list[Pitch]:
        found = [
            pitch
            for name in names
            for octave in range(0, 9)
            if self.low <= (pitch := name.at(octave)).midi <= self.high
        ]
        return sorted(found, key=lambda pitch: pitch.midi)
