"""Says where requests of two steps and follow-ups are lost, stage by stage.

    python -m training.develop_steps [--margin 0.03] [--verbose]
    python -m training.develop_steps --told [told|strangers_steps] [--verbose]

Nothing is run: a call ends with a stand-in for its output. Each stage is counted over all rows for
which the book has the recipes; `lost` counts the rows whose first failure it is. With `--told` the
rows of `training.develop_told` are played instead, in a sandbox, and judged by what comes of them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.router import Router
from graphs.lookup import look_up, parts_of
from runtime import recipes
from runtime.engine import LlamaBackend
from runtime.formats import mica
from runtime.models import registry
from runtime.types import ChatPrompt, Document, Message, ToolCall, collect
from runtime.yaml_files import read_yaml
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.recipes import as_document, load_recipes
from training import develop_told
from training.rows import BASH

PATH = Path(__file__).parent / "data" / "development" / "steps.yaml"
COUNT = 12
MOST_CALLS = 3


@dataclass
class Talk:
    """A conversation so far: its messages, what was looked up last, the recipe used last."""

    messages: list[Message] = field(default_factory=list)
    documents: tuple[Document, ...] = ()
    commands: list[str] = field(default_factory=list)
    before: Document | None = None
    follows: bool = False
    answer: str = ""
    offered: list[set[str]] = field(default_factory=list)


class Stages:
    """Plays the rows the way the graph does, and says for each which stages hold."""

    def __init__(self) -> None:
        self.changing = {recipe["id"]: bool(recipe.get("changes")) for recipe in load_recipes()}
        self.book = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}
        model = registry.resolve("champion")
        self.backend = LlamaBackend(
            model.path, adapters=model.adapters, format=model.format, threads=1
        )
        self.knowledge = KnowledgeBase()
        self.router = Router()

    def close(self) -> None:
        """Release the model and the index."""
        self.backend.close()
        self.knowledge.close()

    def of(self, row: Mapping[str, Any]) -> tuple[dict[str, bool], str]:
        """Return the stages of a row in order, each with whether it holds, and what was run."""
        return self._follow_up(row) if "turns" in row else self._two_steps(row)

    def _two_steps(self, row: Mapping[str, Any]) -> tuple[dict[str, bool], str]:
        first, _, second = row["request"].partition(" | ")
        text = f"{first} {second}"
        parts = parts_of(self.knowledge, text, "sysadmin")
        talk = Talk()
        self._turn(talk, text)
        done = f"{parts} {talk.commands} {talk.answer!r}"
        if any(serves(self.book, row.get("whole", {}), command) for command in talk.commands):
            return dict.fromkeys(_TWO_STEPS, True), done
        stages = {"split": len(parts) == 2}
        stages["parts right"] = stages["split"] and boundary(parts, first, second)
        for number, part in enumerate(row["parts"]):
            stages |= self._part(talk, part, number, f"{number + 1}")
        stages["answer holds both"] = all(f"output {n}" in talk.answer for n in (1, 2)) or any(
            self.changing[name] for part in row["parts"] for name in part["recipe"][:1]
        )
        return stages, done

    def _follow_up(self, row: Mapping[str, Any]) -> tuple[dict[str, bool], str]:
        talk = Talk()
        self._turn(talk, row["turns"][0])
        stages = {
            "1st turn right": any(serves(self.book, row["parts"][0], c) for c in talk.commands)
        }
        # The second turn is judged by itself: it leans on what should have been run.
        talk = self._right_turn(row)
        self._turn(talk, row["turns"][1])
        stages["seen to follow"] = talk.follows
        stages |= self._part(talk, row["parts"][1], 0, "2")
        return stages, f"{talk.commands} {talk.answer!r}"

    def _right_turn(self, row: Mapping[str, Any]) -> Talk:
        """Return a first turn that went right."""
        talk = Talk()
        part = row["parts"][0]
        document = self.book[part["recipe"][0]]
        given = part["values"]
        command = recipes.fill(document, [given.get(s, recipes.DEFAULT) for s in document.slots])
        call = ToolCall("call-1", "bash", {"command": command})
        talk.messages = [
            Message("user", row["turns"][0]),
            Message("assistant", "", (call,)),
            Message("tool", "output 1", tool_call_id=call.id, name="bash", status="ok"),
            Message("assistant", "output 1"),
        ]
        talk.before = document
        return talk

    def _part(self, talk: Talk, part: Mapping[str, Any], number: int, name: str) -> dict[str, bool]:
        found = [d for d in talk.documents if d.template is not None and d.part == number]
        offered = talk.offered[number] if number < len(talk.offered) else set()
        command = talk.commands[number] if number < len(talk.commands) else ""
        wanted = set(part["recipe"])
        named = any(recipes.recognise(self.book[w], command) is not None for w in wanted)
        return {
            f"{name} found": any(d.id in wanted for d in found),
            f"{name} offered": bool(offered & wanted),
            f"{name} named": named,
            f"{name} values": serves(self.book, part, command),
        }

    def _turn(self, talk: Talk, text: str) -> None:
        """Play one turn: look up, call until there is an answer."""
        route = self.router.route(text)
        talk.follows = bool(talk.messages) and route.follows >= 0.5
        before = talk.before if talk.follows else None
        talk.documents = tuple(
            look_up(self.knowledge, text, shelf="sysadmin", count=COUNT, before=before)
        )
        talk.messages.append(Message("user", text))
        talk.commands, talk.offered = [], []
        while True:
            prompt = ChatPrompt(tuple(talk.messages), (BASH,), talk.documents, talk.follows)
            talk.offered.append({d.id for d in mica.render(prompt).state.documents.values()})
            done = collect(self.backend.stream(prompt, adapter="sysadmin"))
            if not done.tool_calls or len(talk.commands) == MOST_CALLS:
                break
            self._ran(talk, done.tool_calls[0])
        talk.answer = done.text

    def _ran(self, talk: Talk, call: ToolCall) -> None:
        command = str(call.arguments["command"])
        talk.commands.append(command)
        used = [d for d in talk.documents if recipes.recognise(d, command) is not None]
        silent = any(self.changing.get(document.id) for document in used)
        status, output = ("empty", "") if silent else ("ok", f"output {len(talk.commands)}")
        talk.before = used[-1] if used else talk.before
        talk.messages += [
            Message("assistant", "", (call,)),
            Message("tool", output, tool_call_id=call.id, name="bash", status=status),  # type: ignore[arg-type]
        ]


_TWO_STEPS = (
    "split", "parts right", "1 found", "1 offered", "1 named", "1 values",
    "2 found", "2 offered", "2 named", "2 values", "answer holds both",
)  # fmt: skip
_JOINING = "and then first also plus n afterwards after that , ;".split()


def serves(book: Mapping[str, Document], part: Mapping[str, Any], command: str) -> bool:
    """Tell whether a command is a right recipe with the right values, in any order.

    A value that is a default of the recipe may stand or be left out.
    """
    for name in part.get("recipe", ()):
        slots = book[name].slots
        found = recipes.recognise(book[name], command)
        if found is not None:
            got = [v for v, default in zip(found, slots.values(), strict=True) if v != default]
            usual = set(slots.values())
            meant = [str(v) for v in part["values"].values() if str(v) not in usual]
            if sorted(got) == sorted(meant):
                return True
    return False


def boundary(parts: Sequence[str], first: str, second: str) -> bool:
    """Tell whether a request was cut where it should be, apart from the words that join."""
    return [_bare(part) for part in parts] == [_bare(first), _bare(second)]


def _bare(part: str) -> list[str]:
    words = part.lower().replace(",", " ").replace(";", " ").rstrip("?. ").split()
    while words and words[0] in _JOINING:
        words.pop(0)
    return words


def main() -> None:
    """Print for each kind how many rows pass each stage, and how many it is the first to lose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--margin", type=float, default=mica.MARGIN)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--told", nargs="?", const="told", choices=develop_told.SETS)
    args = parser.parse_args()
    mica.MARGIN = args.margin
    if args.told:
        develop_told.report(args.told, verbose=args.verbose)
        return
    rows = read_yaml(PATH)
    stages = Stages()
    passed: dict[str, Counter[str]] = {"two-step": Counter(), "follow-up": Counter()}
    lost: dict[str, Counter[str]] = {kind: Counter() for kind in passed}
    order: dict[str, list[str]] = {}
    for row in rows:
        kind = "follow-up" if "turns" in row else "two-step"
        passed[kind]["rows"] += 1
        if not all(part["recipe"] for part in row["parts"]) and "whole" not in row:
            lost[kind]["no recipe for it"] += 1
            continue
        result, done = stages.of(row)
        order[kind] = list(result)
        passed[kind].update(stage for stage, holds in result.items() if holds)
        failed = next((stage for stage, holds in result.items() if not holds), None)
        lost[kind][failed or "nothing: all right"] += 1
        if args.verbose and failed:
            print(f"[{failed}] {row.get('request') or row['turns']}\n    {done}")
    stages.close()
    for kind, names in order.items():
        print(f"{kind}: {passed[kind]['rows']} rows")
        for name in ["no recipe for it", *names, "nothing: all right"]:
            print(f"  {name:20} holds {passed[kind][name]:3}  lost {lost[kind][name]:3}")


if __name__ == "__main__":
    main()
