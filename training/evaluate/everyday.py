"""The everyday set: 300 requests in 15 areas, a third of them two steps or two turns.

`references` proves the set without a model: each reference passes its own check, and a command
that does nothing fails it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphs.assistant import Assistant
from graphs.events import ToolFinished
from runtime.types import ToolCall
from runtime.yaml_files import read_yaml
from sandboxes import Sandbox, SandboxError
from tools import ToolContext
from tools.bash.tool import bash_tool
from training.evaluate.checks import why_not
from training.evaluate.plain import sandbox_of
from training.evaluate.turns import Turn, take_turn

FOLDER = Path(__file__).parents[2] / "tests" / "evals" / "everyday"
SETS = {
    "blind": FOLDER,
    "strangers": FOLDER.with_name("everyday_strangers"),
    "development": FOLDER.with_name("everyday_development"),
}
"""Sets of one form: the first one is blind, the others are there to tune on."""
THREADS = 4  # the engine does most of the work
KINDS = ("single", "two-step", "follow-up")


class SetupError(Exception):
    """A fixture could not be made: the set is wrong, or the sandbox is another one."""


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
        for row in read_yaml(path)
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
    """Run the entries one at a time, each in a conversation and a sandbox of its own.

    Raises:
        SetupError: a fixture could not be made.
    """
    sandbox = sandbox_of(assistant)
    for entry in entries:
        conversation = _conversation(entry, sandbox)
        turns: list[Turn] = []
        why = ""
        for number, asked in enumerate(entry.turns, 1):
            turns.append(take_turn(assistant, conversation, asked["request"]))
            try:
                why = why_not(asked["check"], turns[-1], sandbox, conversation)
            except SandboxError as error:
                why = f"not checked, {error}"
            if why:
                why = f"turn {number}: {why}" if len(entry.turns) > 1 else why
                break
        with suppress(SandboxError, OSError):
            assistant.forget(conversation)
        yield Result(entry, tuple(turns), why)


def _conversation(entry: Entry, sandbox: Sandbox) -> str:
    """Make a conversation with the entry's fixture; a machine under load gets three tries."""
    problem = ""
    for _ in range(3):
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        try:
            made = sandbox.run(entry.setup or "true", conversation=conversation, call_id="setup")
        except SandboxError as error:
            problem = str(error)
            continue
        if made.exit_code == 0:
            return conversation
        raise SetupError(f"the setup of {entry.id} failed: {made.output}")
    raise SetupError(f"the setup of {entry.id} failed: {problem}")


def references(entries: Sequence[Entry], sandbox: Sandbox, idle: str = "true") -> Iterator[str]:
    """Yield what is wrong with the set: references that fail, turns that `idle` passes.

    In each turn `idle` runs first, which must leave everything as it is, then the reference.
    """

    def problems(entry: Entry) -> list[str]:
        try:
            conversation = _conversation(entry, sandbox)
        except SetupError as error:
            return [str(error)]
        try:
            return list(_problems(entry, sandbox, conversation, idle))
        except SandboxError as error:
            return [f"{entry.id}: not proved, {error}"]
        finally:
            # A machine under load may be slow to remove a container; that proves nothing.
            with suppress(SandboxError, OSError):
                sandbox.forget(conversation)

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(problems, entries):
            yield from found


def _problems(entry: Entry, sandbox: Sandbox, conversation: str, idle: str) -> Iterator[str]:
    for number, asked in enumerate(entry.turns, 1):
        name = f"{entry.id} turn {number}"
        if not why_not(
            asked["check"], _by_hand(idle, sandbox, conversation), sandbox, conversation
        ):
            yield f"{name}: `{idle}` passes"
        turn = _by_hand(asked["reference"], sandbox, conversation)
        if why := why_not(asked["check"], turn, sandbox, conversation):
            yield f"{name}: the reference fails: {why}; it printed {turn.output[:300]!r}"


def _by_hand(command: str, sandbox: Sandbox, conversation: str) -> Turn:
    """Run a command through the tool that the model uses, as if the model had asked for it."""
    call = ToolCall(f"hand-{uuid.uuid4().hex[:12]}", "bash", {"command": command})
    result = bash_tool(sandbox).call(call.arguments, ToolContext(conversation, call.id))
    return Turn("sysadmin", (ToolFinished(call, result.status, result.text),), "", 0.0, 0.0)
