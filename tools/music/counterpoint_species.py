"""Composing counterpoint of the second to the fifth species, by search with a seed.

The search knows the rules of `counterpoint_rules` as sums of whole numbers, because thousands of
notes are tried for a line; what it finds is checked by those rules before it is returned.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tools.music.counterpoint import exercise
from tools.music.counterpoint_rhythm import BAR_EIGHTHS, florid_plan, sizes_at
from tools.music.counterpoint_rules import WIDEST, check
from tools.music.counterpoint_writing import FARTHEST, check_cantus
from tools.music.interval import Interval, transpose
from tools.music.key import Key
from tools.music.parts import Note, Voice
from tools.music.pitch import MusicError, Pitch

ATTEMPTS, MOST_TRIES = 60, 700
# (letter steps, semitones) of what may be sung, and of what sounds well, within an octave.
_MELODIC = frozenset(((1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 7), (5, 8), (7, 12)))
_CONSONANT = frozenset(((0, 0), (2, 3), (2, 4), (4, 7), (5, 8), (5, 9)))
_PERFECT = frozenset(((0, 0), (4, 7)))
_TRIADIC = frozenset(((4, 7), (5, 8), (5, 9), (7, 12)))
_FIFTH = 7
_NOISE = 2.5
# Suspensions by the number of steps between the voices, dearer where they are weak.
_SUSPENSIONS = {True: {6: -1.5, 3: -1.2, 1: 0.8}, False: {1: -1.5, 3: 0.4, 6: 2.5}}


@dataclass(frozen=True, slots=True)
class _Tone:
    """A note of the line; `start` and `size` in eighths from the beginning."""

    start: int
    size: int
    pitch: Pitch
    height: int
    index: int

    @property
    def tied_over(self) -> bool:
        """True where it sounds on over a bar line."""
        return self.start % BAR_EIGHTHS + self.size > BAR_EIGHTHS


def compose_species(
    cantus: Sequence[Pitch], key: Key, species: int, *, above: bool = True, seed: int = 0
) -> Voice:
    """Return a line of the species 2 to 5 to a cantus of whole notes; the same seed, the same line.

    It begins with a rest, as is usual. In the fourth species a syncope is given up only where the
    line would stop; in the fifth the seed chooses the lengths.

    >>> from tools.music.music_text import read_notes
    >>> from tools.music.key import read_key
    >>> line = compose_species(read_notes("C4 E4 D4 C4"), read_key("C"), 4, seed=1)
    >>> [str(note.pitch) for note in line]
    ['None', 'C5', 'C5', 'B4', 'D5', 'B4', 'C5']

    Raises:
        MusicError: the cantus is too long or does not come to its end by step, or no line was
            found within the search's bound.
    """
    check_cantus(cantus)
    rng = random.Random(f"{seed}/{species}/{above}")
    for _ in range(ATTEMPTS):
        line = _Search(cantus, key, species, above, rng).run()
        if line is None:
            continue
        voice = _voice(line)
        if not check(exercise(cantus, voice, species)):
            return voice
    raise MusicError(
        "no line without a broken rule was found for this cantus; try the other side of it, "
        "another seed, or a cantus without large leaps"
    )


class _Search:
    """One walk into depth, in an order that the dice shuffle, until its bound is spent."""

    def __init__(
        self, cantus: Sequence[Pitch], key: Key, species: int, above: bool, rng: random.Random
    ) -> None:
        self._heights = [pitch.midi for pitch in cantus]
        self._indexes = [pitch.index for pitch in cantus]
        self._species, self._above, self._rng = species, above, rng
        self._side = 1 if above else -1
        self._last = BAR_EIGHTHS * (len(cantus) - 1)
        falls = cantus[-2].index > cantus[-1].index
        half = abs(cantus[-2].midi - cantus[-1].midi) == 1
        self._usual = _over_octaves(key.scale.pitches)
        self._ending = _over_octaves(_raised(key)) if falls and not half else self._usual
        raised = transpose(key.tonic, Interval.of("M6")).name
        own = {pitch.name for pitch in key.scale.pitches}
        self._tender = raised if raised not in own else ""
        self._plan = florid_plan(len(cantus), rng) if species == 5 else {}
        self._line: list[_Tone] = []
        self._tries = 0

    def run(self) -> list[_Tone] | None:
        """Return a whole line, or nothing where the bound was spent."""
        first = {2: 4, 3: 2, 4: 4, 5: 4}[self._species]
        return self._line if self._from(first) else None

    def _from(self, time: int) -> bool:
        if time > self._last:
            return True
        for size in self._sizes(time):
            for tone in self._choices(time, size):
                self._tries += 1
                if self._tries > MOST_TRIES:
                    return False
                self._line.append(tone)
                if self._from(time + size):
                    return True
                self._line.pop()
        return False

    def _sizes(self, time: int) -> tuple[int, ...]:
        if self._species == 5 and time < self._last:
            return (self._plan[time],)
        return sizes_at(self._species, time, self._last)

    def _choices(self, time: int, size: int) -> list[_Tone]:
        bar = time // BAR_EIGHTHS
        pile = self._ending if time >= self._last - BAR_EIGHTHS else self._usual
        near = self._line[-1].height if self._line else self._heights[bar] + 8 * self._side
        tones = (
            _Tone(time, size, pitch, height, index)
            for pitch, height, index in pile
            if abs(height - near) <= 12
        )
        good = [(self._price(tone), tone) for tone in tones if self._fits(tone)]
        good.sort(key=lambda row: row[0])
        return [tone for _, tone in good]

    def _interval(self, tone: _Tone, bar: int) -> tuple[int, int]:
        """Letter steps and semitones from the lower to the upper voice."""
        side = self._side
        return (tone.index - self._indexes[bar]) * side, (tone.height - self._heights[bar]) * side

    def _fits(self, tone: _Tone) -> bool:
        bar, beat = divmod(tone.start, BAR_EIGHTHS)
        steps, gap = self._interval(tone, bar)
        if gap < 0 or steps < 0 or gap > FARTHEST:
            return False
        now = steps % 7, gap % 12
        line = self._line
        if not line:
            return now in (_PERFECT if self._above else {(0, 0)})
        ends = tone.start == self._last
        if (gap == 0 and beat == 0 and not ends) or (ends and now != (0, 0)):
            return False
        struck_well = now in _CONSONANT
        if not struck_well and (self._species == 4 or beat == 0 or tone.tied_over):
            return False
        return (
            self._sings(tone, struck_well)
            and self._resolves(tone, now)
            and (beat > 0 or self._moves_well(tone, bar, now))
            and (not ends or self._closes(tone))
            and (not tone.tied_over or self._holds(tone, bar + 1))
        )

    def _sings(self, tone: _Tone, consonant: bool) -> bool:
        """Melodic intervals, leaps that are recovered, and the range."""
        before = self._line[-1]
        steps, way = tone.index - before.index, tone.height - before.height
        if (abs(steps), abs(way)) not in _MELODIC or (steps, way) == (-5, -8) or steps * way < 0:
            return False
        if abs(steps) != 1 and (not consonant or 1 in (tone.size, before.size)):
            return False
        if before.pitch.name == self._tender and (steps, way) != (1, 2):
            return False
        heights = [each.height for each in self._line]
        if max(*heights, tone.height) - min(*heights, tone.height) > WIDEST:
            return False
        return len(self._line) < 2 or _turns_well(self._line[-2], before, tone)

    def _resolves(self, tone: _Tone, now: tuple[int, int]) -> bool:
        """What the note before asks for: a dissonance goes on by step, a suspension down."""
        before = self._line[-1]
        bar = before.start // BAR_EIGHTHS
        steps = tone.index - before.index
        if before.tied_over:
            over, gap = self._interval(before, bar + 1)
            if (over % 7, gap % 12) not in _CONSONANT:
                return steps == -1 and now in _CONSONANT
        started = self._interval(before, bar)
        if (started[0] % 7, started[1] % 12) in _CONSONANT or len(self._line) < 2:
            return True
        same_way = steps * (before.index - self._line[-2].index) > 0
        return abs(steps) == 1 and (same_way or self._species > 2)

    def _moves_well(self, tone: _Tone, bar: int, now: tuple[int, int]) -> bool:
        """No parallel or direct fifths and octaves into a bar, nor on two strong beats."""
        before = self._line[-1]
        theirs = self._heights[bar] - self._heights[bar - 1]
        if now not in _PERFECT or not theirs:
            return True
        ours = tone.height - before.height
        steps, gap = self._interval(before, bar - 1)
        if ours * theirs > 0 or (steps % 7, gap % 12) == now:
            return False
        if self._species != 2 or len(self._line) < 2 or self._line[-2].start % BAR_EIGHTHS:
            return True
        steps, gap = self._interval(self._line[-2], bar - 1)
        leap = abs(before.index - self._line[-2].index)
        return (steps % 7, gap % 12) != now or leap > 2

    def _closes(self, tone: _Tone) -> bool:
        """The end is reached by step, against the cantus, with a semitone in one voice."""
        ours = tone.height - self._line[-1].height
        theirs = self._heights[-1] - self._heights[-2]
        return (
            abs(tone.index - self._line[-1].index) == 1
            and ours * theirs < 0
            and (ours != 2 or theirs == -1)
        )

    def _holds(self, tone: _Tone, bar: int) -> bool:
        """What is held over the bar line stays on its side, and can step down if it must."""
        steps, gap = self._interval(tone, bar)
        if gap < 0 or steps < 0 or gap > FARTHEST:
            return False
        if (steps % 7, gap % 12) in _CONSONANT:
            return gap > 0
        below = steps - self._side
        return below >= 0 and below % 7 in (0, 2, 4, 5)

    def _price(self, tone: _Tone) -> float:
        """How little a note recommends itself."""
        bar, beat = divmod(tone.start, BAR_EIGHTHS)
        steps, gap = self._interval(tone, bar)
        now = steps % 7, gap % 12
        price = _NOISE * self._rng.random() + 0.4 * max(gap - 12, 0)
        if beat == 0 and now in _PERFECT:
            price += 1.0
        if beat == BAR_EIGHTHS // 2 and now not in _CONSONANT:
            price += 0.7
        if gap == 0:
            price += 1.5
        if tone.tied_over:
            held, over = self._interval(tone, bar + 1)
            if (held % 7, over % 12) not in _CONSONANT:
                price += _SUSPENSIONS[self._above].get(held % 7, 0.0)
        if self._line:
            price += 0.8 * max(abs(tone.index - self._line[-1].index) - 1, 0)
            price += 0.8 * sum(each.index == tone.index for each in self._line[-5:-1])
            price += self._far_from_end(tone)
        return price

    def _far_from_end(self, tone: _Tone) -> float:
        """Near the end, what is too far from the last note to reach it by steps."""
        left = (self._last - tone.start) // tone.size
        if left > 6:
            return 0.0
        place = (tone.index - self._indexes[-1]) % 7
        return 0.7 * max(min(place, 7 - place) - left, 0)


def _turns_well(one: _Tone, two: _Tone, three: _Tone) -> bool:
    """A leap beyond a fifth steps back; two leaps the same way make a triad."""
    first, second = two.index - one.index, three.index - two.index
    same_way = first * second > 0
    if abs(two.height - one.height) > _FIFTH and (abs(second) != 1 or same_way):
        return False
    if not same_way or min(abs(first), abs(second)) < 2:
        return True
    return (abs(three.index - one.index), abs(three.height - one.height)) in _TRIADIC


def _raised(key: Key) -> tuple[Pitch, ...]:
    """The notes before the end: the tone below the last is a semitone, with its way up to it."""
    names = [pitch.at(None) for pitch in key.scale.pitches]
    leading = transpose(key.tonic, Interval.of("M7")).at(None)
    sixth = transpose(key.tonic, Interval.of("M6")).at(None)
    kept = [name for name in names if name.step != leading.step]
    return (*kept, leading, *([sixth] if sixth not in kept else []))


@lru_cache(maxsize=256)
def _over_octaves(names: tuple[Pitch, ...]) -> tuple[tuple[Pitch, int, int], ...]:
    placed = (name.at(octave) for name in names for octave in range(1, 7))
    return tuple((pitch, pitch.midi, pitch.index) for pitch in placed)


def _voice(line: Sequence[_Tone]) -> Voice:
    """The line as notes cut at bar lines, after the rest that it begins with."""
    rest = Note(None, Fraction(line[0].start, 2))
    return (rest, *(note for tone in line for note in _cut(tone)))


def _cut(tone: _Tone) -> Iterator[Note]:
    room = BAR_EIGHTHS - tone.start % BAR_EIGHTHS
    yield Note(tone.pitch, Fraction(min(tone.size, room), 2))
    if tone.size > room:
        yield Note(tone.pitch, Fraction(tone.size - room, 2), tied=True)
