"""A piece of several parts to see, hear and take away."""

from __future__ import annotations

from tools import Artifact
from tools.music.audio import Sound, played_later
from tools.music.codes.abc_writer import write_abc
from tools.music.codes.midi_writer import timed, write_midi
from tools.music.codes.model import Piece
from tools.music.codes.musicxml_writer import write_musicxml
from tools.music.notation import engrave
from tools.music.presentation import ABC, MUSICXML, file_name


def present_piece(piece: Piece, name: str = "") -> tuple[Artifact, ...]:
    """Return a piece as an SVG image, a WAV, and MIDI, MusicXML and ABC files.

    `name` is for the files; without it, the title.

    Raises:
        MusicError: a length has no note values, or the image lacks something.
    """
    name = file_name(name or piece.title)
    source = write_musicxml(piece)
    svg = engrave(source, notes=source.count("<pitch>"), bars=piece.bar_count)
    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", svg.encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", played_later(sounds_of(piece))),
        Artifact("file", f"{name}.mid", "audio/midi", write_midi(piece)),
        Artifact("file", f"{name}.musicxml", MUSICXML, source.encode()),
        Artifact("file", f"{name}.abc", ABC, write_abc(piece).encode()),
    )


def sounds_of(piece: Piece) -> list[Sound]:
    """Return the notes of a piece in time, repeats played out and ties joined."""
    beat = 60.0 / piece.tempo
    return [
        Sound(
            float(start) * beat,
            float(end - start) * beat,
            pitch.midi,
            program=part.program,
            drum=part.percussion,
        )
        for part in piece.parts
        for start, end, pitch in timed(part)
    ]
