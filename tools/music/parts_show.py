"""Artifacts of music in several voices: an engraved image, a WAV, MIDI, MusicXML and ABC."""

from __future__ import annotations

from tools import Artifact
from tools.music.audio import Sound, played_later
from tools.music.codes.abc_writer import write_abc
from tools.music.codes.musicxml_reader import read_musicxml
from tools.music.midi import TICKS, add_notes, to_bytes
from tools.music.notation import engrave
from tools.music.parts import PartScore
from tools.music.parts_xml import bar_count, note_count, sounding, to_musicxml
from tools.music.pitch import MusicError
from tools.music.presentation import ABC, MUSICXML, file_name

VELOCITY = 80


def present_parts(score: PartScore) -> tuple[Artifact, ...]:
    """Return a score as an SVG image, a WAV, a MIDI file with a track a voice, MusicXML and ABC.

    ABC is left out where it has no way to say what the voices play.
    """
    name = file_name(score.title)
    source = to_musicxml(score)
    svg = engrave(source, notes=note_count(score), bars=bar_count(score))
    return (
        Artifact("image", f"{name}.svg", "image/svg+xml", svg.encode()),
        Artifact("audio", f"{name}.wav", "audio/wav", played_later(sounds(score))),
        Artifact("file", f"{name}.mid", "audio/midi", to_midi(score)),
        Artifact("file", f"{name}.musicxml", MUSICXML, source.encode()),
        *_abc(source, name),
    )


def _abc(source: str, name: str) -> tuple[Artifact, ...]:
    piece = read_musicxml(source).piece
    if piece is None:
        return ()
    try:
        return (Artifact("file", f"{name}.abc", ABC, write_abc(piece).encode()),)
    except MusicError:
        return ()


def sounds(score: PartScore) -> list[Sound]:
    """Return the notes of a score in seconds."""
    beat = 60.0 / score.tempo
    return [
        Sound(float(start) * beat, float(beats) * beat, pitch.midi)
        for voice in score.voices
        for start, beats, pitch in sounding(voice)
    ]


def to_midi(score: PartScore) -> bytes:
    """Return the score as a MIDI file with one track for each voice."""
    import mido

    tracks = [mido.MidiTrack()]
    tracks[0].append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.tempo)))
    for voice in score.voices:
        tracks.append(mido.MidiTrack())
        notes = [
            (int(start * TICKS), int((start + beats) * TICKS), pitch.midi, VELOCITY)
            for start, beats, pitch in sounding(voice)
        ]
        add_notes(tracks[-1], notes)
    return to_bytes(tracks)
