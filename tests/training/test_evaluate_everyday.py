"""The everyday set and its checks, without a model."""

from __future__ import annotations

from collections import Counter

import pytest
from support import needs

from graphs.events import ToolFinished
from runtime.types import ToolCall, Usage
from sandboxes.choose import open_sandbox
from training.evaluate import everyday, report
from training.evaluate.checks import why_not
from training.evaluate.everyday import Entry, Result
from training.evaluate.measures import Measures
from training.evaluate.turns import Turn, wilson


@pytest.fixture(scope="module")
def sandbox():
    with needs.a_sandbox():
        place = open_sandbox("docker")
    yield place
    place.close()


def turn(output: str, answer: str = "", seconds: float = 0.2) -> Turn:
    call = ToolCall("c1", "bash", {"command": "ls"})
    return Turn(
        "sysadmin",
        (ToolFinished(call, "ok", output),),
        answer,
        seconds,
        0.1,
        0.1,
        Usage(50, 10),
    )


@pytest.mark.parametrize(
    ("name", "size"), [("blind", 300), ("strangers", 150), ("development", 300)]
)
def test_the_set_has_the_announced_shape(name, size):
    entries = everyday.load(folder=everyday.SETS[name])
    assert len({entry.id for entry in entries}) == size
    assert Counter(entry.kind for entry in entries) == {
        "single": 2 * size // 3,
        "two-step": size // 6,
        "follow-up": size // 6,
    }
    assert set(Counter(entry.area for entry in entries).values()) == {size // 15}
    assert all(len(entry.turns) == 2 for entry in entries if entry.kind == "follow-up")


def test_every_turn_has_a_check_that_can_fail():
    checks = {"output_contains", "output_matches", "same_output_as", "state"}
    allowed = checks | {"output_excludes"}
    for entry in (e for folder in everyday.SETS.values() for e in everyday.load(folder=folder)):
        for asked in entry.turns:
            assert set(asked["check"]) & checks and set(asked["check"]) <= allowed, entry.id
            assert asked["request"] and asked["reference"], entry.id


def test_an_unknown_area_is_named():
    with pytest.raises(ValueError, match="no area fishing; there are: archives"):
        everyday.load(["fishing"])


@pytest.mark.parametrize(
    ("check", "output", "passes"),
    [
        ({"output_contains": ["a.txt", ["1K", "1024"]]}, "a.txt 1024", True),
        ({"output_contains": ["a.txt", ["1K", "1024"]]}, "a.txt 2048", False),
        ({"output_matches": [r"\b17\b"]}, "there are 17", True),
        ({"output_matches": [r"\b17\b"]}, "there are 170", False),
        ({"output_matches": ["^b$"]}, "a\nb\nc", True),
        ({"output_contains": ["a"], "output_excludes": ["c"]}, "a\nb\nc", False),
    ],
)
def test_words_are_checked(check, output, passes, sandbox):
    assert (why_not(check, turn(output), sandbox, "unused") == "") is passes


def test_excluded_words_may_stand_in_the_answer_but_not_in_the_output(sandbox):
    check = {"output_excludes": ["b.txt"], "output_contains": ["a.txt"]}
    assert why_not(check, turn("a.txt", "b.txt is not there"), sandbox, "unused") == ""


def test_an_answer_that_repeats_the_output_makes_no_order(sandbox):
    check = {"output_matches": [r"b[\s\S]*a"]}
    assert why_not(check, turn("a b", "You have: a b"), sandbox, "unused")
    assert why_not(check, turn("nothing", "You have: b a"), sandbox, "unused") == ""


@pytest.mark.parametrize("name", ["find-18", "files-07", "text-17"])
def test_a_reference_passes_and_doing_nothing_fails(name, sandbox):
    (entry,) = [entry for entry in everyday.load() if entry.id == name]
    assert list(everyday.references([entry], sandbox)) == []


def test_the_proof_finds_a_bad_entry(sandbox):
    asked = {"request": "x", "reference": "echo no", "check": {"output_excludes": ["no"]}}
    problems = list(everyday.references([Entry("bad", "x", "single", "", (asked,))], sandbox))
    assert any("the reference fails" in problem for problem in problems)
    right = {**asked, "check": {"state": "true"}}
    problems = list(everyday.references([Entry("lax", "x", "single", "", (right,))], sandbox))
    assert problems == ["lax turn 1: `true` passes"]


def test_the_report_counts_by_kind_and_names_failures():
    asked = {"request": "list it", "reference": "ls", "check": {}}
    single = Entry("files-01", "files", "single", "", (asked,))
    double = Entry("files-02", "files", "follow-up", "", (asked, {**asked, "request": "again"}))
    results = [
        Result(single, (turn("a"),), ""),
        Result(double, (turn("a"), turn("b", seconds=0.4)), "turn 2: b is in the output"),
    ]
    turns = [turn for result in results for turn in result.turns]
    tuned = Measures.of("tuned", [result.passed for result in results], turns, 512)
    text = report.of_everyday([(tuned, results)])
    assert "| tuned | 2 | 1 | 0.500 | 0.095 to 0.905 | 200 ms | 400 ms | 100 | 512 MB |" in text
    assert "| single | 1 | 1 | 1.00 |" in text and "| follow-up | 1 | 0 | 0.00 |" in text
    assert "the follow-up was in 0 of 1" in text
    assert "| one command, another output | 0 | 0 | 1 |" in text
    assert "- **files-02** 'again' → sysadmin: `ls` (turn 2: b is in the output)" in text
    blind = report.of_everyday([(tuned, results)], failures=False)
    assert "| tuned | 2 | 1 |" in blind and "again" not in blind


def test_wilson_interval():
    # The worked example of Newcombe, Statistics in Medicine 17 (1998): 81 of 263.
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)
