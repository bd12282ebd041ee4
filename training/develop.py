"""Scores decoding on the development set: the recipe or tool chosen, and the values filled in.

    python -m training.develop [--margin 0.1] [--retrieved 12] [--verbose]

Nothing is run. These figures are for tuning; `training.evaluate` gives those to report.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphs.lookup import look_up
from runtime import recipes
from runtime.engine import LlamaBackend
from runtime.formats import mica
from runtime.models import registry
from runtime.types import ChatPrompt, Document, Message, ToolCall, collect
from runtime.yaml_files import read_yaml
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.recipes import as_document, load_recipes
from tools.music.tools import TOOLS
from training.rows import BASH, ROOT


def sysadmin(
    row: Mapping[str, Any], call: ToolCall | None, book: Mapping[str, Document]
) -> tuple[bool, bool]:
    """Tell whether a right recipe was chosen, and whether its command is the right one."""
    if call is None:
        return False, False
    command = str(call.arguments["command"])
    chosen = any(recipes.recognise(book[name], command) is not None for name in row["recipe"])
    best = book[row["recipe"][0]]
    given = {slot: str(value) for slot, value in row.get("arguments", {}).items()}
    meant = recipes.fill(best, [given.get(slot, recipes.DEFAULT) for slot in best.slots])
    return chosen, command == meant


def composer(row: Mapping[str, Any], call: ToolCall | None) -> tuple[bool, bool]:
    """Tell whether the right tool was called, and with the right arguments."""
    if call is None or call.name != row["tool"]:
        return False, False
    meant = {name: str(value) for name, value in row["arguments"].items()}
    return True, {name: str(value) for name, value in call.arguments.items()} == meant


def main() -> None:
    """Print how many choices and how many whole calls were right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--margin", type=float, default=mica.MARGIN)
    parser.add_argument("--retrieved", type=int, default=12)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    mica.MARGIN = args.margin
    path: Path = ROOT / "tests" / "evals" / "development.yaml"
    book = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}
    model = registry.resolve("champion")
    backend = LlamaBackend(model.path, adapters=model.adapters, format=model.format)
    knowledge = KnowledgeBase()
    totals = {"sysadmin": [0, 0, 0], "composer": [0, 0, 0]}
    for row in read_yaml(path):
        name = "sysadmin" if "recipe" in row else "composer"
        tools = (BASH,) if name == "sysadmin" else tuple(tool.schema for tool in TOOLS)
        found = look_up(knowledge, row["request"], shelf=name, count=args.retrieved)
        prompt = ChatPrompt((Message("user", row["request"]),), tools, tuple(found))
        done = collect(backend.stream(prompt, adapter=name))
        call = done.tool_calls[0] if done.tool_calls else None
        result = sysadmin(row, call, book) if name == "sysadmin" else composer(row, call)
        for place, passed in enumerate((True, *result)):
            totals[name][place] += passed
        if args.verbose and not all(result):
            said = dict(call.arguments) if call else done.text[:60]
            print(f"{'value ' if result[0] else 'choice'} {row['request']!r} -> {said}")
    for name, (count, chosen, exact) in totals.items():
        print(
            f"{name}: {count} requests, {chosen / count:.3f} chosen, {exact / count:.3f} all right"
        )
    backend.close()


if __name__ == "__main__":
    main()
