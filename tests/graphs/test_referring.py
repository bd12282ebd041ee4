"""Requests that lean on the one before are read in full."""

from __future__ import annotations

import pytest

from graphs.reading.about import Said
from graphs.reading.referring import in_full

README = Said("how many lines does src/README.md have", {"file": "src/README.md"})
FOUND = Said("find all tmp files in downloads", {"path": "downloads", "pattern": "*.tmp"})
LISTED = Said("list the files in downloads", {"path": "downloads"})
MADE = Said("create the folder keep", {"dir": "keep"}, "mkdir -p keep")


@pytest.mark.parametrize(
    ("text", "said", "full"),
    [
        ("and LICENSE?", README, "how many lines does src/LICENSE have"),
        ("same for /etc/hosts", README, "how many lines does /etc/hosts have"),
        (
            "and the movies folder next to it?",
            Said("how big is the pictures folder", {"path": "pictures"}),
            "how big is the movies folder",
        ),
        (
            "hmm, better the top 4",
            Said("the 2 largest files in /srv", {"count": "2", "path": "/srv"}),
            "the 4 largest files in /srv",
        ),
        (
            "now the md files",
            Said("find all py files under src", {"path": "src", "pattern": "*.py"}),
            "find all md files under src",
        ),
        (
            "one called green too",
            Said("make a folder called red", {"dir": "red"}),
            "make a folder called green",
        ),
        (
            "and the third",
            Said("show column 1 of a.csv", {"column": "1", "file": "a.csv"}),
            "show column 3 of a.csv",
        ),
    ],
)
def test_another_value_alone_asks_for_the_same_of_it(text: str, said: Said, full: str):
    assert in_full(text, said) == (full, "same", None)


@pytest.mark.parametrize(
    ("text", "said", "full"),
    [
        (
            "and the third?",
            Said("show the first column of a.csv", {"file": "a.csv"}),
            "show the third column of a.csv",
        ),
        (
            "and the smallest?",
            Said("show the 3 largest files in photos", {"count": "3", "path": "photos"}),
            "show the 3 smallest files in photos",
        ),
        ("now one inside it called old", MADE, "create the folder keep/old"),
        (
            "write buy milk into it",
            Said("create an empty file todo.txt", {"file": "todo.txt"}),
            'write "buy milk" into todo.txt',
        ),
        (
            "how large did it get",
            Said("pack docs into docs.tar.gz", {"archive": "docs.tar.gz", "source": "docs"}),
            "how big is docs.tar.gz",
        ),
        ("list that folder", MADE, "list the folder keep"),
        ("put photos/2023 in there", MADE, "move photos/2023 in the folder keep"),
        ("show what's left in docs", MADE, "list the files in the folder docs"),
        ("copy that file here", README, "copy src/README.md to ."),
        ("let me see the file", README, "show the contents of src/README.md"),
        ("show me the whole file", README, "show the contents of src/README.md"),
    ],
)
def test_what_is_left_unsaid_comes_from_the_request_before(text: str, said: Said, full: str):
    read = in_full(text, said)
    assert read is not None
    assert read.text == full
    assert read.kind in ("new", "whole")


def test_a_value_that_no_slot_takes_asks_for_something_else():
    said = Said("count the ERROR lines in app.log", {"file": "app.log"})
    assert in_full("and WARN", said) == ("count the WARN lines in app.log", "whole", None)


@pytest.mark.parametrize(
    ("text", "said", "full"),
    [
        ("delete them", FOUND, "delete all tmp files in downloads"),
        ("then move those to /srv", FOUND, "then move all tmp files in downloads to /srv"),
        ("how many are there?", FOUND, None),
        ("and how many", FOUND, "how many tmp files in downloads are there"),
        ("put a.txt in it", MADE, "put a.txt in the folder keep"),
        ("move a.txt there", MADE, "move a.txt to the folder keep"),
        ("now delete it again", MADE, "now delete the folder keep"),
        (
            "how many of those are errors",
            Said("how many lines has app.log", {"file": "app.log"}),
            "how many errors lines are in app.log",
        ),
        (
            "print the last line",
            Said('append "bye" to notes.txt', {"text": "bye", "file": "notes.txt"}),
            "print the last line of notes.txt",
        ),
    ],
)
def test_a_pronoun_is_replaced_by_what_it_stands_for(text: str, said: Said, full: str | None):
    full = full or "how many tmp files in downloads are there"
    assert in_full(text, said) == (full, "new", None)


@pytest.mark.parametrize(
    ("request_before", "printed", "text", "full"),
    [
        ("find core.py", "/workspace/src/core.py\n", "count its lines", "/workspace/src/core.py"),
        ("what is the largest file in /srv", "9\t/srv/b\n3\t/srv/a\n", "delete it", "/srv/b"),
        ("which file mentions retries", "a.py", "show me the first 5 lines of that file", "a.py"),
        (
            "where is a.py",
            "/usr/lib/a.py\n/workspace/a.py\n",
            "what does it say",
            "/workspace/a.py",
        ),
    ],
)
def test_a_path_that_was_looked_for_is_what_it_means(
    request_before: str, printed: str, text: str, full: str
):
    read = in_full(text, Said(request_before, {}, "find", printed))
    assert read is not None
    assert full in read.text
    assert " it" not in read.text


def test_a_name_that_was_printed_lies_in_the_folder_that_was_listed():
    said = Said("which file in docs is the newest", {"path": "docs"}, "ls", "report.txt\n")
    assert in_full("show it to me", said) == ("show the contents of docs/report.txt", "new", None)


@pytest.mark.parametrize(
    ("said", "text", "full"),
    [
        (
            Said("chmod 600 a.ini", {"file": "a.ini"}, "chmod 600 a.ini"),
            "and verify",
            "what are the permissions of the file a.ini",
        ),
        (
            Said("delete docs/a.txt", {"file": "docs/a.txt"}, "rm docs/a.txt"),
            "show me what is left",
            "list the files in docs",
        ),
        (
            Said("replace a with b in x.ini", {"file": "x.ini"}, "sed -i s/a/b/g x.ini"),
            "show me the result",
            "show the contents of x.ini",
        ),
        (MADE, "check that it worked", "list the files in the folder keep"),
    ],
)
def test_the_result_is_shown_by_what_the_command_changed(said: Said, text: str, full: str):
    assert in_full(text, said) == (full, "new", None)


@pytest.mark.parametrize("text", ["only those over 250k", "sort them by size", "newest first"])
def test_a_narrower_wish_is_read_behind_the_request_before(text: str):
    assert in_full(text, LISTED) == (f"list the files in downloads {text}", "finer", None)


@pytest.mark.parametrize(
    "text", ["list the files in /srv", "make a folder called x", "what is my ip address"]
)
def test_a_request_that_stands_by_itself_is_left_alone(text: str):
    assert in_full(text, README) is None


@pytest.mark.parametrize(
    ("text", "said", "read"),
    [
        (
            "is it 64 bit?",
            Said("what kernel is this", {}, "uname -r", "6.1.0-44"),
            None,
        ),
        (
            'replace it with "settle"',
            Said("grep pay", {"text": "pay", "file": "a.txt"}, "grep -n pay a.txt", "3:pay"),
            'replace "pay" with "settle" in a.txt',
        ),
        (
            "rename it to c.py",
            Said("move x/a.py to y", {"source": "x/a.py", "target": "y"}, "mv x/a.py y"),
            "rename y/a.py to y/c.py",
        ),
        (
            "replace Hi with Ho there",
            Said("show docs/a.md", {"file": "docs/a.md"}, "cat docs/a.md", "Hi"),
            "replace Hi with Ho in docs/a.md",
        ),
        (
            "and debug to false",
            Said("change the port in a.conf to 9", {"port": "9", "file": "a.conf"}, "awk x"),
            "set debug to false in a.conf",
        ),
        ("and debug to false", Said("show a.conf", {"file": "a.conf"}, "cat a.conf"), None),
        ("show its size", Said("tar", {"archive": "x.tgz"}, "tar czf x.tgz x"), "how big is x.tgz"),
        (
            "compare the two",
            Said("copy a.txt to b", {"source": "a.txt", "target": "b"}, "cp a.txt b"),
            "compare a.txt and b/a.txt",
        ),
        (
            "create one called dev",
            Said("list the branches of x", {}, "git -C x branch", "main"),
            "create a branch called dev",
        ),
        (
            "open it",
            Said("which file has X", {"path": "docs"}, "grep -rn X docs", "docs/a.md:3:an X"),
            "show the contents of docs/a.md",
        ),
    ],
)  # fmt: skip
def test_what_is_wished_of_the_thing_before(text: str, said: Said, read: str | None):
    found = in_full(text, said)
    assert (found and found.text) == read
