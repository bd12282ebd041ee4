"""Melodies as tablature: what stands there sounds as the melody, within a hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolError
from tools.music.line_text import read_line
from tools.music.picture_tools import show_on
from tools.music.tablature import SPAN, fingered, written_tab
from tools.music.tunings import read_tuning

GUITAR = read_tuning("guitar")
TUNE = 'in C major: "C"C4 E4 G4:h~ | G4 r:e A4:e [C4 E4 G4]:h'


@given(st.lists(st.sampled_from(range(41, 79)), min_size=1, max_size=16))
def test_each_note_is_where_it_sounds(numbers: list[int]) -> None:
    names = "C Db D Eb E F Gb G Ab A Bb B".split()
    line = read_line(" ".join(f"{names[n % 12]}{n // 12 - 1}:q" for n in numbers))
    found = fingered(line, GUITAR)
    heard = [GUITAR.strings[string].midi + fret for ((string, fret),) in found]
    assert heard == numbers
    assert all(0 <= fret <= GUITAR.last_fret for ((_, fret),) in found)


def test_what_is_played_at_once_is_within_a_hand_and_on_strings_of_its_own() -> None:
    chord = fingered(read_line("[C3 E3 G3 C4 E4]:w"), GUITAR)[0]
    assert len({string for string, _ in chord}) == 5
    pressed = [fret for _, fret in chord if fret]
    assert max(pressed) - min(pressed) < SPAN


def test_bars_and_strings_stand_under_each_other_and_ties_are_not_struck() -> None:
    rows = written_tab(read_line(TUNE), GUITAR).split("\n")
    assert [row[0] for row in rows] == ["E", "B", "G", "D", "A", "E"]
    assert len({len(row) for row in rows}) == 1
    bar_lines = {tuple(i for i, sign in enumerate(row) if sign == "|") for row in rows}
    assert len(bar_lines) == 1
    first, second = rows[0].split("|")[1:3]
    assert (first.strip("-"), second.strip("-")) == ("0--3", "5-3")


def test_a_long_melody_is_cut_into_systems_at_bar_lines() -> None:
    systems = written_tab(read_line("E4 F4 G4 A4 | " * 12 + "C5:w"), GUITAR).split("\n\n")
    assert len(systems) > 1
    assert all(len(row) < 100 and row.endswith("|") for s in systems for row in s.split("\n"))


def test_the_tool_writes_it_and_says_what_cannot_be_played() -> None:
    made = show_on.call({"instrument": "guitar tab", "music": TUNE})
    assert made.text.startswith("2 bars as tablature for guitar:\n```\nE |")
    assert made.artifacts[0].mime == "text/plain"
    low = show_on.call({"instrument": "bass", "music": "C3:h G2:h"}).text
    assert "A |-3" in low  # written an octave above what sounds
    with pytest.raises(ToolError, match="C2 cannot be played on the guitar"):
        show_on.call({"instrument": "guitar", "music": "C2:h"})
    roll = show_on.call({"instrument": "piano roll", "music": "C4 E4 G4:h"})
    assert roll.text.startswith("3 notes in 1 bar, as a piano roll")
