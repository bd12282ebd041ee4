"""Scores as Standard MIDI Files."""

from __future__ import annotations

import io

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
    out = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS, tracks=[track]).save(file=out)
    return out.getvalue()
