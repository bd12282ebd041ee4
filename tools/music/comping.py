"""Comping: chords laid out and struck in the rhythm of a style, by seed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from tools.music import comping_styles
from tools.music.bass_lines import root_of
from tools.music.chart import Change, Chart, with_symbols
from tools.music.chord import Chord
from tools.music.generation import dice, read_style
from tools.music.line import Line, Note
from tools.music.piano_voicings import Voicing, voicings
from tools.music.pitch import MusicError, Pitch

_EIGHTH = Fraction(1, 2)
_BASS_FROM = 36  # C2
_HELD, _REST = "-", "."


def comping(chart: Chart, style: str, seed: int | str) -> tuple[Line, str]:
    """Return the chart comped, with its chord symbols, and the style's name.

    >>> from tools.music.chart import read_chart
    >>> line, name = comping(read_chart("C | G7"), "alberti", 1)
    >>> [str(note.pitches[0]) for note in line.notes[:4]]
    ['C3', 'G3', 'E3', 'G3']

    Raises:
        MusicError: the style is unknown, or the meter has no eighths to play on.
    """
    name = read_style(style, comping_styles.STYLES, "style of comping")
    if (chart.meter.quarters / _EIGHTH).denominator != 1:
        raise MusicError(f"comping goes by eighths, and {chart.meter.name} has a part of one left")
    if name == "waltz" and len(chart.meter.beats) != 3:
        raise MusicError(
            f"a waltz is in three, not {chart.meter.name}; write 3/4: before the chords"
        )
    rng = dice(seed, "comping", name, chart.text)
    voiced = dict(zip(chart.changes, _voiced(chart, name), strict=True))
    cells = list(_cells(chart, name, rng))
    notes: list[Note] = []
    for place, sign in enumerate(cells):
        now = place * _EIGHTH
        change = _change_at(chart, now + (_EIGHTH if sign == "A" else 0))
        fresh = any(each.start == now for each in chart.changes)
        if sign == _HELD and not (fresh and len(notes[-1].pitches) > 1):
            notes[-1] = Note(notes[-1].pitches, notes[-1].beats + _EIGHTH)
        elif sign == _REST and notes and not notes[-1].pitches and now % chart.meter.quarters:
            notes[-1] = Note((), notes[-1].beats + _EIGHTH)
        else:
            # A new chord is heard from its root, and over a held note it is struck again.
            struck = {_HELD: "X", "f": "b" if fresh else "f"}.get(sign, sign)
            notes.append(Note(_struck(struck, change.chord, voiced[change]), _EIGHTH))
    line = Line(tuple(notes), chart.meter, chart.key, chart.tempo)
    return with_symbols(line, chart), name


def _change_at(chart: Chart, time: Fraction) -> Change:
    return next(each for each in reversed(chart.changes) if each.start <= time)


def _voiced(chart: Chart, style: str) -> list[Voicing]:
    """Lay out the chords as the style has them, or close where a chord has too few notes."""
    chords = [Chord(change.chord.root, change.chord.quality) for change in chart.changes]
    try:
        found = voicings(chords, comping_styles.VOICINGS.get(style, "close"))
    except MusicError:
        found = voicings(chords, "close")
    if style in comping_styles.LOW:
        found = [tuple(p.at((p.octave or 0) - 1) for p in voicing) for voicing in found]
    return found


def _cells(chart: Chart, style: str, rng: Random) -> Iterator[str]:
    """A sign for each eighth; every chord is struck, and the last bar rests on its own."""
    size = int(chart.meter.quarters / _EIGHTH)
    patterns = [row for row in comping_styles.PATTERNS[style] if len(row) == size]
    bars = int(chart.length // chart.meter.quarters)
    for bar in range(bars):
        if bar == bars - 1:
            row = ["X", *[_HELD] * (size - 1)]
        else:
            row = list(rng.choice(patterns)) if patterns else _plain(chart, style)
        yield from _with_every_chord(chart, row, bar * size)


def _plain(chart: Chart, style: str) -> list[str]:
    """A pattern for a meter that the style has none for: the beats, or tones up and down."""
    sizes = [int(beat / _EIGHTH) for beat in chart.meter.beats]
    if style in comping_styles.LOW:
        return [str(1 + n % 4) for size in sizes for n in range(size)]
    bass = style in ("folk", "waltz", "stride")
    rows = [("b" if bass and not n else "X") + _HELD * (size - 1) for n, size in enumerate(sizes)]
    return list("".join(rows))


def _with_every_chord(chart: Chart, row: list[str], start: int) -> list[str]:
    """Strike chords that the pattern would pass over."""
    for change in chart.changes:
        first = int(change.start / _EIGHTH) - start
        count = int(change.beats / _EIGHTH)
        if 0 <= first < len(row):
            inside = row[first : first + count]
            if not set(inside) - {_HELD, _REST, "A"}:
                row[first] = "X"
    if start == 0 and row[0] == _HELD:
        row[0] = "X"
    return row


def _struck(sign: str, chord: Chord, voiced: Voicing) -> tuple[Pitch, ...]:
    if sign == _REST:
        return ()
    if sign in "XA":
        return voiced
    if sign in "bf":
        return (_bass(chord, fifth=sign == "f"),)
    place = int(sign) - 1
    octaves, place = divmod(place, len(voiced))
    pitch = voiced[place]
    return (pitch.at((pitch.octave or 0) + octaves),)


def _bass(chord: Chord, *, fifth: bool) -> Pitch:
    """The root, or the fifth, in the octave from C2 up."""
    name = root_of(chord)
    if fifth:
        tones = dict(zip((i.number for i in chord.quality.intervals), chord.tones, strict=True))
        name = tones.get(5, name).at(None)
    return next(p for octave in range(1, 4) if (p := name.at(octave)).midi >= _BASS_FROM)
