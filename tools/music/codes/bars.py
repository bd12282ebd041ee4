"""Bars: cutting a stream into them, and checking that each holds what its meter asks for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeVar

from tools.music.codes.limits import MOST_BARS, Budget, TooLargeError
from tools.music.codes.model import COMMON_TIME, Bar, Meter, Part, Sound, full_bar
from tools.music.codes.problems import Reading, quarters
from tools.music.pitch import Pitch

_T = TypeVar("_T")


@dataclass
class Filling:
    """A bar being read: its sounds, where it began, and where it first ran over."""

    meter: Meter
    fifths: int
    line: int = 1
    column: int = 1
    sounds: list[Sound] = field(default_factory=list)
    length: Fraction = field(default_factory=Fraction)
    over: tuple[int, int] | None = None
    begins: bool = False
    ends: bool = False
    ending: str = ""
    section: bool = False
    free: bool = False

    def add(self, sound: Sound, line: int, column: int) -> None:
        """Put a sound at the end."""
        if not self.sounds:
            self.line, self.column = line, column
        self.sounds.append(sound)
        self.length += sound.length
        if self.over is None and self.length > full_bar(self.meter):
            self.over = (line, column)

    def bar(self) -> Bar:
        """Return the finished bar."""
        return Bar(tuple(self.sounds), self.meter, self.fifths, self.begins, self.ends, self.ending)


def check_bars(fillings: Sequence[Filling], reading: Reading) -> None:
    """Report bars that are too long or too short.

    A pickup may be short, and so may the bars on both sides of a repeat sign or a double bar, two
    bars in a row that make a whole one (a bar cut by a phrase's end), and the last bar where an
    earlier short one makes it whole.
    """
    number = 0 if fillings and _short(fillings[0]) else 1
    begun: set[Fraction] = set()  # lengths that a last bar may have
    for place, filling in enumerate(fillings):
        full = full_bar(filling.meter)
        last = place == len(fillings) - 1
        before = place == 0 or fillings[place - 1].section
        allowed = filling.free or before or (filling.section and not last)
        allowed = allowed or (last and filling.length in begun)
        allowed = allowed or _cut_in_two(fillings, place)
        if filling.length < full:
            begun.add(full - filling.length)
        shown = max(number + place, 1)
        if filling.length > full and not filling.free:
            line, column = filling.over or (filling.line, filling.column)
            _too_long(reading, filling, shown, line, column)
        elif filling.length < full and not allowed:
            _too_short(reading, filling, shown)


def _cut_in_two(fillings: Sequence[Filling], place: int) -> bool:
    """Tell whether a bar and the one before or after it make a whole one."""
    mine = fillings[place]
    near = (*fillings[max(0, place - 1) : place], *fillings[place + 1 : place + 2])
    return any(mine.length + each.length == full_bar(mine.meter) for each in near)


def _short(filling: Filling) -> bool:
    return filling.length < full_bar(filling.meter)


def _too_long(reading: Reading, filling: Filling, bar: int, line: int, column: int) -> None:
    full = full_bar(filling.meter)
    num, den = filling.meter
    reading.report(
        line,
        column,
        f"the bar holds {quarters(filling.length)}, {num}/{den} has {quarters(full)}",
        f"take away {quarters(filling.length - full)} or put a bar line before this",
        bar=bar,
    )


def _too_short(reading: Reading, filling: Filling, bar: int) -> None:
    full = full_bar(filling.meter)
    num, den = filling.meter
    reading.report(
        filling.line,
        filling.column,
        f"the bar holds {quarters(filling.length)}, {num}/{den} has {quarters(full)}",
        f"add {quarters(full - filling.length)}, a rest for instance",
        bar=bar,
    )


def cut(
    sounds: Iterable[Sound],
    meters: Sequence[tuple[Fraction, Meter]] = (),
    signatures: Sequence[tuple[Fraction, int]] = (),
    *,
    pickup: Fraction = Fraction(),
    shorts: Mapping[Fraction, Fraction] | None = None,
    budget: Budget | None = None,
    fill: bool = True,
) -> tuple[Bar, ...]:
    """Cut a stream into bars; what crosses a bar line is tied.

    `meters` and `signatures` are changes with their starts in quarter notes. A `pickup` is the
    length of a short first bar, `shorts` are those of short bars by their starts. With `fill` the
    last bar is filled with a rest.

    >>> [len(bar.sounds) for bar in cut([Sound(Fraction(6), ())])]
    [1, 2]
    """
    budget = budget or Budget()
    bars: list[Bar] = []
    held: list[Sound] = []
    short = {**(shorts or {}), **({Fraction(): pickup} if pickup else {})}
    now = start = Fraction()

    def bar_at(when: Fraction) -> Fraction:
        return short.get(when) or full_bar(in_force(meters, when, COMMON_TIME))

    full = bar_at(start)

    def close() -> None:
        nonlocal held, start, full
        budget.spend(bars=1)
        meter, fifths = in_force(meters, start, COMMON_TIME), in_force(signatures, start, 0)
        bars.append(Bar(tuple(held), meter, fifths))
        held, start = [], start + full
        full = bar_at(start)

    for sound in sounds:
        left = sound
        while now + left.length >= start + full:
            room = start + full - now
            rest = left.length - room
            if room:
                tied = left.tied if rest == 0 else left.pitches
                held.append(replace(left, length=room, tied=tied))
            now += room
            if room:
                left = replace(left, chord="", marks=())
            left = replace(left, length=rest)
            close()
            if rest == 0:
                break
        if left.length:
            held.append(left)
            now += left.length
    if held:
        if fill and now < start + full:
            held.append(Sound(start + full - now))
        close()
    return tuple(bars)


def in_force(changes: Sequence[tuple[Fraction, _T]], at: Fraction, default: _T) -> _T:
    """Return the last of changes, in order of their starts, that began at a time or before it."""
    place = bisect_right(changes, at, key=lambda change: change[0])
    return changes[place - 1][1] if place else default


def stream(
    rows: Iterable[tuple[Fraction, Fraction | None, Sequence[Pitch]]], end: Fraction | None = None
) -> list[Sound]:
    """Put what begins together into one sound, which lasts until the next at most.

    Each row is a start, a length (None: until the next) and its pitches; `end` is where the last
    one ends at the latest.

    >>> [str(sound.length) for sound in stream([(Fraction(1), None, ()), (Fraction(3), None, ())])]
    ['1', '2', '1']
    """
    starts: dict[Fraction, list[tuple[Fraction | None, Sequence[Pitch]]]] = {}
    for start, length, pitches in rows:
        starts.setdefault(start, []).append((length, pitches))
    order = sorted(starts)
    sounds = [Sound(order[0])] if order and order[0] else []
    for start, after in zip(order, [*order[1:], end], strict=True):
        room = after - start if after is not None and after > start else None
        whole = Fraction(1) if room is None else room
        length = max(whole if length is None else length for length, _ in starts[start])
        length = length if room is None else min(length, room)
        found = dict.fromkeys(pitch for _, pitches in starts[start] for pitch in pitches)
        sounds.append(Sound(length, tuple(sorted(found, key=lambda pitch: pitch.semitones))))
        if room is not None and length < room:
            sounds.append(Sound(room - length))
    return sounds


def same_length(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Fill shorter parts with bars of rest, so that all have as many.

    Raises:
        TooLargeError: that would be too many bars.
    """
    model = max((part.bars for part in parts), key=len, default=())
    if len(model) * len(parts) > 4 * MOST_BARS:
        raise TooLargeError(
            f"{len(parts)} parts of {len(model)} bars are too much; give fewer parts"
        )
    rests = tuple(replace(bar, sounds=(Sound(bar.full),)) for bar in model)
    return tuple(replace(part, bars=part.bars + rests[len(part.bars) :]) for part in parts)
