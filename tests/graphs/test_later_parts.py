"""What the later parts of a request lean on: what was cloned, unpacked, found, or counted."""

from __future__ import annotations

import pytest

from graphs.reading.about import Said
from graphs.reading.carrying import carried
from graphs.reading.deriving import derived
from graphs.reading.places import destinations
from graphs.reading.referring import in_full
from graphs.reading.saving import saving, writes
from runtime.types import Document
from tools.knowledge.splitting import backed_up_first, cuts

GREP = Said("count the lines with tea in menu.txt", {"file": "menu.txt"}, "grep -c tea menu.txt")


@pytest.mark.parametrize(
    ("text", "said", "read"),
    [
        (
            "check out its branch next",
            Said("clone a to b", {"source": "a", "dir": "b"}, "git clone a b"),
            "switch to the branch next in b/",
        ),
        (
            "switch to the test branch there",
            Said("clone /srv/site.git", {"source": "/srv/site.git"}, "git clone /srv/site.git"),
            "switch to the branch test in site/",
        ),
        (
            "what is that package's version",
            Said("which package is /bin/ls of", {}, "x; dpkg -S /bin/ls", "coreutils: /bin/ls"),
            "what is the version of the package coreutils",
        ),
    ],
)  # fmt: skip
def test_what_was_cloned_or_printed_is_meant(text: str, said: Said, read: str):
    assert carried(text, said) == read


@pytest.mark.parametrize(
    ("text", "said", "full"),
    [
        ("replace it there by coffee", GREP, 'replace "tea" by coffee in menu.txt'),
        (
            "make it warm in them",
            Said("find the files that say cold in etc", {"path": "etc"}, "grep -rl cold etc"),
            'replace "cold" with warm in all files in the folder etc',
        ),
        (
            "delete the archive afterwards",
            Said("unpack a.tgz", {"archive": "a.tgz"}, "tar -xf a.tgz"),
            "delete the file a.tgz",
        ),
        (
            "rename it to c.txt there",
            Said("move a.txt to b", {"source": "a.txt", "target": "b"}, "mv a.txt b"),
            "rename b/a.txt to b/c.txt",
        ),
        (
            "print what remains of the file",
            Said(
                "drop x from a.txt",
                {"file": "a.txt"},
                "awk 1 a.txt > b.new && cat b.new > a.txt && rm b.new",
            ),
            "show the contents of a.txt",
        ),
    ],
)
def test_a_step_that_leans_is_read_in_full(text: str, said: Said, full: str):
    read = in_full(text, said)
    assert read is not None
    assert read.text == full


def test_lines_are_numbered_and_titles_are_not_counted():
    lines = derived("number them", Said("", {}, "sort a.txt", "x"), harmless=True)
    assert lines is not None
    assert lines.template == "sort a.txt | cat -n"
    listed = Said("", {}, "ps -u ann", "  PID TTY      TIME CMD\n 1 ?  x")
    count = derived("how many are there", listed, harmless=True)
    assert count is not None
    assert count.template == "ps -u ann | tail -n +2 | wc -l"


def test_a_backup_that_is_wished_for_is_made_first():
    text = "replace red with blue in a.conf but make a backup first"
    assert backed_up_first(text) == (
        "copy a.conf to a.conf.bak",
        "replace red with blue in a.conf",
    )
    assert backed_up_first("make a backup of a.conf") is None
    assert backed_up_first("how do i keep a copy of the file") is None


def test_a_file_called_log_is_no_order_to_log():
    assert saving("rename app.log to old.log") is None
    wish = saving("list the users. log that to users.txt")
    assert wish is not None
    assert wish.rest == "list the users"


def test_what_packs_is_not_meant_by_a_plain_file():
    packs = Document(
        "pack", "pack a zip as tar", "", "", template="tar -czf {target} {archive}",
        slots={"target": "", "archive": ""}, bindings=({"target": "a.sum", "archive": "a.zip"},),
    )  # fmt: skip
    assert not writes([packs], "a.sum")


def test_a_plain_word_is_a_folder_where_something_is_unpacked():
    assert destinations("unzip a.zip to the folder new and list it") == {"new"}
    assert destinations("copy a.txt to new") == frozenset()


def test_what_is_inside_belongs_to_the_folder():
    assert cuts("list the folder /srv and its subfolders") == []
    assert cuts("delete /srv/old and everything inside it") == []
