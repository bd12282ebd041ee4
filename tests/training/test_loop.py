"""The learning loop as a command: killed at every stage, refused twice at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.told import Told, tool
from support.training_parts import GATE

from records.store import Store
from runtime.models.registry import Registry
from tools.knowledge.learned import read
from training.backends.environment import ROOT
from training.dataset import Dataset
from training.loop import state
from training.loop.config import Config
from training.loop.errors import LoopError

MICA = Path(sys.executable).with_name("mica")
HELD = """
import sys, time
from ui import cli, cli_loop
place, say = sys.argv.pop(1), cli_loop._say
def say_and_stay(text):
    say(text)
    while place in text:
        time.sleep(1)
cli_loop._say = say_and_stay
cli.main()
"""
"""A loop that goes no further than to the place where it is to be killed."""

CORRECTED = (
    ("hoist Dm7 by a fifth", "transpose", {"music": "Dm7", "interval": "a fifth"}),
    ("bones of Ebmaj7", "spell_chord", {"chord": "Ebmaj7"}),
    ("inner life of F#dim7", "spell_chord", {"chord": "F#dim7"}),
    ("hoist C E G by a tone", "transpose", {"music": "C E G", "interval": "a tone"}),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with four corrections; nothing is looked up but what is learned."""
    settings = {"MICA_HOME": tmp_path, "MICA_KNOWLEDGE": tmp_path / "knowledge"}
    for name, value in {**settings, "MICA_SANDBOX": "none", "MICA_THREADS": "1"}.items():
        monkeypatch.setenv(name, str(value))
    (tmp_path / "gate.yaml").write_text(GATE)
    (tmp_path / "loop.yaml").write_text(
        f"least: 4\nrecipe: ''\nthen: promote\ngate: {tmp_path / 'gate.yaml'}\n"
    )
    store = Store(tmp_path / "mica.db")
    told = Told(store, "composer")
    for request, name, arguments in CORRECTED:
        told.corrected(request, tool(name, **arguments))
    told.corrected("hoist it by the old tool", tool("transpose_notes", notes="C"))
    store.close()
    return tmp_path


@contextmanager
def looping(home: Path, held_at: str = "") -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-c", HELD, held_at] if held_at else [MICA]
    arguments = ["loop", "run", "--specialist", "composer", "--json"]
    process = subprocess.Popen(
        [*program, *arguments, "--config", home / "loop.yaml"], text=True, env=dict(os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=ROOT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(process: subprocess.Popen[str], text: str) -> list[str]:
    """Read what a loop says up to a line with `text`."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return seen
    raise AssertionError(f"it ended before it said {text!r}: {''.join(seen)}")


@pytest.mark.timeout(1200)
def test_a_loop_that_is_killed_at_every_stage_goes_on_and_does_nothing_twice(home: Path):
    said: list[str] = []
    for place in ("building the dataset", "learned 0 commands", "registered", "the gate:"):
        with looping(home, held_at=place) as process:
            said += until(process, place)
            if place == "the gate:":
                with looping(home) as second:
                    told = second.communicate()[1]
                assert second.returncode == 2 and "a loop is running already" in told
    (cut,) = state.loops()
    assert cut.stage == "gate" and not cut.ending
    with looping(home) as process:
        out, errors = process.communicate()
    assert process.returncode == 0, errors
    assert f"going on with {cut.id} at: gate" in errors
    (loop,) = state.loops()
    assert json.loads(out)["ending"] == loop.ending == "served" and loop.passed
    builds = [entry for entry in Registry().entries() if entry.origin == "trained"]
    assert [entry.name for entry in builds] == [loop.build]
    assert Registry().entry("champion").name == loop.build and builds[0].parent == "mica"
    asks = {
        each["requests"][0]["ask"] for each in read(builds[0].learned["composer"].path).wordings
    }
    assert asks == {"hoist {music} by {interval}", "bones of {chord}", "inner life of {chord}"}
    kept_out = Dataset.load(Path(loop.dataset)).rejected
    assert ["transpose_notes" in each.reason for each in kept_out] == [True]
    assert "4 rows" in (builds[0].card or Path()).read_text()

    with looping(home) as process:
        out, _ = process.communicate()
    assert json.loads(out)["ending"] == "nothing new"
    assert Registry().rollback().name == "mica"


@pytest.mark.timeout(1200)
def test_a_gate_that_is_not_passed_stops_the_build_and_is_not_tried_twice(home: Path):
    strict = GATE.replace("{ratio: 2, slack_mb: 500}", "{ratio: 1.0, slack_mb: -4000}")
    (home / "gate.yaml").write_text(strict)
    with looping(home) as process:
        out, errors = process.communicate()
    if process.returncode != 1:
        pytest.fail(f"{process.returncode}: {errors}")
    loop = json.loads(out)
    assert loop["ending"] == "stopped at the gate" and loop["reasons"]
    assert Registry().entry("champion").name == "mica"
    with looping(home) as process:
        out, _ = process.communicate()
    again = json.loads(out)
    assert again["ending"] == "nothing new" and loop["id"] in again["error"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("leest: 3", "no field leest; a loop has copies, gate"),
        ("then: perhaps", "then is one of challenge, promote, nothing"),
        ("share: 2", "a share of the conversations"),
        ("least: 0", "least and copies are at least 1"),
        ("least: soon", "least is a int"),
        ("- 1", "must be fields such as"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(tmp_path: Path, text: str, why: str):
    (tmp_path / "loop.yaml").write_text(text)
    with pytest.raises(LoopError, match=why):
        Config.load(tmp_path / "loop.yaml")


def test_the_shipped_configuration_is_the_default():
    assert Config.load() == Config()
