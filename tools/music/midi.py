"""Scores as Standard MIDI Files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from tools.music.score import Score

TICKS = 480


def to_midi(score: Score) -> bytes:
    """Return the score as a MIDI file of one track, piano, with its tempo."""
    import mido

    track = mido.MidiTrack()
    track.append(
        mido.MetaMessage("track_name", name=score.title.encode("ascii", "ignore").decode())
    )
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.tempo)))
    track.append(mido.MetaMessage("time_signature", numerator=score.beats, denominator=4))
    track.append(mido.Message("program_change", program=0, channel=0))
    for event in score.events:
        notes = [pitch.midi for pitch in event.pitches]
        for note in notes:
            track.append(mido.Message("note_on", note=note, velocity=80, time=0))
        for place, note in enumerate(notes):
            length = round(event.beats * TICKS) if place == 0 else 0
            track.append(mido.Message("note_off", note=note, velocity=0, time=length))
    track.append(mido.MetaMessage("end_of_track", time=0))
    return to_bytes([track])


def add_notes(track: Any, notes: Iterable[tuple[int, int, int, int]], channel: int = 0) -> int:
    """Put notes into a mido track: start and end in ticks, number, velocity; return the last end.

    At one moment notes end before others begin.
    """
    import mido

    changes = []
    for start, end, number, velocity in notes:
        changes += [(start, 1, number, velocity), (end, 0, number, 0)]
    now = 0
    for at, on, number, velocity in sorted(changes):
        kind = "note_on" if on else "note_off"
        track.append(
            mido.Message(kind, note=number, velocity=velocity, time=at - now, channel=channel)
        )
        now = at
    return now


def to_bytes(tracks: Sequence[Any]) -> bytes:
    """Return mido tracks as a file: format 0 for one of them, 1 for several."""
    import mido

    out = io.BytesIO()
    kind = 0 if len(tracks) == 1 else 1
    mido.MidiFile(type=kind, ticks_per_beat=TICKS, tracks=list(tracks)).save(file=out)
    return out.getvalue()
