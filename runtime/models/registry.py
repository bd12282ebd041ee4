"""The registry: shipped models and pulled ones, by name or alias."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from records.paths import home
from runtime.models import manifest
from runtime.models.entry import ModelEntry, ModelError, ModelFile, Verified, write_json

CHAMPION = "champion"
"""The alias of the model that answers."""

_LIST = "`mica models list` shows those that exist"


class Registry:
    """Models by name and alias, in `$MICA_HOME/models/registry.json` over the shipped manifest.

    Several processes may use it at once. Every method may raise `ModelError`.
    """

    def __init__(self, folder: Path | None = None, weights: Path = manifest.WEIGHTS) -> None:
        """Use `folder` (default `$MICA_HOME/models`) for pulled models; nothing is read yet.

        Raises:
            ModelError: the folder cannot be made.
        """
        try:
            self.folder = folder or home() / "models"
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelError(
                f"the models' folder cannot be made ({error}); set MICA_HOME to one that can"
            ) from error
        self._weights = weights
        self._file = self.folder / "registry.json"
        self._verified = Verified(self.folder / "verified.json")

    def entries(self) -> list[ModelEntry]:
        """Return all models: the shipped ones first, then the pulled ones by name."""
        pulled = [_entry(self.folder, row) for row in self._read()["models"]]
        return [*self._shipped().models, *sorted(pulled, key=lambda entry: entry.name)]

    def aliases(self) -> dict[str, str]:
        """Return the names that aliases stand for."""
        return {**self._shipped().aliases, **self._read()["aliases"]}

    def entry(self, name: str) -> ModelEntry:
        """Return a model by name or alias, without looking at its files.

        Raises:
            ModelError: there is no such model.
        """
        meant = self.aliases().get(name, name)
        for entry in self.entries():
            if entry.name == meant:
                return entry
        alias = f" (what {name} stands for)" if meant != name else ""
        raise ModelError(f"there is no model {meant!r}{alias}; {_LIST}, `mica models use` chooses")

    def resolve(self, name: str) -> ModelEntry:
        """Return a model whose files are there and have the recorded hashes.

        Raises:
            ModelError: there is no such model, or a file is missing or damaged.
        """
        entry = self.entry(name)
        for file in entry.files:
            self._verified.check(file, _advice(entry))
        return entry

    def use(self, name: str, alias: str = CHAMPION) -> ModelEntry:
        """Make `alias` stand for a model, which must be whole, and return it.

        Raises:
            ModelError: it is unknown, missing or damaged.
        """
        entry = self.resolve(name)
        with self._changing() as data:
            data["aliases"][alias] = entry.name
        return entry

    def add(self, entry: ModelEntry) -> None:
        """Record a pulled model, whose files lie in `folder`; one of the same name is replaced.

        Raises:
            ModelError: the name is a shipped model's or an alias.
        """
        self.check_name(entry.name)
        with self._changing() as data:
            others = [row for row in data["models"] if row["name"] != entry.name]
            data["models"] = [*others, _row(self.folder, entry)]

    def check_name(self, name: str) -> None:
        """See that a pulled model may have this name.

        Raises:
            ModelError: the name is a shipped model's or an alias.
        """
        shipped = {entry.name for entry in self._shipped().models}
        if name in shipped or name in self.aliases():
            raise ModelError(f"the name {name!r} is taken; give another one with --name")

    def _shipped(self) -> manifest.Manifest:
        return manifest.read(self._weights)

    def _read(self) -> dict[str, Any]:
        if not self._file.exists():
            return {"models": [], "aliases": {}}
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            return {"models": list(data["models"]), "aliases": dict(data["aliases"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{self._file} cannot be read ({error}); move it away and pull your models again "
                "(files that are there are not downloaded twice)"
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        try:
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                data = self._read()
                yield data
                write_json(self._file, data)
        except OSError as error:
            raise ModelError(f"{self._file} cannot be written ({error}); make room") from error


def resolve(name: str) -> ModelEntry:
    """Return a model of this machine by name or alias, with its files checked.

    Raises:
        ModelError: there is no such model, or a file is missing or damaged.
    """
    return Registry().resolve(name)


def _advice(entry: ModelEntry) -> str:
    if entry.origin == "shipped":
        return f"{manifest.RESTORE}, or choose another model: {_LIST}"
    return f"run `mica models pull {entry.origin} --file {entry.path.name}` again"


def _row(folder: Path, entry: ModelEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "format": entry.format,
        "file": entry.path.relative_to(folder).as_posix(),
        "bytes": entry.file.bytes,
        "sha256": entry.file.sha256,
        "licence": entry.licence,
        "origin": entry.origin,
    }


def _entry(folder: Path, row: dict[str, Any]) -> ModelEntry:
    try:
        file = ModelFile(folder / row["file"], row["bytes"], row["sha256"])
        made = ModelEntry(row["name"], row["format"], file)
        return replace(made, licence=row["licence"], origin=row["origin"])
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"registry.json in {folder} lacks {error}; pull the model again"
        ) from error
