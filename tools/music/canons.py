"""Canons: a melody answered by itself, and what clashes between the two."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music.interval import Interval, between, transpose
from tools.music.interval_text import read_interval
from tools.music.line import Line, Note, step_in
from tools.music.meter import Meter
from tools.music.numbers import CARDINALS, read_number
from tools.music.pitch import MusicError, Pitch

_DISSONANT = {1, 2, 6, 10, 11}
_EXACT = re.compile(r"major|minor|perfect|augmented|diminished|semitone|half|whole|exact|tritone")
_COUNTS = {"a": Fraction(1), "half": Fraction(1, 2)} | {
    word: Fraction(number) for word, number in CARDINALS.items()
}


@dataclass(frozen=True)
class Clash:
    """Two notes that clash at a time in quarter notes; `on_beat` where a beat falls there."""

    time: Fraction
    upper: Pitch
    lower: Pitch
    on_beat: bool

    @property
    def name(self) -> str:
        """The interval between them."""
        return between(self.lower, self.upper).simple.name


@dataclass(frozen=True)
class Canon:
    """The leading voice, and the following one as it enters `delay` quarter notes later."""

    leader: Line
    follower: Line
    delay: Fraction
    clashes: tuple[Clash, ...]
    parallels: tuple[tuple[Fraction, str], ...]

    @property
    def strong_clashes(self) -> tuple[Clash, ...]:
        """The clashes on beats; the others pass by."""
        return tuple(clash for clash in self.clashes if clash.on_beat)


def canon(line: Line, interval: Interval, delay: Fraction, *, exact: bool) -> Canon:
    """Answer a line by itself; within the key by steps, or `exact` by the interval.

    >>> from tools.music.line_text import read_line
    >>> made = canon(read_line("in C: C4 D4 E4 C4 | E4 F4 G4:h"), Interval(0, 0),
    ...     Fraction(4), exact=False)
    >>> [clash.name for clash in made.strong_clashes]
    []
    """
    follower = _answer(line, interval, exact=exact)
    clashes, parallels = _compare(line, follower, delay)
    return Canon(line, follower, delay, clashes, parallels)


def read_answer(text: str) -> tuple[Interval, bool]:
    """Read at which interval the second voice answers, and whether it does so exactly.

    >>> read_answer("octave below"), read_answer("at the unison")
    ((Interval(steps=-7, semitones=-12), True), (Interval(steps=0, semitones=0), True))
    >>> read_answer("a fifth above")
    (Interval(steps=4, semitones=7), False)

    Raises:
        MusicError: the text names no interval.
    """
    said = re.sub(r"\b(?:at|the|canon|in)\b", " ", text.lower()).strip()
    if re.search(r"\bunison|same (?:pitch|note)|prime\b", said) or not said:
        return Interval(0, 0), True
    interval = read_interval(" ".join(said.split())).interval
    octave = interval.steps % 7 == 0 and interval.semitones % 12 == 0
    return interval, octave or bool(_EXACT.search(said))


def read_distance(text: str, meter: Meter) -> Fraction:
    """Read after how long the second voice enters, in quarter notes.

    >>> from tools.music.meter import read_meter
    >>> read_distance("2 bars", read_meter("3/4")), read_distance("half a bar", read_meter("4/4"))
    (Fraction(6, 1), Fraction(2, 1))

    Raises:
        MusicError: there is no length, or it is longer than 64 bars.
    """
    said = text.lower()
    number = re.search(r"\d+(?:\.\d+)?", said)
    word = next((w for w in re.findall(r"[a-z]+", said) if w in _COUNTS), None)
    count = Fraction(number[0]) if number else _COUNTS[word] if word else None
    if count is None and not re.search(r"bar|beat|measure", said):
        count = Fraction(read_number(text, "distance"))
    count = Fraction(1) if count is None else count
    unit = meter.beats[0] if re.search(r"beat|quarter|crotchet", said) else meter.quarters
    if not 0 < count * unit <= 64 * meter.quarters:
        raise MusicError(f"a distance of {text!r} is out of range; write e.g. 1 bar or 2 beats")
    return count * unit


def best_answers(line: Line, meter: Meter) -> list[tuple[int, Interval, Fraction]]:
    """Try usual intervals and distances: clashes on beats, interval, distance; the best first."""
    found = []
    for steps, semitones in ((0, 0), (-7, -12), (7, 12), (4, 7), (-3, -5), (3, 5), (-4, -7)):
        for bars in (Fraction(1, 2), Fraction(1), Fraction(2)):
            delay = bars * meter.quarters
            if delay >= line.length or delay.denominator > 2:
                continue
            interval = Interval(steps, semitones)
            made = canon(line, interval, delay, exact=steps % 7 == 0)
            found.append((len(made.strong_clashes), interval, delay))
    return sorted(found, key=lambda row: (row[0], abs(row[1].steps), row[2]))


def _answer(line: Line, interval: Interval, *, exact: bool) -> Line:
    if exact:
        return replace(line.map(lambda p: transpose(p, interval)), key=line.key)
    home = line.home
    return line.map(lambda p: step_in(p, interval.steps, home))


def _spans(line: Line, delay: Fraction) -> list[tuple[Fraction, Fraction, Note]]:
    rows, now = [], delay
    for note in line.notes:
        rows.append((now, now + note.beats, note))
        now += note.beats
    return rows


def _compare(
    leader: Line, follower: Line, delay: Fraction
) -> tuple[tuple[Clash, ...], tuple[tuple[Fraction, str], ...]]:
    """Compare what sounds together wherever either voice begins a note."""
    one, two = _spans(leader, Fraction(0)), _spans(follower, delay)
    clashes, parallels = [], []
    before: tuple[Pitch, Pitch] | None = None
    times = sorted({row[0] for row in (*one, *two)})
    for time in times:
        first, second = _at(one, time), _at(two, time)
        if first is None or second is None:
            before = None
            continue
        lower, upper = sorted((first, second), key=lambda p: p.midi)
        if (upper.midi - lower.midi) % 12 in _DISSONANT:
            clashes.append(Clash(time, upper, lower, _on_beat(time - leader.pickup, leader.meter)))
        if before and (name := _parallel(before, (first, second))):
            parallels.append((time, name))
        before = (first, second)
    return tuple(clashes), tuple(parallels)


def _at(spans: list[tuple[Fraction, Fraction, Note]], time: Fraction) -> Pitch | None:
    return next((note.top for start, end, note in spans if start <= time < end), None)


def _on_beat(time: Fraction, meter: Meter) -> bool:
    return time % meter.quarters in meter.starts


def _parallel(before: tuple[Pitch, Pitch], now: tuple[Pitch, Pitch]) -> str:
    """Name parallel fifths or octaves; standing still is none."""
    moves = [after.midi - earlier.midi for earlier, after in zip(before, now, strict=True)]
    if 0 in moves or (moves[0] > 0) != (moves[1] > 0):
        return ""
    gaps = [abs(a.midi - b.midi) % 12 for a, b in (before, now)]
    return {(7, 7): "fifths", (0, 0): "octaves"}.get((gaps[0], gaps[1]), "")
