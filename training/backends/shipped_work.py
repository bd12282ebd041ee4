"""Trains a LoRA on a base read back from GGUF: `python -m training.backends.shipped_work FOLDER`.

Runs in the training environment; `training.runs` starts it and reads what it leaves.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import GraniteForCausalLM

from training import pretrain
from training.backends.checks import chosen_card, uses_bfloat16
from training.backends.reporting import Reporter, WorkError, finish, main
from training.backends.tracking import watcher
from training.export.gguf import export_adapter
from training.export.reader import import_adapter, import_model
from training.runs.machine import this_machine
from training.runs.recipe import Recipe

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
MOST_HELD_OUT = 128


def config_of(recipe: Recipe, base: dict[str, Any], device: str) -> pretrain.Config:
    """Return the trainer's settings for a recipe."""
    return pretrain.Config(
        context=min(recipe.context, base["max_position_embeddings"]),
        batch_tokens=recipe.batch_tokens,
        steps=recipe.steps,
        minutes=recipe.minutes,
        learning_rate=recipe.learning_rate,
        warmup=max(recipe.warmup, 1),
        weight_decay=recipe.weight_decay,
        seed=recipe.seed,
        device=device,
        bfloat16=uses_bfloat16(recipe, this_machine()),
        checkpoint_minutes=recipe.checkpoint_minutes,
        adapter_rank=recipe.rank,
        adapter_alpha=recipe.alpha,
        report_steps=recipe.report_steps,
    )


def load_model(folder: Path, inputs: dict[str, str], recipe: Recipe) -> Any:
    """Return the base with its LoRA: the one that serves, or a fresh one of `rank`."""
    from peft import LoraConfig, PeftModel, get_peft_model

    base = import_model(Path(inputs["base"]), folder / "base")
    model = GraniteForCausalLM.from_pretrained(base, dtype=torch.float32)
    if "adapter" in inputs:
        start = import_adapter(Path(inputs["adapter"]), base, folder / "start")
        return PeftModel.from_pretrained(model, str(start), is_trainable=True)
    lora = LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, target_modules=TARGETS, task_type="CAUSAL_LM"
    )
    return get_peft_model(model, lora)


def load_rows(
    folder: Path, inputs: dict[str, str], config: pretrain.Config, recipe: Recipe
) -> tuple[list[pretrain.Example], list[pretrain.Example]]:
    """Return the rows to train on and those held out; the same ones however often it starts.

    Raises:
        WorkError: no row is short enough.
    """
    tokenizer = Tokenizer.from_file(str(folder / "base" / "tokenizer.json"))
    examples = pretrain.load_examples(
        folder / inputs["rows"], tokenizer, config.context, recipe.specialist
    )
    if not examples:
        raise WorkError(f"every row is longer than {config.context} tokens; raise context")
    random.Random(recipe.seed).shuffle(examples)
    count = min(round(recipe.held_out * len(examples)), MOST_HELD_OUT)
    return examples[count:], examples[:count]


def run(folder: Path) -> None:
    """Train the run of a folder to its end and export the adapter."""
    recipe = Recipe.load(folder / "recipe.yaml")
    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))["files"]
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    card = chosen_card(recipe, this_machine())
    device = "cuda" if card and torch.cuda.is_available() else "cpu"
    model = load_model(folder, inputs, recipe)
    base = json.loads((folder / "base" / "config.json").read_text(encoding="utf-8"))
    config = config_of(recipe, base, device)
    examples, held_out = load_rows(folder, inputs, config, recipe)
    model.to(device)
    print(f"{len(examples)} rows to train on, {len(held_out)} held out, on {device}", flush=True)
    core = model.base_model.model
    before = pretrain.evaluate(core, held_out, config) if held_out else None
    with watcher(folder, recipe) as watch:
        reporter = Reporter(folder, watch)
        after = pretrain.train(model, examples, held_out, config, folder, reporter.step)
        model.save_pretrained(folder / "checkpoint")
        export_adapter(
            folder / "checkpoint", folder / "base", folder / "adapter.tmp",
            name=f"mica-{recipe.specialist}",
        )  # fmt: skip
        (folder / "adapter.tmp").replace(folder / "adapter.gguf")
        _clear(folder)
        finish(
            folder,
            rows=len(examples),
            held_out_rows=len(held_out),
            held_out_before=_rounded(before),
            held_out_after=_rounded(after) if held_out else None,
            device=device,
            adapter_sha256=hashlib.sha256((folder / "adapter.gguf").read_bytes()).hexdigest(),
        )


def _rounded(loss: float | None) -> float | None:
    return None if loss is None else round(loss, 5)


def _clear(folder: Path) -> None:
    """Remove what only going on needs: the base's weights and the optimizer's state."""
    for name in ("base", "start"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "state.pt").unlink(missing_ok=True)


if __name__ == "__main__":
    main(run)
