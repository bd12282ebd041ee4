"""What is asked of a result, and what is wanted in a file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.graph_parts import Shelf

from graphs.lookup import look_up
from graphs.reading.about import Said
from graphs.reading.carrying import carried
from graphs.reading.deriving import asks_of_result, derived, repeated, written
from graphs.reading.saving import saved, saving
from runtime import recipes
from runtime.types import Document
from tools.knowledge.splitting import made_first

SORT = Document(
    "sort", "sort the lines of a file", "", "", template="sort {file}", slots={"file": ""},
    phrase="The lines of {file}, sorted", score=0.8, bindings=({"file": "a.txt"},),
)  # fmt: skip
DELETE = replace(SORT, id="delete", title="delete a file", template="rm {file}")


@pytest.mark.parametrize(
    "text",
    [
        *("tell me how many there are", "how many are it?", "and count them", "sort them"),
        *("how many", "how often does it show up"),
    ],
)
def test_what_is_asked_of_a_result_is_seen(text: str):
    assert asks_of_result(text)


@pytest.mark.parametrize("text", ["how many files are in docs", "count the words", "sort a.txt"])
def test_what_has_an_object_of_its_own_is_not_asked_of_a_result(text: str):
    assert not asks_of_result(text)


def test_a_command_that_changes_something_is_not_run_again_for_its_count():
    said = Said("delete the tmp files", {}, "find . -name '*.tmp' -print -delete", "./a.tmp")
    assert derived("how many were there", said, harmless=False) is None


def test_commands_in_a_row_are_gone_on_with_together():
    made = derived("sort them", Said("", {}, "ls a; ls b", "x\ny"), harmless=True)
    assert made is not None
    assert recipes.fill(made, []) == "{ ls a; ls b; } | sort"
    assert recipes.recognise(made, "{ ls a; ls b; } | sort") == []


def test_a_single_number_is_not_counted():
    assert derived("how many", Said("", {}, "wc -l < a.txt", "12"), harmless=True) is None


@pytest.mark.parametrize(
    ("command", "file"),
    [("sort a > 'b c.txt'", "b c.txt"), ("ls >> x", "x"), ("ls 2>/dev/null", ""), ("ls", "")],
)
def test_the_file_that_was_written_is_read_from_the_command(command: str, file: str):
    assert written(command) == file


@pytest.mark.parametrize(
    "text",
    [
        'write "hello" into a.txt',
        "put the file a.txt into docs/b.txt",
        "pack the folder docs into docs.tar.gz",
        "copy a.txt to b.txt",
        "show the lines that end in .txt",
    ],
)
def test_a_file_that_is_not_for_what_is_printed_is_left_alone(text: str):
    assert saving(text) is None


def test_output_goes_into_the_file_and_what_changes_things_is_left_out():
    made = saved([SORT, DELETE], "sort a.txt", "my list.txt")
    assert [recipes.fill(document, ["a.txt"]) for document in made] == [
        "sort a.txt > 'my list.txt'"
    ]


def sorting(query: str) -> list[Document]:
    near = 0.6 if "save" in query else 0.9
    return [replace(SORT, bindings=(), score=near)] if "sort" in query else []


def test_a_request_to_save_what_is_printed_is_one_command():
    found = look_up(Shelf(sorting), "sort a.txt and save it as b.txt", shelf="sysadmin", count=5)
    assert [document.template for document in found] == ["sort {file} > b.txt"]


def test_what_changed_is_shown_again_by_the_command_that_showed_it():
    made = repeated("and show the size again", ["du -sh /srv/app"])
    assert made is not None
    assert made.template == "du -sh /srv/app"
    assert repeated("show the size of b.txt again", ["du -sh /srv/app"]) is None


@pytest.mark.parametrize(
    ("text", "before", "read"),
    [
        (
            "delete them afterwards",
            Said("how much space do the *.tmp files in /srv/x take?", {}, "du x", "3"),
            "delete the *.tmp files in /srv/x afterwards",
        ),
        (
            "make the copy read only",
            Said("copy it", {"source": "/a/k.pem", "target": "."}, "cp /a/k.pem .", ""),
            "make k.pem read only",
        ),
        (
            "what version of it do we have",
            Said("which package owns /usr/bin/jq", {}, "dpkg -S /usr/bin/jq", "jq: /usr/bin/jq"),
            "what version of the package jq do we have",
        ),
        (
            "commit that",
            Said("add a line to the notes of /srv/repo", {}, "echo x >> /srv/repo/notes", ""),
            "commit all changes in /srv/repo",
        ),
        (
            "list what's in the backup",
            Said("back up it", {"source": "conf", "target": "conf_old"}, "cp -a conf conf_old", ""),
            "list what's in conf_old",
        ),
        ("sort a.txt", Said("copy b.txt", {}, "cp b.txt c.txt", ""), "sort a.txt"),
    ],
)
def test_a_later_part_takes_over_what_the_one_before_was_about(text: str, before: Said, read: str):
    assert carried(text, before) == read


def test_a_folder_that_is_wanted_first_is_made_first():
    text = "move all *.txt files to /srv/old. that folder does not exist yet"
    assert made_first(text) == ("make the folder /srv/old", "move all *.txt files to /srv/old")
    assert made_first("make the folder /srv/old") is None
