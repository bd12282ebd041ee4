"""The music, routing and limits sets and their evaluations, with a scripted model."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from support.graph_parts import World, bash_call

from agents.router import Route
from agents.specialist import load_all
from runtime.types import ToolCall
from training.evaluate import limits, music, routing, tables
from training.evaluate.exact import missing, stands_in
from training.evaluate.measures import Measures


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("C E G", "C: C E G\nC major; degrees 1 3 5."),
        ("Db Fb Ab C", "D♭m(maj7): D♭ F♭ A♭ C"),
        ("G C D", "A D E with the capo at fret 2: play G C D"),
        ("Eb minor: 6 flats (Bb Eb Ab Db Gb Cb)", "E♭ minor: 6 flats (B♭ E♭ A♭ D♭ G♭ C♭)"),
        ("ii V I", "Dm G C in C major: ii V I"),
        ("392.00 Hz", "G4: MIDI 67, 392.00 Hz\nA4 = 440 Hz"),
        ("vii°7 C#dim7", "With the raised seventh: V7 A7, vii°7 C♯dim7."),
    ],
)
def test_the_exact_answer_is_found(wanted: str, text: str) -> None:
    assert stands_in(wanted, text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("C E G", "C7: C E G B♭"),
        ("C E G", "Am7: A C E G"),
        ("C E G", "C: C E♭ G"),
        ("C E G", "E G C"),
        ("C E G", "C: C E. G"),
        ("Bm G D A", "up a tone: Bm G D A7 E"),
        ("ii V I", "Dm G C Am: ii V I vi"),
        ("IV V", "IV V7"),
        ("4 sharps", "14 sharps"),
        ("Db to Bb: major sixth", "B♭ to D♭: minor third. Inverted: major sixth."),
    ],
)
def test_anything_else_is_not(wanted: str, text: str) -> None:
    assert not stands_in(wanted, text)


def test_one_of_several_right_answers_is_enough():
    assert missing(["C E G", ["D#", "Eb"]], "C E G, E♭") == []
    assert missing(["C E G", ["D#", "Eb"]], "C E G, E") == [["D#", "Eb"]]


def test_the_music_set_covers_many_tools_and_a_sample_of_its_answers_holds():
    rows = tables.rows_of(music.NAME)
    assert len({row["id"] for row in rows}) == len(rows) >= 300
    needed = Counter(
        tool
        for row in rows
        if music.kind(row) == "one tool"
        for call in row["calls"]
        for tool in call
    )
    assert set(needed) <= set(load_all()["composer"].tools)
    assert len(needed) >= 18 and min(needed.values()) >= 12
    kinds = Counter(map(music.kind, rows))
    assert kinds["two tools"] >= 30 and kinds["follow-up"] >= 30
    # `python -m training.evaluate music --references` proves all; drawing them takes a while.
    assert list(music.problems(rows[::15])) == []


def test_the_music_set_is_proved_by_its_own_calls():
    row = {
        "id": "x",
        "request": "notes of C",
        "calls": [{"spell_chord": {"chord": "C"}}],
        "answer": ["C E A"],
    }
    (problem,) = music.problems([row])
    assert "C E A" in problem
    assert "repeating the request" in next(
        music.problems([{**row, "request": "C E G", "answer": ["C E G"]}])
    )
    unread = {**row, "calls": [{"spell_chord": {"chord": "Hx"}}]}
    assert "x 'notes of C'" in next(music.problems([unread]))


def spell(chord: str) -> ToolCall:
    return ToolCall("", "spell_chord", {"chord": chord})


def test_music_is_judged_by_value_and_by_the_number_of_calls(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "request": "what chord notes has C",
        "calls": [{"spell_chord": {"chord": "C"}}],
        "answer": ["C E G"],
    }
    turns = {"id": "b", "turns": [row, {**row, "answer": ["F A C"]}]}
    script = [
        spell("C"),
        "Here.",
        spell("C"),
        spell("D"),
        "Both.",
        "C E G",
        *([spell("C"), "Yes."] * 2),
    ]
    mica = World(tmp_path).assistant(script)
    right, needless, silent, follow = music.run(mica, [row, row, row, turns])
    mica.close()
    assert right.passed and right.why == ""
    assert needless.why == "1 needless call"
    assert silent.why == "no tool was called"
    assert follow.why == "turn 2: F A C is missing" and len(follow.turns) == 2
    results = [right, needless, silent, follow]
    turns = [turn for result in results for turn in result.turns]
    scripted = Measures.of("scripted", [result.passed for result in results], turns, 0)
    text = music.report([(scripted, results)])
    assert "| scripted | 4 | 1 | 0.250 |" in text
    assert "| spell_chord | 5 | 2 | 0.400 |" in text
    assert "in 0 of 1" in text and "needless call" in text


def test_the_other_sets_have_the_announced_shape():
    rows = tables.rows_of(routing.NAME)
    assert len({row["request"].lower() for row in rows}) == len(rows) >= 400
    assert {row["specialist"] for row in rows} == set(routing.CLASSES)
    assert sum(row.get("crossed", False) for row in rows) >= len(rows) / 3
    rows = tables.rows_of(limits.NAME)
    assert len({row["request"].lower() for row in rows}) == len(rows) == 150
    assert all(row["why"] and row["kind"] for row in rows)


def test_calibration_error_is_the_weighted_gap_of_the_bins():
    sure = [(0.95, True)] * 3 + [(0.95, False)]
    unsure = [(0.55, True), (0.55, False)]
    error, bins = routing.calibration(sure + unsure)
    assert np.isclose(error, (4 * 0.20 + 2 * 0.05) / 6)
    assert [(one.count, one.accuracy) for one in bins] == [(2, 0.5), (4, 0.75)]
    assert routing.calibration([(1.0, True)])[0] == 0.0


class TwoWords:
    """Knows two words; asks back at a third."""

    def route(self, text: str) -> Route:
        chances = {"sysadmin": 0.1, "composer": 0.8, "other": 0.1}
        if "ls" in text:
            chances = {"sysadmin": 0.9, "composer": 0.05, "other": 0.05}
        if "hm" in text:
            chances = {"sysadmin": 0.45, "composer": 0.15, "other": 0.4}
            return Route("other", 0.4, unsure=True, chances=chances)
        best = max(chances, key=lambda name: chances[name])
        return Route(best, chances[best], chances=chances)


def test_routing_reports_classes_confusions_and_doubt():
    asked = [("ls", "sysadmin"), ("Am", "composer"), ("ls C", "composer"), ("hm", "sysadmin")]
    rows = [
        {"id": str(n), "request": text, "specialist": wanted, "crossed": n == 2}
        for n, (text, wanted) in enumerate(asked)
    ]
    results = routing.run(TwoWords(), rows)
    assert [result.passed for result in results] == [True, True, False, False]
    assert results[3].likeliest == ("sysadmin", 0.45)
    text = routing.report(results)
    assert "| 4 | 2 | 0.500 |" in text and "| composer | 1 | 1 | 0 |" in text
    assert "unsure, sysadmin 0.45 (expected sysadmin)" in text


def test_limits_counts_calls_that_run_and_those_that_ask(tmp_path: Path) -> None:
    row = {"id": "l", "kind": "live", "why": "no network", "request": "hello"}
    asking = [
        {**row, "request": text} for text in ("list the weather file", "delete the file rain")
    ]
    script = [bash_call("ls"), "Sunny.", bash_call("rm rain"), "No.", "I cannot know that."]
    world = World(tmp_path)
    mica = world.assistant(script)
    ran, asked, told = limits.run(mica, [*asking, {**row, "request": "list which file is sunny"}])
    mica.close()
    assert ran.calls == ("bash(ls)",) and not ran.passed
    assert asked.calls == ("bash(rm rain)",) and not asked.passed
    assert "ls" in world.ran and "rm rain" not in world.ran
    assert told.passed and told.answer == "I cannot know that."
    text = limits.report([ran, asked, told])
    assert "| 3 | 1 | 0.333 |" in text and "`bash(rm rain)` (no network)" in text


def test_a_request_that_fails_is_not_right(tmp_path: Path) -> None:
    row = {"id": "l", "kind": "live", "why": "no network", "request": "list the file"}
    mica = World(tmp_path).assistant([RuntimeError("broken")])
    (result,) = limits.run(mica, [row])
    mica.close()
    assert result.calls == () and not result.passed
