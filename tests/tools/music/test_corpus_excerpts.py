"""Bars that are cut out of an indexed score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.indexed_scores import entry, line

from tools.music.corpus.excerpt import cut, read_bars
from tools.music.pitch import MusicError


def test_an_excerpt_has_full_bars_and_ties_inside_only() -> None:
    voices = line("C5 D5 E5", beats="3 4 5"), line("r C4 r", beats="5 2 5")
    piece = cut(entry(*voices, bars=3), 1, 2)
    assert [bar.length for part in piece.parts for bar in part.bars] == [4] * 4
    top = [
        (str(s.length), [str(p) for p in s.pitches], bool(s.tied)) for s in piece.parts[0].sounds
    ]
    assert top == [
        ("3", ["C5"], False), ("1", ["D5"], True), ("3", ["D5"], False), ("1", ["E5"], False),
    ]  # fmt: skip
    assert not any(sound.pitches for sound in piece.parts[1].bars[0].sounds)


def test_bars_are_read_and_limited() -> None:
    score = entry(line("C4 " * 80), bars=20)
    assert read_bars("bars 3 to 5", score) == (3, 5)
    assert read_bars("", score) == (1, 8)
    for text, said in (("19-21", "1 to 20"), ("1-17", "at most 16"), ("the end", "12-15")):
        with pytest.raises(MusicError, match=said):
            read_bars(text, score)


def test_numbers_that_the_score_skips_are_no_bars() -> None:
    whole = entry(line("C4 " * 16), bars=4)
    score = replace(whole, bars=(whole.bars[0], *(replace(b, number=9) for b in whole.bars[1:2])))
    assert read_bars("1-9", score) == (1, 9)
    with pytest.raises(MusicError, match="no bar 3-5"):
        read_bars("3-5", score)
