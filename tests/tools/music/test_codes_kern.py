"""Humdrum's **kern: as music21 reads it, and as its own files are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from support.pieces import marked_pieces, pieces

from tools.music.code_tools import convert_code
from tools.music.codes.formats import KERN, by_file
from tools.music.codes.midi_writer import timed
from tools.music.codes.model import Piece

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEPT = {"staccato", "tenuto", "accent", "marcato", "fermata", "sfz"}
FILE = """!!!COM: Bach, Johann Sebastian
!!!OTL: A chorale
**kern\t**kern\t**dynam
*I"Bass\t*I"Soprano\t*
*k[f#]\t*k[f#]\t*
*G:\t*G:\t*
*M3/4\t*M3/4\t*
4G\t4b\tp
=1\t=1\t=1
*^\t*\t*
2F#\t4r\t[4dd\t.
.\t8D\t8dd]L\t.
.\t8E\t8cc\t<
4G;\t4C\t4b 4g\t.
*v\t*v\t*\t*
=:|!\t=:|!\t=:|!
! a comment\t!\t!
*M2/4\t*M2/4\t*
12A\t(4.cc^\t.
12B-\t.\t.
12A\t.\t.
8qqcc\t.\t.
4D\t8dd)\t.
==\t==\t==
*-\t*-\t*-
"""


def rows(piece: Piece) -> set[tuple[Fraction, Fraction, str]]:
    """Start, end and name of every note."""
    return {(s, e, str(p)) for part in piece.parts for s, e, p in timed(part)}


def marks(piece: Piece) -> list[set[str]]:
    return [set(sound.marks) & KEPT for part in piece.parts for sound in part.sounds]


def test_a_file_is_read_with_its_voices_signs_and_lengths() -> None:
    reading = KERN.read(FILE)
    assert reading.problems == []
    assert reading.passed_over == ["spines of other kinds than **kern", "grace notes"]
    piece = reading.piece
    assert piece is not None
    assert (piece.title, piece.composer) == ("A chorale", "Bach, Johann Sebastian")
    assert [part.name for part in piece.parts] == ["Bass, voice 3", "Soprano", "Bass"]
    assert [str(bar.length) for bar in piece.parts[1].bars] == ["1", "3", "2"]
    assert piece.parts[1].bars[1].ends and piece.key is not None and piece.key.name == "G major"
    last = [(str(s.length), s.marks) for s in piece.parts[1].bars[2].sounds]
    assert last == [("3/2", ("accent", "legato")), ("1/2", ("legato",))]
    assert "E3" in {str(p) for p in piece.parts[0].pitches}
    assert "B♭3" in {str(p) for p in piece.parts[2].pitches}


@QUICK
@given(marked_pieces())
def test_articulation_comes_back(piece: Piece) -> None:
    back = KERN.read(KERN.write(piece)).piece
    if piece.note_count and back is not None and len(back.parts) == len(piece.parts):
        assert marks(back) == [
            found
            for part in piece.parts
            for sound in part.sounds
            for found in [set(sound.marks) & KEPT]
        ]


@QUICK
@given(pieces(tuplets=False))
def test_music21_reads_what_we_write(piece: Piece) -> None:
    converter = pytest.importorskip("music21.converter")
    if not piece.note_count:
        return
    peer = converter.parseData(KERN.write(piece).decode(), format="humdrum").stripTies()
    found = {
        (Fraction(each.getOffsetInHierarchy(peer)).limit_denominator(64), pitch.midi)
        for each in peer.recurse().notes
        for pitch in each.pitches
    }
    assert {(start, p.midi) for part in piece.parts for start, _, p in timed(part)} >= found
    assert found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("**kern\n*M4/4\n4c\n4d\n=1\n1c\n=2\n4c\n=3\n1c\n==\n*-", "the bar holds 1 quarter, 4/4"),
        ("**kern\t**kern\n4c\n", "1 columns where there are 2 spines"),
        ("**kern\n*M4/4\n4x\n", "is no note"),
        ("**kern\ncc\n", "has no length"),
        ("**kern\t**kern\n*M2/4\t*M2/4\n4c\t2c\n=\t=\n", "spine 1 of the bar lacks 1 quarter"),
        ("hello", "columns where there are 0 spines"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(code: str, said: str) -> None:
    problems = [str(problem) for problem in KERN.check(code)]
    assert any(said in problem and "line" in problem for problem in problems), problems


def test_it_is_known_by_its_name_and_head_and_converted() -> None:
    assert by_file("x.krn", b"!!!COM: x\n**kern\n4c\n") is KERN
    assert by_file("x.txt", b"!!!COM: x\n**kern\n4c\n") is KERN
    done = convert_code.call(
        {"code": "X:1\nL:1/4\nM:2/4\nK:D\nF ^G|", "source": "abc", "target": "**kern"}
    )
    assert "4f#" in done.text and "4g#" in done.text
    assert any(a.name.endswith(".krn") for a in done.artifacts)
