"""Trains a LoRA with Unsloth: `python -m training.backends.unsloth_work FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from training.backends.checks import chosen_card, uses_bfloat16
from training.backends.reporting import main
from training.runs.machine import this_machine
from training.runs.recipe import Recipe

# Unsloth chooses its device when it is imported, and patches the others, so it comes before them.
DEVICE = (
    "cuda" if chosen_card(Recipe.load(Path(sys.argv[1], "recipe.yaml")), this_machine()) else "cpu"
)
os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")
os.environ["UNSLOTH_FORCE_CPU"] = str(int(DEVICE == "cpu"))

import unsloth  # noqa: E402, I001
import torch  # noqa: E402
import trl  # noqa: E402

from training.backends import hf_work  # noqa: E402


def trainer_of(folder: Path, recipe: Recipe, callback: Any) -> Any:
    """Return TRL's SFT trainer over Unsloth's model."""
    bfloat16 = uses_bfloat16(recipe, this_machine())
    model, _ = unsloth.FastLanguageModel.from_pretrained(
        model_name=recipe.base,
        max_seq_length=recipe.context,
        dtype=torch.bfloat16 if bfloat16 else torch.float32,
        load_in_4bit=recipe.loading == "4bit",
        use_gradient_checkpointing=False,
    )
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
    shared = hf_work.arguments(folder, recipe, bfloat16=bfloat16, device=DEVICE)
    return trl.SFTTrainer(
        model=model,
        args=trl.SFTConfig(**shared),
        train_dataset=hf_work.rows(folder, "rows"),
        eval_dataset=hf_work.rows(folder, "held_out", hf_work.MOST_HELD_OUT),
        processing_class=hf_work.tokenizer_of(recipe.base),
        callbacks=[callback],
    )


if __name__ == "__main__":
    main(lambda folder: hf_work.run(folder, trainer_of))
