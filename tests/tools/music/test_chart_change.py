"""Progressions changed by request: chords replaced, put in, taken out, swapped."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import ToolError
from tools.music.chart import is_progression, read_chart
from tools.music.chart_change import change_chart, is_chart_change
from tools.music.filling.carry import Before, changer, changes, filled
from tools.music.filling.table import fill
from tools.music.line_tools import edit_melody
from tools.music.pitch import MusicError

JAZZ = "Dm7 | G7 | Cmaj7 | Am7"
SYMBOLS = ("C", "Am", "F♯m7♭5", "B♭7", "Gmaj7", "E♭m")


@pytest.mark.parametrize(
    ("request_", "chart"),
    [
        ("change the chord in bar 3 to Am7", "Dm7 | G7 | Am7 | Am7"),
        ("make the third chord a dominant", "Dm7 | G7 | C7 | Am7"),
        ("put a ii-V before the last chord", "Dm7 | G7 | Cmaj7 | Bm7♭5 E7 | Am7"),
        ("replace Dm7 with its tritone substitute", "A♭7 | G7 | Cmaj7 | Am7"),
        ("swap G7 for Db7", "Dm7 | D♭7 | Cmaj7 | Am7"),
        ("bar 2 to Fm6", "Dm7 | Fm6 | Cmaj7 | Am7"),
        ("put E7 in the last bar", "Dm7 | G7 | Cmaj7 | E7"),
        ("use Fm6 instead of G7", "Dm7 | Fm6 | Cmaj7 | Am7"),
        ("add Em7 after bar 1", "Dm7 | Em7 | G7 | Cmaj7 | Am7"),
        ("insert a passing diminished before the second chord", "Dm7 | F♯dim7 | G7 | Cmaj7 | Am7"),
        ("change bar 1 to Dm7 Db7", "Dm7 D♭7 | G7 | Cmaj7 | Am7"),
        ("drop the last bar", "Dm7 | G7 | Cmaj7"),
        ("delete G7", "Dm7 | Cmaj7 | Am7"),
        ("repeat bar 2", "Dm7 | G7 | G7 | Cmaj7 | Am7"),
        ("swap bars 1 and 2", "G7 | Dm7 | Cmaj7 | Am7"),
        ("swap the first and the last chord", "Am7 | G7 | Cmaj7 | Dm7"),
        ("bar 2 up a half step", "Dm7 | A♭7 | Cmaj7 | Am7"),
        ("make the last chord minor, then bar 1 to F", "F | G7 | Cmaj7 | Am"),
    ],
)
def test_chords_are_changed_as_they_are_asked_for(request_: str, chart: str) -> None:
    assert change_chart(read_chart(JAZZ), request_).chart.text == chart


def test_all_chords_get_the_sevenths_of_the_key() -> None:
    changed = change_chart(read_chart("in G: Em | Am | D | G"), "make all the chords sevenths")
    assert changed.chart.text == "Em7 | Am7 | D7 | Gmaj7"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("change bar 9 to F", "there is no bar 9; there are 4"),
        ("replace F7 with G", "there is no F7 in it; there are Dm7 G7 Cmaj7 Am7"),
        ("make it nicer", "write e.g. change the chord in bar 3"),
        ("change bar 2 to Hxq", "Hxq"),
        ("delete all the chords", "nothing would be left"),
    ],
)
def test_what_cannot_be_done_says_what_can(request_: str, said: str) -> None:
    with pytest.raises(MusicError, match="(?s)" + said):
        change_chart(read_chart(JAZZ), request_)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(SYMBOLS), min_size=2, max_size=8), st.data())
def test_a_chord_that_is_changed_and_changed_back_leaves_the_rest_alone(
    symbols: list[str], data: st.DataObject
) -> None:
    chart = read_chart(" | ".join(symbols))
    bar = data.draw(st.integers(1, len(symbols)))
    there = change_chart(chart, f"change the chord in bar {bar} to D9").chart
    assert [c.symbol for c in there.chords] == [*symbols[: bar - 1], "D9", *symbols[bar:]]
    back = change_chart(there, f"change bar {bar} to {symbols[bar - 1]}").chart
    assert back.text == chart.text


@pytest.mark.parametrize(
    ("text", "chords"),
    [
        ("Dm7 | G7", True), ("C | F | G", True), ("E7 A7 B7", True), ("Am F C G", True),
        ("C E G", False), ("C4 E4 | G4:h", False), ("C5 E5", False), ("C E G | D F A", False),
    ],
)  # fmt: skip
def test_chords_are_told_from_notes(text: str, chords: bool) -> None:
    assert is_progression(text) is chords


def test_the_tool_changes_melodies_and_progressions() -> None:
    result = edit_melody.call({"melody": JAZZ, "edit": "replace G7 with its tritone substitute"})
    assert result.text.split("\n")[:2] == ["Dm7 | D♭7 | Cmaj7 | Am7", "(G7 to D♭7)"]
    assert {each.kind for each in result.artifacts} == {"image", "audio", "file"}
    with pytest.raises(ToolError, match="there is no bar 7"):
        edit_melody.call({"melody": JAZZ, "edit": "drop bar 7"})


def test_a_request_for_a_change_is_read_with_its_progression() -> None:
    found = fill("edit_melody", "in Dm7 | G7 | C replace G7 with its tritone substitute please")
    assert found is not None
    assert found.arguments == {
        "melody": "Dm7 | G7 | C",
        "edit": "replace G7 with its tritone substitute",
    }
    assert not is_chart_change("up a third")


@pytest.mark.parametrize(
    ("before", "request_", "edit"),
    [
        (Before("progression", {"style": "pop"}, "C | G | Am | F"), "bar 4 to A", "bar 4 to A"),
        (Before("show_music", {"music": JAZZ}), "put E7 in bar 4", "put E7 in bar 4"),
        (Before("melody_over", {"chords": "C"}, "C4 D4 E4 F4 | G4:w"), "slower please", "slower"),
        (Before("melody_over", {"chords": "C"}, "C4 D4 E4 F4 | G4:w"), "make bar 2 a bar of rests",
         "bar 2 a bar of rests"),
        (Before("progression", {"style": "pop"}, "C | G | Am | F\n(x)"), "up a third", None),
    ],
)  # fmt: skip
def test_what_the_turn_before_made_or_showed_is_changed(
    before: Before, request_: str, edit: str | None
) -> None:
    read = filled("edit_melody", request_, before)
    assert changer(before) == "edit_melody"
    assert changes(request_, before) is (edit is not None)
    assert read is not None and read.arguments.get("edit") == edit
