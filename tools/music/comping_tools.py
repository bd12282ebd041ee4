"""Tools for chords at the keyboard: their voicings, and a part that comps them."""

from __future__ import annotations

from fractions import Fraction

from tools import Tool, ToolResult, tool
from tools.music import comping as comped
from tools.music.answers import musical, names, symbols
from tools.music.chart import read_chart
from tools.music.line import Line, Note
from tools.music.line_text import write_line
from tools.music.line_view import present_lines
from tools.music.piano_voicings import kinds_for, read_kind, voicings


@tool
@musical
def chord_voicings(chords: str, kind: str = "") -> ToolResult:
    """Lay out chords for piano or arranging, led smoothly, e.g. Dm7 G7 Cmaj7, kind rootless, shell,
    drop 2, drop 3, close, open, quartal, guide tones; all kinds of one chord without a kind."""
    found = read_chart(chords).chords
    if not kind.strip() and len(found) == 1:
        every = kinds_for(found[0])
        lines = [f"{found[0].symbol}: {', '.join(every)}"]
        lines += [f"{name}: {names(voicing)}" for name, voicing in every.items()]
        rows, said = list(every.values()), f"voicings of {found[0].symbol}"
    else:
        name = read_kind(kind) if kind.strip() else "close"
        rows = voicings(found, name)
        said = f"{name} voicings of {symbols(found)}"
        lines = [", ".join(names(row) for row in rows), f"({said}, from the bottom up)"]
    notes = tuple(Note(row, Fraction(4)) for row in rows)
    return ToolResult("\n".join(lines), present_lines([Line(notes)], said))


@tool
@musical
def comping(chords: str, style: str = "jazz", seed: int | str = 1) -> ToolResult:
    """Write a comping part, an accompaniment of chords in rhythm, e.g. chords "Dm7 | G7 | Cmaj7",
    style jazz, ballad, pop, rock, bossa nova, reggae, folk, waltz, stride, arpeggio, alberti."""
    chart = read_chart(chords)
    line, name = comped.comping(chart, style, seed)
    low, high = line.ends
    lines = [
        write_line(line),
        f"({name} comping over {symbols(chart.chords)}, seed {seed}; {low} to {high})",
    ]
    return ToolResult("\n".join(lines), present_lines([line], f"{name} comping"))


COMPING_TOOLS: tuple[Tool, ...] = (chord_voicings, comping)
