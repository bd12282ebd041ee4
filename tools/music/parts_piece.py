"""Music in several voices as a piece, so that every format's writer can write it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tools.music.chord import Chord
from tools.music.codes.bars import cut
from tools.music.codes.model import Part, Piece, Sound
from tools.music.parts import PartScore, Voice


def piece_of(score: PartScore) -> Piece:
    """Return the voices from the top down as the parts of a piece.

    Chord symbols stand over the first part; numerals and numbers are left out.

    >>> from tools.music.parts import Note, Staff
    >>> from tools.music.pitch import read_pitch
    >>> long = Note(read_pitch("C5"), Fraction(6))
    >>> (part,) = piece_of(PartScore("x", (Staff("G", ((long,),)),))).parts
    >>> [[(int(sound.length), len(sound.tied)) for sound in bar.sounds] for bar in part.bars]
    [[(4, 1)], [(2, 0), (2, 0)]]
    """
    meter = (int(score.bar), 4) if score.bar.denominator == 1 else (int(score.bar * 2), 8)
    parts = tuple(
        Part(
            "",
            cut(
                _sounds(voice, score if number == 0 else None),
                [(Fraction(), meter)],
                [(Fraction(), score.fifths)],
                pickup=score.bar - score.offset if score.offset else Fraction(),
            ),
        )
        for number, voice in enumerate(score.voices)
    )
    return Piece(parts, score.title, tempo=float(score.tempo))


def _sounds(voice: Voice, labelled: PartScore | None) -> Iterator[Sound]:
    now = Fraction()
    for note, after in zip(voice, (*voice[1:], None), strict=True):
        over = labelled.labels_at.get(now, ()) if labelled else ()
        chord = next((label.symbol for label in over if isinstance(label, Chord)), "")
        pitches = (note.pitch,) if note.pitch is not None else ()
        held = after is not None and after.tied and after.pitch == note.pitch
        yield Sound(note.beats, pitches, pitches if held else (), chord)
        now += note.beats
