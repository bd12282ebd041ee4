"""Tools that make music by rule: the same seed makes the same music again."""

from __future__ import annotations

from itertools import pairwise

from tools import Tool, ToolResult, tool
from tools.music import bass_lines, drums, melodies, progressions, rhythm_patterns
from tools.music.answers import musical, plural, spelled, symbols
from tools.music.chart import read_chart
from tools.music.drum_change import change_grid
from tools.music.drum_view import present_grid
from tools.music.generation import read_bars
from tools.music.key import Key, read_key
from tools.music.line_text import write_line
from tools.music.line_view import FINGERED_BASS, PIANO, present_lines
from tools.music.numbers import check_bpm, read_number
from tools.music.pitch import Pitch
from tools.music.presentation import show_chords

OCTAVE_LOWER = -12


@tool
@musical
def progression(style: str, key: str, bars: int | str = 8, seed: int | str = 1) -> ToolResult:
    """Make a chord progression, e.g. style pop, rock, jazz, blues, folk, gospel, classical,
    bossa nova, lofi, flamenco; key "A minor"."""
    home = read_key(key) if key.strip() else Key(Pitch("C"))
    chart, numerals = progressions.progression(style, home, read_bars(bars), seed)
    plain = numerals.replace("b", "♭").replace("#", "♯").replace("add6", "6").replace("o", "°")
    in_key = chart.home
    lines = [
        chart.text,
        f"({in_key.name}, {plural(len(chart.changes), 'bar')}, seed {seed}) Numerals: {plain}",
        spelled(chart.chords),
    ]
    return ToolResult(
        "\n".join(lines), show_chords(chart.chords, f"{style} in {in_key.name}", key=in_key)
    )


@tool
@musical
def bass_line(chords: str, style: str = "walking", seed: int | str = 1) -> ToolResult:
    """Write a bass line under chords, e.g. chords "Dm7 | G7 | Cmaj7", style walking, root-fifth,
    pop, tumbao, boogie, octaves."""
    chart = read_chart(chords)
    line, name = bass_lines.bass_line(chart, style, seed)
    low, high = line.ends
    lines = [
        write_line(line),
        f"({name} bass over {symbols(chart.chords)}, seed {seed}; {low} to {high}, written an "
        "octave above the sound)",
    ]
    shown = present_lines(
        [line], f"{name} bass", programs=(FINGERED_BASS,), sounding=OCTAVE_LOWER, chords=chart
    )
    return ToolResult("\n".join(lines), shown)


@tool
@musical
def drum_pattern(
    style: str, bars: int | str = 4, seed: int | str = 1, change: str = ""
) -> ToolResult:
    """Make a drum pattern, e.g. style rock, funk, house, jazz, bossa nova, hip hop, reggae, samba,
    waltz, shuffle; change it where wanted, e.g. "ghost notes on the snare, a crash in bar 1"."""
    grid = drums.drum_pattern(style, read_bars(bars), seed)
    if change.strip():
        grid = change_grid(grid, change)
    return _grid_result(grid, f"{grid.title}, {plural(grid.bars, 'bar')}, seed {seed}")


@tool
@musical
def show_drums(grid: str, change: str = "") -> ToolResult:
    """Show and play a drum grid: a line for each drum, e.g. "snare ----x-------x---".

    Change it first where wanted, e.g. change "busier hats", "no crash", "add a clap on 2 and 4".
    """
    found = drums.read_grid(grid)
    if change.strip():
        found = change_grid(found, change)
    return _grid_result(found, f"{plural(len(found.rows), 'drum')}, {plural(found.bars, 'bar')}")


@tool
@musical
def rhythm_pattern(
    pattern: str, drum: str = "clave", bpm: int | str = 100, seed: int | str = 1
) -> ToolResult:
    """Make a rhythm of equal steps, e.g. pattern E(3,8), "5 over 8 rotated 2", x--x--x-, 10010010,
    hex 92, 3+3+2, "onsets 0 3 6 of 8", "random 16 steps 40%"; drum clave, kick, hihat."""
    steps = rhythm_patterns.read_pattern(pattern, seed)
    even = rhythm_patterns.evenness_name(steps)
    spread = f" Spread evenly: {even}." if even else ""
    gaps = " ".join(map(str, rhythm_patterns.gaps_of(steps)))
    onsets = " ".join(str(place) for place, step in enumerate(steps) if step)
    grid = rhythm_patterns.grid_of(
        steps, drums.read_drum(drum), check_bpm(read_number(bpm, "tempo"))
    )
    lines = [
        f"{rhythm_patterns.shown(steps)}: {plural(sum(steps), 'stroke')} in {len(steps)} steps",
        f"Gaps {gaps}; onsets {onsets}, counted from 0.{spread}",
    ]
    return ToolResult("\n".join(lines), present_grid(grid))


@tool
@musical
def melody_over(chords: str, key: str = "", range: str = "", seed: int | str = 1) -> ToolResult:
    """Write a melody over chords, e.g. chords "C | Am | F | G7", key "C major", range "C4 to C5"
    or "alto sax"."""
    chart = read_chart(chords)
    home = read_key(key) if key.strip() else chart.home
    low, high = melodies.read_limits(range)
    line = melodies.melody_over(chart, home, low, high, seed)
    bottom, top = line.ends
    leaps = sum(abs(a.midi - b.midi) > 2 for a, b in pairwise(line.pitches))
    steps = len(line.pitches) - 1 - leaps
    lines = [
        write_line(line),
        f"({home.name}, {bottom} to {top}, {plural(steps, 'step')} and {plural(leaps, 'leap')}, "
        f"seed {seed}; chord tones on the strong beats)",
    ]
    shown = present_lines(
        [line], f"melody over {symbols(chart.chords)}", programs=(PIANO,), chords=chart
    )
    return ToolResult("\n".join(lines), shown)


def _grid_result(grid: drums.Grid, title: str) -> ToolResult:
    strokes = sum(1 for _ in grid.hits())
    text = f"{title}: {plural(strokes, 'stroke')}\n```\n{grid.text}\n```"
    return ToolResult(text, present_grid(grid))


GENERATE_TOOLS: tuple[Tool, ...] = (
    progression,
    bass_line,
    drum_pattern,
    show_drums,
    rhythm_pattern,
    melody_over,
)
