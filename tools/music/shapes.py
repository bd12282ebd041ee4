"""Chord shapes on a fretboard: every shape a hand can hold, the handiest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tools.music.chord import Chord
from tools.music.frets import Fingering, Frets
from tools.music.pitch import MusicError
from tools.music.tunings import Tuning

SPAN = 4
FINGERS = 4
HIGHEST_START = 10
# What makes a shape less handy, in units of a finger; found by trial on the shapes that songbooks
# print for 55 chords (the tests hold them).
HEIGHT_COST, SPAN_COST, FINGER_COST, BARRE_COST = 0.65, 0.45, 0.75, 0.7
MUTED_COST, INNER_MUTED_COST, TOP_MUTED_COST, MISSING_COST = 0.55, 3.5, 3.2, 1.6
OPEN_GAIN, HIGH_OPEN_COST, GAP_COST, THIN_COST = 0.3, 0.6, 1.35, 1.8
SMALL_INSTRUMENT, FULL_SOUND, NEAR_NUT = 4, 4, 3


@dataclass(frozen=True)
class Shape:
    """A fingering, the fingers it takes, whether one of them is a barre, and its price."""

    fingering: Fingering
    fingers: int
    barre: bool
    cost: float


def shapes_of(chord: Chord, tuning: Tuning, most: int = 6) -> list[Shape]:
    """Return playable shapes of a chord, the handiest first.

    >>> from tools.music.chord_text import read_chord
    >>> from tools.music.tunings import read_tuning
    >>> guitar = read_tuning("guitar")
    >>> [shapes_of(read_chord(c), guitar)[0].fingering.text for c in ("C", "Am", "F", "D7")]
    ['x32010', 'x02210', '133211', 'xx0212']

    Raises:
        MusicError: no shape holds the chord.
    """
    # Where no shape has the root at the bottom, an inversion, or one without the root, must do.
    found = _all(chord, tuning, strict=True) or _all(chord, tuning, strict=False)
    found.sort(key=lambda shape: (shape.cost, shape.fingering.text))
    if not found:
        raise MusicError(
            f"no hand holds {chord.symbol} on a {tuning.title}; ask for a smaller chord, e.g. "
            f"{chord.root.name}{'m' if chord.quality.third == 'm3' else ''}7"
        )
    return _different(found, most)


def _all(chord: Chord, tuning: Tuning, *, strict: bool) -> list[Shape]:
    search = _Search(chord, tuning, strict=strict)
    return [shape for start in range(HIGHEST_START + 1) for shape in search.at(start)]


def _different(shapes: list[Shape], most: int) -> list[Shape]:
    """Leave out shapes that are nearly one that was taken."""
    taken: list[Shape] = []
    for shape in shapes:
        if not any(_alike(shape.fingering.frets, other.fingering.frets) for other in taken):
            taken.append(shape)
        if len(taken) == most:
            break
    return taken


def _alike(one: Frets, other: Frets) -> bool:
    """True where one string differs, or where one shape only mutes strings of the other."""
    pairs = list(zip(one, other, strict=True))
    differing = sum(first != second for first, second in pairs)
    return all(first in (None, second) for first, second in pairs) or (
        differing <= 1 and len(one) > SMALL_INSTRUMENT
    )


class _Begun(NamedTuple):
    """The first strings of a shape: frets, pitch classes as bits, fingers above the lowest fret,
    whether that is held, and whether a string inside is muted."""

    frets: Frets = ()
    sounds: int = 0
    fingers: int = 0
    lowest: bool = False
    gap: bool = False


class _Search:
    """All shapes of one chord in one tuning."""

    def __init__(self, chord: Chord, tuning: Tuning, *, strict: bool) -> None:
        self.tuning = tuning
        self.open = [string.midi for string in tuning.strings]
        tones = [tone.pitch_class for tone in chord.tones]
        bass = chord.bass.pitch_class if chord.bass else chord.root.pitch_class
        self.bass = bass
        self.free_bass = chord.bass is None and (tuning.reentrant or not strict)
        self.wanted = frozenset((*tones, bass))
        self.needed = self.wanted - self._dispensable(chord, strict)
        self.needed_mask = sum(1 << tone for tone in self.needed)

    def _dispensable(self, chord: Chord, strict: bool) -> frozenset[int]:
        """The fifth of a chord with a seventh; of wide chords the root and the ninth too."""
        quality = chord.quality
        shorts = {
            i.short: t.pitch_class for i, t in zip(quality.intervals, chord.tones, strict=True)
        }
        spare = ["P5"] if quality.seventh or len(self.wanted) > 4 else []
        spare += ["M9"] if quality.extent >= 11 else []
        free = {shorts[short] for short in spare if short in shorts}
        if not strict or len(self.wanted) - len(free) > len(self.open):
            free.add(chord.root.pitch_class)
        return frozenset(free)

    def at(self, start: int) -> Iterator[Shape]:
        """Yield the shapes whose lowest fretted fret is `start` (0: open strings only)."""
        options: list[list[int | None]] = []
        for string in self.open:
            reach = {0, *(range(start, start + SPAN) if start else ())}
            good = [f for f in sorted(reach) if (string + f) % 12 in self.wanted]
            options.append([None, *good])
        for frets in self._fill(options, start):
            shape = self._judge(frets, start)
            if shape is not None:
                yield shape

    def _fill(self, options: list[list[int | None]], start: int) -> list[Frets]:
        """Return the rows of frets that one hand reaches and that can sound the chord.

        String by string; what the strings that are left cannot complete is dropped at once.
        """
        rows = [_Begun()]
        for place, frets in enumerate(options):
            left = options[place + 1 :]
            sounds = self._mask(
                (at, fret) for at, row in enumerate(left, place + 1) for fret in row
            )
            lowest = any(start in row for row in left)
            rows = [
                more
                for row in rows
                for fret in frets
                if (more := self._with(row, place, fret, start)) is not None
                and not self.needed_mask & ~(more.sounds | sounds)
                and (more.lowest or lowest)
            ]
        return [row.frets for row in rows]

    def _with(self, row: _Begun, place: int, fret: int | None, start: int) -> _Begun | None:
        """Return the row with a fret for the next string; None where no hand holds that."""
        frets = (*row.frets, fret)
        if fret is None:
            # One string inside a shape may be muted, no more: a finger must lie on it.
            if row.gap and place < len(self.open) - 1:
                return None
            return _Begun(frets, row.sounds, row.fingers, row.lowest, row.gap or row.sounds > 0)
        if not row.sounds and not self._good_bass(place, fret):
            return None
        fingers = row.fingers + (fret > start)
        if fingers > FINGERS:
            return None
        sounds = row.sounds | 1 << (self.open[place] + fret) % 12
        return _Begun(frets, sounds, fingers, row.lowest or fret == start, row.gap)

    def _mask(self, played: Iterable[tuple[int, int | None]]) -> int:
        """The pitch classes of frets, by string, as bits."""
        mask = 0
        for place, fret in played:
            if fret is not None:
                mask |= 1 << (self.open[place] + fret) % 12
        return mask

    def _good_bass(self, place: int, fret: int) -> bool:
        return self.free_bass or (self.open[place] + fret) % 12 == self.bass

    def _judge(self, frets: Frets, start: int) -> Shape | None:
        played = [(place, fret) for place, fret in enumerate(frets) if fret is not None]
        sounds = {(self.open[place] + fret) % 12 for place, fret in played}
        fretted = [(place, fret) for place, fret in played if fret]
        if not self.needed <= sounds or min((f for _, f in fretted), default=0) != start:
            return None
        if len(played) < min(3, len(self.wanted)) or len(sounds) < min(3, len(self.wanted)):
            return None
        held = _hold(played, fretted, start)
        if held is None or not self._bass_is_lowest(played):
            return None
        fingers, barre = held
        cost = self._cost(frets, fretted, len(sounds), fingers, barre)
        return Shape(Fingering(frets, self.tuning), fingers, barre, cost)

    def _bass_is_lowest(self, played: list[tuple[int, int]]) -> bool:
        if self.free_bass:
            return True
        lowest = min(self.open[place] + fret for place, fret in played)
        return lowest % 12 == self.bass

    def _cost(
        self, frets: Frets, fretted: list[tuple[int, int]], sounds: int, fingers: int, barre: bool
    ) -> float:
        first = next(place for place, fret in enumerate(frets) if fret is not None)
        muted = [place for place, fret in enumerate(frets) if fret is None]
        inner = sum(place > first for place in muted[: len(muted) - (frets[-1] is None)])
        heights = [fret for _, fret in fretted]
        highest = max(heights, default=0)
        cost = HEIGHT_COST * max(highest - NEAR_NUT, 0) + FINGER_COST * fingers
        cost += SPAN_COST * (highest - min(heights, default=0)) + BARRE_COST * barre
        cost += self._muted(first) + INNER_MUTED_COST * inner
        cost += TOP_MUTED_COST * (frets[-1] is None)
        cost += MISSING_COST * (len(self.wanted) - sounds)
        cost += THIN_COST * max(min(FULL_SOUND, len(self.open)) - len(frets) + len(muted), 0)
        opens = sum(fret == 0 for fret in frets)
        cost += opens * (HIGH_OPEN_COST if highest > NEAR_NUT else -OPEN_GAIN)
        return cost + GAP_COST * _gaps(frets)

    def _muted(self, first: int) -> float:
        """Low strings that are left out cost more where there are few strings."""
        each = MUTED_COST if len(self.open) > SMALL_INSTRUMENT else TOP_MUTED_COST
        return each * first


def _gaps(frets: Frets) -> int:
    """How often the hand leaves open strings free between pressed ones."""
    pressed = [bool(fret) for fret in frets if fret is not None]
    runs = [pressed[0], *(two for one, two in itertools.pairwise(pressed) if one != two)]
    return max(sum(runs) - 1, 0)


def _hold(
    played: list[tuple[int, int]], fretted: list[tuple[int, int]], start: int
) -> tuple[int, bool] | None:
    """Return the fingers a shape takes and whether it takes a barre; None beyond one hand."""
    low = [place for place, fret in fretted if fret == start]
    plain = len(fretted)
    can_bar = len(low) > 1 and not any(fret == 0 and place > low[0] for place, fret in played)
    if plain <= FINGERS and not (can_bar and plain > 3 and len(low) > 2):
        return plain, False
    if not can_bar:
        return None
    fingers = 1 + plain - len(low)
    return (fingers, True) if fingers <= FINGERS else None
