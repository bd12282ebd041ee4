"""A disk that is full at each step of a loop: what is said, what is left, how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import small_disk
from support.told import Told, tool

from graphs.build import all_tools
from records.store import Store
from records.whole import whole
from runtime.models.registry import Registry
from runtime.types import BackendError
from training.dataset import DatasetError
from training.loop import state
from training.loop.config import Config
from training.loop.errors import LoopError
from training.loop.loop import Looper

PAGE = 4096
"""What the smallest file takes on such a disk, in bytes."""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder on a disk of its own, with a correction in it."""
    with small_disk.mounted(tmp_path, "64m") as folder:
        monkeypatch.setenv("MICA_HOME", str(folder))
        yield folder


class Filling(Looper):
    """A loop whose disk gets full as soon as it says a certain thing."""

    def until(self, small: Path, text: str, but: int = 0) -> str:
        """Run until the disk is full but for so many bytes, make room again; return the error."""
        ballast: list[Path] = []

        def say(said: str) -> None:
            if text in said and not ballast:
                ballast.append(small_disk.fill(small, but=but))

        looper = Looper(self.store, self.registry, None, self.tools, self.config, say)
        with pytest.raises((LoopError, DatasetError, BackendError)) as raised:
            looper.run("composer")
        assert ballast, f"it never said {text!r}: {raised.value}"
        ballast[0].unlink()
        return str(raised.value)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_full_disk_is_said_at_every_step_and_the_loop_goes_on(small: Path) -> None:
    store, registry = Store(small / "mica.db"), Registry()
    told = Told(store, "composer")
    told.corrected("bones of Ebmaj7", tool("spell_chord", chord="Ebmaj7"))
    loop = Filling(store, registry, None, all_tools(None), Config(least=1, recipe=""))

    assert "make room" in loop_that_cannot_begin(loop, small)
    assert state.loops() == [] and files(state.loops_folder()) == {".lock"}

    assert "free some space" in loop.until(small, "building the dataset")
    assert not list((small / "datasets").glob("*/*"))
    assert "No space left on device; make room" in loop.until(small, "dataset composer-")
    (cut,) = state.loops()
    assert (cut.stage, files(cut.folder)) == ("dataset", {"state.json"})

    loop.until(small, "learned 0 commands, 1 wordings")
    (cut,) = state.loops()
    assert cut.stage == "lessons"
    assert files(cut.folder) == {"state.json", "learned.jsonl", "feedback.json"}
    for name in ("learned.jsonl", "feedback.json"):
        (cut.folder / name).unlink()
    assert "make room" in loop.until(small, f"going on with {cut.id} at: lessons", PAGE)
    assert files(cut.folder) == {"state.json", "learned.jsonl"}

    loop.until(small, "learned 0 commands, 1 wordings")
    said = loop.until(small, "learned 0 commands, 1 wordings", 4 * PAGE)
    (cut,) = state.loops()
    assert cut.stage == "register" and "cannot be kept" in said and "make room" in said
    assert files(registry.folder) <= {".lock", "verified.json"}

    loop.until(small, "registered")
    (cut,) = state.loops()
    (build,) = [entry for entry in registry.entries() if entry.origin == "trained"]
    assert cut.stage == "register", "where it goes on, and makes the same build again"
    assert registry.resolve(build.name).learned["composer"].path.is_file()
    assert files(cut.folder) == {"state.json", "learned.jsonl", "feedback.json", "card.md"}
    store.close()


def loop_that_cannot_begin(loop: Looper, small: Path) -> str:
    ballast = small_disk.fill(small)
    with pytest.raises(LoopError) as raised:
        loop.run("composer")
    ballast.unlink()
    return str(raised.value)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "state.json"
    with whole(path) as fresh:
        fresh.write_text("one")
    with pytest.raises(ValueError, match="half"), whole(path) as fresh:
        fresh.write_text("tw")
        raise ValueError("half")
    assert path.read_text() == "one" and files(path.parent) == {"state.json"}
