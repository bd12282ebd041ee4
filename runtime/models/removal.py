"""What removing a model would free, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.models.entry import ModelEntry, ModelError


@dataclass(frozen=True)
class Removal:
    """A model that can go: the files that no other model needs, and their size in bytes."""

    name: str
    files: tuple[Path, ...]
    bytes: int


def planned(
    folder: Path, entries: Sequence[ModelEntry], entry: ModelEntry, serves: Mapping[str, str]
) -> Removal:
    """Return what removing `entry` frees under `folder`; nothing is changed.

    `serves` maps the names of models that must stay to the reason. A file that another of the
    `entries` needs, such as a base that builds share, stays, and so does one outside `folder`.

    Raises:
        ModelError: it serves, or it comes with Mica.
    """
    if entry.origin == "shipped":
        raise ModelError(f"{entry.name} comes with Mica and stays; remove pulled or trained models")
    if entry.name in serves:
        raise ModelError(f"{entry.name} {serves[entry.name]}")
    needed = {path for other in entries if other.name != entry.name for path in _paths(other)}
    own = [path for path in _paths(entry) if path.is_relative_to(folder) and path not in needed]
    there = tuple(sorted(path for path in own if path.is_file()))
    return Removal(entry.name, there, sum(path.stat().st_size for path in there))


def delete(folder: Path, removal: Removal) -> None:
    """Delete the files, and their folders where nothing is left in them.

    Raises:
        OSError: a file cannot be deleted.
    """
    for path in removal.files:
        path.unlink(missing_ok=True)
        if path.parent != folder and not any(path.parent.iterdir()):
            path.parent.rmdir()


def _paths(entry: ModelEntry) -> set[Path]:
    paths = {file.path for file in entry.files}
    return paths | {entry.card} if entry.card else paths
