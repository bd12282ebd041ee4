"""Names said in words, or wrongly, and what players ask: capo, transposing instruments."""

from __future__ import annotations

import pytest
from support.filled import whole

from tools import ToolError
from tools.music.filling.carry import Before, changes_beat, filled
from tools.music.filling.table import fill
from tools.music.tools import TOOLS

BY_NAME = {tool.name: tool for tool in TOOLS}


@pytest.mark.parametrize(
    ("tool", "request_", "arguments"),
    [
        ("capo_chords", "I sing in Ab and hold E shapes, where does my capo sit",
         {"fret": "best", "shapes": "E", "chords": "Ab"}),
        ("capo_chords", "best capo position for Db Gb Ab", {"fret": "best", "chords": "Db Gb Ab"}),
        ("capo_chords", "I play D shapes with a capo on 3, which key is it",
         {"fret": "3", "shapes": "D"}),
        ("capo_chords", "what do Am and E sound like with the capo on 2",
         {"fret": "2", "shapes": "Am E"}),
        ("capo_chords", "which chords do I grab so that Eb Ab sounds, capo 1",
         {"fret": "1", "chords": "Eb Ab"}),
        ("transpose_for_instrument", "a clarinet reads G A, what sounds",
         {"given": "written", "instrument": "clarinet", "music": "G A"}),
        ("transpose_for_instrument", "put the horn in F part B C to concert pitch",
         {"given": "written", "instrument": "horn in F", "music": "B C"}),
        ("transpose_for_instrument", "what does the clarinet read for concert Ab",
         {"instrument": "clarinet", "music": "Ab"}),
        ("chord_shapes", "open G tuning, a D chord", {"tuning": "open G", "chord": "D"}),
        ("realize_numerals", "the six chord in Ab", {"numerals": "6", "key": "Ab"}),
        ("realize_numerals", "one four five in E flat", {"numerals": "1 4 5", "key": "E flat"}),
        ("realize_numerals", "what is V7 of vi in F", {"numerals": "V7/vi", "key": "F"}),
        ("realize_numerals", "flat six chord in A major", {"numerals": "b6", "key": "A major"}),
        ("realize_numerals", "the subdominant of B flat", {"numerals": "4", "key": "B flat"}),
        ("substitutions", "what replaces the V chord in G", {"key": "G", "chord": "D"}),
        ("cadences", "does Bb to F make a cadence in F", {"chords": "Bb F", "key": "F"}),
        ("cadences", "E7 resolves to Am, which cadence", {"chords": "E7 Am"}),
        ("realize_figured_bass", "D3 with a 6 and A2 with a 7",
         {"bass": "D3 A2", "figures": "6 7"}),
        ("realize_figured_bass", "figured bass F3 G3 C3 F3 with - 6 7 - in F",
         {"key": "F", "bass": "F3 G3 C3 F3", "figures": "- 6 7 -"}),
        ("circle_of_fifths", "draw the circle of fifths", {"key": "C"}),
        ("borrowed_chords", "what can D major take from D minor", {"key": "D major"}),
        ("secondary_dominants", "which dominant goes to Em in G", {"key": "G"}),
        ("progression", "lofi in D, seed 4", {"seed": "4", "style": "lofi", "key": "D"}),
        ("drum_pattern", "samba with a fill, two bars",
         {"change": "a fill", "bars": "2", "style": "samba"}),
        ("drum_pattern", "a slow bossa", {"style": "bossa"}),
        ("edit_melody", "invert bar 2 of C4 E4 | G4 C5", {
            "edit": "invert bar 2", "melody": "C4 E4 | G4 C5"}),
        ("drum_pattern", "a funk beat with some ghost notes",
         {"change": "ghost notes on the snare", "style": "funk"}),
    ],
)  # fmt: skip
def test_what_is_said_is_read(tool: str, request_: str, arguments: dict[str, str]) -> None:
    assert whole(tool, request_) == arguments


@pytest.mark.parametrize(
    ("tool", "request_", "said"),
    [
        ("spell_scale", "the F# lydain scale", "did you mean F# lydian?"),
        ("spell_chord", "notes of a Bb minro", "did you mean Bb minor?"),
        ("key_signature", "sharps in E majr", "did you mean E major?"),
        ("spell_chord", "spell Wmaj7", "write e.g. Cmaj7"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(tool: str, request_: str, said: str) -> None:
    found = fill(tool, request_)
    assert found is not None and found.whole
    with pytest.raises(ToolError) as caught:
        BY_NAME[tool].call(dict(found.arguments))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a blue note", "it takes a minute", "what is V7 in G", "is a domain a range"]
)
def test_other_words_are_no_misspelt_names(text: str) -> None:
    found = fill("spell_scale", text)
    assert found is not None
    assert found.arguments.get("scale", "") in ("", "G")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"chords": "Eb Bb Cm Ab"}, "E♭ B♭ Cm A♭: capo at fret 3, play C G Am F"),
        ({"chords": "B major"}, "B: capo at fret 4, play G C D Em"),
        ({"chords": "Bb", "shapes": "G"}, "B♭ with G shapes: capo at fret 3, play G C D Em"),
        ({"chords": "G", "shapes": "Em"}, "G with Em shapes: no capo, play G C D Em"),
        ({"shapes": "D", "fret": 3}, "D with the capo at fret 3 sounds as F"),
        ({"shapes": "C G Am", "fret": "2"}, "C G Am with the capo at fret 2 sound as D A Bm"),
        ({"chords": "G C D"}, "G C D: no capo, play G C D"),
    ],
)
def test_where_the_capo_goes_and_what_sounds(arguments: dict[str, str], line: str) -> None:
    assert BY_NAME["capo_chords"].call(arguments).text.splitlines()[0] == line


def test_two_chords_without_a_key_are_told_in_the_keys_in_which_they_close() -> None:
    text = BY_NAME["cadences"].call({"chords": "G Am"}).text
    assert "Heard in C major: deceptive cadence (V–vi)." in text


def test_shapes_that_no_capo_turns_into_the_chords_are_refused() -> None:
    with pytest.raises(ToolError, match="no capo turns C F Am into"):
        BY_NAME["capo_chords"].call({"chords": "Eb Bb Cm", "shapes": "C F Am"})


def test_now_in_a_key_moves_the_chords_of_the_call_before() -> None:
    before = Before("bass_line", {"chords": "Dm7 G7 Cmaj7", "style": "walking"}, "D3")
    moved, new = (filled("bass_line", text, before) for text in ("now in F", "over F G"))
    assert moved is not None and moved.arguments["chords"] == "Gm7 C7 Fmaj7"
    assert new is not None and new.arguments["chords"] == "F G"


def test_a_change_of_a_beat_follows_the_beat() -> None:
    assert changes_beat("drum_pattern", "busier hi-hats please")
    assert not changes_beat("drum_pattern", "delete the old files")
    assert not changes_beat("spell_chord", "busier hi-hats please")


def test_a_capo_for_the_chords_of_the_turn_before() -> None:
    before = Before("progression", {"style": "pop", "key": "Eb"}, "E♭ | B♭ | Cm | A♭\nmore")
    found = filled("capo_chords", "where would a capo make that easy", before)
    assert found is not None and found.whole
    assert dict(found.arguments) == {"fret": "best", "chords": "E♭ | B♭ | Cm | A♭"}


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("transpose_for_instrument", {"music": "C", "instrument": "horn in F", "given": "written"},
         "C written for horn in F, sounds as F"),
        ("transpose_for_instrument",
         {"music": "D5", "instrument": "tenor sax", "given": "written"},
         "D5 written for tenor saxophone, sounds as C4"),
        ("note_at_interval", {"note": "Bb", "interval": "a tritone below"}, "B♭ down a tritone: E"),
        ("note_at_interval", {"note": "C", "interval": "a tritone above"},
         "C up an augmented fourth: F♯"),
        ("realize_figured_bass", {"bass": "G2 C3 D3 G2", "figures": "- - # -", "key": "G"},
         "G C D G in G major: G2 G3 D4 B4, C3 G3 E4 C5, D3 F♯3 D4 A4, G2 G3 D4 B4"),
        ("tuplet", {"tuplet": "5:4"},
         "5 eighth notes in the time of 4: each lasts 4/5 of a plain eighth note"),
        ("roman_numerals", {"chords": "G D Em C"}, "G D Em C in G major: I V vi IV"),
        ("scales_for_chord", {"chord": "E7#9"},
         "E7♯9: E altered, E half-whole diminished, E blues, E minor pentatonic"),
        ("spell_chord", {"chord": "A minus 7"}, "Am7: A C E G"),
        ("spell_chord", {"chord": "C with a triangle and a 9"}, "Cmaj9: C E G B D"),
        ("spell_chord", {"chord": "power chord on A"}, "A5: A E"),
    ],
)  # fmt: skip
def test_what_the_tools_answer(tool: str, arguments: dict[str, str], line: str) -> None:
    assert BY_NAME[tool].call(arguments).text.splitlines()[0] == line


@pytest.mark.parametrize(
    ("text", "tuplet"),
    [("and in 3:00", ""), ("try triplets", ""), ("2:45 of it", ""), ("5:4", "5:4")],
)
def test_a_time_is_no_tuplet(text: str, tuplet: str) -> None:
    found = fill("tuplet", text)
    assert found is not None and found.arguments.get("tuplet", "") == tuplet
