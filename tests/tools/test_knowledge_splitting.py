"""Where a request may be cut in two."""

from __future__ import annotations

import pytest

from tools.knowledge.sharing import told_apart
from tools.knowledge.splitting import MOST, cuts, refers


@pytest.mark.parametrize(
    ("request_text", "first", "second"),
    [
        ("count the lines of a.txt and sort it", "count the lines of a.txt", "sort it"),
        ("first back up a.txt, then empty it", "back up a.txt", "empty it"),
        ("is nginx up? show its memory", "is nginx up", "show its memory"),
        ("list /srv; who owns it", "list /srv", "who owns it"),
        ("unzip a.zip n list the pngs in it", "unzip a.zip", "list the pngs in it"),
        ("make x.sh executable & run it please", "make x.sh executable", "run it please"),
        ('say "now and then" then print it', 'say "now and then"', "print it"),
    ],
)
def test_the_likeliest_cut_comes_first(request_text: str, first: str, second: str):
    assert cuts(request_text)[0][:2] == (first, second)


@pytest.mark.parametrize(
    "request_text",
    [
        "show the five largest files in /var",
        "copy a.txt to b.txt",
        "compare a.txt and b.txt",
        "files in /srv changed today but not in /srv/old",
        'lines with "this and then that"',
        "errors and warnings",
        "first 10 lines of a.txt",
    ],
)
def test_one_wish_is_not_cut(request_text: str):
    assert cuts(request_text) == []


def test_the_same_for_another_is_about_what_was_done():
    assert refers("the same for b.csv")
    assert not refers("the same files")


def test_then_and_a_verb_say_more_than_a_comma_and_a_noun():
    then, comma = cuts("list /srv, then count the files")[0], cuts("list /srv, all the files")[0]
    assert then.odds > 0 > comma.odds


def test_few_cuts_are_tried_however_long_the_request():
    assert len(cuts(", ".join(["list the files", *["and show the disks"] * 40]))) == MOST


@pytest.mark.parametrize(
    ("request_", "second"),
    [
        ("drop the comments from app.conf and show the rest", "show the rest"),
        ("check that both exist and count their lines", "count their lines"),
    ],
)
def test_a_step_behind_from_or_both_is_a_part(request_: str, second: str) -> None:
    assert second in [cut.second for cut in cuts(request_)]


@pytest.mark.parametrize("request_", ["merge lines from a.txt and b.txt", "diff between x and y"])
def test_a_name_behind_from_or_between_is_none(request_: str) -> None:
    assert cuts(request_) == []


def test_how_often_something_is_listed_is_a_remark_and_no_step() -> None:
    assert cuts("which addresses are in net.log? each only once") == []


def test_a_second_question_about_the_first_answer_is_no_second_thing() -> None:
    assert told_apart("which shelf is the fullest, and which is the oldest book on it?") == ()
    assert len(told_apart("which shelf is the fullest and which is the emptiest?")) == 2
