"""Patterns of cycles, as TidalCycles and Strudel mean them: what sounds from when to when."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tools.music.codes.limits import MOST_NOTES, TooLargeError

MOST_STEPS = 2 * MOST_NOTES
LONGEST_PERIOD = 64


@dataclass(frozen=True, slots=True)
class Happening:
    """A value from `start` to `end`, in cycles."""

    start: Fraction
    end: Fraction
    value: str


@dataclass
class Counter:
    """Counts the work of a question, so that it ends."""

    steps: int = 0

    def step(self) -> None:
        """Count one.

        Raises:
            TooLargeError: there were too many.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLargeError("the pattern has too many events in a cycle; use smaller numbers")


class Pattern:
    """Silence; the others are its kinds. A cycle runs from a whole number to the next."""

    period = 1

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield what begins in a cycle, with times from the start of that cycle (0 to 1)."""
        counter.step()
        return iter(())


@dataclass
class Atom(Pattern):
    """One value, once a cycle."""

    value: str

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield the value."""
        counter.step()
        yield Happening(Fraction(), Fraction(1), self.value)


@dataclass
class Sequence(Pattern):
    """Steps that share a cycle by their weights."""

    steps: list[tuple[Pattern, Fraction]]

    def __post_init__(self) -> None:
        self.period = common(pattern.period for pattern, _ in self.steps)

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield the steps' events, each squeezed into its share."""
        counter.step()
        total = sum((weight for _, weight in self.steps), Fraction())
        start = Fraction()
        for pattern, weight in self.steps:
            size = weight / total
            for each in pattern.cycle(number, counter):
                counter.step()
                yield Happening(start + each.start * size, start + each.end * size, each.value)
            start += size


@dataclass
class Alternation(Pattern):
    """One step a cycle, in turn: `<a b c>`."""

    steps: list[Pattern]

    def __post_init__(self) -> None:
        inner = common(pattern.period for pattern in self.steps)
        self.period = min(len(self.steps) * inner, LONGEST_PERIOD)

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield the events of this cycle's step."""
        counter.step()
        count = len(self.steps)
        for each in self.steps[number % count].cycle(number // count, counter):
            counter.step()
            yield each


@dataclass
class Stack(Pattern):
    """Patterns at once: `[a, b]`."""

    patterns: list[Pattern]

    def __post_init__(self) -> None:
        self.period = common(pattern.period for pattern in self.patterns)

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield the events of all."""
        counter.step()
        for pattern in self.patterns:
            for each in pattern.cycle(number, counter):
                counter.step()
                yield each


@dataclass
class Fast(Pattern):
    """A pattern made faster, or slower with a factor under 1."""

    pattern: Pattern
    factor: Fraction

    def __post_init__(self) -> None:
        slow = self.factor.denominator * self.pattern.period
        gone = math.gcd(self.factor.numerator, self.pattern.period)
        self.period = min(max(1, slow // gone), LONGEST_PERIOD)

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield what of the inner cycles begins in this one."""
        counter.step()
        first, last = number * self.factor, (number + 1) * self.factor
        for inner in range(math.floor(first), math.ceil(last)):
            for each in self.pattern.cycle(inner, counter):
                counter.step()
                if first <= inner + each.start < last:
                    start = (inner + each.start - first) / self.factor
                    yield Happening(
                        start, start + (each.end - each.start) / self.factor, each.value
                    )


@dataclass
class Euclid(Pattern):
    """A pattern on the `hits` of `steps` that are spread most evenly: `bd(3,8)`."""

    pattern: Pattern
    hits: int
    steps: int
    turn: int = 0

    def __post_init__(self) -> None:
        self.period = self.pattern.period

    def cycle(self, number: int, counter: Counter) -> Iterator[Happening]:
        """Yield the pattern's cycle on every hit."""
        counter.step()
        row = euclid(self.hits, self.steps)
        turn = self.turn % self.steps
        size = Fraction(1, self.steps)
        for place, hit in enumerate(row[turn:] + row[:turn]):
            counter.step()
            for each in self.pattern.cycle(number, counter) if hit else ():
                counter.step()
                start = place * size + each.start * size
                yield Happening(start, start + (each.end - each.start) * size, each.value)


def euclid(hits: int, steps: int) -> list[bool]:
    """Spread hits evenly (Bjorklund's algorithm, as in Toussaint 2005).

    >>> "".join("x" if hit else "." for hit in euclid(3, 8))
    'x..x..x.'
    >>> "".join("x" if hit else "." for hit in euclid(5, 8))
    'x.xx.xx.'
    """
    hits = max(0, min(hits, steps))
    groups = [[True]] * hits, [[False]] * (steps - hits)
    heads, tails = [list(g) for g in groups[0]], [list(g) for g in groups[1]]
    while min(len(heads), len(tails)) > 1 or (heads and len(tails) > 1):
        pairs = min(len(heads), len(tails))
        joined = [heads[i] + tails[i] for i in range(pairs)]
        heads, tails = joined, heads[pairs:] or tails[pairs:]
        if len(tails) <= 1:
            break
    return [hit for group in heads + tails for hit in group]


def common(periods: Iterator[int]) -> int:
    """Return after how many cycles all begin anew, `LONGEST_PERIOD` at most."""
    found = 1
    for period in periods:
        found = min(math.lcm(found, period), LONGEST_PERIOD)
    return found
