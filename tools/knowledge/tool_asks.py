"""The wordings that find a music tool, as documents and as the texts that find them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from runtime.types import Document
from tools.knowledge.recipes import ROOT, Entry, RecipeError
from tools.knowledge.text import normalise_music

ASKS = ROOT / "training" / "data" / "composer"
EXAMPLES = 2
"""How many values each wording is filled with: a chord may be typed as a list of notes."""


def load_asks(folder: Path = ASKS) -> list[dict[str, Any]]:
    """Read the wordings of each tool: `tool`, the `values` of its slots, and `asks`.

    Files of the folder that are about several tools at once are left out.

    Raises:
        RecipeError: a wording has a slot without values.
    """
    found = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(data, Mapping) and "tool" in data:
            missing = {s for ask in data["asks"] for s in _slots(str(ask))} - set(data["values"])
            if missing:
                raise RecipeError(f"{path.name}: no values for {', '.join(sorted(missing))}")
            found.append(dict(data))
    return found


def tool_documents(asks: list[dict[str, Any]]) -> list[tuple[Document, list[Entry]]]:
    """Return a document for each tool, with all the texts that find it."""
    made: dict[str, tuple[Document, list[Entry]]] = {}
    for data in asks:
        name = str(data["tool"])
        title = name.replace("_", " ")
        document = Document(f"tool.{name}", title, title, f"tool {name}", tool=name)
        _, entries = made.setdefault(name, (document, [Entry(document.id, title)]))
        entries += [Entry(document.id, key) for key in _keys(data)]
    return list(made.values())


def _keys(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield each wording with values from all over the piles, as `normalise_music` gives it."""
    turn = itertools.count()
    for ask in data["asks"]:
        for _ in range(EXAMPLES):
            number = next(turn)
            filled = {}
            for place, slot in enumerate(dict.fromkeys(_slots(str(ask)))):
                pile = data["values"][slot]
                filled[slot] = pile[(number * (7 + 4 * place) + place) % len(pile)]
            yield normalise_music(str(ask).format(**filled))


def _slots(ask: str) -> list[str]:
    return [slot for _, slot, _, _ in Formatter().parse(ask) if slot]
