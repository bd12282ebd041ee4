"""Every format reads back what it wrote: the same notes at the same times."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from support.pieces import pieces

from tools.music.codes import formats
from tools.music.codes.midi_writer import timed
from tools.music.codes.model import Bar, Part, Piece, Sound, played
from tools.music.codes.mxl import pack
from tools.music.pitch import pitch_of

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def notes(piece: Piece) -> list[list[tuple]]:
    """Starts, ends and names of a piece's notes, part by part."""
    return [sorted((s, e, p.semitones, str(p)) for s, e, p in timed(part)) for part in piece.parts]


def sounding(piece: Piece) -> list[tuple]:
    """Starts, ends and MIDI numbers of all notes."""
    return sorted((s, e, p.midi) for part in piece.parts for s, e, p in timed(part))


@QUICK
@given(pieces())
@pytest.mark.parametrize(
    "found", [formats.ABC, formats.MUSICXML, formats.LILYPOND, formats.KERN], ids=lambda f: f.name
)
def test_notation_keeps_names_lengths_and_bars(found, piece):
    reading = found.read(found.write(piece))
    assert reading.problems == []
    back = reading.piece
    # A part of rests alone has no notes to tell it by.
    assert notes(back) == notes(piece)
    assert [bar.length for bar in back.parts[0].bars] == [b.length for b in piece.parts[0].bars]
    assert (back.first.meter, back.first.fifths) == (piece.first.meter, piece.first.fifths)
    assert back.tempo == piece.tempo


@QUICK
@given(pieces(most_parts=1))
def test_midi_keeps_numbers_and_lengths(piece):
    reading = formats.MIDI.read(formats.MIDI.write(piece))
    if not piece.note_count:
        assert "no notes" in str(reading.problems[0])
        return
    assert reading.problems == []
    assert sounding(reading.piece) == sounding(piece)
    assert reading.piece.first.fifths == piece.first.fifths


@QUICK
@given(pieces(ties=False, most_parts=1))
@pytest.mark.parametrize(
    "found",
    [formats.STRUDEL, formats.TIDAL, formats.SONIC_PI, formats.CSOUND],
    ids=lambda f: f.name,
)
def test_live_codes_keep_starts_and_numbers(found, piece):
    reading = found.read(found.write(piece))
    if not piece.note_count:
        return
    assert reading.problems == []
    beats = piece.first.full
    scale = Fraction(4) / beats if found in (formats.STRUDEL, formats.TIDAL) else Fraction(1)
    expected = sorted({(start * scale, midi) for start, _, midi in sounding(piece)})
    assert sorted({(start, midi) for start, _, midi in sounding(reading.piece)}) == expected


def test_compressed_musicxml_is_the_same():
    piece = Piece((Part("a", (Bar((Sound(Fraction(4), (pitch_of("E", -1, 4),)),)),)),))
    score = formats.MUSICXML.write(piece)
    assert formats.MUSICXML.read(pack(score.decode())).piece == formats.MUSICXML.read(score).piece


def test_repeats_and_endings_are_kept_or_played_out():
    one, two, three, four = (
        Bar((Sound(Fraction(4), (pitch_of(step, 0, 4),)),), **kept)
        for step, kept in zip(
            "CDEF", ({"begins": True}, {"ending": "1", "ends": True}, {"ending": "2"}, {}),
            strict=True,
        )
    )  # fmt: skip
    piece = Piece((Part("", (one, two, three, four)),))
    heard = "".join(bar.sounds[0].pitches[0].step for bar in played(piece.parts[0].bars))
    assert heard == "CDCEF"
    for found in formats.FORMATS:
        back = found.read(found.write(piece)).piece
        said = [p.step for bar in played(back.parts[0].bars) for s in bar.sounds for p in s.pitches]
        assert "".join(said) == "CDCEF", found.name
    for found in (formats.ABC, formats.MUSICXML):
        assert found.read(found.write(piece)).piece.parts[0].bars == piece.parts[0].bars


def test_chord_symbols_are_kept():
    sounds = tuple(
        Sound(Fraction(2), (pitch_of("C", 0, 4),), (), symbol) for symbol in ("Am7", "F#m7b5/C")
    )
    piece = Piece((Part("", (Bar(sounds),)),))
    for found in (formats.ABC, formats.MUSICXML, formats.LILYPOND):
        back = found.read(found.write(piece)).piece
        said = [sound.chord.replace("♯", "#").replace("♭", "b") for sound in back.parts[0].sounds]
        assert said == ["Am7", "F#m7b5/C"], found.name
