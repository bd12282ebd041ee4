"""A drum grid as a picture: a row a drum, a column a step, beats and bars marked."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools import Artifact, Later
from tools.music.audio import played_later
from tools.music.drums import Grid, sounds, to_midi
from tools.music.presentation import file_name

CELL, ROW, LABEL, TOP, GAP = 22, 26, 92, 40, 10
BARS_A_ROW = 2
_FILL = {"X": "#1f4e79", "x": "#4a8ac2", "g": "#bcd4ea"}


def present_grid(grid: Grid) -> tuple[Artifact, ...]:
    """Return a grid as a picture, a WAV and a MIDI file."""
    name = file_name(f"{grid.title} drums")
    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", to_svg(grid).encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", played_later(lambda: sounds(grid))),
        Artifact("file", f"{name}.mid", "audio/midi", Later(lambda: to_midi(grid))),
    )


def to_svg(grid: Grid) -> str:
    """Return the grid as an SVG image on a white ground, two bars in a row."""
    systems = [
        list(range(first, min(first + BARS_A_ROW, grid.bars)))
        for first in range(0, grid.bars, BARS_A_ROW)
    ]
    height = TOP + len(systems) * (len(grid.rows) * ROW + 34)
    width = LABEL + BARS_A_ROW * (grid.steps * CELL + GAP) + 12
    title = f"{grid.title}, {grid.meter.name}, {grid.tempo} bpm"
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(f'Drum pattern: {title}')}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="24" font-size="15" fill="#222">{escape(title)}</text>',
    ]
    for place, bars in enumerate(systems):
        body += _system(grid, bars, TOP + place * (len(grid.rows) * ROW + 34))
    return "".join((*body, "</svg>"))


def _system(grid: Grid, bars: list[int], top: int) -> list[str]:
    parts = []
    beats = {start / grid.step for start in grid.meter.starts}
    for row, (name, steps) in enumerate(grid.rows):
        y = top + 16 + row * ROW
        parts.append(f'<text x="12" y="{y + 16}" font-size="13" fill="#333">{name}</text>')
        for column, bar in enumerate(bars):
            left = LABEL + column * (grid.steps * CELL + GAP)
            cells = steps[bar * grid.steps : (bar + 1) * grid.steps]
            parts += [
                _cell(left, y, at, sign, on_beat=at in beats) for at, sign in enumerate(cells)
            ]
    for column, bar in enumerate(bars):
        left = LABEL + column * (grid.steps * CELL + GAP)
        parts += _counts(grid, left, top + 10, bar)
    return parts


def _cell(left: int, y: int, at: int, sign: str, *, on_beat: bool) -> str:
    ground = "#e3e3e3" if on_beat else "#f3f3f3"
    x = left + at * CELL
    cell = f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{ROW - 4}" rx="3" fill="{ground}"/>'
    if sign not in _FILL:
        return cell
    inset = 5 if sign == "g" else 1
    return cell + (
        f'<rect class="hit" x="{x + inset}" y="{y + inset}" width="{CELL - 2 - 2 * inset}" '
        f'height="{ROW - 4 - 2 * inset}" rx="3" fill="{_FILL[sign]}"/>'
    )


def _counts(grid: Grid, left: int, y: int, bar: int) -> list[str]:
    """Number the beats over a bar; the bar's own number stands with the first."""
    counts = []
    for beat, start in enumerate(grid.meter.starts, start=1):
        step = start / grid.step
        if step.denominator == 1:
            x = left + int(step) * CELL + 3
            said = f"{bar + 1}.{beat}" if beat == 1 else str(beat)
            counts.append(f'<text x="{x}" y="{y}" font-size="11" fill="#666">{said}</text>')
    return counts
