"""What a request tells and what it asks, and what its parts say once for all."""

from __future__ import annotations

import pytest

from tools.knowledge.sharing import place_shared, put_together, told_apart, told_twice
from tools.knowledge.splitting import cuts
from tools.knowledge.telling import only_tells, remarks, told


@pytest.mark.parametrize(
    ("request_text", "asks"),
    [
        ("my laptop is slow today. which process eats the ram?", "which process eats the ram?"),
        ("we moved house, so where is disk.img", "where is disk.img"),
        ("Hello! The backup failed again - show backup.log", "show backup.log"),
        ("my teacher wants a list: all pdfs in uni", "all pdfs in uni"),
        ("how big is /srv? thanks a lot", "how big is /srv?"),
        ("count the rows of a.csv, i need it for work", "count the rows of a.csv"),
        ("I got a.csv by mail. what is its total? Sorry for asking", "what is its total?"),
    ],
)  # fmt: skip
def test_what_a_request_tells_is_told_apart_from_what_it_asks(request_text: str, asks: str):
    found = told(request_text)
    assert found is not None
    assert found.asks == asks


@pytest.mark.parametrize(
    "request_text",
    [
        "i want all pngs in a folder pics",
        "i forgot which port nginx uses, find out",
        "my disk is full. what should i do?",
        "the users of this box and their shells",
        "is the disk full?",
        "show the lines in a.txt that are empty",
        "which files are in docs",
    ],
)
def test_what_only_asks_tells_nothing(request_text: str):
    assert told(request_text) is None
    assert not only_tells(request_text)


@pytest.mark.parametrize(
    "request_text",
    [
        "my phone made a lot of pictures, they are in dcim. how many pngs are in dcim",
        "copy notes to notes2 and keep the dates",
        "rename a.txt to b.txt. The old one must not stay",
        "show the difference between stable and testing",
        "for each folder in /srv, the newest file",
        "list files bigger than 1M and smaller than 5M in /srv",
        "show the id and price columns of a.csv",
        "list the hosts in a.log and how often each",
        "show the user name and user id",
    ],
)
def test_what_is_told_or_said_of_how_is_no_part(request_text: str):
    assert not any(" and " in cut.first or cut.odds > 0.5 for cut in cuts(request_text))


@pytest.mark.parametrize("text", ["no subfolders", "do not touch the rest", "newest on top"])
def test_remarks_say_how(text: str):
    assert remarks(text)
    assert not remarks("show " + text)


@pytest.mark.parametrize(
    ("request_text", "parts"),
    [
        ("is curl and jq installed", ("is package curl installed", "is package jq installed")),
        (
            "are the services ssh and cron running?",
            ("is service ssh running", "is service cron running"),
        ),
        (
            "move the pdfs to papers and the epubs to books",
            ("move the pdfs to papers", "move the epubs to books"),
        ),
        (
            "give the folders in /srv 755 and the files 644",
            ("give the folders in /srv 755", "give the files in /srv 644"),
        ),
        ("does a.txt and b.txt exist?", ("does a.txt exist", "does b.txt exist")),
        (
            "In etc/app.conf set port to 80 and host to x",
            ("set port to 80 in etc/app.conf", "set host to x in etc/app.conf"),
        ),
        (
            "which file in /srv is newest, and which one is oldest?",
            ("which file in /srv is newest", "which file in /srv is oldest"),
        ),
        ("copy a.txt to b.txt and show it to me", ()),
        ("change red to blue in a.txt and b.txt", ()),
        ("which jobs are active and running", ()),
    ],
)
def test_what_says_its_verb_once_is_told_apart(request_text: str, parts: tuple[str, ...]):
    assert told_apart(request_text) == parts


def test_a_place_named_last_counts_for_both():
    assert place_shared("size of the pngs", "size of the jpgs in /srv/pics") == ("in", "/srv/pics")
    assert place_shared("the owner of a.txt", "the group of b.txt") == ("", "")
    assert place_shared("show the date", "make a file in /srv") == ("", "")


def test_where_unpacked_files_go_is_no_step():
    assert put_together("unzip a.zip, put everything into x") == "unzip a.zip into x"
    assert put_together("find the logs and put them in x") == "find the logs and put them in x"
    assert told_twice("show it as csv and as json") == ("show it as csv", "show it as json")


def test_a_request_about_music_is_cut_at_a_list_too():
    text = "substitutes for Db7 and secondary dominants in Gb major"
    assert cuts(text) == []
    assert cuts(text, music=True)[0].second == "secondary dominants in Gb major"
