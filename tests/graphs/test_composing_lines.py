"""Queries of a text's lines are composed where each word is understood, and print that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from graphs.composing.lines import compose
from graphs.reading.printed import judged

_LOG = """\
2026-05-01 09:55:10 INFO start
2026-05-01 10:05:00 ERROR disk full on sda
2026-05-02 10:30:59 WARN disk slow
2026-05-02 11:45:00 ERROR timeout of web
2026-05-03 12:00:00 info stop
"""
_L = dict(zip("12345", _LOG.splitlines(), strict=True))
_CONF = "# settings\n\nport=80\n  # old\nhost=a\n \nport=81\n"
_NAMES = "pear\napple\n\nfig\napple\nbanana\nfig\napple\n"


def _lines(numbers: str) -> str:
    return "\n".join(_L[number] for number in numbers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.log").write_text(_LOG)
    (tmp_path / "app.conf").write_text(_CONF)
    (tmp_path / "names.txt").write_text(_NAMES)
    (tmp_path / "scores.txt").write_text("9 ann\n100 bob\n23 cy\n")
    return tmp_path


@pytest.mark.parametrize(
    ("request_", "printed"),
    [
        ("how many lines in app.log contain ERROR but not timeout", "1"),
        ("lines of app.log with ERROR or WARN, newest first", _lines("432")),
        ("lines in app.log that contain disk and ERROR, with line numbers", f"2:{_L['2']}"),
        ("the last 2 lines of app.log that mention disk", _lines("23")),
        ("lines of app.log between 10:00 and 11:00 that contain disk", _lines("23")),
        ("lines of app.log from 2026-05-02 to 2026-05-03 without WARN", _lines("45")),
        ("count the lines of app.log before 10:30 on 2026-05-01", "2"),
        ("lines of app.log since 11am that start with 2026, only the first 1", _L["4"]),
        ("lines of app.log containing info, ignoring case, last 1", _L["5"]),
        ("lines 2 to 4 of app.log that contain disk", _lines("23")),
        ("lines 3 to 5 of app.log that contain 10, with line numbers", f"3:{_L['3']}"),
        ("how many of the last 3 lines of app.log contain ERROR", "1"),
        ("third word of the lines in app.log containing disk, each once", "ERROR\nWARN"),
        ("last word of the lines in app.log with ERROR", "sda\nweb"),
        ("lines of app.log longer than 35 characters that end with web", _L["4"]),
        ("app.conf without comments and empty lines, sorted", "host=a\nport=80\nport=81"),
        ("show app.conf without comments and blank lines, numbered",
         "3:port=80\n5:host=a\n7:port=81"),
        ("how many lines of app.conf start with port and end with 81", "1"),
        ("names.txt without empty lines, sorted, no duplicates", "apple\nbanana\nfig\npear"),
        ("unique lines of names.txt that contain p", "pear\napple"),
        ("how many distinct lines of names.txt contain p", "2"),
        ("count how often each line occurs in names.txt, top 1", "      3 apple"),
        ("lines of names.txt that occur more than once, without empty lines", "apple\nfig"),
        ("sort scores.txt numerically, biggest first, and give me the top 2", "100 bob\n23 cy"),
        ("scores.txt sorted by the second word, reversed", "23 cy\n100 bob\n9 ann"),
        ("names.txt sorted by length, longest first, top 1", "banana"),
        ("sort names.txt in reverse order, first 2 lines", "pear\nfig"),
        ("sort scores.txt from largest to smallest, only 1 line", "100 bob"),
        ("print lines 2-4 of app.log that mention disk", _lines("23")),
        ("what's in app.log after 11:00 that isn't an ERROR", _L["5"]),
        ("in app.log, count ERROR lines between 10:00 and 11:00", "1"),
        ("how many different words in the first column of app.log", "3"),
        ("the first 2 lines of app.log in reverse", _lines("21")),
    ],
)  # fmt: skip
def test_prints_what_was_asked_for(request_: str, printed: str, folder: Path) -> None:
    made = compose(request_)
    assert made is not None
    done = subprocess.run(
        ["bash", "-c", made.command], cwd=folder, capture_output=True, text=True, timeout=20
    )
    assert done.stderr == ""
    assert done.stdout.rstrip("\n") == printed


@pytest.mark.parametrize(
    "request_",
    [
        # One wish alone.
        "lines of app.log that contain ERROR",
        "sort names.txt",
        "first 10 lines of app.log",
        # A word that is not understood.
        "red lines of app.log that contain ERROR, sorted",
        "lines of app.log with ERROR, sorted by severity",
        "lines of app.log that contain ERROR with 2 lines around them",
        "delete the lines of names.txt that contain fig and sort it",
        "replace fig by plum in names.txt and sort it",
        "files that contain ERROR, sorted by name",
        "lines of a.log and b.log that contain ERROR, sorted",
        "lines of app.log that contain ERROR and save them to errors.txt, sorted",
        # Wishes that do not go together, or are not clear.
        "the first 10 lines of names.txt sorted alphabetically",
        "how many lines of app.log contain ERROR, sorted",
        "the top 5 of app.log with ERROR, how many",
        "lines of app.log from 10:00 to 2026-05-03 with ERROR",
        "lines of app.log since 2026-05 with ERROR",
        "lines of app.log with disk between 10:00 and 11:00, with line numbers",
        "third column of the rows of orders.csv containing Oslo, each once",
        "lines that contain ERROR, sorted",
        "how many lines in app.log have umlauts",
        "show the first 5 lines of app.gz without unpacking",
        "how many lines has app.log in /srv/app",
        "lines with duplicates in names.txt, sorted",
        "sort hits.tsv by the 12th column descending",
        "sort names.txt in descending order",
    ],
)
def test_is_not_composed(request_: str) -> None:
    assert compose(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        'lines of app.log containing "a\'; rm -rf x #" but not "$(id)", last 3',
        "count how often each line occurs in names.txt, top 10",
        "lines of app.log from 2026-05-02 to 2026-05-03 without WARN, sorted by length",
    ],
)
def test_only_reads(request_: str) -> None:
    made = compose(request_)
    assert made is not None
    assert judged(made.command).verdict == "allow"
    assert not made.changes


def test_what_was_understood_is_said() -> None:
    made = compose("lines of app.log with ERROR but not disk between 10:00 and 12:00, last 3")
    assert made is not None
    assert made.shows == (
        "lines of app.log, with ERROR, without disk, from 10:00 to 12:00, the last 3"
    )
