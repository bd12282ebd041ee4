"""Rhythms of equal steps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolError
from tools.music.drums import read_grid
from tools.music.generate_tools import GENERATE_TOOLS
from tools.music.rhythm_patterns import (
    evenness_name,
    gaps_of,
    grid_of,
    read_pattern,
    rotated,
    shown,
)

BY_NAME = {tool.name: tool for tool in GENERATE_TOOLS}
STEPS = st.lists(st.booleans(), min_size=2, max_size=32).filter(any).map(tuple)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("E(3,8)", "x--x--x-"),
        ("euclidean 5 over 8", "x-xx-xx-"),
        ("4 hits in 16 steps", "x---x---x---x---"),
        ("7 out of 12", "x-xx-x-xx-x-"),
        ("x..x..x.", "x--x--x-"),
        ("10010010", "x--x--x-"),
        ("1000 1000", "x---x---"),
        ("hex 8f", "x---xxxx"),
        ("0x92", "x--x--x-"),
        ("3+3+2", "x--x--x-"),
        ("onsets 0, 3, 6 of 8", "x--x--x-"),
        ("E(3,8) rotated by 2", "-x--x-x-"),
        ("3 over 8, rotation -1", "-x--x--x"),
    ],
)
def test_rhythms_are_read_as_people_write_them(text: str, steps: str) -> None:
    assert shown(read_pattern(text)) == steps


@given(STEPS, st.integers(-40, 40))
def test_turning_back_gives_the_same_rhythm(steps: tuple[bool, ...], places: int) -> None:
    assert rotated(rotated(steps, places), -places) == steps
    assert sum(gaps_of(steps)) == len(steps) and len(gaps_of(steps)) == sum(steps)


@given(STEPS)
def test_a_rhythm_is_read_back_from_its_grid(steps: tuple[bool, ...]) -> None:
    assert read_pattern(shown(steps)) == steps
    grid = grid_of(steps, "clave", 100)
    assert read_grid(grid.text).rows == grid.rows
    assert sum(1 for _ in grid.hits()) == 4 * sum(steps)


@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 24))
def test_an_even_rhythm_is_named(hits: int, steps: int, turn: int) -> None:
    if hits > steps:
        hits, steps = steps, hits
    even = rotated(read_pattern(f"{hits} over {steps}"), turn)
    assert sum(even) == hits and max(gaps_of(even)) - min(gaps_of(even)) <= 1
    assert evenness_name(even).startswith(f"E({hits},{steps})")


def test_chance_depends_on_the_seed_only() -> None:
    made = [shown(read_pattern("random 32 steps 50%", seed)) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2] and len(made[0]) == 32
    assert 5 < made[0].count("x") < 27


def test_the_answer_is_seen_and_heard() -> None:
    result = BY_NAME["rhythm_pattern"].call({"pattern": "E(3,8)", "drum": "kick", "bpm": "120 bpm"})
    assert result.text.splitlines() == [
        "x--x--x-: 3 strokes in 8 steps",
        "Gaps 3 3 2; onsets 0 3 6, counted from 0. Spread evenly: E(3,8).",
    ]
    assert [each.kind for each in result.artifacts] == ["image", "audio", "file"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"pattern": "hello"}, "cannot read 'hello' as a rhythm"),
        ({"pattern": "9 over 8"}, "9 strokes do not go into 8 steps"),
        ({"pattern": "E(3,900)"}, "write 1 to 64 steps"),
        ({"pattern": "00000000"}, "no strokes"),
        ({"pattern": "onsets 0 9 of 8"}, "no step 9 of 8"),
        ({"pattern": "E(3,8)", "drum": "kik"}, "unknown drum 'kik'"),
    ],
)
def test_errors_say_what_to_write(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        BY_NAME["rhythm_pattern"].call(arguments)
    assert said in str(caught.value)
