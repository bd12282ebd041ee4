"""Borrowed chords, secondary dominants, substitutes, keys, cadences and modulations."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolError
from tools.music.borrowing import applied, borrowed
from tools.music.cadence import cadences, read_progression
from tools.music.chord_text import read_chord
from tools.music.drawing import ROOT, TONE, TONE_EDGE
from tools.music.harmony_tools import HARMONY_TOOLS
from tools.music.interval import Interval, between
from tools.music.key import Key, key_of_fifths, read_key
from tools.music.key_relations import around, circle, related, triads
from tools.music.modulation import path, pivots, progression
from tools.music.substitution import common_tones, substitutes

BY_NAME = {tool.name: tool for tool in HARMONY_TOOLS}
keys = st.builds(key_of_fifths, st.integers(-7, 7), st.sampled_from(["major", "minor"]))


def first_line(name: str, **arguments: Any) -> str:
    return BY_NAME[name].call(arguments).text.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        (
            "borrowed_chords",
            {"key": "E flat major"},
            "E♭ major borrows from E♭ minor: E♭m (i) Fdim (ii°) G♭ (♭III) A♭m (iv) B♭m (v) "
            "C♭ (♭VI) D♭ (♭VII)",
        ),
        (
            "borrowed_chords",
            {"key": "A minor"},
            "A minor borrows from A major: A (I) Bm (ii) C♯m (♯iii) D (IV) F♯m (vi)",
        ),
        (
            "secondary_dominants",
            {"key": "G"},
            "G major: E7 (V7/ii) → Am, F♯7 (V7/iii) → Bm, G7 (V7/IV) → C, A7 (V7/V) → D, "
            "B7 (V7/vi) → Em",
        ),
        (
            "secondary_dominants",
            {"key": "a minor"},
            "A minor: G7 (V7/III) → C, A7 (V7/iv) → Dm, B7 (V7/V) → E, C7 (V7/VI) → F, "
            "D7 (V7/VII) → G",
        ),
        ("circle_of_fifths", {"key": "C", "steps": "3"},
         "C major, 3 steps clockwise: A major (3 sharps)"),
        (
            "circle_of_fifths",
            {"key": "C", "steps": "two counterclockwise"},
            "C major, 2 steps counterclockwise: B♭ major (2 flats)",
        ),
        (
            "circle_of_fifths",
            {"key": "C"},
            "Clockwise from C major: C G D A E B F♯/G♭ D♭ A♭ E♭ B♭ F",
        ),
        (
            "related_keys",
            {"key": "D"},
            "D major (2 sharps): B minor, A major, F♯ minor, G major, E minor",
        ),
        ("modulation_path", {"start": "C", "goal": "G"}, "C major to G major: C Am D7 G"),
        ("modulation_path", {"start": "C", "goal": "Eb"}, "C major to E♭ major: C G7 Cm A♭ B♭7 E♭"),
        (
            "cadences",
            {"chords": "Dm7 G7 | C", "key": "C"},
            "Dm7 G7 C in C major: authentic cadence G7–C (V7–I, bar 2, final)",
        ),
    ],
)  # fmt: skip
def test_answer_comes_first(name: str, arguments: dict[str, Any], line: str) -> None:
    assert first_line(name, **arguments) == line


@pytest.mark.parametrize(
    ("chords", "key", "expected"),
    [
        ("G7 C", "C", [("authentic cadence", "chord 2")]),
        ("G/B C", "C", [("imperfect authentic cadence", "chord 2")]),
        ("G7/F C/E", "C", [("evaded cadence (V42 to I6)", "chord 2")]),
        ("Bdim/D C", "C", [("imperfect authentic cadence (leading-tone chord)", "chord 2")]),
        ("F C", "C", [("plagal cadence", "chord 2")]),
        ("Fm C", "C", [("minor plagal cadence", "chord 2")]),
        ("G7 Am", "C", [("deceptive cadence", "chord 2")]),
        ("E7 F", "A minor", [("deceptive cadence", "chord 2")]),
        ("C Dm G", "C", [("half cadence", "chord 3")]),
        ("Am Dm/F E", "A minor", [("Phrygian half cadence", "chord 3")]),
        ("E7 A", "A minor", [("authentic cadence with a Picardy third", "chord 2")]),
        ("F G Am", "A minor", [("modal cadence", "chord 3")]),
        ("Em Am", "A minor", [("modal cadence (minor dominant)", "chord 2")]),
        ("Fm7 Bb7 C", "C", [("backdoor cadence", "chord 3")]),
        ("Dm7 Db7 C", "C", [("authentic cadence by tritone substitution", "chord 3")]),
        ("C A7 Dm G C", "C", [("tonicises D", "chord 3"), ("authentic cadence", "chord 5")]),
        ("C Em | Am F", "C", []),
        ("C | F | Dm | G | F | C | G | C", "C",
         [("half cadence", "bar 4"), ("plagal cadence", "bar 6"), ("authentic cadence", "bar 8")]),
        ("C F C/G G", "C", [("half cadence", "chord 4")]),
    ],
)  # fmt: skip
def test_cadences_by_hand(chords: str, key: str, expected: list[tuple[str, str]]) -> None:
    read = read_progression(chords)
    found = cadences(read, read_key(key))
    assert [(cadence.name, read.where(cadence.place)) for cadence in found] == expected


@pytest.mark.parametrize(
    ("chord", "key", "expected"),
    [
        ("G7", None, {"D♭7", "Bdim7", "G7sus4", "Dm7", "B♭7"}),
        ("F", "C", {"Dm", "Fm", "Dm7"}),
        ("C", "C", {"Em", "Am", "Am7", "Cmaj7"}),
        ("Bm7b5", None, {"Dm6", "G9"}),
        ("Caug", None, {"Eaug", "G♯aug", "C7♯5"}),
        ("Dsus4", None, {"D", "D7"}),
        ("Dm7", "C", {"Fmaj7", "F6", "B♭maj7"}),
    ],
)
def test_substitutes_by_hand(chord: str, key: str | None, expected: set[str]) -> None:
    offers = substitutes(read_chord(chord), read_key(key) if key else None)
    assert expected <= {offer.chord.symbol for offer in offers}
    assert all(offer.reason and bool(offer.numeral) == bool(key) for offer in offers)
    assert read_chord(chord).symbol not in {offer.chord.symbol for offer in offers}


@given(st.sampled_from("C Db D Eb E F F# G Ab A Bb B".split()))
def test_a_tritone_substitute_keeps_the_third_and_the_seventh(root: str) -> None:
    chord = read_chord(f"{root}7")
    substitute = substitutes(chord)[0].chord
    assert (substitute.root.pitch_class - chord.root.pitch_class) % 12 == 6
    assert common_tones(chord, substitute) == (chord.tones[1], chord.tones[3])
    assert substitutes(substitute)[0].chord.root.pitch_class == chord.root.pitch_class


@given(keys)
def test_borrowed_chords_are_of_the_parallel_key_only(key: Key) -> None:
    chords = [offer.chord for offer in borrowed(key)]
    assert chords
    assert not set(chords) & set(triads(key))
    assert set(chords) <= set(triads(key.parallel))


@given(keys)
def test_a_secondary_dominant_lies_a_fifth_above_its_goal(key: Key) -> None:
    for row in applied(key):
        assert between(row.goal.root, row.dominant.root).simple == Interval.of("P5")
        assert between(row.leading.root, row.goal.root).simple == Interval.of("m2")
        assert row.goal in triads(key)


@given(keys, st.integers(-24, 24))
def test_around_the_circle_and_back(key: Key, steps: int) -> None:
    there = around(key, steps)
    back = around(there, -steps)
    assert back.tonic.pitch_class == key.tonic.pitch_class
    assert (there.tonic.pitch_class - key.tonic.pitch_class - 7 * steps) % 12 == 0
    assert len({one.tonic.pitch_class for one in circle(key)}) == 12


@given(keys)
def test_related_keys_differ_by_one_accidental_at_most(key: Key) -> None:
    rows = related(key)
    assert all(abs(row.key.fifths - key.fifths) <= 1 for row in rows[:-1])
    assert all(key in {r.key for r in related(row.key)} for row in rows[:5])


@given(keys, keys)
def test_every_key_is_reached_by_chords_of_both(start: Key, goal: Key) -> None:
    steps = path(start, goal)
    assert bool(steps) == (
        start.tonic.pitch_class != goal.tonic.pitch_class or start.mode != goal.mode
    )
    if not steps:
        return
    assert steps[-1].goal.tonic.pitch_class == goal.tonic.pitch_class
    for before, after in pairwise(steps):
        assert before.goal == after.start
    for step in steps:
        if step.pivot is not None:
            assert step.pivot.chord in set(triads(step.start)) & set(triads(step.goal))
    chords = progression(start, steps)
    assert chords[0].root.pitch_class == start.tonic.pitch_class
    assert chords[-1].root.pitch_class == goal.tonic.pitch_class


def test_numerals_have_cadences_too() -> None:
    line = first_line("cadences", chords="ii6 V7 | vi", key="A flat major")
    assert line == "B♭m/D♭ E♭7 Fm in A♭ major: deceptive cadence E♭7–Fm (V7–vi, bar 2, final)"


def test_the_circle_is_drawn_with_the_keys_marked() -> None:
    (artifact,) = BY_NAME["related_keys"].call({"key": "Eb"}).artifacts
    svg = artifact.data.decode()
    words = re.findall(r">([^<>]+)</text>", svg)
    assert {"C", "F♯/G♭", "Am", "D♯m/E♭m", "3♭", "6♯ 6♭"} <= set(words)
    assert len(words) == 36
    assert svg.count(ROOT) - svg.count(f'stroke="{TONE_EDGE}"') == 1
    assert svg.count(f'fill="{TONE}"') == 6
    for name in ("D dorian", "C# major", "Cb major", "G# minor"):
        (artifact,) = BY_NAME["circle_of_fifths"].call({"key": name}).artifacts
        assert f'fill="{ROOT}"' in artifact.data.decode()


def test_chords_that_turn_enharmonically_are_told() -> None:
    to_b = BY_NAME["modulation_path"].call({"start": "C", "goal": "B"}).text
    assert "G7, the V7 of C major, is heard as the German sixth of B major and goes to F♯." in to_b
    to_a = BY_NAME["modulation_path"].call({"start": "C", "goal": "A"}).text
    assert "Bdim7 of C major is heard as G♯dim7, the vii°7 of A major" in to_a
    assert "At once" not in BY_NAME["modulation_path"].call({"start": "C", "goal": "G"}).text


def test_pivots_are_named_in_both_keys() -> None:
    found = pivots(read_key("C"), read_key("D minor"))
    assert ("Am", "vi", "v") in [(p.chord.symbol, p.before, p.after) for p in found]
    assert pivots(read_key("C"), read_key("F# major")) == []


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("borrowed_chords", {"key": "C blues"}, "is a scale, not a key"),
        ("secondary_dominants", {"key": ""}, "no key was given"),
        ("substitutions", {"chord": "C minro"}, "did you mean C minor?"),
        ("circle_of_fifths", {"key": "C", "steps": "some"}, "as a number of steps"),
        ("circle_of_fifths", {"key": "C", "steps": 900}, "write -12 to 12"),
        ("cadences", {"chords": "C"}, "two chords or more"),
        ("cadences", {"chords": "IV V I"}, "numerals need a key"),
        ("modulation_path", {"start": "F#", "goal": "Gb"}, "name two different keys"),
    ],
)
def test_errors_say_what_to_do(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as caught:
        BY_NAME[name].call(arguments)
    assert said in str(caught.value)
