"""A score of one line as a piece, so that every format's writer can write it."""

from __future__ import annotations

from fractions import Fraction

from tools.music.codes.model import Bar, Part, Piece, Sound
from tools.music.score import Event, Score


def piece_of(score: Score) -> Piece:
    """Return a score as a piece of one part for piano.

    >>> from tools.music.music_text import read_music
    >>> from tools.music.score import of_music
    >>> piece = piece_of(of_music(read_music("Dm7 | G7"), "x"))
    >>> [sound.chord for sound in piece.parts[0].sounds], piece.bar_count, piece.note_count
    (['Dm7', 'G7'], 2, 8)
    """
    bars = tuple(
        Bar(tuple(sound_of(event) for event in bar), (score.beats, 4), score.fifths)
        for bar in score.bars
    )
    return Piece((Part("Music", bars),), score.title, tempo=float(score.tempo))


def sound_of(event: Event) -> Sound:
    """Return an event as a sound, its pitches from the bottom up."""
    chord = event.chord.symbol if event.chord else ""
    pitches = tuple(sorted(event.pitches, key=lambda pitch: pitch.semitones))
    return Sound(Fraction(event.beats), pitches, chord=chord)
