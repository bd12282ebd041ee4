"""Species counterpoint, checked and composed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.counterpoint import exercise
from tools.music.counterpoint_rules import check
from tools.music.counterpoint_species import compose_species
from tools.music.counterpoint_tools import COUNTERPOINT_TOOLS
from tools.music.counterpoint_writing import compose, mode_of
from tools.music.interval import Interval, transpose
from tools.music.key import read_key
from tools.music.line import step_in
from tools.music.music_text import read_notes
from tools.music.parts import BAR, Note
from tools.music.pitch import MusicError, Pitch

BY_NAME = {tool.name: tool for tool in COUNTERPOINT_TOOLS}
# The cantus of each mode in Fux's Gradus ad Parnassum, at the pitch of a choir.
FUX = {
    "dorian": "D4 F4 E4 D4 G4 F4 A4 G4 F4 E4 D4",
    "phrygian": "E4 C4 D4 C4 A3 A4 G4 E4 F4 E4",
    "lydian": "F4 G4 A4 F4 D4 E4 F4 C5 A4 F4 G4 F4",
    "mixolydian": "G3 C4 B3 G3 C4 E4 D4 G4 E4 C4 D4 B3 A3 G3",
    "minor": "A3 C4 B3 D4 C4 E4 F4 E4 D4 C4 B3 A3",
    "major": "C4 E4 F4 G4 E4 A4 G4 E4 F4 E4 D4 C4",
}
SHORT, LONG = "C4 D4 C4", "C4 F4 E4 D4 C4"


def short(line: str, species: int) -> dict[str, Any]:
    return {"cantus": SHORT, "counterpoint": line, "species": species}


def findings(cantus: str, line: str, species: int | str = 1) -> list[str]:
    text = BY_NAME["check_counterpoint"].call(
        {"cantus": cantus, "counterpoint": line, "species": species}
    ).text  # fmt: skip
    return [row.split(" (")[0] for row in text.splitlines() if row.startswith("bar ")]


@pytest.mark.parametrize(
    ("cantus", "line", "species"),
    [
        (FUX["dorian"], "A4 A4 G4 A4 B4 C5 C5 B4 D5 C#5 D5", 1),  # Fux's own
        ("C4 E4 D4 C4", "r G4 C5 G4 A4 B4 C5", 2),
        ("C4 E4 D4 C4", "G4 C5 G4 A4 B4 C5", "second"),
        (SHORT, "C5 B4 A4 G4 | F4 G4 A4 B4 | C5", 3),
        (SHORT, "C5 B4 G4 A4 F4 G4 A4 B4 C5", 3),  # with a cambiata
        (LONG, "r C5 C5 D5 D5 C5 C5 B4 C5", 4),
        (LONG, "r:h C5:h~ | C5:h D5:h~ | D5 C5:e B4:e C5:h~ | C5:h B4:h | C5:w", 5),
    ],
)
def test_right_lines_have_no_finding(cantus: str, line: str, species: int | str) -> None:
    assert findings(cantus, line, species) == []


@pytest.mark.parametrize(
    ("cantus", "line", "species", "found"),
    [
        (SHORT, "C5 C5 C5", 1, ["bar 2, beat 1: dissonance", "bar 3, beat 1: cadence",
                                "bar 3, beat 1: repeated note"]),
        ("D4 E4 D4", "D5 C5 D5", 1, ["bar 2, beat 1: leading tone not raised"]),
        ("E4 F4 E4", "E5 D5 E5", 1, []),
        ("C4 E4 F4 D4 C4", "C5 G4 C5 B4 C5", 1, ["bar 3, beat 1: direct fifths"]),
        ("C4 D4 E4 D4 C4", "G4 A4 C5 B4 C5", 1, ["bar 2, beat 1: parallel fifths"]),
        ("C4 D4 E4 D4 C4", "C5 D5 C5 B4 C5", 1, ["bar 2, beat 1: parallel octaves"]),
        (SHORT, "E4 B4 C5", 1, ["bar 1, beat 1: beginning"]),
        (SHORT, "G4 B4 G4", 1, ["bar 3, beat 1: cadence", "bar 3, beat 1: ending"]),
        ("C4 E4 F4 E4 D4 C4", "C5 C5 A4 E4 B4 C5", 1, ["bar 4, beat 1: unison within"]),
        ("C4 E4 F4 E4 D4 C4", "C5 C5 A4 C4 B4 C5", 1,
         ["bar 4, beat 1: voices cross", "bar 5, beat 1: leap not recovered",
          "bar 5, beat 1: melodic interval"]),
        ("C4 A4 G4 D4 C4", "C5 F5 E5 B4 C5", 1, []),
        ("C4 D4 E4 F4 G4 D4 C4", "G4 F4 G4 A4 B4 B4 C5", 1,
         ["bar 5, beat 1: too many thirds"]),
        ("C4 E4 D4 C4", "r G4 A4 B4 A4 B4 C5", 2, ["bar 2, beat 1: dissonance on the strong beat"]),
        ("C4 E4 D4 C4", "r G4 C5 F4 A4 B4 C5", 2, ["bar 2, beat 3: dissonance by leap"]),
        ("C4 E4 D4 C4", "r G4 B4 A4 B4 B4 C5", 2,
         ["bar 2, beat 3: dissonance not passing", "bar 3, beat 3: repeated note"]),
        ("C4 D4 E4 D4 C4", "r G4 A4 G4 B4 C5 A4 B4 C5", 2,
         ["bar 2, beat 3: dissonance by leap", "bar 3, beat 1: fifths on two strong beats"]),
        (SHORT, "C5 B4 F4 G4 F4 G4 A4 B4 C5", 3,
         ["bar 1, beat 2: dissonance by leap", "bar 1, beat 3: dissonance by leap"]),
        (LONG, "r C5 C5 D5 D5 E5 E5 B4 C5", 4,
         ["bar 3, beat 1: suspension not resolved", "bar 4, beat 1: suspension not resolved"]),
        (LONG, "r:h C5:h~ | C5:h D5:h~ | D5 C5:s B4:s C5:e C5:h~ | C5:h B4:h | C5:w", 5,
         ["bar 3, beat 2: rhythm", "bar 3, beat 2.25: rhythm"]),
        (SHORT, "r:h G4:h | A4:q B4:h. | C5:w", 2,
         ["bar 2, beat 1: rhythm", "bar 2, beat 2: rhythm"]),
    ],
)  # fmt: skip
def test_broken_rules_are_named_with_their_place(
    cantus: str, line: str, species: int, found: list[str]
) -> None:
    got = findings(cantus, line, species)
    assert [rule for rule in found if rule not in got] == []
    if not found:
        assert got == []


@pytest.mark.parametrize("mode", FUX)
@pytest.mark.parametrize("above", [True, False])
def test_a_line_is_composed_for_every_mode_and_breaks_no_rule(mode: str, above: bool) -> None:
    cantus = read_notes(FUX[mode])
    key = mode_of(cantus)
    assert key.mode == mode
    lines = [compose(cantus, key, above=above, seed=seed) for seed in range(6)]
    for line in lines:
        assert check(exercise(cantus, tuple(Note(pitch, BAR) for pitch in line), 1)) == []
    assert compose(cantus, key, above=above, seed=3) == lines[3]
    assert len(set(lines)) > 2


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(sorted(FUX)), st.integers(0, 99), st.sampled_from(["M2", "m3", "-M2", "P4"]))
def test_a_line_moves_with_its_cantus(mode: str, seed: int, short: str) -> None:
    cantus = read_notes(FUX[mode])
    line = compose(cantus, mode_of(cantus), seed=seed)
    interval = Interval.of(short)
    moved = [tuple(transpose(pitch, interval) for pitch in row) for row in (cantus, line)]
    voice = tuple(Note(pitch, BAR) for pitch in moved[1])
    assert check(exercise(moved[0], voice, 1)) == []


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 30), st.integers(1, 9), st.sampled_from("M2 m2 P4 A4 m7 M7 M9".split()))
def test_a_dissonance_put_in_is_found(seed: int, place: int, short: str) -> None:
    cantus = read_notes(FUX["dorian"])
    line = list(compose(cantus, read_key("D dorian"), seed=seed))
    line[place] = transpose(cantus[place], Interval.of(short))
    voice = tuple(Note(pitch, BAR) for pitch in line)
    found = check(exercise(cantus, voice, 1))
    assert ("dissonance", place + 1) in [(finding.rule, finding.bar) for finding in found]


def test_the_answer_is_seen_and_heard() -> None:
    arguments = {"cantus": "D F E D", "position": "below", "seed": "seed 4"}
    result = BY_NAME["compose_counterpoint"].call(arguments)
    assert result.text.splitlines()[1] == "First species below D4 F4 E4 D4, in D dorian."
    assert [artifact.name.rsplit(".", 1)[1] for artifact in result.artifacts] == [
        "svg", "wav", "mid", "musicxml", "abc",
    ]  # fmt: skip
    wrong = BY_NAME["check_counterpoint"].call({"cantus": "D F E D", "counterpoint": "A4 E5 C5 D5"})
    assert b"#C00000" in wrong.artifacts[0].data or b"#c00000" in wrong.artifacts[0].data


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("check_counterpoint", {"cantus": SHORT, "counterpoint": "C5 B4"}, "counterpoint 2"),
        ("check_counterpoint", {"cantus": "C4", "counterpoint": "C5"}, "fewer than three notes"),
        ("check_counterpoint", short("C5 B4 C5", 6), "1 to 5"),
        ("check_counterpoint", short("C5 B4 C5", 5), "needs lengths"),
        ("check_counterpoint", {"cantus": "hello", "counterpoint": "C5"}, "cannot read 'hello'"),
        ("compose_counterpoint", {"cantus": "C4 D4"}, "give 3 to 32"),
        ("compose_counterpoint", {"cantus": "C4 D4 G4 C4"}, "by step"),
        ("compose_counterpoint", {"cantus": SHORT, "position": "sideways"}, "above or below"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        BY_NAME[name].call(arguments)
    assert said in str(caught.value)


def test_a_search_without_hope_ends() -> None:
    wild = [Pitch("C", 0, 2 + (n % 2) * 4) for n in range(20)]
    with pytest.raises(ToolError):
        text = " ".join(map(str, [*wild, Pitch("D", 0, 4), Pitch("C", 0, 4)]))
        BY_NAME["compose_counterpoint"].call({"cantus": text})


@pytest.mark.parametrize("species", [2, 3, 4, 5])
@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("mode", FUX)
def test_every_species_is_composed_in_every_mode(mode: str, above: bool, species: int) -> None:
    cantus = read_notes(FUX[mode])
    lines = [
        compose_species(cantus, mode_of(cantus), species, above=above, seed=seed)
        for seed in range(3)
    ]
    assert all(check(exercise(cantus, line, species)) == [] for line in lines)
    assert len(set(lines)) > 1
    assert lines[2] == compose_species(cantus, mode_of(cantus), species, above=above, seed=2)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([-2, -1, 1, 2]), min_size=1, max_size=8), st.integers(2, 5))
def test_what_is_composed_breaks_no_rule_whatever_the_cantus(
    moves: list[int], species: int
) -> None:
    key = read_key("C")
    cantus = [Pitch("C", 0, 4)]
    for move in moves:
        cantus.append(step_in(cantus[-1], move, key))
    cantus += [Pitch("D", 0, 4), Pitch("C", 0, 4)]
    try:
        line = compose_species(cantus, key, species)
    except MusicError as problem:
        assert "try the other side" in str(problem)
        return
    assert check(exercise(cantus, line, species)) == []


@pytest.mark.parametrize(
    ("said", "name"), [("second", "Second"), ("3", "Third"), (4, "Fourth"), ("florid", "Fifth")]
)
def test_a_composed_line_is_read_back_by_the_check(said: int | str, name: str) -> None:
    result = BY_NAME["compose_counterpoint"].call({"cantus": FUX["dorian"], "species": said})
    line, head, *_ = result.text.splitlines()
    assert head.startswith(f"{name} species above")
    assert findings(FUX["dorian"], line, said) == []


def test_the_fourth_species_is_tied_and_the_fifth_is_mixed() -> None:
    cantus = read_notes(FUX["dorian"])
    fourth = compose_species(cantus, mode_of(cantus), 4, seed=1)
    assert sum(note.tied for note in fourth) >= 6
    fifth = compose_species(cantus, mode_of(cantus), 5, seed=1)
    assert len({note.beats for note in fifth}) >= 3
