"""Progressions to see, hear and keep: chords close together, with their symbols and bars."""

from __future__ import annotations

from tools import Artifact
from tools.music.chart import Chart
from tools.music.chord import Chord
from tools.music.line import Line, Note
from tools.music.line_view import present_lines
from tools.music.piano_voicings import voicings


def voiced(chart: Chart) -> tuple[Note, ...]:
    """Return the chords as notes of their lengths, laid out close and led smoothly."""
    chords = [Chord(each.chord.root, each.chord.quality) for each in chart.changes]
    return tuple(
        Note(pitches, change.beats, change.chord.symbol)
        for pitches, change in zip(voicings(chords, "close"), chart.changes, strict=True)
    )


def present_chart(chart: Chart, title: str) -> tuple[Artifact, ...]:
    """Return a progression as an image, a WAV, a MIDI, a MusicXML and an ABC file."""
    return present_lines([Line(voiced(chart), chart.meter, chart.key, chart.tempo)], title)
