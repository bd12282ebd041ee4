"""How keys lie to each other: the circle of fifths and the keys nearest to a key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.chord import Chord
from tools.music.key import Key, diatonic, enharmonic, key_of_fifths
from tools.music.numbers import read_number
from tools.music.pitch import MusicError

MOST_STEPS = 48
_BACKWARDS = re.compile(r"counter|anti|back|left|flat|down|fourth", re.IGNORECASE)


@dataclass(frozen=True)
class Relation:
    """A key, how it is called as seen from another, and the triads that both have."""

    key: Key
    name: str
    shared: tuple[Chord, ...]


def circle(key: Key) -> list[Key]:
    """Return the twelve keys clockwise from `key`, in the spelling with fewer accidentals.

    >>> from tools.music.key import read_key
    >>> [k.tonic.name for k in circle(read_key("C"))]
    ['C', 'G', 'D', 'A', 'E', 'B', 'F♯', 'D♭', 'A♭', 'E♭', 'B♭', 'F']
    """
    return [around(key, steps) for steps in range(12)]


def around(key: Key, steps: int) -> Key:
    """Return the key so many fifths up (negative: down), simply spelled.

    >>> from tools.music.key import read_key
    >>> around(read_key("C"), 3).name, around(read_key("A minor"), -4).name
    ('A major', 'F minor')
    """
    if steps % 12 == 0:
        return key
    return simple_key(key.fifths + steps, key.mode)


def simple_key(fifths: int, mode: str) -> Key:
    """Return the key with that many sharps, enharmonically brought to at most six or so.

    >>> simple_key(8, "major").name, simple_key(-7, "major").name
    ('A♭ major', 'B major')
    """
    folded = (fifths + 5) % 12 - 5
    return key_of_fifths(folded, mode)


def other_spelling(key: Key) -> Key | None:
    """Return the other name of a key of six accidentals: F♯ major is G♭ major."""
    if key.fifths in (6, -6):
        return key_of_fifths(key.fifths - (12 if key.fifths > 0 else -12), key.mode)
    return enharmonic(key)


def read_steps(value: int | str) -> int:
    """Read steps around the circle: 3, `3 clockwise`, `two counterclockwise`, -2; empty is 0.

    >>> read_steps("3 steps clockwise"), read_steps("two counterclockwise"), read_steps("")
    (3, -2, 0)

    Raises:
        MusicError: there is no number, or it is too large.
    """
    if isinstance(value, str) and not value.strip():
        return 0
    steps = read_number(value, "number of steps")
    if isinstance(value, str) and steps > 0 and _BACKWARDS.search(value):
        steps = -steps
    if abs(steps) > MOST_STEPS:
        raise MusicError(f"{steps} steps are too many; the circle has 12 keys, write -12 to 12")
    return steps


def related(key: Key) -> list[Relation]:
    """Return the closely related keys (at most one accidental away), then the parallel key.

    >>> from tools.music.key import read_key
    >>> [r.key.name for r in related(read_key("C"))]
    ['A minor', 'G major', 'E minor', 'F major', 'D minor', 'C minor']
    """
    up, down = _beside(key, 1), _beside(key, -1)
    rows = [
        (key.relative, f"relative {key.relative.mode}"),
        (up, "dominant"),
        (up.relative, "relative of the dominant"),
        (down, "subdominant"),
        (down.relative, "relative of the subdominant"),
        (key.parallel, f"parallel {key.parallel.mode}"),
    ]
    return [Relation(other, name, shared_triads(key, other)) for other, name in rows]


def shared_triads(first: Key, second: Key) -> tuple[Chord, ...]:
    """Return the triads that two keys have in common, spelled alike.

    >>> from tools.music.key import read_key
    >>> [c.symbol for c in shared_triads(read_key("C"), read_key("G"))]
    ['C', 'Em', 'G', 'Am']
    """
    others = set(triads(second))
    return tuple(chord for chord in triads(first) if chord in others)


def triads(key: Key) -> tuple[Chord, ...]:
    """Return the triads of a key; in minor also V and vii° with the raised seventh."""
    own = diatonic(key, 3)
    if key.mode != "minor":
        return own
    raised = diatonic(key, 3, raised=True)
    return (*own, raised[4], raised[6])


def _beside(key: Key, steps: int) -> Key:
    """The key a fifth away, spelled on the same side as this one."""
    return key_of_fifths(key.fifths + steps, key.mode)
