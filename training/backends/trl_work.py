"""Trains a LoRA with TRL: `python -m training.backends.trl_work FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from training.backends import hf_work
from training.backends.checks import chosen_card, uses_bfloat16
from training.backends.reporting import main
from training.runs.machine import this_machine
from training.runs.recipe import Recipe


def device_of(recipe: Recipe) -> str:
    """Return where to train: what the recipe says, else the best that there is."""
    if recipe.device != "auto":
        return recipe.device
    if chosen_card(recipe, this_machine()) and torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def load_model(recipe: Recipe, device: str, *, bfloat16: bool) -> Any:
    """Return the base, whole or with its matrices in 4 bit (nf4, doubly quantised)."""
    dtype = torch.bfloat16 if bfloat16 else torch.float32
    more: dict[str, Any] = {}
    if recipe.loading == "4bit":
        more["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    return AutoModelForCausalLM.from_pretrained(
        recipe.base, dtype=dtype, device_map={"": device}, **more
    )


def weights(labels: list[bool]) -> dict[str, float]:
    """Return KTO's weights under which thumbs up and thumbs down count alike in all."""
    good = sum(labels)
    bad = len(labels) - good
    if not good or not bad:
        return {}
    most = max(good, bad)
    return {"desirable_weight": most / good, "undesirable_weight": most / bad}


def trainer_of(folder: Path, recipe: Recipe, callback: Any) -> Any:
    """Return TRL's trainer for the method of a recipe."""
    import trl

    device = device_of(recipe)
    bfloat16 = uses_bfloat16(recipe, this_machine())
    shared = hf_work.arguments(folder, recipe, bfloat16=bfloat16, device=device)
    trainer, config = {
        "sft": (trl.SFTTrainer, trl.SFTConfig),
        "dpo": (trl.DPOTrainer, trl.DPOConfig),
        "kto": (trl.KTOTrainer, trl.KTOConfig),
    }[recipe.method]
    rows = hf_work.rows(folder, "rows")
    more = {} if recipe.method == "sft" else {"beta": recipe.beta}
    if recipe.method == "kto":
        more |= weights(rows["label"])
    return trainer(
        model=load_model(recipe, device, bfloat16=bfloat16),
        args=config(**shared, **more),
        train_dataset=rows,
        eval_dataset=hf_work.rows(folder, "held_out", hf_work.MOST_HELD_OUT),
        processing_class=hf_work.tokenizer_of(recipe.base),
        peft_config=hf_work.lora(recipe),
        callbacks=[callback],
    )


if __name__ == "__main__":
    main(lambda folder: hf_work.run(folder, trainer_of))
