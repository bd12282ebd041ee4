"""Which of several scores a request means."""

from __future__ import annotations

import pytest

from tools.music.codes.choosing import which
from tools.music.pitch import MusicError

NAMES = ["flute.mid", "bach chorale.musicxml", "x.abc"]


@pytest.mark.parametrize(
    ("request_", "place", "rest"),
    [
        ("the second up a fourth", 1, "up a fourth"),
        ("second one to G major", 1, "to G major"),
        ("transpose the first up a third", 0, "up a third"),
        ("play bach chorale.musicxml faster", 1, "faster"),
        ("transpose flute.mid down a step", 0, "down a step"),
        ("bars 1 to 2 of flute.mid", 0, "bars 1 to 2"),
        ("score 1: at 90 bpm", 0, "at 90 bpm"),
        ("#2 slower", 1, "slower"),
        ("the other one up a step", 1, "up a step"),
        ("the last one for alto sax", 2, "for alto sax"),
        ("check the voice leading of the second one", 1, "check the voice leading"),
        ("the second one", 1, ""),
        ("up a second", 2, "up a second"),
        ("down a third", 2, "down a third"),
        ("first 4 bars", 2, "first 4 bars"),
        ("the first violin", 2, "the first violin"),
        ("only the first part", 2, "only the first part"),
    ],
)
def test_a_score_is_named(request_: str, place: int, rest: str) -> None:
    assert which(request_, NAMES, 2) == (place, rest)


@pytest.mark.parametrize("request_", ["the fourth one up a step", "score 9 faster", "score 0"])
def test_a_score_that_is_not_there(request_: str) -> None:
    with pytest.raises(
        MusicError, match=r"there are 3 scores in this conversation: 1\. flute\.mid"
    ):
        which(request_, NAMES, 2)
