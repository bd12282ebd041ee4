"""`mica corpus`: what it says before, while and after the index is built."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path

import pytest
from support.command_line import Mica

from tools.music.corpus import place
from tools.music.corpus.build import is_building
from tools.music.corpus.index import Index


def test_status_without_an_index_says_how_to_make_one(mica: Mica) -> None:
    ended = mica("corpus", "status")
    assert ended.code == 1 and "mica corpus build" in ended.err


def test_building_without_music21_says_what_to_install(
    mica: Mica, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "music21" else real(name)
    )
    ended = mica("corpus", "build")
    assert ended.code == 1 and "make corpus" in ended.err and not place.index_path().exists()


def test_an_unknown_collection_is_an_error(mica: Mica) -> None:
    ended = mica("corpus", "build", "--only", "lully")
    assert ended.code == 1 and "give another --only" in ended.err


def test_a_build_says_how_far_it_is_and_what_it_made(mica: Mica) -> None:
    ended = mica("corpus", "build", "--only", "schubert")
    assert ended.code == 0 and "1 of 1 files" in ended.err
    assert ended.out.startswith("1 scores from 1 of 1 files, 0.")
    (status,) = mica("corpus", "status", "--json").rows()
    assert (status["building"], status["done"], status["waiting"]) == (False, 1, 0)
    assert mica("corpus", "status").out.startswith("complete: 1 scores")
    again = mica("corpus", "build", "--only", "schubert", "--quiet")
    assert again.code == 0 and not again.err


def test_a_build_in_the_background_returns_at_once(mica: Mica) -> None:
    ended = mica("corpus", "build", "--background", "--only", "verdi")
    assert ended.code == 0 and "in the background" in ended.out
    path = place.index_path()
    deadline = time.monotonic() + 400
    while not (path.exists() and _done(path)):
        assert time.monotonic() < deadline, path.with_suffix(".log").read_text()
        time.sleep(0.2)
    while is_building(path):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert json.loads(mica("corpus", "status", "--json").out)["scores"] == 1


def _done(path: Path) -> bool:
    with Index(path, make=True) as index:
        return index.status().done == 1
