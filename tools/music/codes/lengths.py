"""Writing lengths as note values: dots, ties and tuplets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

from tools.music.codes.model import Sound
from tools.music.pitch import MusicError

# Notes in the time of how many.
RATIOS = ((1, 1), (3, 2), (5, 4), (7, 4), (9, 8), (11, 8), (13, 8), (15, 8), (2, 3), (4, 3))
SHORTEST, LONGEST = Fraction(1, 32), Fraction(8)


@dataclass(frozen=True)
class Value:
    """A note value: `unit` is 1 for a whole note, 4 for a quarter, Fraction(1, 2) for a breve;
    `ratio` (3, 2) is a triplet's.
    """

    unit: Fraction
    dots: int = 0
    ratio: tuple[int, int] = (1, 1)

    @cached_property
    def quarters(self) -> Fraction:
        """The length in quarter notes."""
        plain = Fraction(4) / self.unit * (2 - Fraction(1, 2**self.dots))
        return plain * self.ratio[1] / self.ratio[0]


@dataclass(frozen=True)
class Written:
    """A sound as one note head. `opens` and `closes` tell the ends of a tuplet, `size` how many
    sounds it has.
    """

    sound: Sound
    value: Value
    opens: bool = False
    closes: bool = False
    size: int = 0


def written(sounds: Iterable[Sound]) -> list[Written]:
    """Spell the sounds of a bar; what no single value can say is tied.

    Raises:
        MusicError: a length has no note values.
    """
    heads = [head for sound in sounds for head in _heads(sound)]
    return list(_grouped(heads))


@lru_cache(maxsize=512)
@lru_cache(maxsize=512)
def values(length: Fraction) -> tuple[Value, ...]:
    """Return the note values that add up to a length, longest first.

    >>> [(str(v.unit), v.dots) for v in values(Fraction(5, 2))]
    [('2', 0), ('8', 0)]
    >>> values(Fraction(1, 3))[0].ratio
    (3, 2)

    Raises:
        MusicError: there are none.
    """
    for ratio in RATIOS:
        plain = length * ratio[0] / ratio[1]
        if plain.denominator & (plain.denominator - 1) == 0 and plain >= SHORTEST:
            found = _split(plain)
            if found is not None:
                return tuple(replace(value, ratio=ratio) for value in found)
    raise MusicError(f"a length of {length} quarters has no note value; write simpler lengths")


def _split(length: Fraction) -> list[Value] | None:
    found = []
    while length >= SHORTEST:
        unit, dots = next((u, d) for u, d, size in _plain() if size <= length)
        found.append(Value(unit, dots))
        length -= found[-1].quarters
    return found if length == 0 else None


@lru_cache(maxsize=1)
def _plain() -> list[tuple[Fraction, int, Fraction]]:
    rows = []
    size = LONGEST
    while size >= SHORTEST:
        for dots in (0, 1, 2):
            value = Value(Fraction(4) / size, dots)
            if size / 2**dots >= SHORTEST:
                rows.append((value.unit, dots, value.quarters))
        size /= 2
    return sorted(rows, key=lambda row: -row[2])


def _heads(sound: Sound) -> Iterator[tuple[Sound, Value]]:
    spelled = values(sound.length)
    if len(spelled) == 1:
        yield sound, spelled[0]
        return
    for place, value in enumerate(spelled):
        last = place == len(spelled) - 1
        yield (
            replace(
                sound,
                length=value.quarters,
                tied=sound.tied if last else sound.pitches,
                chord=sound.chord if place == 0 else "",
                marks=sound.marks if place == 0 else (),
            ),
            value,
        )


def _grouped(heads: list[tuple[Sound, Value]]) -> Iterator[Written]:
    """Mark tuplets: a run of one ratio closes where its length is plain again."""
    run: list[tuple[Sound, Value]] = []
    for sound, value in heads:
        if run and run[0][1].ratio != value.ratio:
            yield from _tuplet(run)
            run = []
        if value.ratio == (1, 1):
            yield Written(sound, value)
            continue
        run.append((sound, value))
        total = sum((each.quarters for _, each in run), Fraction())
        if total.denominator & (total.denominator - 1) == 0:
            yield from _tuplet(run)
            run = []
    yield from _tuplet(run)


def _tuplet(run: list[tuple[Sound, Value]]) -> Iterator[Written]:
    for place, (sound, value) in enumerate(run):
        yield Written(sound, value, place == 0, place == len(run) - 1, len(run))
