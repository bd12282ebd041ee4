"""The text forms of other tools (notes, chords, melodies with lengths) as pieces."""

from __future__ import annotations

from fractions import Fraction

from tools.music.codes.bars import cut
from tools.music.codes.model import Part, Piece, Sound
from tools.music.codes.spelling import with_key
from tools.music.line import Line
from tools.music.line_text import read_line
from tools.music.music_text import Music, read_music
from tools.music.pitch import MusicError
from tools.music.score import of_music
from tools.music.score_piece import sound_of


def read_text(text: str) -> Piece:
    """Read notes (`C4 E4:h`), a melody with bars, or chords (`Dm7 | G7 | Cmaj7`).

    >>> read_text("C4 D4 E4:h").note_count, read_text("Dm7 | G7").bar_count
    (3, 2)

    Raises:
        MusicError: it is neither.
    """
    try:
        return of_line(read_line(text))
    except MusicError as problem:
        try:
            return of_chords(read_music(text), text)
        except MusicError:
            raise problem from None


def of_line(line: Line) -> Piece:
    """Return a melody as a piece of one part."""
    sounds = [
        Sound(n.beats, tuple(sorted(n.pitches, key=lambda p: p.semitones)), (), n.chord, n.marks)
        for n in line.notes
    ]
    meters = [(Fraction(), (line.meter.top, line.meter.bottom))]
    signatures = [(Fraction(), line.key.printed_fifths)] if line.key else []
    bars = cut(sounds, meters, signatures, pickup=line.pickup)
    piece = Piece(
        (Part("", bars),),
        tempo=float(line.tempo),
        mode=line.key.mode if line.key else "",
        swing=line.swing,
    )
    return piece if line.key else with_key(piece)


def of_chords(music: Music, text: str) -> Piece:
    """Return chords, or plain notes, laid out as they are played."""
    score = of_music(music, text.strip()[:80])
    bars = cut([sound_of(event) for event in score.events])
    return with_key(Piece((Part("", bars),), tempo=float(score.tempo)))
