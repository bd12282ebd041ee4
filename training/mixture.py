"""The mixture that base and adapters are trained on: every source, in fixed proportions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime.types import Document
from runtime.yaml_files import read_yaml
from tools.knowledge import recipes as book
from tools.music.tools import TOOLS
from training.music_turns import MusicTurnRows
from training.rows import (
    BASH,
    ROOT,
    ComposerRows,
    Row,
    SysadminRows,
    composer_data,
    decline_rows,
    explain_rows,
)
from training.turns import TurnRows

DATA = ROOT / "training" / "data"


def load_notes(specialist: str) -> tuple[list[Document], dict[str, list[str]]]:
    """Read a specialist's notes: the passages, and how people ask for each."""
    notes = book.load_notes(specialist)
    documents = [Document(n["id"], n["title"], n["text"], f"note {n['id']}") for n in notes]
    return documents, {note["id"]: note["asks"] for note in notes}


def off_topic() -> list[str]:
    """Read the texts that belong to neither specialist."""
    return _texts(DATA / "router" / "other.yaml")


def _texts(path: Path) -> list[str]:
    found = read_yaml(path)
    rows: Sequence[Any] = found["texts"] if isinstance(found, Mapping) else found
    return [row["text"] if isinstance(row, Mapping) else str(row) for row in rows]


def build(
    copies: int, seed: int, specialist: str | None = None, *, share: float = 1.0
) -> Iterator[Row]:
    """Yield all rows of one or both specialists, unshuffled. The same seed gives the same rows.

    Of the wordings of music tools only a `share` is used: the calls of each are run.
    """
    music = tuple(tool.schema for tool in TOOLS)
    if specialist in (None, "sysadmin"):
        rng = random.Random(seed)
        recipes = book.load_recipes()
        passages, asks = load_notes("sysadmin")
        yield from SysadminRows(recipes, rng).rows(copies)
        yield from TurnRows(DATA / "sysadmin", recipes, rng).rows(copies)
        yield from explain_rows("sysadmin", (BASH,), passages, asks, copies * 6, rng)
        yield from decline_rows("sysadmin", (BASH,), off_topic() * (copies // 2 + 1))
    if specialist in (None, "composer"):
        rng = random.Random(seed + 1)
        passages, asks = load_notes("composer")
        asked = _thinned(composer_data(), share, rng)
        yield from ComposerRows(asked, TOOLS, rng).rows(copies * 3)
        yield from MusicTurnRows(asked, TOOLS, rng).rows(copies * 3)
        yield from explain_rows("composer", music, passages, asks, copies * 6, rng)
        yield from decline_rows("composer", music, off_topic() * (copies // 2 + 1))


def _thinned(files: Sequence[Any], share: float, rng: random.Random) -> list[Any]:
    """Return what `composer_data` returns, with a share of each file's wordings: at least one."""

    def some(wordings: Sequence[Any]) -> list[Any]:
        return [each for each in wordings if rng.random() < share] or list(wordings[:1])

    if share >= 1:
        return list(files)
    listed = ("asks", "requests")
    return [
        {key: some(value) if key in listed else value for key, value in data.items()}
        if isinstance(data, Mapping)
        else some(data)
        for data in files
    ]
