"""Ways from one key to another: pivot chords, and keys between where there is none."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache

from tools.music.borrowing import DOMINANT_SEVENTH, dominants_of
from tools.music.chord import Chord
from tools.music.interval import Interval, transpose
from tools.music.key import Key, diatonic, enharmonic, key_of_fifths
from tools.music.key_relations import triads
from tools.music.roman import analyse

# How well a pivot works, by its degree in the new key: what leads to its V is best, its own V
# and I give the goal away. The price of each; a change of mode on one tonic costs a little more.
_GOAL_PRICE = {3: 0.0, 1: 0.1, 5: 0.3, 2: 0.8, 0: 1.2, 4: 1.4, 6: 1.6}
_START_PRICE = {0: 0.2, 5: 0.0, 3: 0.1, 1: 0.1, 2: 0.3, 4: 0.4, 6: 1.6}
STEP_PRICE, SWITCH_PRICE = 2.0, 2.6


@dataclass(frozen=True)
class Pivot:
    """A chord of two keys, with its numeral in each; the price is lower for better ones."""

    chord: Chord
    before: str
    after: str
    price: float


@dataclass(frozen=True)
class Step:
    """A change from one key to the next. Without a pivot the mode changes over a common V."""

    start: Key
    goal: Key
    pivot: Pivot | None


def pivots(start: Key, goal: Key) -> list[Pivot]:
    """Return the triads that two keys share, the most useful first.

    >>> from tools.music.key import read_key
    >>> [(p.chord.symbol, p.before, p.after) for p in pivots(read_key("C"), read_key("G"))]
    [('Am', 'vi', 'ii'), ('C', 'I', 'IV'), ('Em', 'iii', 'vi'), ('G', 'V', 'I')]
    """
    places = {chord: place % 7 for place, chord in enumerate(triads(goal)[:7])}
    found = []
    for number, chord in enumerate(triads(start)[:7]):
        if chord in places:
            price = _START_PRICE[number] + _GOAL_PRICE[places[chord]]
            price += 1.0 if chord.quality.fifth == "d5" else 0.0
            found.append(Pivot(chord, analyse(chord, start), analyse(chord, goal), price))
    return sorted(found, key=lambda pivot: pivot.price)


def path(start: Key, goal: Key) -> list[Step]:
    """Return the cheapest way, step by step; the goal may be its enharmonic key.

    >>> from tools.music.key import read_key
    >>> [s.goal.name for s in path(read_key("C"), read_key("E"))]
    ['E minor', 'E major']
    """
    begin = enharmonic(start) or start if abs(start.fifths) > 7 else start
    ends = {goal, enharmonic(goal) or goal, *_other_name(goal)}
    queue: list[tuple[float, int, Key, list[Step]]] = [(0.0, 0, begin, [])]
    done: set[Key] = set()
    count = 0
    while queue:
        price, _, key, steps = heapq.heappop(queue)
        if key in ends:
            return steps
        if key in done:
            continue
        done.add(key)
        for step, cost in _neighbours(key):
            count += 1
            heapq.heappush(queue, (price + cost, count, step.goal, [*steps, step]))
    return []


def progression(start: Key, steps: list[Step]) -> list[Chord]:
    """Return chords that go the way: the first tonic, each pivot, its new V7 and tonic.

    >>> from tools.music.key import read_key
    >>> c, g = read_key("C"), read_key("G")
    >>> [chord.symbol for chord in progression(c, path(c, g))]
    ['C', 'Am', 'D7', 'G']
    """
    chords = [tonic(start)]
    for step in steps:
        if step.pivot and step.pivot.chord != chords[-1]:
            chords.append(step.pivot.chord)
        if step.pivot is None and len(chords) > 1:
            # The V7 before already belongs to both modes: the tonic just changes.
            chords[-1] = tonic(step.goal)
            continue
        chords += [dominant(step.goal), tonic(step.goal)]
    return chords


def turns(start: Key, goal: Key) -> list[tuple[Chord, Chord]]:
    """Return chords of the start that sound like chords of the goal under another name.

    The dominant seventh is the German sixth of the key a semitone lower (its spelling as a
    dominant seventh is given); the diminished seventh belongs to four keys a minor third apart.

    >>> from tools.music.key import read_key
    >>> [[c.symbol for c in pair] for pair in turns(read_key("C"), read_key("Eb"))]
    [['Bdim7', 'Ddim7']]
    >>> [c.symbol for c in turns(read_key("C"), read_key("B"))[0]]
    ['G7', 'G7']
    """
    distance = (goal.tonic.pitch_class - start.tonic.pitch_class) % 12
    if distance == 11:
        sixth = Chord(transpose(goal.tonic, Interval.of("m6")).at(None), DOMINANT_SEVENTH)
        return [(dominant(start), sixth)]
    if distance and distance % 3 == 0:
        return [(dominants_of(tonic(start))[1], dominants_of(tonic(goal))[1])]
    return []


def tonic(key: Key) -> Chord:
    """Return the triad on the first degree."""
    return diatonic(key, 3)[0]


def dominant(key: Key) -> Chord:
    """Return the dominant seventh of a key."""
    return dominants_of(tonic(key))[0]


def _other_name(key: Key) -> set[Key]:
    """The same key with as many flats as it has sharps: F♯ and G♭, C♯ and D♭, B and C♭."""
    other = key.fifths - 12 if key.fifths > 0 else key.fifths + 12
    return {key_of_fifths(other, key.mode)} if abs(other) <= 7 else set()


@lru_cache(maxsize=64)
def _neighbours(key: Key) -> tuple[tuple[Step, float], ...]:
    found = []
    for mode in ("major", "minor"):
        for fifths in range(-7, 8):
            other = key_of_fifths(fifths, mode)
            ways = pivots(key, other) if other != key else []
            # Through its own tonic chord a key is not left, and not through the other's found.
            ways = [way for way in ways if way.price < 1.5]
            if ways:
                found.append((Step(key, other, ways[0]), STEP_PRICE + ways[0].price))
    parallel = key.parallel
    if abs(parallel.fifths) > 7:
        parallel = enharmonic(parallel) or parallel
    found.append((Step(key, parallel, None), SWITCH_PRICE))
    return tuple(found)
