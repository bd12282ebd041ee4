"""Going on with a melody in its own manner: its steps and rhythms, chosen anew by seed."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from tools.music.generation import choose, dice
from tools.music.key import Key
from tools.music.line import Line, Note, step_in
from tools.music.line_text import write_line
from tools.music.pitch import MusicError, Pitch

FEWEST_NOTES = 4
_REACH = 2  # scale steps that the new notes may go beyond the old ones
_BACK = 0.25  # what a step away from the middle is worth near the edge of the range
_CADENCE = 3  # notes from the end that are drawn to the tonic


def continued(line: Line, bars: int, seed: int | str) -> Line:
    """Return `bars` new bars that move as the line does, the last one resting on the tonic.

    Each bar takes the rhythm of a bar of the line, each note the step that followed the same step
    there (a Markov chain of the first order); accidentals are left to the key.

    >>> from tools.music.line_text import read_line
    >>> made = continued(read_line("in C major: C4 D4 E4 C4 | E4 F4 G4:h"), 2, 1)
    >>> made.length, made.pitches[-1].name
    (Fraction(8, 1), 'C')

    Raises:
        MusicError: the line has too few notes to have a manner.
    """
    tops = [note.top for note in line.notes if note.top is not None]
    if len(tops) < FEWEST_NOTES:
        raise MusicError(
            f"{len(tops)} notes are too few to go on from; write a melody of {FEWEST_NOTES} or more"
        )
    home = line.home
    rng = dice(seed, "continue", write_line(line), bars)
    chain = _chain(tops)
    walk = _Walk(home, tops, chain, rng)
    rhythm = _rhythm(line, bars, rng)
    sounding = sum(sounds for _, sounds in rhythm)
    notes: list[Note] = []
    for beats, sounds in rhythm:
        if not sounds:
            notes.append(Note((), beats))
            continue
        sounding -= 1
        notes.append(Note((walk.next(left=sounding),), beats))
    return Line(tuple(notes), line.meter, line.key, line.tempo, swing=line.swing)


def _chain(tops: Sequence[Pitch]) -> Mapping[int, Counter[int]]:
    """How often each step (in letters) follows each other one."""
    steps = [b.index - a.index for a, b in pairwise(tops)]
    chain: dict[int, Counter[int]] = defaultdict(Counter)
    for before, after in pairwise(steps):
        chain[before][after] += 1
    chain[0].update(steps)
    return chain


class _Walk:
    """The last note and step, and the choice of the next."""

    def __init__(
        self, home: Key, tops: Sequence[Pitch], chain: Mapping[int, Counter[int]],
        rng: random.Random,
    ) -> None:  # fmt: skip
        self._home, self._chain, self._rng = home, chain, rng
        indexes = [pitch.index for pitch in tops]
        self._low, self._high = min(indexes) - _REACH, max(indexes) + _REACH
        self._middle = sum(indexes) / len(indexes)
        own = {tone.step: tone.alter for tone in home.scale.pitches}
        last = tops[-1]
        self._now = Pitch(last.step, own[last.step], last.octave)
        self._step = tops[-1].index - tops[-2].index

    def next(self, left: int) -> Pitch:
        """Return the next note; `left` more come after it."""
        found = self._chain.get(self._step) or self._chain[0]
        weights = {step: self._weight(step, count, left) for step, count in found.items()}
        weights = {step: weight for step, weight in weights.items() if weight > 0}
        if left == 0 or not weights:
            weights = {self._to_tonic() if left == 0 else self._inward(): 1.0}
        self._step = choose(self._rng, weights)
        self._now = step_in(self._now, self._step, self._home)
        return self._now

    def _weight(self, step: int, count: int, left: int) -> float:
        goal = self._now.index + step
        if not self._low <= goal <= self._high:
            return 0.0
        near = 1.0 / (1.0 + _BACK * abs(goal - self._middle))
        if left < _CADENCE:
            near /= 1.0 + abs(self._tonic_from(goal)) / (left + 1)
        return count * near

    def _tonic_from(self, index: int) -> int:
        """The shortest way, in steps, from a place to a tonic."""
        up = (self._home.tonic.at(0).index - index) % 7
        return up if up <= 3 else up - 7

    def _to_tonic(self) -> int:
        return self._tonic_from(self._now.index)

    def _inward(self) -> int:
        return 1 if self._now.index < self._middle else -1


def _rhythm(line: Line, bars: int, rng: random.Random) -> list[tuple[Fraction, bool]]:
    """Lengths of the new bars, each with whether it sounds; the last one is the line's last."""
    full = [
        [(piece.note.beats, bool(piece.note.pitches)) for piece in bar]
        for bar in line.bars
        if sum(piece.note.beats for piece in bar) == line.meter.quarters
    ]
    sounding = [bar for bar in full if any(sounds for _, sounds in bar)]
    if not sounding:
        beats = [(beat, True) for beat in line.meter.beats]
        return [each for _ in range(bars - 1) for each in beats] + [(line.meter.quarters, True)]
    made = [each for _ in range(bars - 1) for each in rng.choice(sounding)]
    last = min(sounding, key=len)
    return [*made, *last]
