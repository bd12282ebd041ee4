"""Four-part writing: the smoothest way through chords that breaks the fewest rules.

Dynamic programming over every layout of every chord (Viterbi 1967): a broken rule costs more
than any roughness can, so where a way without one exists, it is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from tools.music.chord import Chord
from tools.music.key import Key
from tools.music.pitch import Pitch
from tools.music.voicing import MOST, Layout, Slot, layouts, slot_of

BROKEN = 1000.0
NOT_PREPARED = 25.0
LONGEST = 64
# Letter steps and semitones of leaps that no voice sings: augmented ones and sevenths.
_AWKWARD = ((1, 3), (2, 5), (3, 6), (4, 8), (5, 10), (6, 10), (6, 11))

Ints = NDArray[np.int16]
Flags = NDArray[np.bool_]
Prices = NDArray[np.float32]


@dataclass(frozen=True)
class Tones:
    """Layouts as arrays of a row for each voice, the soprano first, and a column a layout.

    `left` are the pitches that lead on to the next moment: a soprano may have passing notes.
    """

    midi: Ints
    place: Ints
    left: Ints
    left_place: Ints
    falls: Flags
    prepared: Flags
    rises: Flags
    price: Prices


@dataclass(frozen=True)
class Field:
    """All layouts that one moment may have: n slots and layouts, and arrays of n columns."""

    rows: tuple[tuple[Slot, Layout], ...]
    tones: Tones
    root: NDArray[np.int64]
    option: NDArray[np.int64]
    tonic: Flags
    home: Flags


def realise_chords(chords: Sequence[Chord], key: Key) -> list[tuple[Pitch, ...]]:
    """Return four-part chords, notes from the bass up.

    >>> from tools.music.key import read_key
    >>> from tools.music.music_text import read_chords
    >>> made = realise_chords(read_chords("C F G7 C"), read_key("C"))
    >>> [str(chord[0]) for chord in made]
    ['C3', 'F3', 'G3', 'C3']

    Raises:
        MusicError: a chord cannot be laid out for four voices.
    """
    slots = [slot_of(chord, key) for chord in chords]
    slots[-1] = replace(slots[-1], last=True)
    best = search([[slot] for slot in slots])
    return [tuple(reversed(layout.pitches)) for _, layout in best]


def search(
    moments: Sequence[Sequence[Slot]], moves: Sequence[Prices] = (), most: int = MOST
) -> list[tuple[Slot, Layout]]:
    """Return a slot and a layout for each moment, so that the sum of all prices is least.

    `moves` are, for each pair of neighbouring moments, the prices of going from each option of
    the first (rows) to each of the second; `most` layouts of each option are tried.
    """
    moment_fields = [_field(options, most) for options in moments]
    total = moment_fields[0].tones.price
    back: list[NDArray[np.int64]] = []
    for number, (before, after) in enumerate(pairwise(moment_fields)):
        way = total[:, None] + _transition(before, after)
        if moves:
            way = way + moves[number][np.ix_(before.option, after.option)]
        back.append(way.argmin(axis=0))
        total = way.min(axis=0) + after.tones.price
    chosen = way_back(total, back)
    return [field.rows[n] for field, n in zip(moment_fields, chosen, strict=True)]


def way_back(total: Prices, back: Sequence[NDArray[np.int64]]) -> list[int]:
    """Follow the cheapest way from its end (`total`: the price of each) to its beginning.

    `back` are, for each moment but the first, the best places before.
    """
    chosen = [int(total.argmin())]
    for pointers in reversed(back):
        chosen.append(int(pointers[chosen[-1]]))
    return chosen[::-1]


def _field(options: Sequence[Slot], most: int) -> Field:
    found = [layouts(slot)[:most] for slot in options]
    counts = [len(each) for each in found]
    return Field(
        tuple((slot, layout) for slot, each in zip(options, found, strict=True) for layout in each),
        _joined([_tones(slot, most) for slot in options]),
        np.repeat([_root_number(slot.root) for slot in options], counts),
        np.repeat(np.arange(len(options)), counts),
        np.repeat([slot.tonic for slot in options], counts),
        np.repeat([slot.home for slot in options], counts),
    )


def _joined(found: Sequence[Tones]) -> Tones:
    if len(found) == 1:
        return found[0]
    columns = [[getattr(each, field.name) for each in found] for field in fields(Tones)]
    return Tones(*(np.concatenate(column, axis=-1) for column in columns))


@lru_cache(maxsize=512)
def _tones(slot: Slot, most: int) -> Tones:
    found = layouts(slot)[:most]
    pitches = [layout.pitches for layout in found]
    left = [(slot.leaves or soprano, *others) for soprano, *others in pitches]
    rises = (slot.rises,) if slot.rises is not None else ()
    return Tones(
        np.array([[pitch.midi for pitch in row] for row in pitches], dtype=np.int16).T,
        np.array([[pitch.index for pitch in row] for row in pitches], dtype=np.int16).T,
        np.array([[pitch.midi for pitch in row] for row in left], dtype=np.int16).T,
        np.array([[pitch.index for pitch in row] for row in left], dtype=np.int16).T,
        _marked(pitches, slot.falls),
        _marked(pitches, slot.prepared),
        _marked(pitches, rises),
        np.array([layout.price for layout in found], dtype=np.float32),
    )


def _marked(pitches: Sequence[Sequence[Pitch]], tender: Sequence[Pitch]) -> Flags:
    """Mark the voices that hold one of a slot's tender tones."""
    names = {tone.name for tone in tender}
    return np.array([[pitch.name in names for pitch in row] for row in pitches], dtype=np.bool_).T


def _root_number(root: str) -> int:
    suspended = 512 * root.count("*")
    return "CDEFGAB".index(root[0]) * 16 + root.count("♯") - root.count("♭") + 8 + suspended


def _transition(before: Field, after: Field) -> Prices:
    """The price of going from each layout (rows) to each next one (columns).

    The voices are the first axis, so that sums over them add whole tables.
    """
    leaps = after.tones.midi[:, None, :] - before.tones.left[:, :, None]
    steps = after.tones.place[:, None, :] - before.tones.left_place[:, :, None]
    broken = _parallels(before.tones, after.tones, leaps, steps)
    broken += _overlaps(before.tones, after.tones)
    broken += _tender(before, after, leaps, steps)
    far = np.abs(leaps)
    broken += _count(_awkward(np.abs(steps), far))
    wide = np.maximum(far[:3] - 4, 0)
    rough = (far[0] + far[1] + far[2]) * 0.7 + far[3] * 0.15
    rough += (wide[0] + wide[1] + wide[2]) * 1.5
    # The same chord again may stand still in all voices; a new one should not.
    rough += ((far[0] == 0) & (far[3] == 0)) * 1.0
    if after.tones.prepared.any():
        rough += _count(after.tones.prepared[:, None, :] & (far != 0)) * NOT_PREPARED
    return np.asarray(broken * BROKEN + rough, dtype=np.float32)


def _count(flags: Flags) -> Ints:
    """In how many voices (the first axis) something holds: adding rows beats numpy's `sum`."""
    found: Ints = flags[0].astype(np.int16)
    for row in flags[1:]:
        found += row
    return found


def _awkward(steps: Ints, far: Ints) -> Flags:
    wrong: Flags = far > 12
    both = steps * 64 + far
    for step, semitones in _AWKWARD:
        wrong |= both == step * 64 + semitones
    return wrong


def _parallels(before: Tones, after: Tones, leaps: Ints, steps: Ints) -> Ints:
    broken = np.zeros(leaps.shape[1:], dtype=np.int16)
    moves = leaps != 0
    for upper, lower in combinations(range(4), 2):
        was = (before.left[upper] - before.left[lower]) % 12
        now = (after.midi[upper] - after.midi[lower]) % 12
        perfect = (now == 7) | (now == 0)
        moved = moves[upper] & moves[lower] & perfect[None, :]
        same = was[:, None] == now[None, :]
        broken += moved & same
        if (upper, lower) == (0, 3):
            along = np.sign(leaps[upper]) == np.sign(leaps[lower])
            broken += moved & ~same & along & (np.abs(steps[upper]) > 1)
    return broken


def _overlaps(before: Tones, after: Tones) -> Ints:
    above = after.midi[1:, None, :] > before.left[:3, :, None]
    below = after.midi[:3, None, :] < before.left[1:, :, None]
    return _count(above) + _count(below)


def _tender(before: Field, after: Field, leaps: Ints, steps: Ints) -> Ints:
    """Leading tones that do not rise, sevenths and suspensions that do not fall."""
    broken = np.zeros(leaps.shape[1:], dtype=np.int16)
    if before.tones.rises.any():
        resolves = (steps == 1) & (leaps == 1)
        resolves[1:3] |= (steps[1:3] == -2) & (leaps[1:3] == -4)
        resolves[3] |= (steps[3] == -1) & ~after.home[None, :]
        broken += _count(before.tones.rises[:, :, None] & ~resolves & after.tonic)
    if before.tones.falls.any():
        down = (steps == -1) | ((steps == 0) & (leaps == 0))
        changes = before.root[:, None] != after.root[None, :]
        broken += _count(before.tones.falls[:, :, None] & ~down & changes)
    return broken
