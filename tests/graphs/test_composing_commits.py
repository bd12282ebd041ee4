"""Queries of commits are composed where each word is understood, and print what was asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from graphs.composing.commits import compose
from graphs.reading.printed import judged

_COMMITS = (
    ("Alice", "2026-01-05", "start.txt", "Start"),
    ("Bob Ross", "2026-01-20", "docs/a.md", "Fix the guide"),
    ("Alice", "2026-02-03", "app.py", "Fix login"),
    ("Bob Ross", "2026-02-10", "app.py", "Add a [x] button"),
    ("Alice", "2026-03-01", "docs/a.md", "Finish"),
)


def _git(folder: Path, *words: str, **environment: str) -> None:
    blank = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True,
        env={**os.environ, **blank, **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    _git(folder, "init", "--initial-branch=main")
    _git(folder, "config", "user.email", "alice@example.org")
    (folder / "docs").mkdir()
    for number, (author, day, file, message) in enumerate(_COMMITS):
        with (folder / file).open("a") as text:
            text.write(f"{number}\n")
        _git(folder, "add", file)
        name = author.partition(" ")[0].lower()
        _git(
            folder, "commit", "-m", message,
            GIT_AUTHOR_NAME=author, GIT_AUTHOR_EMAIL=f"{name}@example.org",
            GIT_COMMITTER_NAME=author, GIT_COMMITTER_EMAIL=f"{name}@example.org",
            GIT_AUTHOR_DATE=f"{day}T03:00", GIT_COMMITTER_DATE=f"{day}T03:00",
        )  # fmt: skip
    return folder


@pytest.mark.parametrize(
    ("request_", "printed"),
    [
        ("how many commits by Alice since 2026-02-01", ["2"]),
        ("how many commits by bob before 2026-02-10", ["1"]),
        ("number of commits between 2026-01-20 and 2026-02-10", ["3"]),
        ("last 2 commits by Alice", ["Finish", "Fix login"]),
        ("first 2 commits of Alice", ["Start", "Fix login"]),
        ("commits by bob, oldest first", ["Fix the guide", "Add a [x] button"]),
        ("commits whose message contains fix, oldest first", ["Fix the guide", "Fix login"]),
        ('commits that mention "[x]" by Bob', ["Add a [x] button"]),
        ("commits that changed app.py since 2026-02-05", ["Add a [x] button"]),
        ("commits to docs/a.md by Alice, one line each", ["Finish"]),
        ("last 1 commit that changed the docs folder", ["Finish"]),
        ("commits by me that touched docs/a.md", ["Finish"]),
        ("number of commits per author since 2026-02-01", ["2\tAlice", "1\tBob Ross"]),
        ("top 1 authors by commits before 2026-02-20", ["2\tAlice"]),
        ("commits per month by Alice", ["1 2026-01", "1 2026-02", "1 2026-03"]),
        ("which files were changed by commits of Alice since 2026-02-01",
         ["app.py", "docs/a.md"]),
        ("what did Bob commit since 2026-02-01", ["Add a [x] button"]),
        ("my last 1 commit, with dates", ["2026-03-01 Alice Finish"]),
        ("number of commits in 2025 by Alice", ["0"]),
        ("show me 1 commit by Alice which changed docs/", ["Finish"]),
        ("last 1 commit by bob with dates", ["2026-02-10 Bob Ross Add a [x] button"]),
        ("last 1 commit by bob with the files it changed", ["Add a [x] button", "app.py"]),
        ("merge commits by Alice, count them", ["0"]),
        ("how many commits of Bob without merges", ["2"]),
    ],
)  # fmt: skip
def test_prints_what_was_asked_for(request_: str, printed: list[str], folder: Path) -> None:
    made = compose(request_)
    assert made is not None
    assert made.here
    done = subprocess.run(
        ["bash", "-c", made.command], cwd=folder, capture_output=True, text=True, timeout=20
    )
    assert done.stderr == ""
    shown = [line.strip() for line in done.stdout.splitlines()]
    # Each commit is listed behind its hash.
    assert [_unhashed(line) for line in shown] == printed


def _unhashed(line: str) -> str:
    word, _, rest = line.partition(" ")
    is_hash = len(word) >= 7 and all(letter in "0123456789abcdef" for letter in word)
    return rest if is_hash else line


def test_the_repository_is_named(folder: Path) -> None:
    made = compose(f"how many commits by Alice in {folder} since yesterday")
    assert made is not None
    assert made.command.startswith(f"git -C {folder} log ")
    assert not made.here


@pytest.mark.parametrize(
    "request_",
    [
        "commits by Alice",
        "last 5 commits",
        "how many commits are there",
        "commits since 2026-02-01",
        "good commits by Alice since 2026-02-01",
        "undo the last 2 commits by Alice",
        "commits by Alice since the last release",
        "commits by Alice since 2026-02",
        "first 3 and last 3 commits by Alice",
        "how many of the last 10 commits are by Alice",
        "which commits by Alice broke the build since 2026-02-01",
        "commit everything by Alice with message fix",
        "compare the last 2 commits by Alice",
        "files by Alice changed since 2026-02-01",
        "how many commits did everybody do",
        "what did I do yesterday in /srv/app",
        "revert the last 2 commits by bob",
        "commits by Alice on branch dev since 2026-01-01",
        "commits by Alice and Bob since 2026-01-01",
        "the diff of the last 2 commits by Bob",
        "commits between v1.0 and v2.0 by Alice, counted",
    ],
)
def test_is_not_composed(request_: str) -> None:
    assert compose(request_) is None


@pytest.mark.parametrize(
    "request_",
    [
        'commits by "x\'; rm -rf x #" since 2026-02-01, oldest first',
        "how many commits by me this year",
        'commits that mention "[x]" by Bob',
        "top 3 authors by commits in the last 2 weeks in ~/site",
        "which files were changed by commits of tom in the last week",
    ],
)
def test_only_reads(request_: str) -> None:
    made = compose(request_)
    assert made is not None
    assert judged(made.command).verdict == "allow"
    assert not made.changes
