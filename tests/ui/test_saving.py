"""Saving an answer's files never takes anything away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import Artifact
from ui.saving import save


def artifacts(*names: str) -> list[Artifact]:
    return [Artifact("file", name, "text/plain", name.encode()) for name in names]


def test_files_of_one_stem_stay_a_pair(tmp_path: Path):
    (tmp_path / "Am.wav").write_bytes(b"mine")
    kept = save(tmp_path, artifacts("Am.svg", "roll.svg", "Am.wav"))
    assert [path.name for path in kept] == ["Am-2.svg", "roll.svg", "Am-2.wav"]
    assert (tmp_path / "Am.wav").read_bytes() == b"mine"
    assert not (tmp_path / "Am.svg").exists()
    assert [path.read_bytes() for path in kept] == [b"Am.svg", b"roll.svg", b"Am.wav"]


def test_the_same_name_twice_gives_two_files(tmp_path: Path):
    kept = save(tmp_path / "new", artifacts("a.svg", "a.svg", "a.svg"))
    assert [path.name for path in kept] == ["a.svg", "a-2.svg", "a-3.svg"]


def test_a_name_cannot_leave_the_folder(tmp_path: Path):
    (kept,) = save(tmp_path / "in", artifacts("../../out.svg"))
    assert kept == tmp_path / "in" / "out.svg"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError):
        save(tmp_path / "file", artifacts("a.svg"))
