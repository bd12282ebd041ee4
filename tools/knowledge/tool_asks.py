"""The wordings that find a music tool, as documents and as the texts that find them."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from runtime.types import Document
from runtime.values import music
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import ROOT, Entry, RecipeError
from tools.knowledge.text import normalise_music

ASKS = ROOT / "agents" / "composer" / "asks"
RARE = 0.04
"""The share of an argument's values under which a kind does not count as one of its kinds."""
EXAMPLES = 1
"""How many values each wording is filled with; a second one found no more (development set)."""
WORD = "w"


@dataclass(frozen=True)
class Wording:
    """A way to ask for one call of a tool; `{slots}` are filled from the piles of `values`."""

    tool: str
    ask: str
    arguments: Mapping[str, str]
    values: Mapping[str, Sequence[Any]]

    @property
    def slots(self) -> list[str]:
        """The slots of the wording, each once."""
        found = (slot for _, slot, _, _ in Formatter().parse(self.ask) if slot)
        return list(dict.fromkeys(found))


def load_wordings(folder: Path = ASKS) -> list[Wording]:
    """Read the wordings of the tools; requests of several calls are left out.

    Raises:
        RecipeError: a wording has a slot without values.
    """
    files = (read_yaml(path) for path in sorted(folder.glob("*.yaml")))
    found = [wording for data in files for wording in read_wordings(data)]
    for wording in found:
        missing = [slot for slot in wording.slots if slot not in wording.values]
        if missing:
            raise RecipeError(f"{wording.ask!r}: there are no values for {', '.join(missing)}")
    return found


def read_wordings(data: Any) -> Iterator[Wording]:
    """Yield the wordings of a tool (`tool`, `asks`, `values`) or of `requests` of one call."""
    if not isinstance(data, Mapping):
        return
    for ask in data.get("asks", ()):
        wording = Wording(data["tool"], str(ask), {}, data["values"])
        arguments = {slot: f"{{{slot}}}" for slot in wording.slots}
        yield Wording(wording.tool, wording.ask, arguments, wording.values)
    for request in data.get("requests", ()):
        if len(request["calls"]) == 1:
            (call,) = request["calls"]
            yield Wording(call["tool"], str(request["ask"]), call["arguments"], data["values"])


def tool_documents(wordings: Sequence[Wording]) -> list[tuple[Document, list[Entry]]]:
    """Return a document for each tool, with all the texts that find it."""
    of_tool: dict[str, list[Wording]] = defaultdict(list)
    for wording in wordings:
        of_tool[wording.tool].append(wording)
    made = []
    for name, mine in of_tool.items():
        title, key = name.replace("_", " "), f"tool.{name}"
        filled = list(_filled(mine))
        kinds = _kinds([arguments for _, arguments in filled])
        document = Document(key, title, title, f"tool {name}", tool=name, kinds=kinds)
        texts = [title, *(normalise_music(text) for text, _ in filled)]
        made.append((document, [Entry(key, text) for text in texts]))
    return made


def _filled(wordings: Sequence[Wording]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each wording and its arguments, filled with values from all over the piles."""
    for number, wording in enumerate(itertools.chain(*[wordings] * EXAMPLES)):
        chosen = {}
        for place, slot in enumerate(wording.slots):
            pile = wording.values[slot]
            chosen[slot] = str(pile[(number * (7 + 4 * place) + place) % len(pile)])
        arguments = {name: str(v).format(**chosen) for name, v in wording.arguments.items()}
        yield wording.ask.format(**chosen), arguments


def _kinds(calls: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the kinds of values that each argument takes, as calls of the tool show.

    A kind that hardly occurs is a value that was misread. What is not all value, has words.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for arguments in calls:
        for name, value in arguments.items():
            seen[name].update(set(_kinds_in(value)))
    return {
        name: "".join(sorted(k for k, count in found.items() if count >= RARE * len(calls)))
        for name, found in seen.items()
    }


def _kinds_in(value: str) -> Iterator[str]:
    found = list(music.find(value))
    yield from (each.kind for each in found)
    if " ".join(each.text for each in found) != value.strip():
        yield WORD
