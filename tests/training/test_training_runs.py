"""Runs of the shipped backend, for real: trained, killed, resumed, cancelled, refused."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs, small_disk, training_parts
from support.training_parts import alive, eventually, recipe, rows

from runtime.engine import LlamaBackend
from runtime.formats import Segment
from runtime.models.registry import Registry
from training.backends.environment import ROOT, SHIPPED
from training.runs.errors import BusyError, RecipeError, RefusedError, TrainingError
from training.runs.run import metrics_of, read
from training.runs.runs import Runs


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    needs.trainer(SHIPPED)
    with training_parts.runs_of(tmp_path, monkeypatch) as made:
        yield made


def likelihood(adapter: Path | None) -> float:
    """Return how likely the shipped base with an adapter finds an answer of the rows, in nats."""
    base = Registry().resolve("mica").path
    loaded = {"it": adapter} if adapter else {}
    asked, _, answer = training_parts.turn("say cloud after stone", "The word is").rpartition("The")
    with LlamaBackend(base, format="mica", adapters=loaded, threads=1) as model:
        prompt = [Segment(asked, special=True)]
        answer = "The" + answer
        return model.score(prompt, answer, adapter="it" if adapter else None)


def test_a_run_learns_and_its_adapter_loads(runs: Runs, tmp_path: Path) -> None:
    run = runs.start(recipe(rows(tmp_path / "rows"), steps=30))
    assert (run.state, run.progress.step) == ("queued", 0)
    seen = []
    run = runs.execute(run, seen.append)
    assert run.state == "finished", (run.error, run.log.read_text())
    assert [step.step for step in seen][-1] == 30
    assert (run.progress.done, run.progress.eta) == (1.0, 0.0)
    assert metrics_of(run.folder)[0]["eta"] is None, "after one report there is no pace to go by"
    assert run.result["held_out_after"] < run.result["held_out_before"] - 0.5
    assert (run.result["rows"], run.result["held_out_rows"]) == (32, 8)
    served = Registry().resolve("mica").adapters["sysadmin"]
    assert likelihood(run.adapter) > likelihood(served) + 5
    assert not list(run.folder.glob("*.tmp")) and not (run.folder / "state.pt").exists()
    assert runs.execute(run) == run  # it is done once
    assert runs.get("last") == runs.get(run.id[:-1]) == runs.list()[0] == run


def test_killed_in_the_middle_it_goes_on_from_its_checkpoint(runs: Runs, tmp_path: Path) -> None:
    asked = recipe(rows(tmp_path / "rows"), steps=1_000_000, checkpoint_minutes=0.002)
    run = runs.start(asked)
    command = [sys.executable, "-m", "training.runs", str(runs.root), run.id]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    eventually(lambda: (run.folder / "state.pt").exists() and read(run.folder).progress.step > 10)
    with pytest.raises(BusyError, match=run.id):
        runs.start(recipe(rows(tmp_path / "others"), seed=2))
    with pytest.raises(BusyError, match="one trains at a time"):
        runs.execute(run)
    assert runs.get(run.id).state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    eventually(lambda: runs.get(run.id).state == "failed")  # the trainer has noticed and ended
    killed = runs.get(run.id)
    assert "was killed" in killed.error and f"mica train resume {run.id}" in killed.error
    assert killed.progress.step > 10
    steps = killed.progress.step + 40
    fewer = recipe(tmp_path / "rows", steps=steps, checkpoint_minutes=0.002)
    (run.folder / "recipe.yaml").write_text(fewer.dump())
    again = runs.start(fewer)
    assert again.id == run.id
    done = runs.execute(again)
    assert (done.state, done.attempts) == ("finished", 2), done.error
    assert "going on from step" in done.log.read_text()
    assert [line["step"] for line in metrics_of(run.folder)] == list(range(2, steps + 1, 2))


def test_cancelling(runs: Runs, tmp_path: Path) -> None:
    asked = recipe(rows(tmp_path / "rows"), steps=1_000_000)
    run = runs.start(asked)
    assert runs.cancel(run.id).state == "cancelled"
    with pytest.raises(TrainingError, match="is cancelled already"):
        runs.cancel(run.id)
    run = runs.launch(runs.start(asked))
    eventually(lambda: runs.get(run.id).progress.step > 0)
    pid = runs.get(run.id).pid
    runs.cancel(run.id)
    eventually(lambda: runs.get(run.id).state == "cancelled")
    eventually(lambda: not alive(pid))
    assert not run.adapter.exists()


def test_a_run_that_has_ended_is_waited_for(runs: Runs, tmp_path: Path) -> None:
    asked = recipe(rows(tmp_path / "rows"))
    ended = runs.cancel(runs.start(asked).id)
    held = threading.Event()

    def let_go_late() -> None:
        with runs._lock.held(ended.id):
            held.set()
            time.sleep(1)

    holding = threading.Thread(target=let_go_late)
    holding.start()
    held.wait()
    assert runs.start(asked).state == "queued"
    holding.join()


def test_what_is_wrong_with_rows_or_base_is_said(runs: Runs, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere/rows.jsonl cannot be read"):
        runs.start(recipe(Path("/nowhere")))
    with pytest.raises(RecipeError, match="has 3 rows of sysadmin; training needs 8"):
        runs.start(recipe(rows(tmp_path / "few", count=3)))
    bad = rows(tmp_path / "bad")
    with (bad / "rows.jsonl").open("a") as file:
        file.write('{"specialist": "sysadmin"}\n')
    with pytest.raises(RecipeError, match=r"line 41: a row needs"):
        runs.start(recipe(bad))
    composers = rows(tmp_path / "c", specialist="juggler")
    with pytest.raises(RecipeError, match="mica has no adapter juggler; it has composer, sysadmin"):
        runs.start(recipe(composers, specialist="juggler"))
    assert runs.list() == []
    with pytest.raises(TrainingError, match="there is no run x"):
        runs.get("x")


def test_rows_that_are_too_long_fail_the_run(runs: Runs, tmp_path: Path) -> None:
    run = runs.execute(runs.start(recipe(rows(tmp_path / "rows"), context=8)))
    assert (run.state, run.error) == ("failed", "every row is longer than 8 tokens; raise context")


def test_a_run_that_cannot_work_here_is_refused(runs: Runs, tmp_path: Path) -> None:
    asked = recipe(rows(tmp_path / "rows"), loading="4bit", device="mps")
    with pytest.raises(RefusedError) as refused:
        runs.start(asked)
    assert len(refused.value.problems) == 2
    assert runs.list() == []


def test_a_full_disk_is_a_clear_error_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs.trainer(SHIPPED)
    training_parts.home(tmp_path, monkeypatch)
    with small_disk.mounted(tmp_path, "260m") as small:
        runs = Runs(small / "runs")
        asked = recipe(rows(tmp_path / "rows"), steps=60, checkpoint_minutes=0.002)
        run = runs.start(asked)
        ballast = small_disk.fill(small, but=19 << 20)  # the base fits, checkpoints do not
        failed = runs.execute(run)
        assert failed.state == "failed"
        assert "is full: make room" in failed.error and "mica train resume" in failed.error
        ballast.unlink()
        assert runs.execute(failed).state == "finished"
        shutil.rmtree(run.folder)
