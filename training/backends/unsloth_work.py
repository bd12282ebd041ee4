"""Trains a LoRA with Unsloth: `python -m training.backends.unsloth_work FOLDER`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")

import unsloth  # noqa: I001  it patches the others, so it comes before them
import torch
import trl

from training.backends import hf_work
from training.backends.checks import uses_bfloat16
from training.backends.reporting import main
from training.runs.machine import this_machine
from training.runs.recipe import Recipe


def trainer_of(folder: Path, recipe: Recipe, callback: Any) -> Any:
    """Return TRL's SFT trainer over Unsloth's model."""
    bfloat16 = uses_bfloat16(recipe, this_machine())
    model, tokenizer = unsloth.FastLanguageModel.from_pretrained(
        model_name=recipe.base,
        max_seq_length=recipe.context,
        dtype=torch.bfloat16 if bfloat16 else torch.float32,
        load_in_4bit=recipe.loading == "4bit",
        use_gradient_checkpointing=False,
    )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = unsloth.FastLanguageModel.get_peft_model(
        model,
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=hf_work.targets_of(recipe.base),
        lora_dropout=0,
        bias="none",
        random_state=recipe.seed,
        use_gradient_checkpointing=False,
    )
    shared = hf_work.arguments(folder, recipe, bfloat16=bfloat16, device="cuda")
    return trl.SFTTrainer(
        model=model,
        args=trl.SFTConfig(**shared),
        train_dataset=hf_work.rows(folder, "rows"),
        eval_dataset=hf_work.rows(folder, "held_out", hf_work.MOST_HELD_OUT),
        processing_class=tokenizer,
        callbacks=[callback],
    )


if __name__ == "__main__":
    main(lambda folder: hf_work.run(folder, trainer_of))
