"""The backend `mlx`: SFT with mlx-lm on Macs with Apple processors; on Linux on the CPU."""

from __future__ import annotations

from pathlib import Path

from training.backends import Inputs, checks, texts
from training.backends.environment import MLX, Environment
from training.runs.machine import Machine
from training.runs.memory import size_of
from training.runs.recipe import Recipe


class Mlx:
    """See the module."""

    name = "mlx"
    environment: Environment = MLX
    worker = "training.backends.mlx_work"

    def problems(self, recipe: Recipe, machine: Machine) -> list[str]:
        """Return what keeps a recipe from working on a machine, each with what to do."""
        found = checks.base_problems(recipe)
        if recipe.method != "sft":
            found.append(f"mlx-lm trains sft only; take the backend trl for {recipe.method}")
        if recipe.device == "cuda":
            found.append("the backend mlx is for Macs: take trl or unsloth for a CUDA card")
        if machine.system not in ("Darwin", "Linux") or machine.processor not in (
            "arm64", "aarch64", "x86_64",
        ):  # fmt: skip
            found.append(f"mlx has no builds for {machine.system} on {machine.processor}: take trl")
        on_processor = machine if machine.is_apple else checks.without_cards(machine)
        return found + checks.memory_problems(recipe, on_processor, size_of(recipe.base))

    def modules(self, recipe: Recipe) -> tuple[str, ...]:
        """Return what must be importable in the environment beside its own modules."""
        return checks.tracking_modules(recipe)

    def prepare(self, recipe: Recipe, folder: Path) -> Inputs:
        """Render the dataset into the run's folder; see `training.backends.texts`."""
        return texts.prepare(recipe, folder)


BACKEND = Mlx()
