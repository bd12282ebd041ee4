"""The tool that puts sections together to a whole."""

from __future__ import annotations

from dataclasses import replace

from tools import Tool, ToolResult, tool
from tools.music.answers import musical, plural
from tools.music.codes.model import Piece
from tools.music.codes.showing import show_piece
from tools.music.key import Key, read_key
from tools.music.line_text import write_line
from tools.music.line_view import to_piece
from tools.music.pitch import Pitch
from tools.music.song_form import Song, assemble, made_sections, read_form, read_sections


@tool
@musical
def song_form(
    form: str, sections: str = "", style: str = "pop", key: str = "", seed: int | str = 1
) -> ToolResult:
    """Put sections together, e.g. form AABA or "verse chorus x2", sections "A: C | Am | F | G; B: F
    | G | C | C"; without sections they are made in a style and key."""
    if sections.strip():
        written, about = read_sections(sections), ""
        order = read_form(form, written)
    else:
        order = read_form(form)
        home = read_key(key) if key.strip() else Key(Pitch("C"))
        written = made_sections(order, style, home, seed)
        about = f", {style} in {home.name}, seed {seed}"
    song = assemble(order, written)
    bars = song.sections[-1].first + song.sections[-1].bars - 1
    text = song.chart.text if song.chart is not None else write_line(song.line)
    lines = [text, f"({' '.join(order)}, {plural(bars, 'bar')}{about})"]
    lines.append(f"Sections: {', '.join(section.said for section in song.sections)}.")
    name = f"{' '.join(order)} form"
    whole = labelled(song, name)
    return ToolResult("\n".join(lines), show_piece(whole, name, drawn=lead_sheet(song, whole)))


def lead_sheet(song: Song, whole: Piece) -> Piece:
    """Return the sections once each, as a lead sheet has them; another ending is another one."""
    (part,) = whole.parts
    rows = [part.bars[each.first - 1 : each.first - 1 + each.bars] for each in song.sections]
    once = dict.fromkeys(rows)
    return replace(whole, parts=(replace(part, bars=tuple(bar for row in once for bar in row)),))


def labelled(song: Song, title: str) -> Piece:
    """Return a song as a piece, with the name of each section over its first bar."""
    piece = to_piece([song.line], title)
    names = {section.first - 1: section.name for section in song.sections}
    (part,) = piece.parts
    bars = (replace(bar, label=names.get(n, "")) for n, bar in enumerate(part.bars))
    return replace(piece, parts=(replace(part, bars=tuple(bars)),))


FORM_TOOLS: tuple[Tool, ...] = (song_form,)
