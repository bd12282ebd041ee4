"""Intervals, transposition, scales and numerals against an independent library."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.music.interval import Interval, between, transpose
from tools.music.key import Key, read_key
from tools.music.pitch import Pitch
from tools.music.roman import realise

SHORT = ["P1", "m2", "M2", "A2", "m3", "M3", "P4", "A4", "d5", "P5", "A5", "m6", "M6", "d7", "m7"]
placed = st.builds(Pitch, st.sampled_from("CDEFGAB"), st.integers(-1, 1), st.integers(2, 6))


def _theirs(music21: Any, pitch: Pitch) -> Any:
    sign = "#" * pitch.alter if pitch.alter > 0 else "-" * -pitch.alter
    return music21.pitch.Pitch(f"{pitch.step}{sign}{pitch.octave}")


def _ours(theirs: Any) -> Pitch:
    alter = int(theirs.accidental.alter) if theirs.accidental else 0
    return Pitch(theirs.step, alter, theirs.octave)


def test_transposition(music21: Any) -> None:
    @settings(deadline=None, max_examples=150)
    @given(placed, st.sampled_from([*SHORT, "P8", "M9", "M10"]), st.booleans())
    def same(pitch: Pitch, short: str, down: bool) -> None:
        sign = "-" if down and short != "P1" else ""
        theirs = _theirs(music21, pitch).transpose(music21.interval.Interval(sign + short))
        assert transpose(pitch, Interval.of(sign + short)) == _ours(theirs)

    same()


def test_interval_names(music21: Any) -> None:
    @settings(deadline=None, max_examples=150)
    @given(placed, placed)
    def same(low: Pitch, high: Pitch) -> None:
        ours = between(low, high)
        if abs(ours.steps) == 0 or (ours.steps > 0) != (ours.semitones > 0):
            return
        theirs = music21.interval.Interval(_theirs(music21, low), _theirs(music21, high))
        assert ours.short == theirs.name

    same()


@pytest.mark.parametrize("key", ["C", "Eb", "F#", "B", "Db"])
@pytest.mark.parametrize(
    "numeral", ["I", "ii", "iii", "IV", "V", "V7", "V65", "V43", "vi", "IV6", "V64", "bVII"]
)
def test_numerals(music21: Any, key: str, numeral: str) -> None:
    home = read_key(key)
    assert _classes(realise(numeral, home)[0].chord.tones) == _reference(music21, numeral, home)


@pytest.mark.parametrize(
    "numeral", ["i", "iv", "V", "V7", "V65", "V43", "V64", "VI", "III", "VII", "viio", "viio7"]
)
def test_numerals_in_minor(music21: Any, numeral: str) -> None:
    for tonic in ("A", "C", "F#", "Bb"):
        home = read_key(f"{tonic} minor")
        assert _classes(realise(numeral, home)[0].chord.tones) == _reference(music21, numeral, home)


def _classes(tones: Any) -> set[str]:
    return {tone.name for tone in tones}


def _reference(music21: Any, numeral: str, key: Key) -> set[str]:
    tonic = key.tonic.ascii.replace("b", "-")
    name = tonic if key.mode == "major" else tonic.lower()
    chord = music21.roman.RomanNumeral(numeral, music21.key.Key(name))
    return {_ours(pitch).name for pitch in chord.pitches}
