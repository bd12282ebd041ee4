"""Scales named from loose notes, and the modes of scales."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import ToolError
from tools.music.music_text import read_notes
from tools.music.pitch import Pitch
from tools.music.scale import Scale
from tools.music.scale_naming import modes_of, name_scale
from tools.music.scale_types import SCALES
from tools.music.theory_tools import THEORY_TOOLS

BY_NAME = {tool.name: tool for tool in THEORY_TOOLS}
ROOTS = [Pitch(step, alter) for step in "CDEFGAB" for alter in (-1, 0, 1)]


def classes(scale: Scale) -> set[int]:
    return {note.pitch_class for note in scale.pitches}


@given(st.sampled_from(ROOTS), st.sampled_from([kind for kind, _, _ in SCALES]))
def test_a_spelled_scale_is_named_again(root: Pitch, kind: str) -> None:
    scale = Scale(root, kind)
    found = name_scale(scale.pitches).same
    assert (scale.pitches[0].name, kind) in [(s.tonic.name, s.kind) for s in found]
    assert all(classes(each) == classes(scale) for each in found)


@given(st.sampled_from(ROOTS), st.sampled_from([kind for kind, _, _ in SCALES]), st.data())
def test_what_notes_fit_in_holds_them(root: Pitch, kind: str, data: st.DataObject) -> None:
    notes = Scale(root, kind).pitches
    some = data.draw(st.lists(st.sampled_from(notes), min_size=4, unique=True))
    if len({note.pitch_class for note in some}) < 3:
        return
    sounds = {note.pitch_class for note in some}
    assert all(sounds < classes(scale) for scale in name_scale(some).wider)


@given(st.sampled_from(ROOTS), st.sampled_from([kind for kind, _, _ in SCALES]))
def test_modes_have_the_notes_of_their_scale(root: Pitch, kind: str) -> None:
    scale = Scale(root, kind)
    assert all(classes(mode) == classes(scale) for mode in modes_of(scale))


@pytest.mark.parametrize(
    ("notes", "tonic", "said"),
    [
        ("C D Eb F G A Bb", "", "C D E♭ F G A B♭: C dorian"),
        ("A C D Eb E G", "", "A C D E♭ E G: A blues"),
        ("C D E F G A B", "D", "C D E F G A B: D dorian"),
        ("c, d, e flat, f, g, a flat and b", "", "C D E♭ F G A♭ B: C harmonic minor"),
        ("C E F#", "", "C E F♯: no scale of just these notes; they fit in C lydian"),
        ("C C# D D#", "", "C C♯ D D♯: no scale with a name holds them"),
    ],
)
def test_the_answer_begins_with_the_name(notes: str, tonic: str, said: str) -> None:
    result = BY_NAME["name_scale"].call({"notes": notes, "tonic": tonic})
    assert result.text.splitlines()[0] == said


def test_a_scale_tells_its_modes() -> None:
    assert "Modes: D dorian, E phrygian" in BY_NAME["spell_scale"].call({"scale": "C major"}).text


@pytest.mark.parametrize(
    ("notes", "said"), [("C E", "too few for a scale"), ("hello", "cannot read 'hello'")]
)
def test_errors_say_what_to_write(notes: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        BY_NAME["name_scale"].call({"notes": notes})


def test_notes_in_any_octave_are_one_scale() -> None:
    assert name_scale(read_notes("C5 D3 E4 F4 G2 A4 B4 C4")).same[0].name == "C major"
