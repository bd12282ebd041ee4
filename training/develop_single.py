"""Says where single requests are lost, stage by stage: found, offered, named, filled.

    python -m training.develop_single [--set strangers_system] [--margin 0.03] [--verbose]

Nothing is run. `training/data/development/single.yaml` was written before any recipe's wordings
were looked at; so were the sets of strangers, which were judged and mended in rounds. Each stage is
counted over all rows for which the book has a recipe; `lost` counts the rows whose first failure it
is, and wrong slots are told apart by what is wrong with them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphs.lookup import look_up
from runtime import recipes
from runtime.engine import LlamaBackend
from runtime.formats import mica
from runtime.formats.mica_grammar import State
from runtime.models import registry
from runtime.types import ChatPrompt, Document, Message, collect
from runtime.yaml_files import read_yaml
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.recipes import as_document, load_recipes
from training.rows import BASH

PATH = Path(__file__).parent / "data" / "development" / "single.yaml"
SETS = ("single", "strangers_system", "strangers_files")
STAGES = (
    *("kept whole", "recipe found", "recipe offered"),
    *("values found", "recipe named", "all right"),
)
COUNT = 12
Right = tuple[Document, Mapping[str, str]]
"""A recipe that would do, and the values of its slots."""


def rights_of(row: Mapping[str, Any], book: Mapping[str, Document]) -> list[Right]:
    """Return the recipes that would do for a row, the one it lists first in front."""
    pairs = (pair for right in row.get("right", ()) for pair in right.items())
    return [(book[name], values) for name, values in pairs]


def filled(right: Right) -> str:
    """Return the command that a recipe gives with its values."""
    recipe, values = right
    return recipes.fill(recipe, [values.get(slot, recipes.DEFAULT) for slot in recipe.slots])


def findable(right: Right, state: State) -> bool:
    """Tell whether the grammar can name every value of a right command."""
    recipe, values = right
    there = [*state.values.values.values(), *state.words.values()]
    return all(
        value == recipe.slots[slot] or value in (recipes.fit(slot, text) for text in there)
        for slot, value in values.items()
    )


def fault(right: Right, command: str) -> str:
    """Say what is wrong with the slots of a command from the right recipe.

    `constant`: a default stands where the request has a value; `extra`: a value where the default
    should be; `swapped`: the right values in other slots; `other value`: anything else.
    """
    recipe, values = right
    found = recipes.recognise(recipe, command)
    assert found is not None
    got = dict(zip(recipe.slots, found, strict=True))
    meant = {slot: values.get(slot, default) for slot, default in recipe.slots.items()}
    wrong = [slot for slot in meant if got[slot] != meant[slot]]
    if sorted(got.values()) == sorted(meant.values()):
        return "swapped"
    if all(got[slot] == recipe.slots[slot] for slot in wrong):
        return "constant"
    if all(meant[slot] == recipe.slots[slot] for slot in wrong):
        return "extra"
    return "other value"


class Player:
    """Looks requests up and lets the model answer, the way the graph does."""

    def __init__(self) -> None:
        self.book = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}
        model = registry.resolve("champion")
        self.backend = LlamaBackend(
            model.path, adapters=model.adapters, format=model.format, threads=1
        )
        self.knowledge = KnowledgeBase()
        self.seconds: list[float] = []

    def close(self) -> None:
        """Release the model and the index."""
        self.backend.close()
        self.knowledge.close()

    def play(self, request: str) -> tuple[list[Document], State, str]:
        """Return what was looked up, what the model was offered, and its first command."""
        started = time.perf_counter()
        found = look_up(self.knowledge, request, shelf="sysadmin", count=COUNT)
        prompt = ChatPrompt((Message("user", request),), (BASH,), tuple(found))
        done = collect(self.backend.stream(prompt, adapter="sysadmin"))
        self.seconds.append(time.perf_counter() - started)
        command = str(done.tool_calls[0].arguments["command"]) if done.tool_calls else ""
        return found, mica.render(prompt).state, command

    def stages(self, row: Mapping[str, Any]) -> tuple[dict[str, bool], str]:
        """Return whether each stage holds for a row, and what was run with what is wrong in it."""
        found, state, command = self.play(row["request"])
        rights = rights_of(row, self.book)
        wanted = {recipe.id for recipe, _ in rights}
        named = [r for r in rights if recipes.recognise(r[0], command) is not None]
        right = any(filled(r) == command for r in rights)
        holds = {
            "kept whole": all(document.part == 0 for document in found),
            "recipe found": any(document.id in wanted for document in found),
            "recipe offered": any(d.id in wanted for d in state.documents.values()),
            "values found": any(findable(r, state) for r in rights),
            "recipe named": bool(named),
            "all right": right,
        }
        if right:
            return dict.fromkeys(STAGES, True), command
        return holds, f"{fault(named[0], command)}: {command}" if named else command


def lost_at(holds: Mapping[str, bool], done: str) -> str:
    """Return the first stage that does not hold, with what is wrong where it is the slots."""
    failed = next((stage for stage in STAGES if not holds[stage]), "nothing: all right")
    return f"{failed}, {done.partition(':')[0]}" if failed == STAGES[-1] else failed


def tables(passed: Counter[str], lost: Counter[str], seconds: Sequence[float]) -> None:
    """Print how many rows pass each stage, and how many each is the first to lose."""
    for stage in STAGES:
        print(f"  {stage:28} holds {passed[stage]:3}")
    for stage, count in lost.most_common():
        print(f"  lost: {stage:22} {count:3}")
    print(f"  looked up and decided in {1000 * statistics.median(seconds):.0f} ms (median)")


def main() -> None:
    """Print how many rows pass each stage, and how many each is the first to lose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument("--margin", type=float, default=mica.MARGIN)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    mica.MARGIN = args.margin
    rows = read_yaml(PATH.with_name(f"{args.set}.yaml"))
    player = Player()
    passed: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for row in rows:
        if "right" not in row:
            lost["no recipe for it"] += 1
            continue
        holds, done = player.stages(row)
        passed.update(stage for stage, held in holds.items() if held)
        place = lost_at(holds, done)
        lost[place] += 1
        if args.verbose and not holds[STAGES[-1]]:
            print(f"[{place}] {row['request']}\n    {done}")
    player.close()
    print(f"{len(rows)} single requests")
    tables(passed, lost, player.seconds)


if __name__ == "__main__":
    main()
