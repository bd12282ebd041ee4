"""The lengths of species counterpoint, in eighths of a bar of four quarters."""

from __future__ import annotations

import random

from tools.music.generation import choose

BAR_EIGHTHS = 8
_HALF, _QUARTER = 4, 2
# Ways to fill a bar of florid counterpoint from a place in it; a last length beyond the bar is a
# tie, resolved after a quarter or a half.
_FILLS: dict[int, dict[tuple[int, ...], float]] = {
    0: {
        (4, 8): 2.0, (4, 6): 1.5, (2, 2, 8): 2.0, (2, 2, 6): 1.5, (2, 2, 2, 2): 3.0,
        (4, 2, 2): 2.0, (2, 2, 4): 1.0, (2, 1, 1, 2, 2): 1.5, (6, 2): 1.0,
    },
    2: {(2, 8): 2.0, (2, 6): 1.5, (2, 2, 2): 2.5, (2, 4): 1.0, (1, 1, 2, 2): 0.7},
    4: {(8,): 2.0, (6,): 1.5, (2, 2): 3.0, (4,): 1.0},
}  # fmt: skip
_BEFORE_LAST = {0: (2, 2, 4), 2: (2, 4), 4: (4,)}
_INTO_CADENCE = {0: ((4, 8), (2, 2, 8)), 2: ((2, 8),), 4: ((8,),)}
_SUSPENDED_CADENCES = 0.7


def sizes_at(species: int, time: int, last: int) -> tuple[int, ...]:
    """Return the lengths that a note of a species may have at a time, the usual first.

    >>> sizes_at(2, 4, 24), sizes_at(4, 4, 24), sizes_at(4, 20, 24), sizes_at(3, 24, 24)
    ((4,), (8, 4), (4,), (8,))
    """
    if time >= last:
        return (BAR_EIGHTHS,)
    if species == 3:
        return (_QUARTER,)
    may_tie = species == 4 and time % BAR_EIGHTHS == _HALF and time + _HALF < last
    return (BAR_EIGHTHS, _HALF) if may_tie else (_HALF,)


def florid_plan(bars: int, rng: random.Random) -> dict[int, int]:
    """Return the length of the note at each time in florid counterpoint, without the last bar.

    The first bar begins with a half rest, and the cadence is mostly a suspension.

    >>> plan = florid_plan(4, random.Random(1))
    >>> min(plan), max(time + size for time, size in plan.items())
    (4, 24)
    """
    plan: dict[int, int] = {}
    time = _HALF
    for bar in range(bars - 1):
        for size in _fill(time % BAR_EIGHTHS, bars - 2 - bar, rng):
            plan[time] = size
            time += size
    return plan


def _fill(place: int, left: int, rng: random.Random) -> tuple[int, ...]:
    """Fill a bar from a place on; `left` bars come before the last but one is over."""
    if left == 0:
        return _BEFORE_LAST[place]
    if left == 1 and rng.random() < _SUSPENDED_CADENCES:
        return rng.choice(_INTO_CADENCE[place])
    return choose(rng, _FILLS[place])
