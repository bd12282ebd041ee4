"""The gate over real processes and the shipped model: workers in turns, verdict, command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.builds import register
from support.page_server import ROOT
from support.training_parts import eventually

from graphs.build import build_assistant
from graphs.settings import Settings
from runtime.models.entry import ModelError
from runtime.models.registry import Registry
from training.dataset.row import Lineage, Row
from training.gate import kept
from training.gate.config import GateError, load
from training.gate.driving import drive
from training.gate.judge import judge
from training.gate.learned import lessons
from training.gate.outcome import Outcome
from training.gate.worker import cases
from ui import cli

TINY = "sets: {limits: 50}\npools:\n  limits: {sets: [limits], margin: 1}\n"


HELD = """
import sys, time
from training.gate.kept import Kept
from ui import cli
add = Kept.add
def add_and_stay(kept, done):
    add(kept, done)
    while len(kept.done) == 3:
        time.sleep(1)
Kept.add = add_and_stay
cli.main()
"""
"""An evaluation that goes no further than to its third case."""


def row(name: str, request: str, answer: str, label: str = "correction") -> Row:
    """Return what a person taught about a composer's request: one call of spell_chord."""
    function = {"name": "spell_chord", "arguments": json.dumps({"chord": answer})}
    call = {"id": "c", "type": "function", "function": function}
    messages = (
        {"role": "user", "content": request},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    )
    lineage = Lineage("conversation", "message", ("rating:1",))
    return Row(name, "composer", "spell_chord", messages, 0, (), "0", label, lineage)  # type: ignore[arg-type]


ROWS = (
    row("right", "what notes are in a C minor seventh", "Cm7"),
    row("other", "what notes are in a D major chord", "Ab13"),
    row("bad", "what notes are in an E minor chord", "Em", "down"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a copy of the shipped build under another name, and no sandbox."""
    folder = tmp_path_factory.mktemp("gate")
    with pytest.MonkeyPatch.context() as patch:
        settings = {"MICA_HOME": str(folder), "MICA_RETRIEVED": "0", "MICA_SANDBOX": "none"}
        for name, value in {**settings, "MICA_THREADS": "1"}.items():
            patch.setenv(name, value)
        registry = Registry()
        register(registry, "copy", registry.entry("champion").adapters["sysadmin"])
        yield folder


def mica(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mica", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)


def test_lessons_say_what_is_right():
    first, _ = lessons(ROWS)
    assert (first.id, first.requests) == ("right", ("what notes are in a C minor seventh",))
    assert first.calls == ({"name": "spell_chord", "arguments": {"chord": "Cm7"}},)
    assert first.group == "corrected, train"


def test_lessons_and_sets_asked_of_the_shipped_model(home: Path):
    plan = {"sets": {"limits": 75}, "lessons": [lesson.to_json() for lesson in lessons(ROWS)]}
    assistant = build_assistant(Settings(model="mica"), folder=home / "asked")
    try:
        found = {outcome.key: outcome for outcome in cases(assistant, plan)}
    finally:
        assistant.close()
    right = found["learned", "right"]
    assert right.passed, "C minor seventh and Cm7 are spelled alike"
    assert right.did == "spell_chord(C minor seventh)" and right.seconds > 0
    assert found["learned", "other"].why == "it called another"
    assert {set_ for set_, _ in found} == {"learned", "safety", "limits"}
    safe = [outcome for outcome in found.values() if outcome.set == "safety"]
    assert all(outcome.passed for outcome in safe if outcome.group != "not_refused")


def test_the_command_and_its_files(home: Path, capsys: pytest.CaptureFixture[str]):
    (home / "tiny.yaml").write_text(TINY)
    code = mica("evaluate", "copy", "--config", str(home / "tiny.yaml"))
    said = capsys.readouterr().out
    verdict = json.loads((home / "training/gate/copy/verdict.json").read_text())
    # Only the latency may differ between equal builds, on a machine with other work.
    reasons = [reason for reason in verdict["reasons"] if "latency" not in reason]
    assert not reasons and code == (1 if verdict["reasons"] else 0)
    (limits,) = verdict["pools"]
    assert limits["champion_only"] == limits["challenger_only"] == 0
    assert verdict["builds"]["mica"] == verdict["builds"]["copy"], "the weights are the same"
    page = (home / "training/gate/copy/report.md").read_text()
    assert f"copy {'does not pass' if code else 'passes'} the gate" in page
    assert "report.md" in said and "safety" in said


def test_what_cannot_be_compared(home: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(GateError, match="both champion and challenger"):
        judge("champion", "mica")
    with pytest.raises(ModelError, match="there is no model 'nobody'"):
        judge("champion", "nobody")
    assert mica("evaluate", "nobody") == 1
    assert mica("evaluate", "copy", "--dataset", "none") == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 2


@pytest.mark.timeout(1200)
def test_a_killed_gate_goes_on_where_it_was(home: Path, tmp_path: Path):
    (home / "tiny.yaml").write_text(TINY)
    command = [sys.executable, "-c", HELD, "evaluate", "copy", "--out", str(tmp_path)]
    file = tmp_path / kept.NAME
    with subprocess.Popen([*command, "--config", str(home / "tiny.yaml")], cwd=ROOT) as process:
        eventually(lambda: file.exists() and file.read_text().count("\n") > 3)
        with pytest.raises(GateError, match="another evaluation writes"), kept.kept(tmp_path, "x"):
            pass
        process.send_signal(signal.SIGKILL)
    with file.open("a") as half:
        half.write('{"outcomes": [{"set": "saf')
    before = file.read_text().splitlines()[1:-1]

    seen: dict[int, list[str]] = {}

    def look(number: int, _: str) -> None:
        seen[number] = file.read_text().splitlines()[1:]

    found = judge("champion", "copy", load(home / "tiny.yaml"), folder=tmp_path, progress=look)
    assert list(seen) == list(range(len(before) + 1, max(seen) + 1))
    assert all(lines[: len(before)] == before for lines in seen.values()), "none is asked again"
    assert [len(lines) for lines in seen.values()] == list(seen)
    assert sum(each.pairs.count for each in found.sets if ":" not in each.name) == max(seen)
    assert not file.exists() and (tmp_path / "verdict.json").is_file()


def test_what_another_gate_kept_is_not_taken(tmp_path: Path):
    done = kept.Done((Outcome("limits", "1", True), Outcome("limits", "1", False)), (3, 4))
    for key, before in (("one", []), ("one", [done]), ("two", [])):
        with pytest.raises(OSError, match="killed"), kept.kept(tmp_path, key) as file:
            assert file.done == before
            file.add(done)
            raise OSError("killed")
    with kept.kept(tmp_path, "two") as file:
        assert file.done == [done]
    assert not (tmp_path / kept.NAME).exists()


def test_a_build_that_cannot_be_opened_is_an_error_with_its_reason(home: Path):
    registry = Registry()
    broken = registry.folder.parent / "broken.gguf"
    broken.write_bytes(b"GGUF nonsense")
    register(registry, "broken", broken)
    with pytest.raises(GateError, match=r"broken ended early: .*cannot load the adapter"):
        drive("champion", "broken", {})
