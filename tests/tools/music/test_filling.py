"""What the readers find in a request, for each tool, and what a follow-up takes over."""

from __future__ import annotations

import time

import pytest
from support.filled import whole

from tools.music.filling.carry import Before, elliptical, filled, renews
from tools.music.filling.cues import named
from tools.music.filling.table import PLANS, fill
from tools.music.tools import TOOLS

GRID = "hihat x-x-x-x-\nsnare --x---x-"


@pytest.mark.parametrize(
    ("tool", "request_", "arguments"),
    [
        ("transpose", "put Fm7 Bb7 from Eb to G", {"interval": "from Eb to G", "music": "Fm7 Bb7"}),
        ("note_at_interval", "a fourth below G", {"interval": "a fourth below", "note": "G"}),
        ("interval_between", "how far is D from F#", {"first": "F#", "second": "D"}),
        (
            "transpose_for_instrument",
            "concert G A B in D for a B flat clarinet",
            {"instrument": "B flat clarinet", "music": "G A B"},
        ),
        ("modulation_path", "a way to D from B flat", {"start": "B flat", "goal": "D"}),
        ("spell_scale", "phrygian dominant starting at D", {"scale": "D phrygian dominant"}),
        ("interval_between", "A flat, B natural", {"first": "A flat", "second": "B natural"}),
        ("interval_between", "is B to F perfect", {"first": "B", "second": "F"}),
        ("rhythm_pattern", "spread 7 hits evenly across 16", {"pattern": "7 hits across 16"}),
        ("rhythm_pattern", "x-x-xx-x", {"pattern": "x-x-xx-x"}),
        (
            "metric_modulation",
            "at 80 the eighth of the old becomes a quarter",
            {"relation": "eighth = quarter", "bpm": "80"},
        ),
        ("drum_pattern", "something funkier", {"style": "funk"}),
        ("bass_line", "a walking bass over F | Bb7", {"chords": "F | Bb7", "style": "walking"}),
        ("progression", "12 bar blues in Ab", {"bars": "12", "style": "12 bar blues", "key": "Ab"}),
        ("drum_pattern", "four bars of samba", {"style": "samba", "bars": "4"}),
        ("show_drums", f"hear this:\n{GRID}", {"grid": GRID}),
        ("meter", "9/8 felt as 2+2+2+3", {"meter": "9/8 as 2+2+2+3"}),
        ("tuplet", "5:4 of 1/16 at 66", {"tuplet": "5:4", "value": "1/16", "bpm": "66"}),
        (
            "metric_modulation",
            "at 100 bpm the half becomes the new dotted quarter",
            {"relation": "half = dotted quarter", "bpm": "100"},
        ),
        ("music_time", "2:45 at 93 bpm in bars", {"amount": "2:45", "bpm": "93"}),
        ("capo_chords", "C G Am with the capo on 5", {"fret": "5", "chords": "C G Am"}),
        ("chord_from_frets", "drop D, 002220?", {"frets": "002220", "tuning": "drop D"}),
        ("set_class", "forte name of [0, 1, 6]", {"notes": "[0, 1, 6]"}),
        (
            "check_code",
            "is { c'2 d' } good lilypond?",
            {"format": "lilypond", "code": "{ c'2 d' }"},
        ),
        (
            "convert_code",
            "from abc to Sonic Pi please: X:1\nK:F\nF A c2|",
            {"code": "X:1\nK:F\nF A c2|", "source": "abc", "target": "Sonic Pi"},
        ),
        (
            "realize_figured_bass",
            "bass C3 F3 G3 C3, figures - 6 7 - in C",
            {"bass": "C3 F3 G3 C3", "key": "C", "figures": "- 6 7 -"},
        ),
        (
            "check_counterpoint",
            "A4 B4 A4 against D4 G4 D4, second species",
            {"species": "2", "cantus": "D4 G4 D4", "counterpoint": "A4 B4 A4"},
        ),
        ("variations", "a minor variation of C4 D4 E4", {"theme": "C4 D4 E4", "kind": "minor"}),
        ("edit_melody", "C4 D4 | E4:h, bar two up a third", {
            "edit": "bar two up a third", "melody": "C4 D4 | E4:h"}),
        (
            "find_in_corpus",
            "German sixths by Haydn in C minor",
            {"composer": "Haydn", "progression": "German sixths", "key": "C minor"},
        ),
        ("show_excerpt", "bwv 66.6 measures 3 to 5", {"piece": "bwv 66.6", "bars": "3-5"}),
    ],
)  # fmt: skip
def test_a_request_names_the_arguments(tool: str, request_: str, arguments: dict[str, str]) -> None:
    assert whole(tool, request_) == arguments


def test_what_is_lacking_and_what_is_left_over_is_told() -> None:
    lacking = fill("music_time", "how long are 16 bars")
    left = fill("spell_chord", "Dm7 in F major")
    assert lacking is not None and lacking.missing == ("bpm",)
    assert left is not None and left.left == 1


@pytest.mark.parametrize(
    ("tool", "request_", "before", "arguments"),
    [
        ("tempo_delay", "and at 90", Before("tempo_delay", {"bpm": "120"}), {"bpm": "90"}),
        (
            "transpose",
            "no, a fifth",
            Before("transpose", {"music": "C E", "interval": "down a step"}),
            {"music": "C E", "interval": "down a fifth"},
        ),
        (
            "spell_scale",
            "now the melodic one",
            Before("spell_scale", {"scale": "F harmonic minor"}),
            {"scale": "F melodic minor"},
        ),
        (
            "progression",
            "another one",
            Before("progression", {"style": "pop", "key": "D"}, "D | A"),
            {"style": "pop", "key": "D", "seed": "2"},
        ),
        (
            "melody_over",
            "a tune on top of it",
            Before("progression", {"style": "pop", "key": "D"}, "D | A | Bm | G\nmore"),
            {"chords": "D | A | Bm | G", "key": "D"},
        ),
        (
            "invert_chord",
            "first inversion of it",
            Before("name_chord", {"notes": "E G# B D"}, "E G♯ B D: E7 (dominant)"),
            {"inversion": "first", "chord": "E7"},
        ),
        (
            "show_on",
            "on the piano",
            Before("name_chord", {"notes": "E G# B"}, "E G♯ B: E (E major)"),
            {"instrument": "piano", "music": "E G# B"},
        ),
    ],
)
def test_a_follow_up_takes_over_what_it_leaves_open(
    tool: str, request_: str, before: Before, arguments: dict[str, str]
) -> None:
    found = filled(tool, request_, before)
    assert found is not None
    assert (dict(found.arguments), found.missing) == (arguments, ())


def test_a_form_of_minor_is_part_of_the_key() -> None:
    found = fill("diatonic_chords", "which chords are in C# melodic minor?")
    assert found is not None and found.arguments == {"key": "C# melodic minor"}


def test_values_and_small_words_alone_go_on_with_the_tool_before() -> None:
    before = Before("key_signature", {"key": "E major"})
    assert elliptical("key_signature", "and what about A flat?")
    assert not elliptical("key_signature", "which chords are in A flat?")
    assert renews("key_signature", "and A flat?", before)
    assert not renews("key_signature", "thanks a lot", before)


def test_the_tools_and_arguments_that_are_read_exist() -> None:
    schemas = {tool.name: tool.parameters["properties"] for tool in TOOLS}
    for name, plan in PLANS.items():
        known = {*plan.needs, *plan.may, *(one for pair in plan.pairs for one in pair)}
        assert known <= set(schemas[name]), name


def test_a_head_noun_says_what_is_to_be_named() -> None:
    assert named("name_scale", "what's that scale called") and named("name_chord", "call it what?")
    assert not named("name_chord", "what's that scale called")
    assert not named("spell_chord", "the notes of the dorian mode")


def test_terms_of_the_field_name_a_tool() -> None:
    assert named("secondary_dominants", "the applied dominants of F")
    assert not named("secondary_dominants", "the chords of F")


@pytest.mark.parametrize("text", ["C " * 3000, "S: C5 " * 1000, "x-" * 5000, "1/4 " * 1500])
def test_a_hostile_request_is_read_in_bounded_time(text: str) -> None:
    started = time.process_time()
    for tool in PLANS:
        fill(tool, text)
    assert time.process_time() - started < 60
