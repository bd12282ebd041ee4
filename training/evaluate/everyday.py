"""The everyday set: 300 requests in 15 areas, a third of them two steps or two turns.

`references` proves the set without a model: each reference passes its own check, and a command
that does nothing fails it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from graphs.assistant import Assistant
from graphs.events import ToolFinished
from runtime.types import ToolCall
from sandboxes import Sandbox
from tools import ToolContext
from tools.bash.tool import bash_tool
from training.evaluate.checks import why_not
from training.evaluate.plain import sandbox_of
from training.evaluate.turns import Turn, take_turn

FOLDER = Path(__file__).parents[2] / "tests" / "evals" / "everyday"
KINDS = ("single", "two-step", "follow-up")


@dataclass(frozen=True)
class Entry:
    """One row of the set. `turns` are its requests, each with `request`, `reference`, `check`."""

    id: str
    area: str
    kind: str
    setup: str
    turns: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Result:
    """How an entry went: its turns up to the first that failed, and why that one failed."""

    entry: Entry
    turns: tuple[Turn, ...]
    why: str

    @property
    def passed(self) -> bool:
        """Whether every turn passed its check."""
        return not self.why


def load(areas: Sequence[str] = (), folder: Path = FOLDER) -> list[Entry]:
    """Return the entries of `areas` (none: of all), in the order of the files.

    Raises:
        ValueError: there is no such area.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if unknown := sorted(set(areas) - set(paths)):
        raise ValueError(f"no area {', '.join(unknown)}; there are: {', '.join(paths)}")
    return [
        _entry(area, row)
        for area, path in paths.items()
        if not areas or area in areas
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _entry(area: str, row: Mapping[str, Any]) -> Entry:
    turns = row.get("turns") or [row]
    kind = "follow-up" if "turns" in row else row.get("kind", "single")
    return Entry(row["id"], area, kind, row.get("setup", ""), tuple(turns))


def digest(folder: Path = FOLDER) -> str:
    """Return the sha256 (hex) of the set: of its YAML files, joined in the order of names."""
    joined = b"".join(path.read_bytes() for path in sorted(folder.glob("*.yaml")))
    return hashlib.sha256(joined).hexdigest()


def run(assistant: Assistant, entries: Sequence[Entry]) -> Iterator[Result]:
    """Run the entries one at a time, each in a conversation and a sandbox of its own."""
    sandbox = sandbox_of(assistant)
    for entry in entries:
        conversation = _conversation(entry, sandbox)
        turns, why = [], ""
        for number, asked in enumerate(entry.turns, 1):
            turns.append(take_turn(assistant, conversation, asked["request"]))
            why = why_not(asked["check"], turns[-1], sandbox, conversation)
            if why:
                why = f"turn {number}: {why}" if len(entry.turns) > 1 else why
                break
        assistant.forget(conversation)
        yield Result(entry, tuple(turns), why)


def _conversation(entry: Entry, sandbox: Sandbox) -> str:
    conversation = f"eval-{uuid.uuid4().hex[:12]}"
    if entry.setup:
        made = sandbox.run(entry.setup, conversation=conversation, call_id="setup")
        if made.exit_code != 0:
            raise SystemExit(f"the setup of {entry.id} failed: {made.output}")
    return conversation


def with_command(entry: Entry, number: int, command: str, sandbox: Sandbox) -> tuple[str, str]:
    """Put `command` in the place of turn `number` (from 0), after the earlier references.

    Return why it does not pass (empty: it passes) and what it printed.
    """
    conversation = _conversation(entry, sandbox)
    try:
        for asked in entry.turns[:number]:
            _by_hand(asked["reference"], sandbox, conversation)
        turn = _by_hand(command, sandbox, conversation)
        return why_not(entry.turns[number]["check"], turn, sandbox, conversation), turn.output
    finally:
        sandbox.forget(conversation)


def _by_hand(command: str, sandbox: Sandbox, conversation: str) -> Turn:
    """Run a command through the tool that the model uses, as if the model had asked for it."""
    call = ToolCall(f"hand-{uuid.uuid4().hex[:12]}", "bash", {"command": command})
    result = bash_tool(sandbox).call(call.arguments, ToolContext(conversation, call.id))
    return Turn("sysadmin", (ToolFinished(call, result.status, result.text),), "", 0.0, 0.0)


def references(entries: Sequence[Entry], sandbox: Sandbox, idle: str = "true") -> list[str]:
    """Return what is wrong with the set: references that fail, turns that `idle` passes."""
    turns = [(entry, number) for entry in entries for number in range(len(entry.turns))]

    def problems(at: tuple[Entry, int]) -> list[str]:
        entry, number = at
        name = f"{entry.id} turn {number + 1}"
        found = []
        why, output = with_command(entry, number, entry.turns[number]["reference"], sandbox)
        if why:
            found.append(f"{name}: the reference fails: {why}; it printed {output[:300]!r}")
        if not with_command(entry, number, idle, sandbox)[0]:
            found.append(f"{name}: `{idle}` passes")
        return found

    with ThreadPoolExecutor(2) as pool:
        return [problem for found in pool.map(problems, turns) for problem in found]
