"""A beat that is changed by request."""

from __future__ import annotations

import pytest

from tools.music.drum_change import change_grid
from tools.music.drums import drum_pattern, read_grid
from tools.music.filling.carry import Before, filled
from tools.music.filling.table import fill
from tools.music.generate_tools import drum_pattern as drum_tool
from tools.music.generate_tools import show_drums
from tools.music.pitch import MusicError

BEAT = "hihat x-x-x-x-x-x-x-x-\nsnare ----x--g----x---\nkick x-------x-x-----"


@pytest.mark.parametrize(
    ("request_", "drum", "row"),
    [
        ("make the hats busier", "hihat", "xxxxxxxxxxxxxxxx"),
        ("a sparser kick please", "kick", "x-------x-------"),
        ("busier kick", "kick", "x-x---x-x-x---x-"),
        ("louder snare", "snare", "----X--x----X---"),
        ("add a clap on 2 and 4", "clap", "----x-------x---"),
        ("put a ride on the offbeats", "ride", "--x---x---x---x-"),
        ("add kick", "kick", "x---x---x-x-x---"),
    ],
)
def test_one_drum_is_changed_and_the_others_stay(request_: str, drum: str, row: str) -> None:
    before = read_grid(BEAT)
    after = dict(change_grid(before, request_).rows)
    assert after[drum] == row
    assert {n: r for n, r in before.rows if n != drum}.items() <= after.items()


def test_a_drum_is_taken_out_and_the_tempo_changed() -> None:
    before = drum_pattern("rock", 2, 1)
    assert "crash" not in dict(change_grid(before, "no crash").rows)
    assert change_grid(before, "play it at 96 bpm").tempo == 96
    assert change_grid(before, "slower").tempo < before.tempo


@pytest.mark.parametrize("request_", ["nicer", "no cowbell", "louder clave"])
def test_what_cannot_be_changed_is_refused(request_: str) -> None:
    with pytest.raises(MusicError, match=r"write e\.g\.|there is no"):
        change_grid(read_grid(BEAT), request_)


def test_the_grid_of_the_turn_before_is_what_is_changed() -> None:
    made = show_drums.call({"grid": BEAT})
    read = filled("show_drums", "make the hats busier", Before("drum_pattern", {}, made.text))
    assert read is not None and not read.missing
    assert "hihat |xxxxxxxxxxxxxxxx|" in show_drums.call(read.arguments).text


@pytest.mark.parametrize("style", ["house", "waltz", "five four", "shuffle"])
def test_a_fill_goes_into_the_bar_that_is_named_and_nowhere_else(style: str) -> None:
    beat = drum_pattern(style, 4, 1)
    changed = change_grid(beat, "give the drums a fill in bar 2")
    old, new = dict(beat.rows), dict(changed.rows)
    bar = slice(beat.steps, 2 * beat.steps)
    silent = "-" * len(beat.rows[0][1])
    for drum, row in new.items():
        before = old.get(drum, silent)
        assert (row[: bar.start], row[bar.stop :]) == (before[: bar.start], before[bar.stop :])
    assert any(row[bar] != old.get(drum, silent)[bar] for drum, row in new.items())


def test_several_changes_are_made_one_after_another() -> None:
    beat = drum_pattern("rock", 2, 1)
    said = "an open hat on 4, ghost notes on the snare, and a crash in bar 2"
    rows = dict(change_grid(beat, said).rows)
    assert rows["openhat"][:16] == "------------x---"
    assert rows["snare"][:16] == "-g--X--g-g--X--g"
    assert rows["crash"][16:] == "x" + "-" * 15
    both = dict(change_grid(beat, "no hihat, and add a clap on 2, 3 and 4").rows)
    assert "hihat" not in both and both["clap"][:16] == "----x---x---x---"


def test_a_style_is_made_with_its_changes() -> None:
    read = fill("drum_pattern", "a rock beat with ghost notes on the snare and no crash")
    assert read is not None
    assert dict(read.arguments) == {
        "style": "rock beat",
        "change": "ghost notes on the snare and no crash",
    }
    made = drum_tool.call(read.arguments).text
    assert "snare" in made and "g--X--g-g" in made and "crash" not in made


def test_one_bar_alone_is_changed() -> None:
    beat = drum_pattern("house", 4, 1)
    kick = dict(change_grid(beat, "no kick in bar 2").rows)["kick"]
    assert kick == "X---X---X---X---" + "-" * 16 + "X---X---X---X---" * 2
    with pytest.raises(MusicError, match="there is no bar 9; there are 4"):
        change_grid(beat, "a fill in bar 9")
