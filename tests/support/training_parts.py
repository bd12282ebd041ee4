"""A home for training runs, rows for the shipped backend, and small recipes."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from runtime.formats import mica
from training.export.checkpoint import tensors
from training.export.reader import write_tensors
from training.runs.recipe import Recipe
from training.runs.runs import Runs

WORDS = ("apple", "river", "stone", "cloud", "paper", "green", "seven", "table")
GATE = """
sets: {limits: 75}
pools:
  limits: {sets: [limits], margin: 1}
latency: {median: 9, p95: 9, slack_seconds: 300}
memory: {ratio: 2, slack_mb: 500}
"""
"""A gate of one small set with margins so wide that a test of the loop passes it."""


def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own, in which `mica` is the champion."""
    monkeypatch.setenv("MICA_HOME", str(folder / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return folder / "home" / "training" / "runs"


@contextmanager
def runs_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Give the runs of a home of their own; what still trains when a test ends is cancelled."""
    runs = Runs(home(folder, monkeypatch))
    yield runs
    for run in runs.list():
        if run.state in ("queued", "running"):
            runs.cancel(run.id)


def turn(request: str, answer: str) -> str:
    """Return a row's text as the shipped models see it."""
    turns = (("system", "shell"), ("user", request), ("assistant", answer))
    return "".join(f"{mica.START}{who}{mica.MIDDLE}{said}{mica.END}" for who, said in turns)


def rows(folder: Path, *, specialist: str = "sysadmin", count: int = 40) -> Path:
    """Write `rows.jsonl`: answers that the shipped model does not give by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            word, other = WORDS[number % 8], WORDS[number // 8 % 8]
            text = turn(f"say {word} after {other}", f"The word is {word}.")
            row = {"specialist": specialist, "kind": "correction", "text": text}
            file.write(json.dumps(row) + "\n")
    return folder


def recipe(data: Path, **changes: object) -> Recipe:
    """Return a recipe that trains in seconds."""
    quick = {"steps": 12, "batch_tokens": 120, "report_steps": 2, "threads": 1,
             "learning_rate": 2e-3, "warmup": 2, "held_out": 0.2}  # fmt: skip
    return Recipe.of({"backend": "shipped", "specialist": "sysadmin", "data": str(data),
                      **quick, **changes})  # fmt: skip


def eventually(check: Callable[[], object], seconds: float = 300.0) -> None:
    """Wait until `check` gives something true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"it did not happen within {seconds:.0f} seconds"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


TOOLS = json.dumps(
    [{"type": "function", "function": {
        "name": "bash", "description": "Run.",
        "parameters": {"type": "object", "properties": {"command": {"type": "string"}}}}}]
)  # fmt: skip


def dataset(folder: Path, count: int = 8) -> Path:
    """Write the views of a dataset: calls to learn, choices, verdicts, and some held out."""
    for part in ("views", "views/held-out"):
        (folder / part).mkdir(parents=True)
        views: dict[str, list[dict]] = {"sft-prompt-completion": [], "dpo": [], "kto": []}
        for number in range(count):
            asked = [{"role": "user", "content": f"list {WORDS[number % 8]}"}]
            good, bad = _call(f"ls {WORDS[number % 8]}"), _call("rm")
            shared = {"prompt": asked, "tools": TOOLS}
            views["sft-prompt-completion"].append({**shared, "completion": [good]})
            views["dpo"].append({**shared, "chosen": [good], "rejected": [bad]})
            views["kto"].append({**shared, "completion": [good], "label": True})
            views["kto"].append({**shared, "completion": [bad], "label": False})
        for name, examples in views.items():
            text = "".join(json.dumps(example) + "\n" for example in examples)
            (folder / part / f"{name}.jsonl").write_text(text)
    return folder


def _call(command: str) -> dict:
    function = {"name": "bash", "arguments": {"command": command}}
    return {"role": "assistant", "content": "",
            "tool_calls": [{"id": "c", "type": "function", "function": function}]}  # fmt: skip


def granite_recipe(data: Path, base: Path, **changes: object) -> Recipe:
    """Return a recipe for a tiny Granite checkpoint that trains in seconds."""
    quick = {"steps": 4, "batch_rows": 2, "report_steps": 1, "threads": 1, "warmup": 1,
             "learning_rate": 2e-3, "rank": 4, "alpha": 8, "device": "cpu"}  # fmt: skip
    return Recipe.of({"backend": "trl", "specialist": "sysadmin", "data": str(data),
                      "base": str(base), **quick, **changes})  # fmt: skip


def joined(base: Path, out: Path) -> Path:
    """Write a dense checkpoint as Granite 4.0's small ones come: `granitemoehybrid`."""
    arrays = dict(tensors(base))
    for name in [name for name in arrays if ".mlp.gate_proj." in name]:
        up = name.replace("gate_proj", "up_proj")
        down = name.replace("gate_proj", "down_proj")
        both = np.concatenate([arrays.pop(name), arrays.pop(up)])
        arrays[name.replace("mlp.gate_proj", "shared_mlp.input_linear")] = both
        arrays[down.replace("mlp.down_proj", "shared_mlp.output_linear")] = arrays.pop(down)
    shutil.copytree(base, out)
    write_tensors(out / "model.safetensors", arrays)
    config = json.loads((base / "config.json").read_text())
    config |= {
        "architectures": ["GraniteMoeHybridForCausalLM"], "model_type": "granitemoehybrid",
        "layer_types": ["attention"] * config["num_hidden_layers"], "num_local_experts": 0,
        "num_experts_per_tok": 0, "position_embedding_type": "rope",
        "shared_intermediate_size": config["intermediate_size"],
    }  # fmt: skip
    (out / "config.json").write_text(json.dumps(config))
    return out
