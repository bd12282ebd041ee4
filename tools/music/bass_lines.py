"""Bass lines over chords, by rule and seed, as bassists read them (an octave above the sound)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from tools.music.chart import Change, Chart, with_symbols
from tools.music.chord import Chord
from tools.music.generation import choose, dice, read_style
from tools.music.interval import Interval, transpose
from tools.music.line import Line, Note
from tools.music.pitch import MusicError, Pitch
from tools.music.scale import scales_for

LOWEST, HIGHEST = 40, 64  # written E2 to E4: sounding E1 to E3
_START = 45
_APPROACHES = {"-m2": 3.0, "m2": 2.0, "-M2": 1.5, "M2": 1.0, "P5": 1.0, "-P4": 1.0}
_NEAR = 7
_EIGHTH = Fraction(1, 2)
_PULL = 0.2  # how much the low register draws
STYLES: dict[str, tuple[str, ...]] = {
    "root-fifth": ("root fifth", "root and fifth", "two beat", "country", "polka", "roots",
                   "root 5", "folk", "bossa", "bossa nova"),
    "walking": ("walking bass", "walk", "jazz", "swing"),
    "pop": ("eighths", "rock", "straight eighths", "driving", "eighth notes", "punk"),
    "tumbao": ("latin", "salsa", "son", "afro cuban", "montuno", "cuban", "mambo"),
    "boogie": ("boogie woogie", "blues", "shuffle", "rockabilly"),
    "octaves": ("disco", "octave", "house", "dance", "funk"),
}  # fmt: skip
Writer = Callable[[Chart, random.Random], list[Note]]


def bass_line(chart: Chart, style: str, seed: int | str) -> tuple[Line, str]:
    """Return a bass line that fills the chart, with its chords, and the style's name.

    >>> from tools.music.chart import read_chart
    >>> line, name = bass_line(read_chart("C | G | C"), "root-fifth", 1)
    >>> [str(note.pitches[0]) for note in line.notes]
    ['C3', 'G2', 'G2', 'D3', 'C3']

    Raises:
        MusicError: the style is unknown, or does not go with the meter.
    """
    name = read_style(style, STYLES, "style of bass line")
    if name == "tumbao" and chart.meter.quarters != 4:
        raise MusicError(f"a tumbao is in 4/4, not {chart.meter.name}; ask for another style")
    rng = dice(seed, name, chart.text)
    notes = _WRITERS[name](chart, rng)
    line = Line(tuple(notes), chart.meter, chart.key, chart.tempo)
    return with_symbols(line, chart), name


def root_of(chord: Chord) -> Pitch:
    """Return the note that the bass has: the chord's own bass, else its root."""
    return (chord.bass or chord.root).at(None)


def _near(name: Pitch, before: int) -> Pitch:
    """Place a name in the range, near the MIDI note before it."""
    options = [name.at(octave) for octave in range(1, 6)]
    inside = [pitch for pitch in options if LOWEST <= pitch.midi <= HIGHEST]
    return min(inside, key=lambda pitch: abs(pitch.midi - before) + _PULL * (pitch.midi - _START))


def _fifth(chord: Chord) -> Pitch:
    """Return the fifth of a chord as it is, else its next tone, else its root."""
    tones = {i.number: tone for i, tone in zip(chord.quality.intervals, chord.tones, strict=True)}
    found = tones.get(5) or chord.root
    return found if found.name != root_of(chord).name else chord.root


def _over_roots(
    chart: Chart, start: int, fill: Callable[[Change, Pitch, Pitch], list[Note]], highest: int
) -> list[Note]:
    """Fill each chord over its root, in view of the next one's; the last chord is one long root.

    Roots above `highest` (MIDI) are taken an octave lower.
    """
    notes: list[Note] = []
    before = start
    for change, after in zip(chart.changes, [*chart.changes[1:], None], strict=True):
        root = _near(root_of(change.chord), before)
        if root.midi > highest:
            root = root.at((root.octave or 0) - 1)
        if after is None:
            return [*notes, Note((root,), change.beats)]
        notes += fill(change, root, _near(root_of(after.chord), root.midi))
        before = root.midi
    return notes


def _in_eighths(row: list[Pitch], beats: Fraction) -> list[Note]:
    """Play pitches in eighths; the last one takes what is left of the beats."""
    lengths = [_EIGHTH] * (len(row) - 1)
    lengths.append(beats - sum(lengths))
    return [Note((pitch,), size) for pitch, size in zip(row, lengths, strict=True)]


def _root_fifth(chart: Chart, rng: random.Random) -> list[Note]:
    def fill(change: Change, root: Pitch, following: Pitch) -> list[Note]:
        if change.beats < 2:
            return [Note((root,), change.beats)]
        half = _half(change, chart)
        fifth = _near(_fifth(change.chord), root.midi - rng.choice((0, 5)))
        return [Note((root,), half), Note((fifth,), change.beats - half)]

    return _over_roots(chart, _START + 3, fill, HIGHEST)


def _half(change: Change, chart: Chart) -> Fraction:
    """Where the second note of a chord falls: on the beat nearest to its middle."""
    starts = [start for start in chart.meter.starts if 0 < start < change.beats]
    return min(starts, key=lambda start: abs(start - change.beats / 2), default=change.beats / 2)


def _walking(chart: Chart, rng: random.Random) -> list[Note]:
    """A note on every beat: root first, chord and scale tones, a step into the next root."""
    notes: list[Note] = []
    before = _START + 3
    for place, change in enumerate(chart.changes):
        target = chart.changes[place + 1].chord if place + 1 < len(chart.changes) else None
        beats = _beats(change, chart)
        root = _near(root_of(change.chord), before)
        if target is None:
            notes.append(Note((root,), change.beats))
            break
        goal = _near(root_of(target), root.midi)
        walked = _walk(root, goal, change.chord, len(beats), rng)
        notes += [Note((pitch,), beat) for pitch, beat in zip(walked, beats, strict=True)]
        before = walked[-1].midi
    return notes


def _walk(root: Pitch, goal: Pitch, chord: Chord, count: int, rng: random.Random) -> list[Pitch]:
    if count == 1:
        return [root]
    path = [root]
    tones = [tone.at(None) for tone in chord.tones]
    scale = _scale(chord)
    rising = goal.midi >= root.midi if goal.midi != root.midi else rng.random() < 0.6
    if rising and root.midi > HIGHEST - 7:
        rising = False
    if not rising and root.midi < LOWEST + 5:
        rising = True
    while len(path) < count - 1:
        strong = len(path) % 2 == 0
        path.append(_next(path[-1], tones if strong else [*tones, *scale], rising, rng))
    return [*path, _approach(goal, chord, rng, after=path[-1])]


def _next(now: Pitch, names: list[Pitch], rising: bool, rng: random.Random) -> Pitch:
    """Take one of the nearest tones in the direction of the walk."""
    placed = {
        p.midi: p for name in names for octave in range(1, 6)
        if LOWEST <= (p := name.at(octave)).midi <= HIGHEST and 0 < abs(p.midi - now.midi) <= 7
    }  # fmt: skip
    ahead = [p for p in placed.values() if (p.midi > now.midi) == rising]
    options = sorted(ahead or placed.values(), key=lambda p: abs(p.midi - now.midi))[:3]
    return choose(rng, {p: 3.0 - place for place, p in enumerate(options)}) if options else now


def _approach(goal: Pitch, chord: Chord, rng: random.Random, after: Pitch | None = None) -> Pitch:
    """A step below or above the next root, or its fifth; near the note that it comes after."""
    options: dict[Pitch, float] = {
        transpose(goal, Interval.of(short)): weight for short, weight in _APPROACHES.items()
    }
    own = {tone.pitch_class for tone in _scale(chord)}
    # Half steps lead from anywhere, whole steps only within the scale of the chord.
    weights = {
        pitch: weight * (1.5 if pitch.pitch_class in own else 1.0)
        for pitch, weight in options.items()
        if pitch.pitch_class in own or abs(pitch.midi - goal.midi) == 1
        if LOWEST <= pitch.midi <= HIGHEST and abs(pitch.alter) < 2
    }
    if after is not None:
        apart = {p: abs(p.midi - after.midi) for p in weights}
        near = {p: weight for p, weight in weights.items() if 0 < apart[p] <= _NEAR}
        weights = near or {p: weight for p, weight in weights.items() if 0 < apart[p] <= 12}
    return choose(rng, weights) if weights else goal


@lru_cache(maxsize=256)
def _scale(chord: Chord) -> list[Pitch]:
    scales = scales_for(replace(chord, bass=None))
    return [pitch.at(None) for pitch in scales[0].pitches] if scales else list(chord.tones)


def _beats(change: Change, chart: Chart) -> list[Fraction]:
    """The beats of the meter that a chord covers."""
    inside = change.start % chart.meter.quarters
    starts = [s for s in chart.meter.starts if inside <= s < inside + change.beats] or [inside]
    ends = [*starts[1:], inside + change.beats]
    return [end - start for start, end in zip(starts, ends, strict=True)]


def _pop(chart: Chart, rng: random.Random) -> list[Note]:
    """Eighths on the root; before a new chord the last ones may lead to it."""

    def fill(change: Change, root: Pitch, following: Pitch) -> list[Note]:
        count = int(change.beats / _EIGHTH)
        row = [root] * count
        turn = rng.random()
        if count >= 4 and following.midi != root.midi and turn < 0.5:
            row[-1] = _approach(following, change.chord, rng)
        elif count >= 4 and turn < 0.8:
            row[-2] = _near(_fifth(change.chord), root.midi)
        return _in_eighths(row, change.beats)

    return _over_roots(chart, _START, fill, HIGHEST)


def _tumbao(chart: Chart, rng: random.Random) -> list[Note]:
    """The bass of the son: on the "and" of two and on four, which anticipates the next bar."""
    bar = chart.meter.quarters
    late, early = bar * Fraction(3, 8), bar * Fraction(3, 4)
    count = int(chart.length // bar)
    root = _near(root_of(chart.changes[0].chord), _START)
    notes = [Note((root,), late)]
    for number in range(count):
        start = number * bar
        chord = chart.at(start + late)
        inner = _near(_fifth(chord), root.midi + rng.choice((-5, 0)))
        notes.append(Note((inner,), early - late))
        after = chart.at(start + bar) if number + 1 < count else chord
        root = _near(root_of(after), inner.midi)
        held = bar - early + (late if number + 1 < count else Fraction(0))
        notes.append(Note((root,), held))
    return notes


def _boogie(chart: Chart, rng: random.Random) -> list[Note]:
    """Up the chord and back: root, third, fifth, sixth, and the seventh at the turn."""
    shapes = (("P1", "M3", "P5", "M6"), ("P1", "M3", "P5", "m7"))

    def fill(change: Change, root: Pitch, following: Pitch) -> list[Note]:
        third = change.chord.quality.third
        shape = shapes[rng.choice((0, 0, 1))] if change.start else shapes[0]
        notes = []
        for number, beat in enumerate(_beats(change, chart)):
            short = shape[number % len(shape)]
            pitch = transpose(root, Interval.of(third if short == "M3" else short))
            notes.append(Note((pitch if pitch.midi <= HIGHEST else _near(pitch, root.midi),), beat))
        return notes

    return _over_roots(chart, _START, fill, HIGHEST)


def _octaves(chart: Chart, rng: random.Random) -> list[Note]:
    """Root and octave in eighths."""

    def fill(change: Change, root: Pitch, following: Pitch) -> list[Note]:
        high = root.at((root.octave or 0) + 1)
        count = int(change.beats / _EIGHTH)
        row = [root if number % 2 == 0 else high for number in range(count)]
        if count >= 8 and rng.random() < 0.4:
            row[-2] = _near(_fifth(change.chord), root.midi + 5)
        return _in_eighths(row, change.beats)

    return _over_roots(chart, _START, fill, HIGHEST - 12)


_WRITERS: dict[str, Writer] = {
    "root-fifth": _root_fifth,
    "walking": _walking,
    "pop": _pop,
    "tumbao": _tumbao,
    "boogie": _boogie,
    "octaves": _octaves,
}
