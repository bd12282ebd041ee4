"""What the workers on transformers' trainer share: reports, time, checkpoints, the export.

Runs in the environments of `trl` and `unsloth`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from records.whole import write_whole
from training.backends.reporting import Reporter, WorkError, finish, last_checkpoint
from training.backends.tracking import watcher
from training.export.dense import problem, targets
from training.export.gguf import export_adapter
from training.runs.recipe import Recipe

MOST_HELD_OUT = 128


class Watch(TrainerCallback):
    """Reports steps, saves by the clock, and ends the training when its minutes are over."""

    def __init__(self, folder: Path, recipe: Recipe, reporter: Reporter) -> None:
        self._folder, self._recipe, self._reporter = folder, recipe, reporter
        self._spent = float(_read(folder / "spent", "0"))
        self._begun = self._saved = self._last = time.monotonic()
        self._tokens = 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Look at the clock after each step."""
        now = time.monotonic()
        self._reporter.check_parent()
        if now - self._saved > self._recipe.checkpoint_minutes * 60:
            self._saved = now
            control.should_save = True
        if self._elapsed() > self._recipe.minutes * 60:
            control.should_training_stop = control.should_log = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **more: Any) -> None:
        """Pass on the loss."""
        if "loss" not in (logs or {}):
            return
        now, tokens = time.monotonic(), float(logs.get("num_tokens", 0))
        speed = (tokens - self._tokens) / (now - self._last) if tokens else 0.0
        self._tokens, self._last = tokens, now
        timed = self._elapsed() / 60 / self._recipe.minutes
        done = max(state.global_step / self._recipe.steps, timed)
        self._reporter.step(state.global_step, float(logs["loss"]), max(speed, 0.0), min(done, 1.0))

    def on_save(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        """Note the time that the checkpoint has taken so far."""
        write_whole(self._folder / "spent", str(self._elapsed()))

    def _elapsed(self) -> float:
        return self._spent + time.monotonic() - self._begun


def arguments(folder: Path, recipe: Recipe, *, bfloat16: bool, device: str) -> dict[str, Any]:
    """Return the settings that all of transformers' trainers share."""
    return {
        "output_dir": str(folder / "checkpoints"),
        "max_steps": recipe.steps,
        "per_device_train_batch_size": recipe.batch_rows,
        "per_device_eval_batch_size": recipe.batch_rows,
        "gradient_accumulation_steps": recipe.accumulate,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": recipe.warmup,
        "weight_decay": recipe.weight_decay,
        "max_length": recipe.context,
        "logging_steps": recipe.report_steps,
        "save_strategy": "no",  # `Watch` saves by the clock
        "save_total_limit": 1,
        "eval_strategy": "no",
        "seed": recipe.seed,
        "bf16": bfloat16,
        "use_cpu": device == "cpu",
        "report_to": "none",
        "disable_tqdm": True,
        "gradient_checkpointing": False,
        "router_aux_loss_coef": 0.0,  # dense Granites of the hybrid class have no experts
    }


def rows(folder: Path, name: str, most: int | None = None) -> Any:
    """Return the texts of a file of the run's folder as a `datasets.Dataset`, or None."""
    from datasets import Dataset

    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))["files"]
    if name not in inputs:
        return None
    lines = (folder / inputs[name]).read_text(encoding="utf-8").splitlines()[:most]
    return Dataset.from_list([json.loads(line) for line in lines])


def targets_of(base: str) -> list[str]:
    """Return the names of every linear layer of a checkpoint."""
    from transformers import AutoConfig

    return targets(AutoConfig.from_pretrained(base).to_dict())


def lora(recipe: Recipe) -> Any:
    """Return peft's settings: every linear layer is adapted."""
    from peft import LoraConfig

    return LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, target_modules=targets_of(recipe.base),
        task_type="CAUSAL_LM",
    )  # fmt: skip


def tokenizer_of(base: str) -> Any:
    """Return the tokenizer of a checkpoint, with an end and a padding token.

    Raises:
        WorkError: it names no end of a text.
    """
    from transformers import AutoConfig, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    if tokenizer.eos_token is None:
        number = AutoConfig.from_pretrained(base).eos_token_id
        if number is None:
            raise WorkError(f"{base} names no end of a text: set eos_token_id in its config.json")
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(number)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def check_dense(base: str) -> None:
    """See that what will be trained can be exported.

    Raises:
        WorkError: it is not a dense Granite.
    """
    from transformers import AutoConfig

    try:
        found = problem(AutoConfig.from_pretrained(base).to_dict())
    except (OSError, ValueError) as error:
        raise WorkError(f"the base {base} cannot be loaded: {error}") from error
    if found:
        raise WorkError(f"{base}: {found}")


def run(folder: Path, make: Callable[[Path, Recipe, Any], Any]) -> None:
    """Train the run of a folder to its end and export.

    `make` returns the trainer for the folder, its recipe and a callback.
    """
    recipe = Recipe.load(folder / "recipe.yaml")
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    check_dense(recipe.base)
    with watcher(folder, recipe) as watch:
        trainer = make(folder, recipe, Watch(folder, recipe, Reporter(folder, watch)))
        before = _held_out(trainer)
        checkpoints = folder / "checkpoints"
        last = last_checkpoint(checkpoints)
        if last:
            print(f"going on from {last.name}", flush=True)
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        trainer.save_model(str(folder / "checkpoint"))
        export(folder, recipe, trainer.model.config)
        peak = torch.cuda.max_memory_allocated() >> 20 if torch.cuda.is_available() else None
        after = _held_out(trainer)
        shutil.rmtree(checkpoints, ignore_errors=True)
        finish(
            folder,
            rows=len(trainer.train_dataset),
            held_out_before=before,
            held_out_after=after,
            device=str(trainer.args.device),
            card_memory_mb=peak,
            adapter_sha256=hashlib.sha256((folder / "adapter.gguf").read_bytes()).hexdigest(),
        )


def export(folder: Path, recipe: Recipe, config: Any) -> None:
    """Write the peft folder `checkpoint` as `adapter.gguf`."""
    config.save_pretrained(folder / "checkpoint")  # beside adapter_config.json
    export_adapter(
        folder / "checkpoint", folder / "checkpoint" / "config.json", folder / "adapter.tmp",
        name=f"mica-{recipe.specialist}",
    )  # fmt: skip
    (folder / "adapter.tmp").replace(folder / "adapter.gguf")


def _held_out(trainer: Any) -> float | None:
    if trainer.eval_dataset is None:
        return None
    return round(float(trainer.evaluate()["eval_loss"]), 5)


def _read(file: Path, default: str) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else default
