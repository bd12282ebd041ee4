"""A piece to see, hear and keep: an engraved image, a WAV, a MIDI file, MusicXML and ABC."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from tools import Artifact, Later
from tools.music import audio
from tools.music.codes.formats import ABC, MIDI, MUSICXML, CodeFormat
from tools.music.codes.marks import marked
from tools.music.codes.midi_writer import timed
from tools.music.codes.model import Piece
from tools.music.codes.musicxml_writer import head_count, write_musicxml
from tools.music.expression import Force, clock, forces, swung
from tools.music.notation import engrave
from tools.music.pitch import MusicError
from tools.music.presentation import file_name

MOST_BARS_DRAWN, MOST_NOTES_DRAWN, MOST_PARTS_DRAWN = 64, 2000, 16
_PLAIN = Force(92, 1.0)


def show_piece(
    piece: Piece,
    name: str = "",
    drawn: Piece | None = None,
    played: Callable[[], Sequence[audio.Sound]] | None = None,
) -> tuple[Artifact, ...]:
    """Return the artifacts of a piece; a long one is drawn and heard as far as is quick.

    `name` is for the files; without it, the title. The picture is of `drawn`, the same lengths at
    other pitches, and the sound is `played`, where these are given. What cannot be drawn, or
    written in a format, is left out.
    """
    name = file_name(name or piece.title or "music")
    made = []
    shown, source = beginning(drawn or piece), ""
    with contextlib.suppress(MusicError):
        source = write_musicxml(shown)
        image = engrave(source, notes=head_count(source), bars=shown.bar_count)
        made.append(Artifact("image", f"{name}.svg", "image/svg+xml", image.encode()))
    numbers = [pitch.midi for part in piece.parts for pitch in part.pitches]
    if any(0 <= number <= 127 for number in numbers):
        sound = audio.played_later(played or (lambda: heard(piece)))
        made.append(Artifact("audio", f"{name}.wav", "audio/wav", sound))
    if all(0 <= number <= 127 for number in numbers):
        midi = Later(functools.partial(MIDI.write, piece))
        made.append(Artifact("file", name + MIDI.suffixes[0], MIDI.mime, midi))
    # What fails is a length; where all were written for the picture, they can be written again.
    sure = bool(source) and shown is (drawn or piece)
    content: bytes | Later
    for found in (MUSICXML, ABC):
        with contextlib.suppress(MusicError):
            if sure and found is MUSICXML and shown is piece:
                content = source.encode()
            elif sure:
                content = Later(functools.partial(found.write, piece))
            else:
                content = found.write(piece)
            made.append(Artifact("file", name + found.suffixes[0], found.mime, content))
    return tuple(made)


def as_file(piece: Piece, target: CodeFormat, name: str = "") -> Artifact:
    """Return the piece as a file of a format.

    Raises:
        MusicError: the format has no way to say it.
    """
    data = target.write(piece)
    name = file_name(name or piece.title or "music")
    return Artifact("file", name + target.suffixes[0], target.mime, data)


def beginning(piece: Piece, bars: int = MOST_BARS_DRAWN) -> Piece:
    """Return the first bars of a piece, fewer where they hold many notes; a short piece itself.

    >>> from tools.music.codes.model import Bar, Part
    >>> beginning(Piece((Part("", (Bar(()),) * 100),))).bar_count
    64
    """
    parts = piece.parts[:MOST_PARTS_DRAWN]
    whole = len(parts) == len(piece.parts) and piece.bar_count <= bars
    if whole and piece.note_count <= MOST_NOTES_DRAWN:
        return piece
    short = replace(piece, parts=tuple(replace(p, bars=p.bars[:bars]) for p in parts))
    while short.note_count > MOST_NOTES_DRAWN and bars > 1:
        bars = bars // 2
        short = replace(short, parts=tuple(replace(p, bars=p.bars[:bars]) for p in parts))
    return short


def heard(piece: Piece) -> list[audio.Sound]:
    """Return the notes in seconds, repeats played out, as far as a minute goes."""
    seconds = clock(marked(piece.parts[0]) if piece.parts else (), piece.tempo)
    rows = []
    for part in piece.parts:
        forced = forces(marked(part))
        for start, end, pitch in timed(part):
            force = forced.get(start, _PLAIN)
            begin, until = (swung(start), swung(end)) if piece.swing else (start, end)
            at = seconds(begin)
            if at >= audio.LONGEST_SECONDS:
                break
            if 0 <= pitch.midi <= 127:
                length = (seconds(until) - at) * force.share
                rows.append(
                    audio.Sound(at, length, pitch.midi, force.velocity, part.program,
                                part.percussion)
                )  # fmt: skip
    return rows
