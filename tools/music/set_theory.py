"""Pitch-class sets: normal form, prime form, interval vector, Forte's numbers, symmetry.

Methods and numbers are those of Allen Forte, *The Structure of Atonal Music* (1973); where John
Rahn (1980) packs a set otherwise (six classes), both prime forms are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from tools.music.pitch_classes import number_text
from tools.music.set_table import FORTE, NAMES

Classes = tuple[int, ...]


@dataclass(frozen=True)
class SetClass:
    """What is known of a set: `prime` is Forte's prime form, `rahn` Rahn's."""

    normal: Classes
    prime: Classes
    rahn: Classes
    forte: str
    vector: Classes
    inverted: bool
    name: str = ""

    @property
    def complement(self) -> str:
        """Forte's number of the notes that are not in the set."""
        rest = [pc for pc in range(12) if pc not in set(self.normal)]
        return set_class(rest).forte


@lru_cache(maxsize=512)
def _class_of(classes: Classes) -> SetClass:
    prime = _prime(classes, _forte_order)
    normal = _normal(classes)
    shifted = tuple((pc - normal[0]) % 12 for pc in normal) if normal else ()
    return SetClass(
        normal=normal,
        prime=prime,
        rahn=_prime(classes, _rahn_order),
        forte=forte_number(prime),
        vector=interval_vector(classes),
        inverted=shifted != prime,
        name=NAMES.get("".join(map(number_text, prime)), ""),
    )


def set_class(classes: Iterable[int]) -> SetClass:
    """Return the class of a set of pitch classes; repeats count once.

    >>> major = set_class([4, 7, 0])
    >>> major.forte, major.prime, major.vector, major.inverted
    ('3-11', (0, 3, 7), (0, 0, 1, 1, 1, 0), True)
    """
    return _class_of(tuple(sorted({pc % 12 for pc in classes})))


def interval_vector(classes: Iterable[int]) -> Classes:
    """Count the interval classes 1 to 6 between all pairs of a set.

    >>> interval_vector([0, 1, 4, 6])
    (1, 1, 1, 1, 1, 1)
    """
    counts = [0] * 6
    for one, other in combinations(sorted(set(classes)), 2):
        distance = (other - one) % 12
        counts[min(distance, 12 - distance) - 1] += 1
    return tuple(counts)


def forte_number(prime: Classes) -> str:
    """Return Forte's number of a prime form: sets of more than six notes by their complement.

    >>> forte_number((0, 1, 4, 6)), forte_number((0, 1, 3, 5, 6, 8, 10))
    ('4-Z15', '7-35')
    """
    size = len(prime)
    if size in (0, 1, 11, 12):
        return f"{size}-1"
    written = "".join(map(number_text, prime))
    if size > 6:
        rest = [pc for pc in range(12) if pc not in prime]
        small = _prime(tuple(rest), _forte_order)
        written = "".join(map(number_text, small))
    table = FORTE[min(size, 12 - size)]
    number = table.index(written) + 1
    return f"{size}-{'Z' if _has_twin(min(size, 12 - size), number) else ''}{number}"


def symmetries(classes: Iterable[int]) -> tuple[Classes, Classes]:
    """Return the transpositions and the inversions (x → n - x) that leave a set as it is.

    >>> symmetries([0, 3, 6, 9])
    ((0, 3, 6, 9), (0, 3, 6, 9))
    """
    own = {pc % 12 for pc in classes}
    moved = tuple(n for n in range(12) if {(pc + n) % 12 for pc in own} == own)
    turned = tuple(n for n in range(12) if {(n - pc) % 12 for pc in own} == own)
    return moved, turned


@lru_cache(maxsize=256)
def _has_twin(size: int, number: int) -> bool:
    """True where another class of the same size has the same interval vector (Z-related)."""
    vectors = [interval_vector(int(sign, 12) for sign in _base12(row)) for row in FORTE[size]]
    return vectors.count(vectors[number - 1]) > 1


def _base12(row: str) -> str:
    return row.replace("T", "a").replace("E", "b")


def _normal(classes: Classes) -> Classes:
    """The rotation that is packed most tightly, from its first note up (Forte)."""
    if not classes:
        return ()
    rotations = [classes[place:] + classes[:place] for place in range(len(classes))]
    return min(rotations, key=lambda row: (_forte_order(_from_zero(row)), row))


def _prime(classes: Classes, order: Callable[[Classes], Classes]) -> Classes:
    if not classes:
        return ()
    turned = tuple(sorted({-pc % 12 for pc in classes}))
    rows = [
        _from_zero(form[place:] + form[:place])
        for form in (classes, turned)
        for place in range(len(classes))
    ]
    return min(rows, key=order)


def _from_zero(row: Classes) -> Classes:
    return tuple((pc - row[0]) % 12 for pc in row)


def _forte_order(row: Classes) -> Classes:
    """Smallest span first, then the smallest intervals counted from the first note."""
    return (row[-1], *row)


def _rahn_order(row: Classes) -> Classes:
    """Smallest span first, then the smallest intervals counted from the last note."""
    return tuple(reversed(row))
