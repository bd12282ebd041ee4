"""How the registry's file writes a model down, and where the files of a build are kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from records.whole import whole
from runtime.models.entry import ModelEntry, ModelError, ModelFile, sha256_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def check_name(name: str) -> None:
    """See that a name can be a folder's.

    Raises:
        ModelError: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"a build cannot be called {name!r}: use letters, digits, '.', '_' and '-', at most 80"
        )


def kept(folder: Path, entry: ModelEntry) -> ModelEntry:
    """Return a build whose adapters, learned documents and card lie under `folder`.

    They are copied there under names that hold their hash, so that a file in use never changes;
    the base, which is large and shared, stays where it is.

    Raises:
        OSError: a file cannot be read or copied; nothing of a new build is left.
    """
    own = folder / entry.name
    new = not own.exists()
    try:
        return _kept(own, entry)
    except OSError:
        if new:
            shutil.rmtree(own, ignore_errors=True)
        raise


def _kept(own: Path, entry: ModelEntry) -> ModelEntry:
    base = ModelFile(entry.path, entry.path.stat().st_size, sha256_of(entry.path))
    return replace(
        entry,
        file=base,
        adapter_files={
            name: _copied(own, f"{name}.lora.gguf", file.path)
            for name, file in entry.adapter_files.items()
        },
        learned={
            name: _copied(own, f"{name}.learned.jsonl", file.path)
            for name, file in entry.learned.items()
        },
        card=_copied(own, "card.md", entry.card).path if entry.card else None,
    )


def _copied(own: Path, name: str, path: Path) -> ModelFile:
    digest = sha256_of(path)
    stem, _, rest = name.partition(".")
    target = own / f"{stem}-{digest[:12]}.{rest}"
    if not target.is_file() or sha256_of(target) != digest:
        with whole(target) as fresh:
            shutil.copyfile(path, fresh)
    return ModelFile(target, target.stat().st_size, digest)


def row_of(folder: Path, entry: ModelEntry) -> dict[str, Any]:
    """Return a model as the registry's file has it; paths under `folder` are relative."""
    row = {
        "name": entry.name,
        "format": entry.format,
        **_file_row(folder, entry.file),
        "licence": entry.licence,
        "origin": entry.origin,
    }
    if entry.origin != "trained":
        return row
    return {
        **row,
        "adapters": {name: _file_row(folder, file) for name, file in entry.adapter_files.items()},
        "learned": {name: _file_row(folder, file) for name, file in entry.learned.items()},
        "base": entry.base,
        "parent": entry.parent,
        "version": entry.version,
        "created": entry.created,
        "card": _relative(folder, entry.card) if entry.card else None,
    }


def entry_of(folder: Path, row: Mapping[str, Any]) -> ModelEntry:
    """Return the model that `row_of` wrote down.

    Raises:
        ModelError: the row lacks something.
    """
    try:
        made = ModelEntry(row["name"], row["format"], _file(folder, row))
        card = row.get("card")
        return replace(
            made,
            licence=row["licence"],
            origin=row["origin"],
            adapter_files={n: _file(folder, f) for n, f in (row.get("adapters") or {}).items()},
            learned={n: _file(folder, f) for n, f in (row.get("learned") or {}).items()},
            base=row.get("base"),
            parent=row.get("parent"),
            version=int(row.get("version", 0)),
            created=row.get("created", ""),
            card=folder / card if card else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"registry.json in {folder} lacks {error}; pull or train the model again"
        ) from error


def _file(folder: Path, row: Mapping[str, Any]) -> ModelFile:
    return ModelFile(folder / row["file"], row["bytes"], row["sha256"])


def _file_row(folder: Path, file: ModelFile) -> dict[str, Any]:
    return {"file": _relative(folder, file.path), "bytes": file.bytes, "sha256": file.sha256}


def _relative(folder: Path, path: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path.resolve())
