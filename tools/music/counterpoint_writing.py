"""Composing a line of first-species counterpoint that breaks no rule, by search with a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tools.music.counterpoint import CONSONANT, exercise
from tools.music.counterpoint_rules import MELODIC, MOST_ALIKE, PERFECT, WIDEST, check, leap_problem
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key
from tools.music.parts import BAR, Note
from tools.music.pitch import MusicError, Pitch

LONGEST = 32
FARTHEST = 16  # a tenth: nearer than the rules allow, for a line that blends
MOST_TRIES = 40_000
_MODES = ("major", "minor", "dorian", "mixolydian", "phrygian", "lydian")


def compose(
    cantus: Sequence[Pitch], key: Key, *, above: bool = True, seed: int = 0
) -> tuple[Pitch, ...]:
    """Return a line of one note against each note of the cantus; the same seed, the same line.

    Raises:
        MusicError: the cantus is too long or does not end on the key's tonic by step, or no line
            was found within the search's bound.
    """
    check_cantus(cantus)
    rng = random.Random(seed)
    tries = [0]
    for line in _lines(cantus, key, above, rng, (), tries):
        voice = tuple(Note(pitch, BAR) for pitch in line)
        if not check(exercise(cantus, voice, 1)):
            return line
    raise MusicError(
        "no line without a broken rule was found for this cantus; try the other side of it, "
        "another seed, or a cantus without large leaps"
    )


def check_cantus(cantus: Sequence[Pitch]) -> None:
    """Make sure that a line can be composed to a cantus.

    Raises:
        MusicError: it is too short or too long, or does not come to its last note by step.
    """
    if not 3 <= len(cantus) <= LONGEST:
        raise MusicError(f"the cantus has {len(cantus)} notes; give 3 to {LONGEST}")
    if abs(between(cantus[-2], cantus[-1]).steps) != 1:
        raise MusicError(
            f"the cantus ends {cantus[-2].name} {cantus[-1].name}; it must come to its last note "
            "by step"
        )


def mode_of(cantus: Sequence[Pitch]) -> Key:
    """Return the mode of a cantus: its last note is the tonic, its notes decide the signature.

    >>> from tools.music.music_text import read_notes
    >>> mode_of(read_notes("D F E D G F A G F E D")).name
    'D dorian'
    """
    tonic = cantus[-1].at(None)
    names = {pitch.name for pitch in cantus}

    def strangeness(key: Key) -> tuple[int, int]:
        return len(names - {pitch.name for pitch in key.scale.pitches}), abs(key.fifths)

    return min((Key(tonic, mode) for mode in _MODES), key=strangeness)


def _lines(
    cantus: Sequence[Pitch], key: Key, above: bool, rng: random.Random,
    line: tuple[Pitch, ...], tries: list[int],
) -> Iterator[tuple[Pitch, ...]]:  # fmt: skip
    """Yield whole lines, deepest promising first, until the bound is spent."""
    if len(line) == len(cantus):
        yield line
        return
    choices = _choices(cantus, key, above, len(line))
    fitting = [pitch for pitch in choices if _fits(cantus, line, pitch, above)]
    fitting.sort(key=lambda pitch: _strain(cantus, line, pitch) + 3 * rng.random())
    for pitch in fitting:
        tries[0] += 1
        if tries[0] > MOST_TRIES:
            return
        yield from _lines(cantus, key, above, rng, (*line, pitch), tries)


def _choices(cantus: Sequence[Pitch], key: Key, above: bool, place: int) -> Iterator[Pitch]:
    """The consonant notes of the mode on the right side; the last but one is a leading tone."""
    last = len(cantus) - 1
    own = cantus[place]
    for pitch in _scale(cantus, key, place):
        low, high = (own, pitch) if above else (pitch, own)
        gap = between(low, high)
        if not 0 <= gap.semitones <= FARTHEST or gap.steps < 0:
            continue
        short = gap.simple.short
        if place == 0:
            allowed = short in (("P1", "P5") if above else ("P1",))
        elif place == last:
            allowed = short == "P1"
        else:
            allowed = short in CONSONANT and gap.semitones > 0
        if allowed:
            yield pitch


def _scale(cantus: Sequence[Pitch], key: Key, place: int) -> list[Pitch]:
    """The notes of the mode over five octaves; before the end with the tone a semitone below."""
    names = list(key.scale.pitches)
    if place == len(cantus) - 2:
        falls = between(cantus[-2], cantus[-1]).descending
        phrygian = falls and between(cantus[-2], cantus[-1]).semitones == -1
        if falls and not phrygian:
            names = [transpose(key.tonic, Interval.of("M7")).at(None)]
    return [name.at(octave) for name in names for octave in range(1, 7)]


def _fits(cantus: Sequence[Pitch], line: tuple[Pitch, ...], pitch: Pitch, above: bool) -> bool:
    if not line:
        return True
    place = len(line)
    way, theirs = between(line[-1], pitch), between(cantus[place - 1], cantus[place])
    if way.short not in MELODIC or (way.short == "m6" and way.descending):
        return False
    ends = place == len(cantus) - 1
    if ends and (abs(way.steps) != 1 or way.descending == theirs.descending):
        return False
    heights = [one.midi for one in (*line, pitch)]
    if max(heights) - min(heights) > WIDEST:
        return False
    was, now = (
        between(*((a, b) if above else (b, a))).simple
        for a, b in ((cantus[place - 1], line[-1]), (cantus[place], pitch))
    )
    moved = way.semitones != 0 and theirs.semitones != 0
    similar = now.short == was.short or way.descending == theirs.descending
    if now.short in PERFECT and moved and similar:
        return False
    return _varied(cantus, line, pitch)


def _varied(cantus: Sequence[Pitch], line: tuple[Pitch, ...], pitch: Pitch) -> bool:
    """No note three times, no four thirds or sixths, large leaps recovered by step."""
    if len(line) > 1:
        repeated = line[-1] == line[-2] == pitch
        if repeated or leap_problem(line[-2], line[-1], pitch):
            return False
    recent = (*line, pitch)[-MOST_ALIKE - 1 :]
    numbers = {
        between(own, one).simple.number
        for one, own in zip(recent, cantus[len(line) + 1 - len(recent) :], strict=False)
    }
    return not (len(recent) > MOST_ALIKE and len(numbers) == 1 and numbers <= {3, 6})


def _strain(cantus: Sequence[Pitch], line: tuple[Pitch, ...], pitch: Pitch) -> float:
    """How little a note recommends itself: leaps, similar motion, perfect intervals, repeats."""
    place = len(line)
    gap = abs(pitch.midi - cantus[place].midi)
    if not line:
        return 0.4 * gap
    way, theirs = between(line[-1], pitch), between(cantus[place - 1], cantus[place])
    price = 0.9 * max(abs(way.steps) - 1, 0) + (2.0 if way.semitones == 0 else 0.0)
    if way.semitones and theirs.semitones and way.descending == theirs.descending:
        price += 1.0
    if between(cantus[place], pitch).simple.short in PERFECT:
        price += 1.0
    return price + 1.5 * (pitch in line[-3:-1]) + 0.5 * max(gap - 10, 0)
