"""Artifacts of music in several voices: an engraved image, a WAV, MIDI, MusicXML and ABC."""

from __future__ import annotations

import functools

from tools import Artifact, Later
from tools.music.audio import played_later
from tools.music.codes.abc_writer import write_abc
from tools.music.codes.midi_writer import write_midi
from tools.music.codes.musicxml_writer import head_count
from tools.music.codes.showing import heard
from tools.music.notation import engrave
from tools.music.parts import PartScore
from tools.music.parts_piece import piece_of
from tools.music.parts_xml import bar_count, to_musicxml
from tools.music.presentation import ABC, MUSICXML, file_name


def present_parts(score: PartScore) -> tuple[Artifact, ...]:
    """Return a score as an SVG image, a WAV, a MIDI file with a track a voice, MusicXML and ABC."""
    name = file_name(score.title)
    source = to_musicxml(score)
    svg = engrave(source, notes=head_count(source), bars=bar_count(score))
    piece = functools.cache(lambda: piece_of(score))
    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", svg.encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", played_later(lambda: heard(piece()))),
        Artifact("file", f"{name}.mid", "audio/midi", Later(lambda: write_midi(piece()))),
        Artifact("file", f"{name}.musicxml", MUSICXML, source.encode()),
        Artifact("file", f"{name}.abc", ABC, Later(lambda: write_abc(piece()).encode())),
    )
