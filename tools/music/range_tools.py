"""Tools for what can be played: the range of an instrument, and whether notes fit it."""

from __future__ import annotations

from dataclasses import replace

from tools import Tool, ToolResult, tool
from tools.music.answers import musical, names, plural
from tools.music.interval import OCTAVE, Interval, for_semitones
from tools.music.line import Line, shift
from tools.music.line_text import read_line, write_line
from tools.music.music_text import Music
from tools.music.pitch import MusicError, Pitch
from tools.music.presentation import show_if_playable
from tools.music.ranges import Range, also_called, read_range
from tools.music.text import with_article
from tools.music.transposition import best_spelling


@tool
@musical
def instrument_range(instrument: str) -> ToolResult:
    """Give the range of an instrument or a voice, e.g. flute, alto sax, tenor, cello."""
    found = read_range(instrument)
    lines = [f"{found.name}: {found.low} to {found.high} (as it sounds)"]
    lines.append(f"Comfortable: {found.easy_low} to {found.easy_high}.")
    if found.written.semitones:
        low, high = found.as_written(found.low), found.as_written(found.high)
        way = "below" if found.written.descending else "above"
        lines.append(
            f"Written {low} to {high}: the part stands {with_article(found.written.name)} {way} "
            "what sounds."
        )
    if other := also_called(instrument):
        lines.append(f"This is the voice; {other} {'have' if ' and ' in other else 'has'} another.")
    shown = Music("notes", notes=(found.low, found.high))
    return ToolResult("\n".join(lines), show_if_playable(shown, f"{found.name} range"))


@tool
@musical
def fits_range(notes: str, instrument: str) -> ToolResult:
    """Tell whether notes as they sound fit an instrument's range, e.g. notes "G3 C6", flute."""
    line = read_line(notes)
    if not any(char.isdigit() for char in notes):
        raise MusicError("write the notes with octaves, e.g. G3 C4 E5; middle C is C4")
    found = read_range(instrument)
    if not line.pitches:
        raise MusicError("there are only rests; write notes such as G3 C4 E5")
    low, high = line.ends
    limits = f"{found.low} to {found.high}"
    outside = [p for p in dict.fromkeys(line.pitches) if found.too_low(p) or found.too_high(p)]
    span = f"{low} to {high}"
    if outside:
        said = f"{span} does not fit the {found.name} ({limits}): {_told(outside, found)}"
        return ToolResult(f"{said}\n{_helped(line, found)}")
    lines = [f"{span} fits the {found.name} ({limits})"]
    strained = [p for p in dict.fromkeys(line.pitches) if not found.easy(p)]
    easy = f"{found.easy_low} to {found.easy_high}"
    if strained:
        lines.append(f"{names(strained)} lies outside the comfortable {easy}.")
    else:
        lines.append(f"All of it is comfortable ({easy}).")
    if found.written.semitones:
        lines.append(f"Its part is written {found.as_written(low)} to {found.as_written(high)}.")
    return ToolResult("\n".join(lines))


def _told(outside: list[Pitch], found: Range) -> str:
    low = [pitch for pitch in outside if found.too_low(pitch)]
    high = [pitch for pitch in outside if found.too_high(pitch)]
    parts = [f"{names(low)} too low"] if low else []
    parts += [f"{names(high)} too high"] if high else []
    return ", ".join(parts)


def _helped(line: Line, found: Range) -> str:
    """Say how far to move the music so that it fits: by octaves where that does."""
    for octaves in (1, -1, 2, -2, 3, -3):
        step = Interval(OCTAVE.steps * octaves, OCTAVE.semitones * octaves)
        if _fits(line, step, found):
            way = "up" if octaves > 0 else "down"
            said = "an octave" if abs(octaves) == 1 else f"{abs(octaves)} octaves"
            return f"It fits {said} {'higher' if way == 'up' else 'lower'}: {_moved(line, step)}"
    shifts = [n for n in range(-47, 48) if _fits(line, for_semitones(n)[0], found)]
    if not shifts:
        return "It spans more than the whole range; leave out notes or give some to another."
    nearest = min(shifts, key=abs)
    step = best_spelling(Music("notes", notes=line.pitches), nearest)
    way = "higher" if nearest > 0 else "lower"
    return f"It fits {plural(abs(nearest), 'semitone')} {way}: {_moved(line, step)}"


def _fits(line: Line, step: Interval, found: Range) -> bool:
    heights = [pitch.midi + step.semitones for pitch in line.pitches]
    return found.low.midi <= min(heights) and max(heights) <= found.high.midi


def _moved(line: Line, step: Interval) -> str:
    return write_line(shift(replace(line, key=None), step))


RANGE_TOOLS: tuple[Tool, ...] = (instrument_range, fits_range)
