"""Artifacts to see, hear and keep: an engraved image, a WAV, MIDI, MusicXML and ABC."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools import Artifact, Later
from tools.music.audio import played_later, sounds
from tools.music.chord import Chord
from tools.music.codes.abc_writer import write_abc
from tools.music.key import Key
from tools.music.midi import to_midi
from tools.music.music_text import Music
from tools.music.musicxml import to_musicxml
from tools.music.notation import to_svg
from tools.music.scale import Scale
from tools.music.score import OutOfRangeError, Score, of_chords, of_music, of_scale
from tools.music.score_piece import piece_of

ABC = "text/vnd.abc"
MUSICXML = "application/vnd.recordare.musicxml+xml"
_UNSAFE = re.compile(r"[^A-Za-z0-9#+-]+")
_NAME_LENGTH = 40


def show(music: Music, title: str) -> tuple[Artifact, ...]:
    """Return the artifacts of notes or chords.

    Raises:
        OutOfRangeError: a note lies beyond the piano.
    """
    return present(of_music(music, title))


def show_if_playable(music: Music, title: str) -> tuple[Artifact, ...]:
    """Return the artifacts, or none where a note lies beyond the piano; the text still holds."""
    try:
        return show(music, title)
    except OutOfRangeError:
        return ()


def show_chords(
    chords: Sequence[Chord], title: str, *, key: Key | None = None
) -> tuple[Artifact, ...]:
    """Return the artifacts of chords, in the signature of `key`."""
    return present(of_chords(chords, title, key=key))


def show_scale(scale: Scale) -> tuple[Artifact, ...]:
    """Return the artifacts of a scale."""
    return present(of_scale(scale))


def present(score: Score) -> tuple[Artifact, ...]:
    """Return a score as an SVG image, a WAV, a MIDI, a MusicXML and an ABC file."""
    name = file_name(score.title)
    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", to_svg(score).encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", played_later(lambda: sounds(score))),
        Artifact("file", f"{name}.mid", "audio/midi", Later(lambda: to_midi(score))),
        Artifact("file", f"{name}.musicxml", MUSICXML, to_musicxml(score).encode()),
        Artifact("file", f"{name}.abc", ABC, Later(lambda: write_abc(piece_of(score)).encode())),
    )


def file_name(title: str) -> str:
    """Return a title as a short file name of plain letters.

    >>> file_name("E♭m7"), file_name("Dm7 G7 Cmaj7"), file_name("C/E")
    ('Ebm7', 'Dm7-G7-Cmaj7', 'C-E')
    """
    plain = title.replace("♭", "b").replace("♯", "#").replace("°", "dim").replace("ø", "hdim")
    return _UNSAFE.sub("-", plain).strip("-")[:_NAME_LENGTH].rstrip("-") or "music"
