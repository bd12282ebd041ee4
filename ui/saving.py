"""Keeping an answer's pictures, sounds and files in a folder of the person's own."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools import Artifact

_MOST = 10_000


def save(folder: Path, artifacts: Sequence[Artifact]) -> list[Path]:
    """Write the artifacts of one tool call and return their paths; nothing is overwritten.

    Files keep the names that the tool gave (`Ebm7.svg`). Where one of them is there already, all
    that have its stem get the same number, so that a picture and its sound stay a pair:
    `Ebm7-2.svg`, `Ebm7-2.wav`.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[int, Path] = {}
    for stem, places in _groups(artifacts):
        paths = _save_group(folder, stem, [artifacts[place] for place in places])
        kept |= zip(places, paths, strict=True)
    return [kept[place] for place in range(len(artifacts))]


def _groups(artifacts: Sequence[Artifact]) -> list[tuple[str, list[int]]]:
    """Return stems with the places of their artifacts; a name that comes twice is in two groups."""
    seen: Counter[str] = Counter()
    groups: dict[tuple[str, int], list[int]] = {}
    for place, artifact in enumerate(artifacts):
        name = Path(artifact.name)
        groups.setdefault((name.stem, seen[name.name]), []).append(place)
        seen[name.name] += 1
    return [(stem, places) for (stem, _), places in groups.items()]


def _save_group(folder: Path, stem: str, group: Sequence[Artifact]) -> list[Path]:
    for number in itertools.count(1):
        if number > _MOST:
            raise FileExistsError(f"{folder} holds {_MOST} files named {stem}; choose another")
        name = stem if number == 1 else f"{stem}-{number}"
        paths = [folder / f"{name}{Path(each.name).suffix}" for each in group]
        if not any(path.exists() for path in paths) and _write_new(paths, group):
            return paths
    raise AssertionError("unreachable")


def _write_new(paths: Sequence[Path], group: Sequence[Artifact]) -> bool:
    """Write files that must not exist yet; False, and none of them left, where one does."""
    written: list[Path] = []
    for path, artifact in zip(paths, group, strict=True):
        try:
            with path.open("xb") as file:
                written.append(path)
                file.write(artifact.data)
        except FileExistsError:
            for other in written:
                other.unlink()
            return False
    return True
