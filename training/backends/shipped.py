"""The backend `shipped`: a LoRA on a model of the registry, from rendered rows, on one processor.

It goes on from the adapter that serves. Base and adapter are read back from their GGUF files, so
that a machine that never trained the base can train on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from training.backends import Inputs, checks
from training.backends.environment import SHIPPED, Environment
from training.runs.errors import RecipeError
from training.runs.machine import Machine
from training.runs.memory import Size
from training.runs.recipe import Recipe

if TYPE_CHECKING:
    from runtime.models.entry import ModelEntry

LEAST_ROWS = 8


class Shipped:
    """See the module."""

    name = "shipped"
    environment: Environment = SHIPPED
    worker = "training.backends.shipped_work"

    def problems(self, recipe: Recipe, machine: Machine) -> list[str]:
        """Return what keeps a recipe from working on a machine, each with what to do."""
        found = []
        if recipe.loading == "4bit":
            found.append("the shipped base is small and loads in full: take loading: full")
        if recipe.device == "mps":
            found.append("the shipped backend trains on cpu or cuda; cpu takes minutes")
        else:
            found += checks.device_problems(recipe, machine)
        return found + checks.memory_problems(recipe, machine, _size(recipe))

    def modules(self, recipe: Recipe) -> tuple[str, ...]:
        """Return what must be importable in the environment beside its own modules."""
        return checks.tracking_modules(recipe)

    def prepare(self, recipe: Recipe, folder: Path) -> Inputs:
        """Copy the specialist's rows into the run's folder and name the base and its adapter.

        Raises:
            RecipeError: there are too few rows, or the base is no model of the shipped kind.
            BackendError: the base is unknown, missing or damaged.
        """
        entry = _base(recipe)
        if entry.format != "mica":
            raise RecipeError(
                f"{entry.name} speaks {entry.format}, not mica: take the backend trl for it"
            )
        files = {"base": str(entry.path)}
        if recipe.start == "adapter":
            if recipe.specialist not in entry.adapters:
                raise RecipeError(
                    f"{entry.name} has no adapter {recipe.specialist}; it has "
                    f"{', '.join(sorted(entry.adapters)) or 'none'}; or take start: fresh"
                )
            files["adapter"] = str(entry.adapters[recipe.specialist])
        count, digest = _copy(recipe, folder / "rows.jsonl")
        return Inputs(files | {"rows": "rows.jsonl"}, digest, count)


def _base(recipe: Recipe) -> ModelEntry:
    from runtime.models.registry import Registry

    return Registry().resolve(recipe.base)


def _size(recipe: Recipe) -> Size | None:
    from runtime.models.metadata import read_metadata
    from runtime.types import BackendError

    try:
        read = read_metadata(_base(recipe).path)
        return Size(
            read["granite.vocab_size"], read["granite.embedding_length"],
            read["granite.block_count"], read["granite.feed_forward_length"],
        )  # fmt: skip
    except (BackendError, KeyError):
        return None  # preparing says what is wrong with it


def _copy(recipe: Recipe, target: Path) -> tuple[int, str]:
    """Write the specialist's rows to `target`; return how many there are and their hash."""
    count, digest = 0, hashlib.sha256()
    with target.open("wb") as out:
        for line in _rows(recipe):
            out.write(line)
            digest.update(line)
            count += 1
    if count < LEAST_ROWS:
        raise RecipeError(
            f"{recipe.data} has {count} rows of {recipe.specialist}; training needs {LEAST_ROWS}"
        )
    return count, digest.hexdigest()


def _rows(recipe: Recipe) -> Iterator[bytes]:
    path = Path(recipe.data).expanduser() / "rows.jsonl"
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                number += 1
                row = json.loads(line)
                if not isinstance(row["text"], str):
                    raise TypeError("text is no text")
                if row["specialist"] == recipe.specialist:
                    yield (json.dumps(row, ensure_ascii=False) + "\n").encode()
    except OSError as error:
        raise RecipeError(f"{path} cannot be read ({error.strerror}); see `data`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecipeError(
            f"{path}, line {number}: a row needs `specialist`, `kind` and `text` ({error!r})"
        ) from error


BACKEND = Shipped()
