"""The manifest of the shipped weights: which files belong to which model, with their hashes.

`python -m runtime.models.manifest --update` measures the files again after a training run;
`--check` holds them to what is recorded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from runtime.models.entry import ModelEntry, ModelError, ModelFile, sha256_of

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
NAME = "manifest.yaml"
RESTORE = "restore it with `git checkout -- weights`"
_HEADER = (
    "# The shipped weights. Sizes and hashes are written by\n"
    "# `python -m runtime.models.manifest --update`; the rest is written by hand.\n"
)
_UNLISTED = (".md", ".yaml", ".part")


@dataclass(frozen=True)
class Manifest:
    """The shipped models, their aliases, and the other files (`parts`) of the folder."""

    models: tuple[ModelEntry, ...]
    aliases: Mapping[str, str]
    parts: tuple[ModelFile, ...]

    @property
    def files(self) -> list[ModelFile]:
        """All files that are listed, in order."""
        return [*(file for model in self.models for file in model.files), *self.parts]


def read(folder: Path = WEIGHTS) -> Manifest:
    """Read `manifest.yaml` in a folder of weights.

    Raises:
        ModelError: the file is missing, or not as it should be.
    """
    data = _load(folder)
    try:
        return Manifest(
            tuple(_model(folder, row) for row in data.get("models") or ()),
            dict(data.get("aliases") or {}),
            tuple(_file(folder, row) for row in data.get("parts") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{folder / NAME} is not as it should be ({type(error).__name__}: {error}); {RESTORE}"
        ) from error


def update(folder: Path = WEIGHTS) -> list[Path]:
    """Write the size and hash of each file into the manifest; return those that are missing.

    Files of the folder that no model has are listed as parts.

    Raises:
        ModelError: the manifest cannot be read or written.
    """
    data = _load(folder)
    missing: list[Path] = []
    listed: set[str] = set()
    rows = [row for model in data.get("models") or () for row in _rows(model)]
    for row in rows:
        _measure(folder, row, missing)
        listed.add(row["file"])
    found = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in _UNLISTED and not path.name.startswith(".")
    )
    parts = [{"file": name} for name in found if name not in listed]
    for part in parts:
        _measure(folder, part, missing)
    data["parts"] = parts
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    try:
        (folder / NAME).write_text(_HEADER + text, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{folder / NAME} cannot be written: {error.strerror}") from error
    return missing


def check(folder: Path = WEIGHTS) -> list[str]:
    """Return what is wrong with the files of the folder, by the manifest.

    Raises:
        ModelError: the manifest cannot be read.
    """
    problems = []
    for file in read(folder).files:
        if not file.path.is_file():
            problems.append(f"{file.path} is missing")
        elif file.sha256 is None:
            problems.append(f"{file.path} has no recorded hash")
        elif sha256_of(file.path) != file.sha256:
            problems.append(f"{file.path} is not the file that was recorded")
    return problems


def _load(folder: Path) -> dict[str, Any]:
    path = folder / NAME
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        raise ModelError(f"{path} cannot be read ({why}); {RESTORE}") from error
    if not isinstance(data, dict):
        raise ModelError(f"{path} is not a mapping; {RESTORE}")
    return data


def _rows(model: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a model that name a file; an adapter given as a bare name gets one."""
    adapters = model.get("adapters") or {}
    for name, adapter in adapters.items():
        if isinstance(adapter, str):
            adapters[name] = {"file": adapter}
    return [model, *adapters.values()]


def _measure(folder: Path, row: dict[str, Any], missing: list[Path]) -> None:
    path = folder / row["file"]
    if path.is_file():
        row["bytes"], row["sha256"] = path.stat().st_size, sha256_of(path)
    else:
        missing.append(path)


def _model(folder: Path, row: dict[str, Any]) -> ModelEntry:
    card = row.get("card")
    return ModelEntry(
        name=row["name"],
        format=row["format"],
        file=_file(folder, row),
        adapter_files={
            name: _file(folder, adapter) for name, adapter in (row.get("adapters") or {}).items()
        },
        licence=row.get("licence", "unknown"),
        base=row.get("base"),
        card=folder / card if card else None,
    )


def _file(folder: Path, row: dict[str, Any] | str) -> ModelFile:
    if isinstance(row, str):
        return ModelFile(folder / row)
    return ModelFile(folder / row["file"], row.get("bytes"), row.get("sha256"))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 1 where files are missing or wrong."""
    parser = argparse.ArgumentParser(description="The manifest of the shipped weights.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--update", action="store_true", help="measure the files again")
    action.add_argument("--check", action="store_true", help="hold the files to the manifest")
    parser.add_argument("--folder", type=Path, default=WEIGHTS)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.update:
            problems = [f"{path} is missing" for path in update(chosen.folder)]
        else:
            problems = check(chosen.folder)
    except ModelError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
