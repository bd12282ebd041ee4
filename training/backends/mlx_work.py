"""Trains a LoRA with mlx-lm: `python -m training.backends.mlx_work FOLDER`.

A run that goes on keeps its weights and its step; Adam's moments begin anew, since mlx-lm does
not save them.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_flatten
from mlx_lm import load
from mlx_lm.tuner.callbacks import TrainingCallback
from mlx_lm.tuner.trainer import TrainingArgs, evaluate, train
from mlx_lm.tuner.utils import linear_to_lora_layers

from records.whole import write_whole
from training.backends.reporting import Reporter, WorkError, finish, main
from training.backends.tracking import watcher
from training.export.dense import problem
from training.export.gguf import export_adapter
from training.export.reader import write_json, write_tensors
from training.runs.recipe import Recipe

PARTS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
         "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")  # fmt: skip


class _OverError(Exception):
    """The minutes of the recipe are over."""


class Watch(TrainingCallback):
    """Reports steps, keeps checkpoints, and ends the training when its minutes are over."""

    def __init__(self, folder: Path, recipe: Recipe, model: Any, reporter: Reporter) -> None:
        self._folder, self._recipe = folder, recipe
        self._model, self._reporter = model, reporter
        kept = folder / "state.json.mlx"
        state = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        self.step, self._spent = int(state.get("step", 0)), float(state.get("spent", 0))
        self._begun = self._saved = time.monotonic()
        self._first = self.step

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        """Note a report of mlx-lm's."""
        now, recipe = time.monotonic(), self._recipe
        elapsed = self._spent + now - self._begun
        self.step = self._first + train_info["iteration"]
        done = min(1.0, max(self.step / recipe.steps, elapsed / 60 / recipe.minutes))
        self._reporter.step(
            self.step, train_info["train_loss"], train_info["tokens_per_second"], done
        )
        if now - self._saved > recipe.checkpoint_minutes * 60:
            self._saved = now
            self._save(elapsed)
        if elapsed > recipe.minutes * 60:
            raise _OverError

    def _save(self, elapsed: float) -> None:
        weights = dict(tree_flatten(self._model.trainable_parameters()))
        mx.save_safetensors(str(self._folder / "fresh.safetensors"), weights)
        (self._folder / "fresh.safetensors").replace(self._folder / "state.safetensors")
        state = {"step": self.step, "spent": elapsed}
        write_whole(self._folder / "state.json.mlx", json.dumps(state))


def load_model(recipe: Recipe) -> tuple[Any, Any, dict[str, Any]]:
    """Return the base with an untrained LoRA, its tokenizer and its config.

    Raises:
        WorkError: it is not a dense Granite.
    """
    config = _config(recipe.base)
    theta = (config.get("rope_parameters") or config).get("rope_theta", 10000.0)
    model, tokenizer = load(recipe.base, model_config={"rope_theta": theta})
    if recipe.loading == "4bit":
        nn.quantize(model, group_size=64, bits=4)
    model.freeze()
    lora = {"rank": recipe.rank, "scale": recipe.alpha / recipe.rank, "dropout": 0.0,
            "keys": set(PARTS)}  # fmt: skip
    linear_to_lora_layers(model, len(model.layers), lora)
    return model, tokenizer, config


def load_rows(file: Path, tokenizer: Any, context: int) -> list[tuple[list[int], int]]:
    """Return rows as tokens and how many of them are the prompt, which is not learnt."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        prompt = tokenizer.encode(row["prompt"], add_special_tokens=False)
        whole = prompt + tokenizer.encode(row["completion"], add_special_tokens=False)
        if len(whole) <= context:
            found.append((whole, len(prompt)))
    return found


def run(folder: Path) -> None:
    """Train the run of a folder to its end and export the adapter."""
    recipe = Recipe.load(folder / "recipe.yaml")
    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))["files"]
    mx.random.seed(recipe.seed)
    np.random.seed(recipe.seed)
    model, tokenizer, config = load_model(recipe)
    rows = load_rows(folder / inputs["rows"], tokenizer, recipe.context)
    if len(rows) < recipe.batch_rows:
        raise WorkError(
            f"{len(rows)} rows are no longer than {recipe.context} tokens: raise context"
        )
    held_out = []
    if "held_out" in inputs:
        held_out = load_rows(folder / inputs["held_out"], tokenizer, recipe.context)[:128]
    print(f"{len(rows)} rows to train on, {len(held_out)} held out", flush=True)
    before = _held_out(model, held_out, recipe)
    with watcher(folder, recipe) as watch:
        reporter = Reporter(folder, watch)
        _train(folder, recipe, model, rows, reporter)
        export(folder, recipe, model, config)
        finish(
            folder,
            rows=len(rows),
            held_out_before=before,
            held_out_after=_held_out(model, held_out, recipe),
            device=str(mx.default_device()),
            adapter_sha256=hashlib.sha256((folder / "adapter.gguf").read_bytes()).hexdigest(),
        )


def _train(folder: Path, recipe: Recipe, model: Any, rows: Any, reporter: Reporter) -> None:
    callback = Watch(folder, recipe, model, reporter)
    if callback.step:
        print(f"going on from step {callback.step}", flush=True)
        model.load_weights(str(folder / "state.safetensors"), strict=False)
    left = recipe.steps - callback.step
    first = callback.step

    def rate(step: Any) -> Any:
        warm = mx.minimum(1.0, (step + 1 + first) / max(recipe.warmup, 1))
        turn = mx.minimum(1.0, (step + first) / recipe.steps)
        return recipe.learning_rate * warm * 0.5 * (1 + mx.cos(math.pi * turn))

    optimizer = optim.AdamW(learning_rate=rate, weight_decay=recipe.weight_decay)
    settings = TrainingArgs(
        batch_size=recipe.batch_rows,
        iters=left,
        steps_per_report=recipe.report_steps,
        steps_per_save=left + 1,
        max_seq_length=recipe.context,
        adapter_file=str(folder / "last.safetensors"),
        grad_accumulation_steps=recipe.accumulate,
    )
    try:
        train(model, optimizer, rows, None, settings, training_callback=callback)
    except _OverError:
        print("the minutes of the recipe are over", flush=True)


def export(folder: Path, recipe: Recipe, model: Any, config: dict[str, Any]) -> None:
    """Write the LoRA as a peft folder, then as `adapter.gguf`."""
    tensors = {}
    for name, array in tree_flatten(model.trainable_parameters()):
        base, _, half = name.rpartition(".lora_")
        turned = np.array(array.astype(mx.float32)).T  # mlx multiplies from the other side
        tensors[f"base_model.model.{base}.lora_{half.upper()}.weight"] = turned
    out = folder / "checkpoint"
    out.mkdir(exist_ok=True)
    write_tensors(out / "adapter_model.safetensors", tensors)
    settings = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": recipe.rank,
                "lora_alpha": recipe.alpha, "bias": "none", "base_model_name_or_path": recipe.base,
                "target_modules": [part.split(".")[1] for part in PARTS]}  # fmt: skip
    write_json(out / "adapter_config.json", settings)
    write_json(out / "config.json", config)
    export_adapter(out, out, folder / "adapter.tmp", name=f"mica-{recipe.specialist}")
    (folder / "adapter.tmp").replace(folder / "adapter.gguf")
    for name in ("last.safetensors", "state.safetensors", "state.json.mlx"):
        (folder / name).unlink(missing_ok=True)


def _held_out(model: Any, rows: Any, recipe: Recipe) -> float | None:
    if len(rows) < recipe.batch_rows:
        return None
    return round(evaluate(model, rows, recipe.batch_rows, -1, recipe.context), 5)


def _config(base: str) -> dict[str, Any]:
    from huggingface_hub import hf_hub_download

    local = Path(base) / "config.json"
    file = local if local.is_file() else Path(hf_hub_download(base, "config.json"))
    config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    found = problem(config)
    if found:
        raise WorkError(f"{base}: {found}")
    return config


if __name__ == "__main__":
    main(run)
