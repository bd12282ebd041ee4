"""Variations of a theme: each keeps what makes it the theme and changes one thing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from tools.music.generation import dice, read_style
from tools.music.interval import Interval, transpose
from tools.music.key import Key
from tools.music.line import Line, Note, step_in
from tools.music.pitch import MusicError, Pitch

KINDS: dict[str, tuple[str, ...]] = {
    "ornaments": ("ornament", "ornamented", "decorated", "embellished", "figuration", "graces",
                  "neighbours", "neighbors", "turns"),
    "running": ("runs", "passing notes", "scales", "eighths", "sixteenths", "flowing", "fast"),
    "rhythm": ("rhythmic", "dotted", "syncopated", "syncopation", "swing", "rhythms"),
    "triplets": ("triplet", "triple", "gigue"),
    "minor": ("minor key", "minore", "sad", "dark"),
    "major": ("major key", "maggiore", "happy", "bright"),
    "inversion": ("inverted", "upside down", "mirror"),
    "retrograde": ("backwards", "reverse", "reversed", "crab"),
    "augmentation": ("slow", "augmented", "broad", "longer"),
    "diminution": ("quick", "shorter", "double time"),
    "octaves": ("octave", "leaps", "broken octaves"),
    "simple": ("skeleton", "reduction", "reduced", "plain"),
}  # fmt: skip
_SHORTEST = Fraction(1, 4)


def vary(theme: Line, kind: str, seed: int | str) -> tuple[Line, str]:
    """Return a variation and its kind's name.

    >>> from tools.music.line_text import read_line, write_line
    >>> write_line(vary(read_line("in C: C4 E4 G4:h"), "minor", 1)[0])
    'in C minor: C4 E♭4 G4:h'

    Raises:
        MusicError: the kind is unknown, or the theme has no notes.
    """
    name = read_style(kind, KINDS, "kind of variation")
    if not theme.pitches:
        raise MusicError("the theme has no notes; write a melody such as C4 E4:e F4:e G4:h")
    rng = dice(seed, name, *(f"{n.pitches}{n.beats}" for n in theme.notes))
    return _KINDS[name](theme, rng), name


def _each(theme: Line, change: Callable[[Note, Note | None], list[Note]]) -> Line:
    """Change every note in view of the next; each keeps its place and its length in all."""
    notes: list[Note] = []
    for place, note in enumerate(theme.notes):
        after = theme.notes[place + 1] if place + 1 < len(theme.notes) else None
        made = change(note, after) if note.pitches else [note]
        notes += [replace(made[0], chord=note.chord), *made[1:]]
    return theme.with_notes(notes)


def _split(note: Note, pitches: list[Pitch]) -> list[Note]:
    size = note.beats / len(pitches)
    return [Note((pitch,), size) for pitch in pitches]


def _ornaments(theme: Line, rng: random.Random) -> Line:
    home = theme.home

    def change(note: Note, after: Note | None) -> list[Note]:
        main = note.pitches[0]
        upper, lower = step_in(main, 1, home), step_in(main, -1, home)
        if after is None or note.beats / 4 < _SHORTEST or rng.random() < 0.35:
            return [note]
        figures = [
            [main, upper, main, lower], [main, lower, main, upper], [upper, main, lower, main],
        ]  # fmt: skip
        if rng.random() < 0.4:
            half = note.beats / 2
            return [Note((main,), half), Note((upper,), half / 2), Note((main,), half / 2)]
        # A turn from above keeps the theme's note for the strong part: it comes first.
        return _split(note, figures[rng.choice((0, 1))])

    return _each(theme, change)


def _running(theme: Line, rng: random.Random) -> Line:
    home = theme.home

    def change(note: Note, after: Note | None) -> list[Note]:
        if after is None or not after.pitches or note.beats / 2 < _SHORTEST:
            return [note]
        main, goal = note.pitches[0], after.pitches[0]
        count = 4 if note.beats / 4 >= _SHORTEST and note.beats >= 1 else 2
        distance = goal.index - main.index
        way = 1 if distance > 0 else -1 if distance < 0 else rng.choice((1, -1))
        if count == 2:
            return _split(note, [main, step_in(main, way, home)])
        if abs(distance) >= 4:
            path = [0, way, 2 * way, 3 * way]
        elif abs(distance) == 3:
            path = [0, way, 2 * way, way]
        elif abs(distance) == 2:
            path = [0, -way, 0, way]
        else:
            path = [0, way, 2 * way, way] if distance == 0 else [0, -way, -2 * way, -way]
        return _split(note, [step_in(main, step, home) for step in path])

    return _each(theme, change)


def _rhythm(theme: Line, rng: random.Random) -> Line:
    """Lengthen one note of each pair of equal ones by half, at the cost of the other."""
    notes = list(theme.notes)
    for place in range(0, len(notes) - 1, 2):
        one, two = notes[place], notes[place + 1]
        if one.beats == two.beats and one.beats / 2 >= _SHORTEST:
            long, short = one.beats * Fraction(3, 2), one.beats / 2
            first = long if rng.random() < 0.75 else short
            notes[place] = replace(one, beats=first)
            notes[place + 1] = replace(two, beats=one.beats * 2 - first)
    return theme.with_notes(notes)


def _triplets(theme: Line, rng: random.Random) -> Line:
    home = theme.home

    def change(note: Note, after: Note | None) -> list[Note]:
        if after is None or note.beats not in (Fraction(1), Fraction(2), Fraction(1, 2)):
            return [note]
        main = note.pitches[0]
        way = rng.choice((1, -1))
        return _split(note, [main, step_in(main, way, home), main if rng.random() < 0.5
                             else step_in(main, 2 * way, home)])  # fmt: skip

    return _each(theme, change)


def _in_mode(theme: Line, mode: str) -> Line:
    home = theme.home
    if home.minor_like == (mode == "minor"):
        other = "major" if mode == "minor" else "minor"
        raise MusicError(f"the theme is in {home.name} already; ask for {other}")
    target = Key(home.tonic, mode)
    old = {tone.step: tone.alter for tone in home.scale.pitches}
    new = {tone.step: tone.alter for tone in target.scale.pitches}

    def change(pitch: Pitch) -> Pitch:
        return replace(pitch, alter=pitch.alter + new[pitch.step] - old[pitch.step])

    return replace(_without_chords(theme).map(change), key=target)


def _without_chords(theme: Line) -> Line:
    """The theme without its chord symbols, which its changed notes would not fit."""
    return theme.with_notes(replace(note, chord="") for note in theme.notes)


def _minor(theme: Line, rng: random.Random) -> Line:
    return _in_mode(theme, "minor")


def _major(theme: Line, rng: random.Random) -> Line:
    return _in_mode(theme, "major")


def _inversion(theme: Line, rng: random.Random) -> Line:
    home, axis = theme.home, theme.pitches[0]
    return _without_chords(theme).map(lambda p: step_in(axis, axis.index - p.index, home))


def _retrograde(theme: Line, rng: random.Random) -> Line:
    notes = _without_chords(theme).notes[::-1]
    return replace(theme, notes=notes, pickup=Fraction(0))


def _augmentation(theme: Line, rng: random.Random) -> Line:
    return theme.stretched(Fraction(2))


def _diminution(theme: Line, rng: random.Random) -> Line:
    return theme.stretched(Fraction(1, 2))


def _octaves(theme: Line, rng: random.Random) -> Line:
    up = Interval.of("P8")
    high = max(pitch.midi for pitch in theme.pitches) > 79

    def change(note: Note, after: Note | None) -> list[Note]:
        if after is None or note.beats / 2 < _SHORTEST:
            return [note]
        main = note.pitches[0]
        return _split(note, [main, transpose(main, -up if high else up)])

    return _each(theme, change)


def _simple(theme: Line, rng: random.Random) -> Line:
    """Keep what falls on the beats; it lasts until the next one that is kept."""
    kept: list[Note] = []
    for start, note in theme.placed:
        on_beat = start % theme.meter.quarters in theme.meter.starts
        if on_beat or not kept:
            kept.append(note)
        else:
            kept[-1] = replace(kept[-1], beats=kept[-1].beats + note.beats)
    return theme.with_notes(kept)


_KINDS: dict[str, Callable[[Line, random.Random], Line]] = {
    "ornaments": _ornaments,
    "running": _running,
    "rhythm": _rhythm,
    "triplets": _triplets,
    "minor": _minor,
    "major": _major,
    "inversion": _inversion,
    "retrograde": _retrograde,
    "augmentation": _augmentation,
    "diminution": _diminution,
    "octaves": _octaves,
    "simple": _simple,
}
