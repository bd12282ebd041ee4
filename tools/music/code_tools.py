"""Tools for codes of composition software: checking, converting and writing them."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace

from tools import Artifact, Tool, ToolResult, tool
from tools.music.answers import musical
from tools.music.codes.formats import MIDI, CodeFormat, read_format
from tools.music.codes.model import Piece
from tools.music.codes.problems import Reading
from tools.music.codes.programs import second_opinion
from tools.music.codes.showing import as_file, show_piece
from tools.music.codes.summary import summary, told
from tools.music.codes.texts import read_text
from tools.music.line_text import has_lengths
from tools.music.pitch import MusicError

LONGEST_SHOWN = 6000
_FENCE = re.compile(r"^\s*```[\w+-]*\n(.*?)\n?```\s*$", re.DOTALL)


@tool
@musical
def check_code(code: str, format: str) -> ToolResult:
    """Check music code: ABC, LilyPond, MusicXML, MIDI, Csound, Sonic Pi, Strudel, TidalCycles."""
    found = read_format(format)
    given = _given(code, found)
    reading = found.read(given)
    lines = [told(reading, found.title)]
    opinion = second_opinion(found.name, given, reading)
    return ToolResult("\n".join([*lines, opinion] if opinion else lines))


@tool
@musical
def convert_code(code: str, source: str, target: str) -> ToolResult:
    """Convert music code between formats, e.g. source ABC, target MusicXML or MIDI or Sonic Pi."""
    from_format, to_format = read_format(source), read_format(target)
    reading = from_format.read(_given(code, from_format))
    piece = _whole(reading, from_format)
    return _made(piece, to_format, f"{from_format.title} to {to_format.title}", reading)


@tool
@musical
def write_code(music: str, format: str) -> ToolResult:
    """Write notes or chords as music code, e.g. Dm7 | G7 | Cmaj7 as LilyPond, C4 E4:h as ABC."""
    found = read_format(format)
    piece = read_text(music)
    named = piece.title or ("" if has_lengths(music) else _title(music)) or "Melody"
    titled = replace(piece, title=named)
    return _made(titled, found, f"{_title(music)} as {found.title}", Reading())


def _made(piece: Piece, target: CodeFormat, what: str, reading: Reading) -> ToolResult:
    file = as_file(piece, target)
    counted = summary(piece)[0]
    if target.name == MIDI.name:
        lines = [f"{what}: {file.name}, {len(file.data)} bytes", counted]
    else:
        text = file.data.decode()
        short = text[:LONGEST_SHOWN]
        cut = "" if short == text else f"\n(the first {LONGEST_SHOWN} characters; the file has all)"
        lines = [f"{what}:\n{short.rstrip()}{cut}", counted]
    if reading.passed_over:
        lines.append(f"Not carried over: {'; '.join(reading.passed_over[:6])}.")
    return ToolResult("\n".join(lines), (file, *_others(piece, file.name)))


def _others(piece: Piece, taken: str) -> tuple[Artifact, ...]:
    return tuple(each for each in show_piece(piece) if each.name != taken)


def _whole(reading: Reading, source: CodeFormat) -> Piece:
    """Return the piece of a code that has no problems.

    Raises:
        MusicError: it has problems; they are listed.
    """
    if reading.problems or reading.piece is None:
        listed = "\n".join(str(problem) for problem in reading.problems[:10])
        if not listed:
            listed = "it has no notes whose pitch is written out"
        raise MusicError(f"the {source.title} cannot be converted; correct it first:\n{listed}")
    return reading.piece


def _given(code: str, found: CodeFormat) -> str | bytes:
    """Return the code without the fence around it; MIDI comes as base64."""
    fenced = _FENCE.match(code)
    plain = fenced[1] if fenced else code
    if not plain.strip():
        raise MusicError(f"no code was given; write the {found.title} to read")
    if found.name != MIDI.name:
        return plain
    try:
        return base64.b64decode("".join(plain.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MusicError("MIDI is bytes: write it as base64, or send the file") from None


def _title(music: str) -> str:
    return " ".join(music.split())[:60]


CODE_TOOLS: tuple[Tool, ...] = (check_code, convert_code, write_code)
