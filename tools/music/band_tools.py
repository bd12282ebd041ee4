"""A tool that puts melody, chords, bass and drums together into one score and one sound."""

from __future__ import annotations

from tools import Tool, ToolResult, tool
from tools.music import band
from tools.music.answers import musical, plural
from tools.music.codes.showing import show_piece
from tools.music.line_text import write_line
from tools.music.numbers import check_bpm, read_number


@tool
@musical
def mix_parts(
    chords: str = "",
    melody: str = "",
    bass: str = "",
    drums: str = "",
    style: str = "",
    tempo: int | str = 0,
    seed: int | str = 1,
) -> ToolResult:
    """Mix melody, chords, bass and drums into one score and sound, e.g. chords "Dm7 | G7 | Cmaj7",
    style jazz, rock, pop, bossa nova, blues, reggae; bass and drums are music, a style or none."""
    pace = check_bpm(read_number(tempo, "tempo")) if tempo else 0
    made = band.assemble(chords, melody, bass, drums, style, seed, pace)
    title = f"{style or 'pop'} band" if made.names != ["melody"] else "melody"
    lines = [
        f"{', '.join(made.names)} together: {plural(made.bars, 'bar')} of {made.meter.name}, "
        f"{made.tempo} bpm, seed {seed}"
    ]
    lines += [f"{name}: {write_line(line)}" for name, line in made.lines]
    if made.grid is not None:
        lines.append(made.grid.text)
    piece = band.sounding(made, title)
    shown = show_piece(piece, title, drawn=band.written(piece), played=lambda: band.heard(made))
    return ToolResult("\n".join(lines), shown)


BAND_TOOLS: tuple[Tool, ...] = (mix_parts,)
