"""The backend `unsloth`: SFT with Unsloth, on CUDA cards with its own kernels, or a processor.

Unsloth pins older versions of TRL and transformers, hence an environment of its own. Its own
export to GGUF is not used: it installs system packages and clones from the network unasked.
"""

from __future__ import annotations

from pathlib import Path

from training.backends import Inputs, checks, texts
from training.backends.environment import UNSLOTH, Environment
from training.runs.machine import Machine
from training.runs.memory import size_of
from training.runs.recipe import Recipe


class Unsloth:
    """See the module."""

    name = "unsloth"
    environment: Environment = UNSLOTH
    worker = "training.backends.unsloth_work"

    def problems(self, recipe: Recipe, machine: Machine) -> list[str]:
        """Return what keeps a recipe from working on a machine, each with what to do."""
        found = checks.base_problems(recipe) + checks.device_problems(recipe, machine)
        if recipe.method != "sft":
            found.append(f"here unsloth trains sft only; take the backend trl for {recipe.method}")
        if machine.system == "Darwin":
            found.append("unsloth is for Linux: take the backend mlx on a Mac")
        return found + checks.memory_problems(recipe, machine, size_of(recipe.base))

    def modules(self, recipe: Recipe) -> tuple[str, ...]:
        """Return what must be importable in the environment beside its own modules."""
        return checks.tracking_modules(recipe)

    def prepare(self, recipe: Recipe, folder: Path) -> Inputs:
        """Render the dataset into the run's folder; see `training.backends.texts`."""
        return texts.prepare(recipe, folder)


BACKEND = Unsloth()
