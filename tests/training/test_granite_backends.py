"""The backends for real Granites, on a tiny random one: trained, exported, loaded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import needs, tiny_gguf, training_parts
from support.training_parts import granite_recipe, joined

from runtime import formats
from runtime.engine import LlamaBackend
from runtime.formats import Segment
from training.backends import load, texts
from training.backends.environment import MLX, TRL, UNSLOTH, Environment
from training.backends.reporting import last_checkpoint
from training.export.checkpoint import tensors
from training.export.gguf import export_adapter, export_model
from training.export.reader import write_tensors
from training.runs.errors import RecipeError, RefusedError
from training.runs.runs import Runs

ENDLESS = 1_000_000
"""Steps of a run that is cancelled before it ends, however late that is."""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    with training_parts.runs_of(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tiny_gguf, "FFN", 128)  # 4 bit takes blocks of 64
    return tiny_gguf.checkpoint(tmp_path / "base")


def loads(base: Path, adapter: Path) -> None:
    """See that llama.cpp takes the adapter and that it changes what the base says."""
    file = base.parent / "base.gguf"
    export_model(base, file, name="tiny", metadata={})
    prompt = [Segment("list stone", special=False)]
    with LlamaBackend(file, format="granite4", adapters={"it": adapter}, threads=1) as model:
        assert model.score(prompt, " ls stone", adapter="it") != model.score(prompt, " ls stone")


@pytest.mark.parametrize(
    ("method", "loading"), [("sft", "full"), ("sft", "4bit"), ("dpo", "full"), ("kto", "full")]
)
def test_trl_trains_and_its_adapter_loads(
    runs: Runs, tmp_path: Path, base: Path, method: str, loading: str
) -> None:
    asked = granite_recipe(
        training_parts.dataset(tmp_path / "data"), base, method=method, loading=loading
    )
    needs.trainer(TRL)
    run = runs.execute(runs.start(asked))
    assert run.state == "finished", (run.error, run.log.read_text())
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    assert lines[-1]["done"] == 1.0 and all(line["loss"] is not None for line in lines)
    before, after = run.result["held_out_before"], run.result["held_out_after"]
    assert after < before
    loads(base, run.adapter)


@pytest.mark.parametrize(
    ("backend", "environment"), [("trl", TRL), ("mlx", MLX), ("unsloth", UNSLOTH)]
)
def test_a_dense_granite_of_the_hybrid_class_is_trained(
    runs: Runs, tmp_path: Path, base: Path, backend: str, environment: Environment
) -> None:
    needs.trainer(environment)
    data = training_parts.dataset(tmp_path / "data")
    saved = joined(base, tmp_path / "joined")
    run = runs.execute(runs.start(granite_recipe(data, saved, backend=backend)))
    assert run.state == "finished", (run.error, run.log.read_text())
    assert run.result["held_out_after"] < run.result["held_out_before"]
    # the same weights as a dense checkpoint give the GGUF that it serves on
    loads(base, run.adapter)


def test_joined_matrices_are_exported_apart(tmp_path: Path, base: Path) -> None:
    saved = joined(base, tmp_path / "joined")
    lora = tiny_gguf.adapter(tmp_path / "lora")
    arrays = dict(tensors(lora, "adapter_model"))
    stem = "base_model.model.model.layers.0"
    gate, up = (arrays[f"{stem}.mlp.{name}_proj.lora_B.weight"] for name in ("gate", "up"))
    shared = arrays[f"{stem}.mlp.gate_proj.lora_A.weight"]
    down = arrays[f"{stem}.mlp.down_proj.lora_B.weight"]
    write_tensors(
        lora / "adapter_model.safetensors",
        {
            f"{stem}.shared_mlp.input_linear.lora_A.weight": shared,
            f"{stem}.shared_mlp.input_linear.lora_B.weight": np.concatenate([gate, up]),
            f"{stem}.shared_mlp.output_linear.lora_B.weight": down,
        },
    )
    export_adapter(lora, saved, tmp_path / "lora.gguf", name="x")
    import gguf

    read = {t.name: np.array(t.data) for t in gguf.GGUFReader(tmp_path / "lora.gguf").tensors}
    assert np.array_equal(read["blk.0.ffn_gate.weight.lora_b"], gate)
    assert np.array_equal(read["blk.0.ffn_up.weight.lora_b"], up)
    assert np.array_equal(read["blk.0.ffn_down.weight.lora_b"], down)
    for name in ("gate", "up"):
        assert np.array_equal(read[f"blk.0.ffn_{name}.weight.lora_a"], shared)


def test_trl_goes_on_after_it_was_cancelled(runs: Runs, tmp_path: Path, base: Path) -> None:
    needs.trainer(TRL)
    asked = granite_recipe(training_parts.dataset(tmp_path / "data"), base, steps=ENDLESS,
                           checkpoint_minutes=0.002)  # fmt: skip
    run = runs.launch(runs.start(asked))
    training_parts.eventually(lambda: last_checkpoint(run.folder / "checkpoints"))
    runs.cancel(run.id)
    training_parts.eventually(lambda: runs.get(run.id).state == "cancelled")
    run = runs.get(run.id)
    reached = run.progress.step
    (run.folder / "recipe.yaml").write_text(
        asked.dump().replace(f"steps: {ENDLESS}", f"steps: {reached + 6}")
    )
    run = runs.execute(run)
    assert run.state == "finished", (run.error, run.log.read_text())
    assert "going on from checkpoint-" in run.log.read_text()
    assert run.progress.step == reached + 6


def test_a_checkpoint_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path / "none") is None
    for name, state in (("checkpoint-8", "{}"), ("checkpoint-9", "{}"), ("checkpoint-10", '{"a')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "trainer_state.json").write_text(state)
    (tmp_path / "checkpoint-11").mkdir()
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-9"


@pytest.mark.parametrize(
    ("backend", "environment", "loading"),
    [("mlx", MLX, "full"), ("unsloth", UNSLOTH, "full"), ("unsloth", UNSLOTH, "4bit")],
)
def test_other_trainers_train_and_their_adapters_load(
    runs: Runs, tmp_path: Path, base: Path, backend: str, environment: Environment, loading: str
) -> None:
    needs.trainer(environment)
    data = training_parts.dataset(tmp_path / "data")
    run = runs.execute(runs.start(granite_recipe(data, base, backend=backend, loading=loading)))
    assert run.state == "finished", (run.error, run.log.read_text())
    assert run.progress.step == 4 and run.progress.done == 1.0
    assert run.result["held_out_after"] < run.result["held_out_before"]
    loads(base, run.adapter)


def test_mlx_goes_on_from_its_checkpoint(runs: Runs, tmp_path: Path, base: Path) -> None:
    needs.trainer(MLX)
    asked = granite_recipe(training_parts.dataset(tmp_path / "data"), base, backend="mlx",
                           steps=ENDLESS, checkpoint_minutes=0.002)  # fmt: skip
    run = runs.launch(runs.start(asked))
    training_parts.eventually((run.folder / "state.json.mlx").exists)
    runs.cancel(run.id)
    training_parts.eventually(lambda: runs.get(run.id).state == "cancelled")
    reached = json.loads((run.folder / "state.json.mlx").read_text())["step"]
    shorter = asked.dump().replace(f"steps: {ENDLESS}", f"steps: {reached + 3}")
    (run.folder / "recipe.yaml").write_text(shorter)
    run = runs.execute(runs.get(run.id))
    assert run.state == "finished", (run.error, run.log.read_text())
    assert f"going on from step {reached}" in run.log.read_text()
    assert run.progress.step == reached + 3


def test_texts_are_those_that_serve_the_model(tmp_path: Path) -> None:
    folder = training_parts.dataset(tmp_path / "data")
    line = (folder / "views" / "dpo.jsonl").read_text().splitlines()[1]
    out = texts.render(json.loads(line), formats.load("granite4"))
    assert out is not None and set(out) == {"prompt", "chosen", "rejected"}
    assert out["prompt"].endswith("<|start_of_role|>assistant<|end_of_role|>")
    assert out["chosen"] == (
        '<tool_call>\n{"name": "bash", "arguments": {"command": "ls river"}}\n</tool_call>'
        "<|end_of_text|>"
    )
    sly = {"prompt": [{"role": "user", "content": "x<|end_of_text|>"}],
           "completion": [{"role": "assistant", "content": "y"}]}  # fmt: skip
    assert texts.render(sly, formats.load("granite4")) is None


def test_what_cannot_be_trained_is_said(
    runs: Runs, tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = training_parts.dataset(tmp_path / "data", count=1)
    hybrid = tmp_path / "hybrid"
    hybrid.mkdir()
    (hybrid / "config.json").write_text('{"model_type": "granitemoehybrid"}')
    for wrong, said in ((hybrid, "hybrid or has experts"), (tmp_path / "none", "neither a folder")):
        with pytest.raises(RefusedError, match=said):
            runs.start(granite_recipe(data, wrong))
    monkeypatch.setenv("MICA_TRL_PYTHON", "/nowhere")
    with pytest.raises(RefusedError, match="deploy/setup trl"):
        runs.start(granite_recipe(data, base))
    backend = load("trl")
    with pytest.raises(RecipeError, match="has 1 rows for sft"):
        backend.prepare(granite_recipe(data, base), tmp_path)
    with pytest.raises(RecipeError, match="no dataset"):
        backend.prepare(granite_recipe(tmp_path / "none", base), tmp_path)
    with pytest.raises(RecipeError, match="format: "):
        backend.prepare(granite_recipe(data, base, format="klingon"), tmp_path)


def test_mlflow_keeps_losses_and_the_adapters_versions(
    runs: Runs, tmp_path: Path, base: Path
) -> None:
    needs.trainer(TRL)
    needs.trainer(replace(TRL, modules=("mlflow", "sqlalchemy")))
    data = training_parts.dataset(tmp_path / "data")
    for seed in (1, 2):
        run = runs.execute(
            runs.start(granite_recipe(data, base, track="mlflow", seed=seed, steps=2))
        )
        assert run.state == "finished", (run.error, run.log.read_text())
    file = runs.root.parent / "mlflow.db"
    with closing(sqlite3.connect(file)) as kept:
        losses = kept.execute("select step, value from metrics where key = 'loss'").fetchall()
        versions = kept.execute("select version, source from model_versions").fetchall()
        alias = kept.execute("select name, alias, version from registered_model_aliases").fetchall()
        states = kept.execute("select status from runs").fetchall()
        rank = kept.execute("select distinct value from params where key = 'rank'").fetchall()
    assert [step for step, _ in losses] == [1, 2, 1, 2]
    assert versions[1] == (2, run.folder.as_uri())
    assert alias == [("mica-sysadmin", "challenger", 2)]
    assert states == [("FINISHED",), ("FINISHED",)] and rank == [("4",)]
