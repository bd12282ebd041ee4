"""Requests about files that combine several wishes, composed into one command."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.composing.composed import composed, is_composed
from graphs.composing.files import compose
from runtime.yaml_files import read_yaml
from tools.bash.policy import judge

TABLE = read_yaml(Path(__file__).parent / "composing_files.yaml")
DAY = 86400


@pytest.mark.parametrize(("text", "command"), TABLE["composed"])
def test_a_request_comes_to_its_command(text, command):
    made = compose(text)
    assert made is not None
    assert made.command == command


@pytest.mark.parametrize("text", TABLE["left"])
def test_what_is_not_understood_whole_is_not_composed(text):
    assert compose(text) is None


@pytest.mark.parametrize(("text", "command"), TABLE["composed"])
def test_what_only_reads_is_allowed_and_what_changes_is_asked(text, command):
    made = compose(text)
    verdict = judge(command).verdict
    assert verdict == ("ask" if made.changes else "allow")


def test_the_recipe_says_what_was_understood_and_takes_braces_as_they_stand():
    made = composed("how many png files over 1M changed in the last week are in pictures?")
    assert made.phrase == (
        "Files under pictures, named *.png, over 1M, changed in the last 7 days, counted"
    )
    assert is_composed([made])
    listed = composed("png files in pictures over 1M, with details")
    assert "-exec ls -ldh --time-style=long-iso {{}} +" in listed.template
    assert not listed.changes
    assert composed("delete the pngs over 1M in pictures").changes


def test_a_later_part_that_names_no_place_is_not_composed():
    assert composed("count the pngs over 1M") is not None
    assert composed("count the pngs over 1M", later=True) is None
    assert composed("count the pngs over 1M in /srv", later=True) is not None


WISHES = {
    "over 10k": "-size +10k",
    "changed in the last 3 days": "-mtime -3",
    "owned by root": "-user root",
    "not in subfolders": "-maxdepth 1",
    "whose names start with a": "-name 'a*'",
    "largest first": "sort -rn",
    "executable": "-executable",
    "with owner": "%u",
}


@given(st.permutations(sorted(WISHES)), st.integers(2, len(WISHES)))
def test_the_order_of_the_wishes_does_not_matter(said, count):
    wishes = said[:count]
    texts = [f"csv files in /srv {', '.join(way)}" for way in (wishes, sorted(wishes))]
    first, second = (compose(text) for text in texts)
    assert first is not None
    assert sorted(first.command.split()) == sorted(second.command.split())
    assert all((part in first.command) == (wish in wishes) for wish, part in WISHES.items())


@pytest.fixture
def place(tmp_path):
    """Return a folder with files of several kinds, sizes and ages."""
    files = {
        "pics/a.png": (3_000_000, 1),
        "pics/b one.png": (2_000_000, 20),
        "pics/sub/c.png": (1_500_000, 3),
        "pics/d.jpg": (500, 400),
        "pics/empty.jpg": (0, 2),
        "docs/notes.md": (40, 0),
        "docs/old.md": (70, 90),
        "docs/.hidden.md": (20, 0),
    }
    for name, (size, days) in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        then = time.time() - days * DAY - 60
        os.utime(path, (then, then))
    (tmp_path / "docs/notes.md").write_text("a DRAFT\nand a line\n", encoding="utf-8")
    (tmp_path / "out").mkdir()
    return tmp_path


def run(text: str, place: Path) -> list[str]:
    made = compose(text)
    assert made is not None
    done = subprocess.run(
        ["bash", "-c", made.command], cwd=place, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("how many pngs over 1M are in pics", ["3"]),
        ("pngs in pics over 1M, smallest first, names only", ["c.png", "b one.png", "a.png"]),
        (
            "png files in pics changed in the last 7 days, newest first, only their names",
            ["a.png", "c.png"],
        ),
        ("the largest png in pics", ["3000000\tpics/a.png"]),
        ("2 smallest pngs in pics, only the names", ["c.png", "b one.png"]),
        ("total size of the 2 largest pngs in pics", ["5000000 bytes"]),
        ("average size of the pngs in pics over 1M", ["2166667 bytes on average"]),
        ("pngs directly in pics, sorted by name, names only", ["a.png", "b one.png"]),
        ("number of pngs per folder in pics", ["      2 pics", "      1 pics/sub"]),
        ("number of files per extension in pics over 1k", ["      3 png"]),
        ("md files in docs containing DRAFT, names only", ["notes.md"]),
        ("md files in docs without the word DRAFT in them, a to z, names only",
         [".hidden.md", "old.md"]),
        ("md files in docs that are not hidden, a to z, names only", ["notes.md", "old.md"]),
        ("how many jpgs in pics are not empty", ["1"]),
        ("files smaller than 1k in pics older than 100 days, with size", ["500\tpics/d.jpg"]),
        ("number of pngs and total size in pics", ["3 files, 6500000 bytes"]),
        ("show the contents of the newest md file in docs that is not hidden",
         ["a DRAFT", "and a line"]),
        ("png and jpg files in pics older than 10 days, oldest first, names only",
         ["d.jpg", "b one.png"]),
    ],
)  # fmt: skip
def test_the_command_finds_what_was_asked_for(text, lines, place):
    assert run(text, place) == lines


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("delete the pngs in pics older than 2 days", ["a.png", "d.jpg", "empty.jpg"]),
        ("delete the 2 largest pngs in pics", ["c.png", "d.jpg", "empty.jpg"]),
        ("delete the empty jpgs in pics", ["a.png", "b one.png", "c.png", "d.jpg"]),
        ("move the pngs in pics over 2500 KB to out", ["b one.png", "c.png", "d.jpg", "empty.jpg"]),
        ("move the 2 newest pngs in pics to out", ["b one.png", "d.jpg", "empty.jpg"]),
    ],
)
def test_what_changes_files_changes_only_those(text, left, place):
    run(text, place)
    assert sorted(path.name for path in (place / "pics").rglob("*.*")) == left


def test_what_is_moved_or_packed_arrives(place):
    run("move the pngs older than 10 days to out", place)
    run("copy the 2 largest pngs in pics to out", place)
    assert sorted(path.name for path in (place / "out").iterdir()) == [
        "a.png", "b one.png", "c.png"
    ]  # fmt: skip
    run("pack all pngs over 1M in out into all.tar.gz", place)
    listed = subprocess.run(
        ["tar", "-tf", "all.tar.gz"], cwd=place, capture_output=True, text=True, check=True
    )
    assert sorted(re.findall(r"\w[\w ]*\.png", listed.stdout)) == ["a.png", "b one.png", "c.png"]


def test_rights_are_set_for_those_files_only(place):
    run("chmod 600 on all md files in docs older than 30 days", place)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (place / "docs").iterdir()}
    assert modes["old.md"] == 0o600
    assert modes["notes.md"] != 0o600
