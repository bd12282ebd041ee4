"""The figures of a system: the systems compared, processes apart, and what MLflow keeps of them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from support import needs

from runtime.types import Usage
from training.evaluate import comparing, systems, tracking
from training.evaluate.measures import Measures, apart
from training.evaluate.turns import Turn, take_turn
from training.memory import peak_memory

MEGABYTES = 200


def turn(seconds: float) -> Turn:
    return Turn("sysadmin", (), "", seconds, 0.0, thinking=0.5, usage=Usage(10, 20))


def hold() -> int:
    return len(b"x" * (MEGABYTES * 1_000_000))


def test_measures_count_requests_by_what_passed_and_latency_by_turn():
    found = Measures.of("tuned", [True, False], [turn(0.1), turn(0.2), turn(0.9)], 321)
    assert (found.requests, found.right, found.accuracy) == (2, 1, 0.5)
    assert (found.p50, found.p95) == (200.0, 900.0)
    assert found.tokens_per_second == 40
    assert found.row.endswith("| 200 ms | 900 ms | 40 | 321 MB |")
    assert found.figures["memory"] == 321.0 and "system" not in found.figures


def test_a_system_that_asks_no_model_has_no_speed():
    assert "| – |" in Measures.counted("router", [True], [0.001], 100).row


def test_what_ran_before_does_not_count_as_memory():
    before = peak_memory()
    held, much = apart(hold)
    length, little = apart(len, "abc")
    assert (held, length) == (MEGABYTES * 1_000_000, 3)
    assert much - little > 0.8 * MEGABYTES
    assert peak_memory() - before < MEGABYTES


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_each_system_answers_a_music_request(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MICA_SANDBOX", "none")
    with systems.opened(name) as assistant:
        assert (assistant.parts.adapters is None) is name.startswith("tuned")
        told = take_turn(assistant, "eval-one", "notes of a C major chord")
    assert told.specialist == "composer" and told.usage.completion_tokens > 0


def test_without_mlflow_the_error_says_what_to_run(monkeypatch: pytest.MonkeyPatch):
    lacking = replace(tracking.ENVIRONMENT, variable="MICA_NO_PYTHON")
    monkeypatch.setenv("MICA_NO_PYTHON", "/nonexistent/python")
    monkeypatch.setattr(tracking, "ENVIRONMENT", lacking)
    with pytest.raises(tracking.TrackingError, match="deploy/setup trl"):
        tracking.keep("own", "0" * 64, [], "")


def test_mlflow_keeps_a_run_for_each_system(tmp_path: Path):
    needs.trainer(tracking.ENVIRONMENT)
    found = [
        (name, Measures.counted(name, [True, False], [0.1], 100).figures)
        for name in ("base", "tuned")
    ]
    first = tracking.keep("own", "0" * 64, found, "# Report", tmp_path)
    again = tracking.keep("own", "0" * 64, found[:1], "# Report", tmp_path)
    assert len({*first, *again}) == 3
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        accuracy = store.execute("select run_uuid, value from metrics where key = 'accuracy'")
        assert dict(accuracy.fetchall()) == dict.fromkeys([*first, *again], 0.5)
        names = store.execute("select name from runs where status = 'FINISHED'")
        assert sorted(name for (name,) in names) == ["own: base", "own: base", "own: tuned"]
    assert len(list(tmp_path.glob("evaluations/**/own.md"))) == 3


def test_what_a_music_tool_made_does_not_keep_its_result_from_coming_back():
    row = {
        "id": "own",
        "request": "notes of a C major chord",
        "calls": [{"spell_chord": {"chord": "C"}}],
        "answer": ["C E G"],
    }
    (result,), _ = apart(comparing.on_music, "base", [row], False)
    assert result.passed and "C E G" in result.turns[0].output
