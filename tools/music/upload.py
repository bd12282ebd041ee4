"""A music file that a person sends: read, analysed, engraved, and changed by request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath

from tools import ToolResult
from tools.music.codes import leading, study
from tools.music.codes.abc_writer import write_abc
from tools.music.codes.analysis import form_of, shown_chords
from tools.music.codes.changing import change
from tools.music.codes.formats import CodeFormat, by_file
from tools.music.codes.model import Piece
from tools.music.codes.problems import Reading
from tools.music.codes.showing import show_piece
from tools.music.codes.summary import key_of, told
from tools.music.pitch import MusicError

LARGEST, LARGEST_WAV = 8 << 20, 32 << 20
LONGEST_TEXT = 3000
SUFFIXES = (".mid", ".midi", ".musicxml", ".xml", ".mxl", ".abc", ".ly", ".krn", ".csd", ".rb",
            ".tidal", ".wav")  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """A file that was read. `piece` is there even where some of it is wrong."""

    name: str
    format: CodeFormat
    reading: Reading
    piece: Piece


def largest(name: str) -> int:
    """Return how many bytes a file of this name may have."""
    return LARGEST_WAV if name.lower().endswith(".wav") else LARGEST


def read_upload(name: str, data: bytes) -> Upload:
    """Read a MIDI, MusicXML, ABC, LilyPond, Csound or Sonic Pi file.

    Raises:
        MusicError: it is none, is too large, or has no notes; the text lists what is wrong.
    """
    if len(data) > LARGEST:
        raise MusicError(f"{name} has {len(data)} bytes; a file may have {LARGEST}")
    found = by_file(name, data)
    reading = found.read(data)
    if reading.piece is None:
        listed = "\n".join(str(problem) for problem in reading.problems[:10])
        raise MusicError(f"no music could be read from {name} ({found.title}):\n{listed}")
    title = reading.piece.title or PurePath(name).stem[:80]
    return Upload(name, found, reading, replace(reading.piece, title=title))


def analyse_upload(name: str, data: bytes, request: str = "") -> ToolResult:
    """Tell what a file holds, or change it first as `request` says; with its artifacts.

    The request may be to check the voice leading instead.

    Raises:
        MusicError: the file or the request cannot be read.
    """
    if data[:4] == b"RIFF" or name.lower().endswith(".wav"):
        from tools.music.listening import analyse_wav

        return analyse_wav(name, data)
    upload = read_upload(name, data)
    if request.strip():
        return _changed(upload.piece, request)[0]
    head = told(upload.reading, f"{name} ({upload.format.title})")
    return ToolResult("\n".join([head, *_more(upload.piece)]), show_piece(upload.piece))


def changed_file(name: str, data: bytes, request: str) -> tuple[ToolResult, bytes]:
    """Return what a request makes of a score, and that as MusicXML: further changes begin with it.

    Raises:
        MusicError: the file or the request cannot be read.
    """
    from tools.music.codes.formats import MUSICXML

    result, piece = _changed(read_upload(name, data).piece, request)
    return result, MUSICXML.write(piece)


def _changed(piece: Piece, request: str) -> tuple[ToolResult, Piece]:
    if leading.asks_for_it(request):
        return leading.check_leading(piece), piece
    done = change(piece, request)
    head = f"{piece.title} {done.words}:"
    return ToolResult("\n".join([head, *_more(done.piece)]), show_piece(done.piece)), done.piece


def _more(piece: Piece) -> list[str]:
    """Return chords and numerals by bar, form, keys, motifs, and the music as text to change."""
    chords, form = shown_chords(piece), form_of(piece)
    lines = [f"Chords by bar: {chords}"] if chords else []
    lines += [f"Form: {form}."] if form else []
    lines += study.told(piece, key_of(piece))
    try:
        text = write_abc(piece)
    except MusicError:
        return lines
    if len(text) <= LONGEST_TEXT:
        lines += ["As ABC:", text.rstrip()]
    return lines
