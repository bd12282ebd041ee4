"""Chord charts: chords with their lengths in bars, as text `| Dm7 | G7 | Cmaj7 A7 |`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music.chord import Chord
from tools.music.key import Key
from tools.music.key_finding import find
from tools.music.line import COMMON_TIME, TEMPO, Line
from tools.music.line_text import has_lengths, read_head, split_head
from tools.music.meter import Meter
from tools.music.music_text import Music, read_chords
from tools.music.pitch import MusicError

MOST_BARS = 64
_NOTE = re.compile(r"[A-Ga-gr](?:#|b|♯|♭)*-?\d?~?")


@dataclass(frozen=True)
class Change:
    """A chord that begins at `start` and lasts `beats`, both in quarter notes."""

    chord: Chord
    start: Fraction
    beats: Fraction


@dataclass(frozen=True)
class Chart:
    """Chords in order, in full bars of one meter."""

    changes: tuple[Change, ...]
    meter: Meter = COMMON_TIME
    key: Key | None = None
    tempo: int = TEMPO

    @property
    def chords(self) -> tuple[Chord, ...]:
        """The chords."""
        return tuple(change.chord for change in self.changes)

    @property
    def length(self) -> Fraction:
        """What the chart lasts in quarter notes."""
        return self.changes[-1].start + self.changes[-1].beats

    @property
    def home(self) -> Key:
        """The key that was given, or the likeliest one."""
        return self.key or find(Music("chords", chords=self.chords))

    def at(self, time: Fraction) -> Chord:
        """Return the chord that sounds at a time; after the end, the last one."""
        for change in reversed(self.changes):
            if time >= change.start:
                return change.chord
        return self.changes[0].chord

    @property
    def text(self) -> str:
        """The chart with bar lines, as `read_chart` reads it."""
        bars: dict[int, list[str]] = {}
        for change in self.changes:
            bars.setdefault(int(change.start // self.meter.quarters), []).append(
                change.chord.symbol
            )
        return " | ".join(" ".join(row) for row in bars.values())


def read_chart(text: str) -> Chart:
    """Read chords with bar lines; without any, each chord fills a bar.

    >>> chart = read_chart("Dm7 G7 | Cmaj7")
    >>> [(c.chord.symbol, str(c.beats)) for c in chart.changes], chart.text
    ([('Dm7', '2'), ('G7', '2'), ('Cmaj7', '4')], 'Dm7 G7 | Cmaj7')

    Raises:
        MusicError: a chord cannot be read, or a bar holds more chords than beats.
    """
    head, body = split_head(text)
    meter, key, tempo = read_head(head)
    meter = meter or COMMON_TIME
    if "|" in body:
        bars = [read_chords(bar) for bar in re.split(r":?\|+:?", body) if bar.strip(" .")]
    else:
        bars = [(chord,) for chord in read_chords(body)]
    if not bars:
        raise MusicError("no chords were given; write e.g. Dm7 | G7 | Cmaj7")
    if len(bars) > MOST_BARS:
        raise MusicError(f"{len(bars)} bars are too many; give at most {MOST_BARS}")
    return Chart(_placed(bars, meter), meter, key, tempo)


def is_progression(text: str) -> bool:
    """Tell whether a text is chords rather than notes.

    Letters alone are chords where they stand one or two a bar, and `C7 F7` rather than `C5 F5`.

    >>> is_progression("Dm7 | G7 | C"), is_progression("C | Am | F"), is_progression("E7 A7")
    (True, True, True)
    >>> is_progression("C E G"), is_progression("C4 E4 | G4:h"), is_progression("C | F | G")
    (False, False, True)
    """
    body = split_head(text)[1]
    if has_lengths(text):
        return False
    bars = [re.findall(r"[^\s,–-]+", bar) for bar in re.split(r":?\|+:?", body)]
    words = [word for bar in bars for word in bar]
    if all(_NOTE.fullmatch(word) for word in words):
        digits = {word[-1] for word in words if word[-1].isdigit()}
        by_bar = not digits and len(bars) > 1 and all(len(bar) < 3 for bar in bars)
        if not (by_bar or (digits and digits <= {"6", "7"})):
            return False
    try:
        read_chart(text)
    except MusicError:
        return False
    return True


def with_symbols(line: Line, chart: Chart) -> Line:
    """Write each chord's symbol over the note that begins with it."""
    symbols = {change.start: change.chord.symbol for change in chart.changes}
    return line.with_notes(replace(n, chord=symbols.get(at, "")) for at, n in line.placed)


def of_bars(bars: Sequence[Sequence[Chord]], key: Key, meter: Meter = COMMON_TIME) -> Chart:
    """Return a chart of chords by bar."""
    return Chart(_placed(bars, meter), meter, key)


def _placed(bars: Sequence[Sequence[Chord]], meter: Meter) -> tuple[Change, ...]:
    changes = []
    for number, bar in enumerate(bars):
        starts = [number * meter.quarters + start for start in _starts(len(bar), meter)]
        ends = [*starts[1:], (number + 1) * meter.quarters]
        changes += [
            Change(chord, start, end - start)
            for chord, start, end in zip(bar, starts, ends, strict=True)
        ]
    return tuple(changes)


def _starts(count: int, meter: Meter) -> list[Fraction]:
    """Where chords begin in a bar: two halve a bar of four beats, three lean on its first half."""
    beats = list(meter.starts)
    if count == 1:
        return [Fraction(0)]
    if len(beats) == 4 and count in (2, 3):
        return [beats[0], beats[2], *([beats[3]] if count == 3 else [])]
    if count == 2 and len(beats) == 3:
        return [beats[0], beats[2]]
    if count > len(beats):
        raise MusicError(
            f"a bar of {meter.name} holds at most {len(beats)} chords, not {count}; draw bar lines"
        )
    return beats[:count]
