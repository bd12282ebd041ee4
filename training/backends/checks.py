"""What keeps a recipe from working on a machine, told before anything is started."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from training.backends.environment import Environment
from training.export.dense import problem
from training.runs.machine import GIB, Card, Machine
from training.runs.memory import Size, needed
from training.runs.recipe import Recipe

LEAST_CAPABILITY = (7, 5)
"""The oldest cards that torch 2.13's CUDA builds and bitsandbytes' 4 bit run on: Turing."""

LEAST_BFLOAT16 = (8, 0)
ROOM = 200 << 20
"""Bytes that must be free on the disk before a run starts."""


def device_problems(recipe: Recipe, machine: Machine) -> list[str]:
    """Return why a recipe's device cannot be had here."""
    if machine.processor in ("armv7l", "armv6l"):
        return ["torch has no builds for 32-bit ARM: train on a 64-bit system"]
    if recipe.device == "mps" and not machine.is_apple:
        return ["device mps is a Mac's: take cpu or cuda"]
    if recipe.device == "cuda" and not machine.cards:
        return ["no CUDA card is found (nvidia-smi shows none): take device cpu, or install "
                "NVIDIA's driver"]  # fmt: skip
    card = chosen_card(recipe, machine)
    if card is None:
        return []
    version = f"{card.name} has compute capability {card.capability[0]}.{card.capability[1]}"
    if card.capability < LEAST_CAPABILITY:
        return [f"{version}; torch needs 7.5 (Turing) or newer: take device cpu"]
    if recipe.precision == "bfloat16" and card.capability < LEAST_BFLOAT16:
        return [f"{version}; bfloat16 needs 8.0 (Ampere) or newer: take precision: float32"]
    return []


def uses_bfloat16(recipe: Recipe, machine: Machine) -> bool:
    """Tell whether a recipe computes in bfloat16 here: as it says, else where that is faster."""
    if recipe.precision != "auto":
        return recipe.precision == "bfloat16"
    card = chosen_card(recipe, machine)
    return card.capability >= LEAST_BFLOAT16 if card else machine.bfloat16


def chosen_card(recipe: Recipe, machine: Machine) -> Card | None:
    """Return the card that a recipe would train on, or None; auto passes over one too old."""
    if recipe.device in ("cpu", "mps") or not machine.cards:
        return None
    card = machine.cards[0]
    return card if recipe.device == "cuda" or card.capability >= LEAST_CAPABILITY else None


def without_cards(machine: Machine) -> Machine:
    """Return a machine as a trainer sees it that uses no CUDA card."""
    return replace(machine, cards=())


def memory_problems(recipe: Recipe, machine: Machine, size: Size | None) -> list[str]:
    """Return why the memory is too little, where the base's size is known."""
    if size is None:
        return []
    card = chosen_card(recipe, machine)
    free = card.memory if card else machine.memory
    wanted = needed(size, recipe, card=card is not None, bfloat16=uses_bfloat16(recipe, machine))
    if not free or wanted <= free:
        return []
    ways = ["lower batch_tokens" if recipe.backend == "shipped" else "lower batch_rows or context"]
    if recipe.loading == "full" and recipe.backend != "shipped":
        ways.append("take loading: 4bit")
    return [
        f"it takes about {wanted / GIB:.1f} GiB of memory and {free / GIB:.1f} GiB are free on "
        f"{card.name if card else 'this machine'}: {', '.join(ways)} or take a smaller base"
    ]


def environment_problems(environment: Environment, extra: tuple[str, ...] = ()) -> list[str]:
    """Return why the training environment cannot be used; `extra` are modules that it needs too."""
    problem = replace(environment, modules=environment.modules + extra).problem()
    return [problem] if problem else []


def tracking_modules(recipe: Recipe) -> tuple[str, ...]:
    """Return the modules that a recipe's tracking needs."""
    return ("mlflow", "sqlalchemy") if recipe.track == "mlflow" else ()


def base_problems(recipe: Recipe) -> list[str]:
    """Return why the base of a recipe is no checkpoint that can be trained and exported."""
    folder = Path(recipe.base).expanduser()
    if not folder.is_dir():
        if recipe.base.count("/") == 1 and not recipe.base.startswith((".", "~", "/")):
            return []  # a name on a hub; loading says whether it is there
        return [f"the base {recipe.base} is neither a folder nor a name such as "
                "ibm-granite/granite-4.0-350m"]  # fmt: skip
    try:
        found = problem(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError) as error:
        return [f"{folder} has no config.json that can be read ({error}): save the model there"]
    return [f"{folder}: {found}"] if found else []


def disk_problems(folder: Path) -> list[str]:
    """Return why the disk of a folder has too little room."""
    free = shutil.disk_usage(folder).free
    if free >= ROOM:
        return []
    return [f"the disk with {folder} has {free >> 20} MiB free and a run takes {ROOM >> 20}: "
            "make room"]  # fmt: skip
