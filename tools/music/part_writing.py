"""Four-part writing: the smoothest way through chords that breaks the fewest rules.

Dynamic programming over every layout of every chord (Viterbi 1967): a broken rule costs more
than any roughness can, so where a way without one exists, it is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
class Field:
    """All layouts that one moment may have, as arrays of n rows and a column for each voice.

    `left` are the pitches that lead on to the next moment: a soprano may have passing notes.
    """

    rows: tuple[tuple[Slot, Layout], ...]
    midi: Ints
    place: Ints
    left: Ints
    left_place: Ints
    falls: Flags
    prepared: Flags
    rises: Flags
    root: NDArray[np.int64]
    option: NDArray[np.int64]
    tonic: Flags
    home: Flags
    price: Prices


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
    fields = [_field(options, most) for options in moments]
    total = fields[0].price
    back: list[NDArray[np.int64]] = []
    for number, (before, after) in enumerate(pairwise(fields)):
        way = total[:, None] + _transition(before, after)
        if moves:
            way = way + moves[number][np.ix_(before.option, after.option)]
        back.append(way.argmin(axis=0))
        total = way.min(axis=0) + after.price
    place = int(total.argmin())
    chosen = [place]
    for pointers in reversed(back):
        place = int(pointers[place])
        chosen.append(place)
    return [field.rows[n] for field, n in zip(fields, reversed(chosen), strict=True)]


def _field(options: Sequence[Slot], most: int) -> Field:
    rows = [
        (number, slot, layout)
        for number, slot in enumerate(options)
        for layout in layouts(slot)[:most]
    ]
    roots = [slot.root for _, slot, _ in rows]
    left = [(slot.leaves or layout.pitches[0], *layout.pitches[1:]) for _, slot, layout in rows]
    return Field(
        tuple((slot, layout) for _, slot, layout in rows),
        np.array([[p.midi for p in layout.pitches] for _, _, layout in rows], dtype=np.int16),
        np.array([[p.index for p in layout.pitches] for _, _, layout in rows], dtype=np.int16),
        np.array([[pitch.midi for pitch in row] for row in left], dtype=np.int16),
        np.array([[pitch.index for pitch in row] for row in left], dtype=np.int16),
        _flags(rows, "falls"),
        _flags(rows, "prepared"),
        _flags(rows, "rises"),
        np.array([_root_number(root) for root in roots], dtype=np.int64),
        np.array([number for number, _, _ in rows], dtype=np.int64),
        np.array([slot.tonic for _, slot, _ in rows], dtype=np.bool_),
        np.array([slot.home for _, slot, _ in rows], dtype=np.bool_),
        np.array([layout.price for _, _, layout in rows], dtype=np.float32),
    )


def _flags(rows: Sequence[tuple[int, Slot, Layout]], what: str) -> Flags:
    """Mark the voices that hold one of a slot's tender tones."""
    marked = []
    for _, slot, layout in rows:
        tones = getattr(slot, what)
        names = {tones.name} if isinstance(tones, Pitch) else {tone.name for tone in tones or ()}
        marked.append([pitch.name in names for pitch in layout.pitches])
    return np.array(marked, dtype=np.bool_)


def _root_number(root: str) -> int:
    suspended = 512 * root.count("*")
    return "CDEFGAB".index(root[0]) * 16 + root.count("♯") - root.count("♭") + 8 + suspended


def _transition(before: Field, after: Field) -> Prices:
    """The price of going from each layout (rows) to each next one (columns)."""
    leaps = (after.midi[None, :, :] - before.left[:, None, :]).astype(np.int16)
    steps = (after.place[None, :, :] - before.left_place[:, None, :]).astype(np.int16)
    broken = _parallels(before, after, leaps, steps)
    broken += _overlaps(before, after)
    broken += _tender(before, after, leaps, steps)
    far = np.abs(leaps)
    for step, semitones in _AWKWARD:
        broken += ((np.abs(steps) == step) & (far == semitones)).sum(axis=2)
    broken += (far > 12).sum(axis=2)
    rough = far[:, :, :3].sum(axis=2) * 0.7 + far[:, :, 3] * 0.15
    rough += np.maximum(far[:, :, :3] - 4, 0).sum(axis=2) * 1.5
    # The same chord again may stand still in all voices; a new one should not.
    still = (far[:, :, 0] == 0) & (far[:, :, 3] == 0)
    rough += still * 1.0
    rough += (after.prepared[None] & (far != 0)).sum(axis=2) * NOT_PREPARED
    return np.asarray(broken * BROKEN + rough, dtype=np.float32)


def _parallels(before: Field, after: Field, leaps: Ints, steps: Ints) -> NDArray[np.int64]:
    shape = leaps.shape[:2]
    broken = np.zeros(shape, dtype=np.int64)
    for upper, lower in combinations(range(4), 2):
        was = (before.left[:, upper] - before.left[:, lower]) % 12
        now = (after.midi[:, upper] - after.midi[:, lower]) % 12
        perfect = (now == 7) | (now == 0)
        moved = (leaps[:, :, upper] != 0) & (leaps[:, :, lower] != 0) & perfect[None, :]
        same = was[:, None] == now[None, :]
        broken += moved & same
        if (upper, lower) == (0, 3):
            along = np.sign(leaps[:, :, upper]) == np.sign(leaps[:, :, lower])
            broken += moved & ~same & along & (np.abs(steps[:, :, upper]) > 1)
    return broken


def _overlaps(before: Field, after: Field) -> NDArray[np.int64]:
    above = after.midi[None, :, 1:] > before.left[:, None, :3]
    below = after.midi[None, :, :3] < before.left[:, None, 1:]
    return np.asarray((above.astype(np.int64) + below).sum(axis=2))


def _tender(before: Field, after: Field, leaps: Ints, steps: Ints) -> NDArray[np.int64]:
    """Leading tones that do not rise, sevenths and suspensions that do not fall."""
    resolves = (steps == 1) & (leaps == 1)
    inner = np.array([False, True, True, False])
    resolves |= inner & (steps == -2) & (leaps == -4)
    bass = np.array([False, False, False, True])
    resolves |= bass & (steps == -1) & ~after.home[None, :, None]
    unresolved = before.rises[:, None, :] & ~resolves & after.tonic[None, :, None]
    down = (steps == -1) | ((steps == 0) & (leaps == 0))
    changes = (before.root[:, None] != after.root[None, :])[:, :, None]
    stuck = before.falls[:, None, :] & ~down & changes
    return np.asarray(unresolved.sum(axis=2) + stuck.sum(axis=2))
