"""Folders that are there, the repository of the turn before, what a request is told it is of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.graph_parts import Shelf

from graphs.lookup import look_up
from graphs.reading.ellipsis import Reading
from graphs.reading.places import in_repository, may_name, placed, repository
from runtime.types import Document

THERE = frozenset("repo docs photos logs backup users".split())
SET = Document(
    "set", "set a value", "", "", template="set {key} {value} {file}", score=0.7, changes=True,
    slots={"key": "", "value": "", "file": ""},
    wordings=("set {key} to {value} in {file}", "change {key} to {value} in {file}"),
)  # fmt: skip
LOG = Document(
    "log", "log of a repository", "", "", template="git -C {repo} log", score=0.9,
    slots={"repo": "."}, wordings=("show the log of {repo}", "show the log"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("list the branches in repo and switch to x", "list the branches in repo/ and switch to x"),
        ("how big is the photos folder?", "how big is photos/?"),
        ("move a.txt to backup", "move a.txt to backup/"),
        ("grep timeout in the docs, then count", "grep timeout in docs/, then count"),
        ("make a branch x in repo", "make a branch x in repo/"),
        ("how many commits does repo have", "how many commits does repo/ have"),
        ("make a folder backup", "make a folder backup/"),
        ("create a directory called new in docs", "create a directory docs/new/"),
        # A word is a folder only where one may stand, and only where one is there.
        ("find photos bigger than 1M", "find photos bigger than 1M"),
        ("sort a.txt in reverse", "sort a.txt in reverse"),
        ("list docs/old", "list docs/old"),
        ("the logs of docs.txt", "the logs of docs.txt"),
        ("list all users", "list all users"),
    ],
)
def test_words_that_are_folders(text: str, read: str):
    assert placed(text, THERE) == read


def test_without_folders_nothing_is_read():
    assert placed("list the branches in repo", ()) == "list the branches in repo"


def test_only_what_may_name_a_folder_is_looked_at():
    assert may_name("list the branches in repo") and not may_name("how much memory is free")


def test_the_folder_is_bound_as_it_was_typed():
    found = look_up(
        Shelf(lambda _: [LOG]), "show the log of repo", shelf="s", count=5, folders=THERE
    )
    assert found[0].bindings == ({"repo": "repo"},)


def test_a_later_git_request_is_for_the_same_repository():
    assert repository(["git -C repo log -1", "ls"]) == "repo"
    assert repository(["git -C repo log", "git -C . status"]) == ""
    found = look_up(Shelf(lambda _: [LOG]), "show the log", shelf="s", count=5, repo="repo")
    assert found[0].bindings == ({"repo": "repo"},)
    assert in_repository(SET, "repo") == SET


def test_a_request_is_told_what_it_is_about_where_a_recipe_lacks_that():
    before = replace(LOG, id="before", title="before")
    read = Reading("set debug to false", "new")
    found = look_up(
        Shelf(lambda _: [SET]), read.text, shelf="s", count=5, before=before, read=read,
        about="app.conf",
    )  # fmt: skip
    assert found[0].bindings[0] == {"key": "debug", "value": "false", "file": "app.conf"}
    other = Reading("show the log", "new")
    found = look_up(
        Shelf(lambda _: [LOG]), other.text, shelf="s", count=5, before=before, read=other,
        about="app.conf",
    )  # fmt: skip
    assert "app.conf" not in str(found[0].bindings)
