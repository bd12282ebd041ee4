"""The trainers that a recipe can name, each in a Python environment of its own.

A backend has two halves. `training.backends.<name>` says, without torch, what it can do, what it
needs of a machine, and hands a run its inputs. `training.backends.<name>_work` trains: it runs as
a process of the backend's environment, which may pin other versions than the rest of Mica.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from training.backends.environment import Environment
from training.runs.machine import Machine
from training.runs.recipe import Recipe


@dataclass(frozen=True)
class Inputs:
    """What a worker is given beside the recipe: files by name, as `inputs.json` holds them.

    `sha256` is the hash of the training data.
    """

    files: Mapping[str, str]
    sha256: str
    rows: int


class Backend(Protocol):
    """One trainer."""

    name: str
    environment: Environment
    worker: str
    """The module that trains, run as `python -m WORKER FOLDER`."""

    def problems(self, recipe: Recipe, machine: Machine) -> list[str]:
        """Return what keeps a recipe from working on a machine, each with what to do.

        Whether the environment is set up is not part of it.
        """
        ...

    def modules(self, recipe: Recipe) -> tuple[str, ...]:
        """Return what must be importable in the environment beside its own modules."""
        ...

    def prepare(self, recipe: Recipe, folder: Path) -> Inputs:
        """Check the data and the base, and put what must not change into the run's folder.

        Raises:
            TrainingError: data or base are missing or not as they should be.
        """
        ...


def load(name: str) -> Backend:
    """Return the backend of a name of `Recipe.backend`."""
    import importlib

    module: Any = importlib.import_module(f"training.backends.{name}")
    backend: Backend = module.BACKEND
    return backend
