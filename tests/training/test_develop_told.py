"""The development rows that are judged by running: they are well formed, and can be proved."""

from __future__ import annotations

import re

import pytest

from training.develop_told import SETS, Proof, rows


@pytest.mark.parametrize(
    ("name", "two_steps", "follow_ups"), [("told", 80, 80), ("strangers_steps", 98, 100)]
)
def test_no_row_is_lost(name: str, two_steps: int, follow_ups: int):
    kinds = [kind for kind, _ in rows(name)[1]]
    assert (kinds.count("two-step"), kinds.count("follow-up")) == (two_steps, follow_ups)


@pytest.mark.parametrize("name", SETS)
def test_each_row_has_two_steps_with_a_command_and_a_pattern_each(name: str):
    for kind, row in rows(name)[1]:
        asked = row["turns"] if kind == "follow-up" else row["ask"].split(" | ")
        assert len(asked) == len(row["do"]) == len(row["says"]) == 2, row
        assert all(re.compile(str(pattern)) for pattern in row["says"])


@pytest.mark.parametrize(
    ("state", "said", "printed", "holds"),
    [
        ("after", "the 2 lines", "2", True),
        ("before", "the 2 lines", "2", False),
        ("after", "3 lines", "3", False),
        ("after", "the 2 lines", "2 and more", False),
    ],
)
def test_a_step_holds_by_what_it_leaves_and_prints(state, said, printed, holds):
    proof = Proof((frozenset(["before"]), frozenset(["after"])), ("", r"\b2\b"), "more", free=False)
    assert proof.holds(1, state, said, printed) is holds
