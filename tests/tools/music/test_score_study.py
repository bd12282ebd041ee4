"""What is told of a score beyond its chords: keys, numerals, motifs and voice leading."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from support.pieces import pieces

from tools.music.codes.formats import ABC, LILYPOND
from tools.music.codes.leading import texture_of
from tools.music.codes.model import Piece
from tools.music.codes.study import key_regions, motifs, told
from tools.music.codes.summary import key_of
from tools.music.pitch import MusicError
from tools.music.upload import analyse_upload, changed_file

MODULATING = (
    "X:1\nM:4/4\nL:1/4\nK:C\nCEGE|FAcA|GBdB|cGEC|CEGE|FAcA|GBdB|c4|"
    "^G^FE^G|A^ceA|B^d^fd|e4|E^GBG|A^cec|B^d^fB|e4|]"
)
CHORALE = (
    "X:1\nM:4/4\nL:1/4\nV:1 name=Soprano\nV:2 name=Alto\nV:3 name=Tenor\nV:4 name=Bass clef=bass\n"
    "K:C\nV:1\n{s}|]\nV:2\n{a}|]\nV:3\n{t}|]\nV:4\n{b}|]\n"
)
RIGHT = {"s": "c B c2", "a": "G G G2", "t": "E D E2", "b": "C, G, C,2"}
WRONG = {"s": "c d e2", "a": "G G G2", "t": "E D C2", "b": "C, D, E,2"}


def read(text: str) -> Piece:
    piece = ABC.read(text).piece
    assert piece is not None
    return piece


def test_a_change_of_key_is_told_with_its_bars_and_numerals() -> None:
    regions = key_regions(read(MODULATING))
    assert [(r.key.name, r.first, r.last) for r in regions] == [
        ("C major", 1, 8), ("E major", 9, 16),
    ]  # fmt: skip
    text = analyse_upload("m.abc", MODULATING.encode()).text
    assert "Numerals in E major: | - | IV | V | - | I | IV | V | - |" in text
    assert "Keys: C major in bars 1 to 8, E major in bars 9 to 16." in text


def test_motifs_are_found_at_any_pitch() -> None:
    found = motifs(read(MODULATING))
    assert [str(note) for note in found[0].notes] == ["C4", "E4", "G4", "E4"]
    assert found[0].bars[:3] == (1, 2, 3)


@settings(deadline=None, max_examples=30)
@given(pieces())
def test_any_piece_can_be_studied(piece: Piece) -> None:
    regions = key_regions(piece)
    assert all(one.last + 1 == two.first for one, two in pairwise(regions))
    assert isinstance(told(piece, key_of(piece)), list)


@pytest.mark.parametrize("request_", ["check the voice leading", "any parallel fifths?"])
def test_the_voice_leading_of_a_file_is_checked(request_: str) -> None:
    right = analyse_upload("c.abc", CHORALE.format(**RIGHT).encode(), request_)
    assert right.text.splitlines()[0] == "c: 4 voices in C major, no findings"
    wrong = analyse_upload("c.abc", CHORALE.format(**WRONG).encode(), request_)
    assert "bar 1, beat 2: parallel octaves, soprano and bass (C3–C5 to D3–D5)" in wrong.text
    assert b"#c00000" in wrong.artifacts[0].data.lower()


def test_voices_that_cross_keep_their_places() -> None:
    crossed = RIGHT | {"t": "C, G, C,2", "b": "E D E2"}
    text = analyse_upload("c.abc", CHORALE.format(**crossed).encode(), "check voice leading").text
    assert "bar 1, beat 1: voices cross, tenor and bass (C3 below E4)" in text


def test_a_check_leaves_the_score_as_it_is() -> None:
    source = CHORALE.format(**RIGHT)
    result, data = changed_file("c.abc", source.encode(), "check the voice leading")
    again = analyse_upload("score.musicxml", data, "check the voice leading")
    assert again.text == result.text
    assert again.text == analyse_upload("c.abc", source.encode(), "check the voice leading").text


def test_chords_of_one_part_are_voices_too() -> None:
    piece = LILYPOND.read("{ <c g e' c''>2 <g, g d' b'>2 }").piece
    assert piece is not None
    texture = texture_of(piece)
    assert texture.names == ("soprano", "alto", "tenor", "bass")
    assert [str(note.pitch) for note in texture.voices[3]] == ["C3", "G2"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("X:1\nM:4/4\nL:1/4\nK:C\ncdef|]", "has 1"),
        ("X:1\nM:4/4\nL:1/4\nK:C\n[ce]d e f|]", "chords of 1, 2 notes"),
        ("X:1\nM:4/4\nL:1/4\nV:1\nV:2\nK:C\nV:1\ncdef|[M:3/4]cde|]\nV:2\nCDEF|[M:3/4]CDE|]",
         "the meter changes"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_says_why(code: str, said: str) -> None:
    with pytest.raises(MusicError, match=said):
        analyse_upload("x.abc", code.encode(), "check voice leading")
