"""Going on with a melody in its own manner."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.continuing import continued
from tools.music.key import read_key
from tools.music.line_text import read_line, write_line
from tools.music.line_tools import LINE_TOOLS

BY_NAME = {tool.name: tool for tool in LINE_TOOLS}
TUNES = [
    "in C major: C4 D4 E4 C4 | E4 F4 G4:h",
    "in G major: G4 B4 D5:h | C5 A4 G4:h",
    "3/4 in A minor: A4 C5 E5 | D5 B4 G#4 | A4:h.",
    "in D major: A4 | D5:e C#5:e B4 A4 G4 | F#4:h. r",
    "6/8 in F major, swing: F4:q. A4:e B4:e C5:e | A4:h.",
    "C4 E4 G4 E4 F4 D4",
]


@settings(deadline=None)
@given(st.sampled_from(TUNES), st.integers(1, 16), st.integers(0, 99))
def test_it_fills_its_bars_in_the_key_and_rests_on_the_tonic(
    tune: str, bars: int, seed: int
) -> None:
    line = read_line(tune)
    made = continued(line, bars, seed)
    assert made.length == bars * line.meter.quarters
    home = {pitch.name for pitch in line.home.scale.pitches}
    assert {pitch.name for pitch in made.pitches} <= home
    assert made.pitches[-1].name == line.home.tonic.name
    assert read_line(write_line(made)).notes == made.notes
    assert continued(line, bars, seed) == made
    low, high = line.ends
    assert made.ends[0].index >= low.index - 6 and made.ends[1].index <= high.index + 6


def test_it_moves_as_the_melody_does() -> None:
    scale = read_line("in C major: C4 D4 E4 F4 | G4 F4 E4 D4 | C4 D4 E4 F4 | G4 F4 E4 D4")
    made = continued(scale, 8, 5).pitches
    steps = [abs(b.index - a.index) for a, b in pairwise(made[:-1])]
    assert steps.count(1) == len(steps)


def test_the_answer_has_the_new_bars_and_the_files_the_whole() -> None:
    call = {"melody": "C4 D4 E4 C4 | E4 F4 G4:h", "bars": "2 bars", "seed": 3}
    result = BY_NAME["continue_melody"].call(call)
    first, about = result.text.splitlines()
    assert len(read_line(first).bars) == 2 and about == "(2 bars that go on from it, seed 3)"
    assert result.artifacts[3].data.decode().count("<measure ") == 4
    assert read_key("C").tonic.name == read_line(first).pitches[-1].name


def test_too_little_to_go_on_from_is_said() -> None:
    with pytest.raises(ToolError, match="3 notes are too few to go on from"):
        BY_NAME["continue_melody"].call({"melody": "C4 D4 E4"})
