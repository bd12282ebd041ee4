"""What leans on the turn before by its words, whatever the router makes of it."""

from __future__ import annotations

import pytest

from agents.router import Route
from graphs.routing import leans

ALONE = Route("sysadmin", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "put an empty file results.csv in it",
        "delete them",
        "now move those to /srv/attic",
        "make it executable",
        "ok, run it",
        "sorry, i meant /srv",
        "and the second one?",
        "save that as sorted.txt in reports",
    ],
)
def test_a_word_for_what_was_said_before_leans_on_it(text: str):
    assert leans(ALONE, text)


@pytest.mark.parametrize(
    "text",
    [
        "list the png files in pictures and copy them to backup",
        "make a folder called web, then unpack site.tar.gz into it",
        "script.sh has windows line endings, make them unix",
        "how much memory does firefox use",
        "find files in /srv/a and put a.txt in there",
    ],
)
def test_a_word_for_what_the_request_names_itself_does_not(text: str):
    assert not leans(ALONE, text)
