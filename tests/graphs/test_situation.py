"""What is asked of the file that a request tells of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.graph_parts import Shelf

from graphs.lookup import look_up
from graphs.reading.situation import Asked, asked
from runtime.types import Document

LINES = Document(
    "lines", "count lines", "", "", template="wc -l {file}", slots={"file": ""}, score=0.7
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my boss sent me song.tar. what is in it?", Asked("what is in song.tar?")),
        ("I have the names in n.txt. How many are there?", Asked("How many lines are in n.txt?")),
        ("w.log is what the web server wrote, show its last line",
         Asked("show the last line of w.log")),
        ("the invoice is in 2024.pdf. how many pages", Asked("how many pages", "2024.pdf")),
        ("my disk is full. how much is left on /srv", Asked("how much is left on /srv")),
    ],
)  # fmt: skip
def test_a_request_is_asked_of_the_file_that_it_tells_of(text: str, found: Asked):
    assert asked(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "script.sh has tabs, make them spaces",
        "a.txt and b.txt came by mail. which of the two is longer",
        'the key is "x1". put it in a.txt',
        "main.c is broken. compile test.c",
        "how big is /srv",
    ],
)
def test_what_needs_all_that_is_told_stays_whole(text: str):
    assert asked(text) is None


def test_a_folder_that_is_there_is_what_is_told_of():
    text = "music is a mess. find the duplicates in there"
    assert asked(text, {"music"}) == Asked("find the duplicates in music/")


def test_what_is_told_is_not_looked_up():
    library = Shelf(lambda query: [replace(LINES)])
    look_up(library, "i wrote a.txt last week. how many lines are in it", shelf="s", count=5)
    assert all(query == "how many lines are in a.txt" for query, _ in library.asked[1:])


def test_requests_that_say_their_verb_once_are_looked_up_apart():
    library = Shelf(lambda query: [replace(LINES)])
    found = look_up(library, "copy a.txt to x and b.txt to y", shelf="s", count=5)
    assert [(d.part, d.request) for d in found] == [(0, "copy a.txt to x"), (1, "copy b.txt to y")]


def test_a_number_or_address_that_is_told_is_needed():
    assert asked("the printer is at 10.0.0.9 now. put that in hosts.txt") is None
