"""Ranges of instruments and voices, and whether notes fit them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.instruments import TABLE
from tools.music.range_tools import fits_range, instrument_range
from tools.music.ranges import ranges, read_range


def test_every_range_is_sound() -> None:
    seen: set[str] = set()
    for found in ranges():
        heights = [p.midi for p in (found.low, found.easy_low, found.easy_high, found.high)]
        assert heights == sorted(heights), found.name
        for name in (found.name, *found.others):
            assert read_range(name).name == found.name
            assert name.lower() not in seen
            seen.add(name.lower())


def test_transposing_instruments_have_a_range() -> None:
    known = {found.name for found in ranges()}
    missing = [name for name, interval, _ in TABLE if interval != "P1" and name not in known]
    assert set(missing) <= {
        "contra-alto clarinet", "D trumpet", "E♭ trumpet", "horn in E♭", "horn in D",
        "baritone horn (treble clef)", "euphonium (treble clef)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("instrument", "line", "more"),
    [
        ("flute", "flute: B3 to D7 (as it sounds)", "Comfortable"),
        ("alto sax", "alto saxophone: D♭3 to A5 (as it sounds)", "Written B♭3 to F♯6"),
        ("Bb clarinet", "B♭ clarinet: D3 to B♭6 (as it sounds)", "a major second above"),
        ("French horn", "horn in F: B1 to F5 (as it sounds)", "Written F♯2 to C6"),
        ("the cello", "cello: C2 to C6 (as it sounds)", "Comfortable"),
        ("violins", "violin: G3 to A7 (as it sounds)", "Comfortable"),
        ("guitar", "guitar: E2 to D6 (as it sounds)", "perfect octave above"),
        ("tenor", "tenor voice: B2 to C5 (as it sounds)", "tenor saxophone has another"),
        ("bass", "bass voice: E2 to F4 (as it sounds)", "bass guitar and double bass have"),
        ("piccolo", "piccolo: D5 to C8 (as it sounds)", "perfect octave below"),
    ],
)
def test_ranges_are_told(instrument: str, line: str, more: str) -> None:
    text = instrument_range.call({"instrument": instrument}).text
    assert text.splitlines()[0] == line
    assert more in text


@pytest.mark.parametrize(
    ("notes", "instrument", "said"),
    [
        ("C4 E4 G4", "flute", "C4 to G4 fits the flute (B3 to D7)"),
        ("G3 C4 C6", "flute", "G3 too low\nIt fits an octave higher: G4 C5 C7"),
        ("C3 E5", "alto sax", "C3 too low\nIt fits 1 semitone higher: D♭3 F5"),
        ("C2 C9", "uke", "C2 too low, C9 too high\nIt spans more than the whole range"),
        ("C4:h E5:q r:q | G5:w", "soprano", "C4 to G5 fits the soprano voice"),
        ("E2 A2", "guitar", "Its part is written E3 to A3."),
    ],
)
def test_notes_are_held_against_a_range(notes: str, instrument: str, said: str) -> None:
    assert said in fits_range.call({"notes": notes, "instrument": instrument}).text


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ranges()), st.data())
def test_what_lies_inside_fits_and_what_is_proposed_fits(found, data) -> None:
    letters = st.sampled_from("CDEFGAB")
    notes = data.draw(st.lists(st.tuples(letters, st.integers(1, 7)), min_size=1, max_size=5))
    text = " ".join(f"{step}{octave}" for step, octave in notes)
    answer = fits_range.call({"notes": text, "instrument": found.name}).text
    if ": " in answer.splitlines()[-1] and answer.splitlines()[-1].startswith("It fits"):
        moved = answer.splitlines()[-1].split(": ")[1]
        again = fits_range.call({"notes": moved, "instrument": found.name}).text
        assert "does not fit" not in again


@pytest.mark.parametrize(
    ("notes", "instrument", "said"),
    [
        ("C4", "flutte", "did you mean flute?"),
        ("C4", "", "no instrument was given"),
        ("C E G", "flute", "write the notes with octaves"),
        ("r:q 4", "flute", "cannot read"),
        ("", "flute", "no music was given"),
    ],
)
def test_what_cannot_be_read(notes: str, instrument: str, said: str) -> None:
    with pytest.raises(ToolError) as caught:
        fits_range.call({"notes": notes, "instrument": instrument})
    assert said in str(caught.value)
