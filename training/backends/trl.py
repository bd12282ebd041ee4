"""The backend `trl`: SFT, DPO and KTO on a Granite checkpoint, with LoRA or 4-bit QLoRA.

Trains with TRL and PEFT on a processor, a CUDA card or a Mac, in an environment of its own.
"""

from __future__ import annotations

from pathlib import Path

from training.backends import Inputs, checks, texts
from training.backends.environment import TRL, Environment
from training.runs.machine import Machine
from training.runs.memory import size_of
from training.runs.recipe import Recipe


class Trl:
    """See the module."""

    name = "trl"
    environment: Environment = TRL
    worker = "training.backends.trl_work"

    def problems(self, recipe: Recipe, machine: Machine) -> list[str]:
        """Return what keeps a recipe from working on a machine, each with what to do."""
        found = checks.base_problems(recipe) + checks.device_problems(recipe, machine)
        if recipe.loading == "4bit" and (recipe.device == "mps" or machine.is_apple):
            found.append(
                "bitsandbytes has no 4 bit for Macs: take the backend mlx, or loading: full"
            )
        return found + checks.memory_problems(recipe, machine, size_of(recipe.base))

    def modules(self, recipe: Recipe) -> tuple[str, ...]:
        """Return what must be importable in the environment beside its own modules."""
        quantised = ("bitsandbytes",) if recipe.loading == "4bit" else ()
        return quantised + checks.tracking_modules(recipe)

    def prepare(self, recipe: Recipe, folder: Path) -> Inputs:
        """Render the dataset into the run's folder; see `training.backends.texts`."""
        return texts.prepare(recipe, folder)


BACKEND = Trl()
