"""Plays the development requests of two steps and the follow-ups that are judged by running.

A request is right when its commands leave the files as the written ones do and print what they
should; the set's file in `training/data/development` says how. Where it is not, its commands are
run again one at a time, and the first step that differs is where it is lost.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.lookup import parts_of
from graphs.routing import leans
from graphs.settings import Settings
from runtime.yaml_files import read_yaml
from sandboxes import Sandbox
from training.evaluate.plain import sandbox_of
from training.evaluate.turns import Turn, take_turn

FOLDER = Path(__file__).parent / "data" / "development"
SETS = ("told", "strangers_steps")
RIGHT = "nothing: all right"
STAGES = {
    "two-step": ("routed elsewhere", "asked back", "not cut", "1st step wrong", "2nd step not run",
                 "2nd step wrong", RIGHT),
    "follow-up": ("1st turn wrong", "routed elsewhere", "not seen to follow", "asked back",
                  "2nd turn wrong", RIGHT),
}  # fmt: skip
# Archives hold times of their own making, so that only their names compare.
_STATE = r"""(cd /workspace
find . -path ./repo/.git -prune -o -printf '%y %m %P\n' | sort
find . -path ./repo/.git -prune -o -type f ! -regex '.*\.\(t?gz\|zip\|bz2\|xz\)' -print0 |
  sort -z | xargs -0 -r sha256sum
git -C repo log --all --format='%s %D'; git -C repo status --short --branch; git -C repo stash list
) 2>&1 | sha256sum"""


@dataclass(frozen=True)
class Proof:
    """What a row must come to: for each step a hash of the files (several: any), a pattern."""

    states: tuple[frozenset[str], ...]
    says: tuple[str, ...]
    hides: str
    free: bool

    def holds(self, step: int, state: str, said: str, printed: str) -> bool:
        """Tell whether a step has left the files and said what it should."""
        shown = re.search(self.says[step], said, re.MULTILINE) is not None
        hidden = step == 0 or not self.hides or not re.search(self.hides, printed, re.MULTILINE)
        return shown and hidden and (self.free or state in self.states[step])


@contextmanager
def opened() -> Iterator[Assistant]:
    """Open the shipped model in the quick sandbox, with a folder that is thrown away."""
    settings = Settings(sandbox="bubblewrap", preview=False, threads=1)
    with TemporaryDirectory(prefix="mica-develop-") as folder:
        assistant = build_assistant(settings, folder=Path(folder))
        try:
            yield assistant
        finally:
            assistant.close()


class Player:
    """Plays rows, and says at which stage each is lost."""

    def __init__(self, assistant: Assistant, fixture: str) -> None:
        self.assistant = assistant
        self.fixture = fixture
        self.sandbox: Sandbox = sandbox_of(assistant)

    def two_steps(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return where a request of two steps is lost, and what was done for it."""
        text = " ".join(row["ask"].replace(" | ", " ").split())
        proof = self.proof(row)
        with self._conversation(row) as conversation:
            turn = take_turn(self.assistant, conversation, text)
            state = self._state(conversation)
        said = f"{turn.output}\n{turn.answer}"
        done = f"{turn.did} -> {turn.output[:200]!r}"
        printed = turn.tools[-1].text if turn.tools else ""
        first = re.search(proof.says[0], said, re.MULTILINE) is not None
        if turn.tools and first and proof.holds(1, state, said, printed):
            return RIGHT, done
        if lost := self._nothing_run(turn):
            return lost, f"{done} {turn.answer[:150]!r}"
        knowledge = self.assistant.parts.knowledge
        if knowledge is not None and len(parts_of(knowledge, text, "sysadmin")) == 1:
            return "not cut", done
        if not self._first_holds(row, proof, turn):
            return "1st step wrong", done
        return ("2nd step wrong" if len(turn.tools) > 1 else "2nd step not run"), done

    def follow_up(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return where the second of two turns is lost, and what was done for it."""
        proof = self.proof(row)
        with self._conversation(row) as conversation:
            for number, text in enumerate(row["turns"]):
                turn = take_turn(self.assistant, conversation, text)
                said = f"{turn.output}\n{turn.answer}"
                right = proof.holds(number, self._state(conversation), said, turn.output)
                if number == 0 and not (right and turn.tools):
                    return "1st turn wrong", f"{turn.did} -> {turn.output[:200]!r}"
        done = f"{turn.did} -> {turn.output[:200]!r}"
        if right and turn.tools:
            return RIGHT, done
        if turn.specialist != "sysadmin":
            return "routed elsewhere", done
        if not leans(self.assistant.parts.router.route(row["turns"][1]), row["turns"][1]):
            return "not seen to follow", done
        return self._nothing_run(turn) or "2nd turn wrong", done or turn.answer

    def proof(self, row: Mapping[str, Any]) -> Proof:
        """Run the row's own commands, and return what they come to."""
        ways = [self._by_hand(row, row["do"])]
        ways += [self._by_hand(row, row["else"])] if "else" in row else []
        states = tuple(frozenset(found) for found in zip(*ways, strict=True))
        says = tuple(str(pattern) for pattern in row["says"])
        return Proof(states, says, str(row.get("hides", "")), bool(row.get("free")))

    def problems(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with a row: its own commands do not print what they should."""
        with self._conversation(row) as conversation:
            for number, command in enumerate(row["do"]):
                printed = self._run(command, conversation)
                if not re.search(str(row["says"][number]), printed, re.MULTILINE):
                    yield f"{command}: {row['says'][number]!r} is not in {printed[:300]!r}"
            if row.get("hides") and re.search(str(row["hides"]), printed, re.MULTILINE):
                yield f"{command}: {row['hides']!r} is in {printed[:300]!r}"

    def _by_hand(self, row: Mapping[str, Any], commands: Sequence[str]) -> list[str]:
        with self._conversation(row) as conversation:
            steps = (f"({command}) >/dev/null 2>&1\n{_STATE}" for command in commands)
            return self._run("\n".join(steps), conversation).splitlines()

    def _first_holds(self, row: Mapping[str, Any], proof: Proof, turn: Turn) -> bool:
        """Run the first command of a turn alone, and tell whether it did the first step."""
        with self._conversation(row) as conversation:
            command = str(turn.tools[0].call.arguments["command"])
            printed = self._run(command, conversation)
            return proof.holds(0, self._state(conversation), printed, printed)

    @contextmanager
    def _conversation(self, row: Mapping[str, Any]) -> Iterator[str]:
        name = f"develop-{uuid.uuid4().hex[:12]}"
        try:
            self._run(f"{self.fixture}\n{row.get('prepare', '')}", name)
            yield name
        finally:
            self.assistant.forget(name)

    def _run(self, command: str, conversation: str) -> str:
        name = f"hand-{uuid.uuid4().hex[:12]}"
        return self.sandbox.run(command, conversation=conversation, call_id=name).output

    def _state(self, conversation: str) -> str:
        return self._run(_STATE, conversation).strip()

    @staticmethod
    def _nothing_run(turn: Turn) -> str:
        if turn.specialist != "sysadmin":
            return "routed elsewhere"
        return "" if turn.tools else "asked back"


def rows(name: str = "told") -> tuple[str, list[tuple[str, Mapping[str, Any]]]]:
    """Return the fixture of a set, and each row with its kind."""
    data = read_yaml(FOLDER / f"{name}.yaml")
    found = [("two-step", row) for row in data["two_steps"]]
    found += [("follow-up", row) for row in data["follow_ups"]]
    return data["fixture"], found


def report(name: str = "told", *, verbose: bool = False) -> None:
    """Play all rows of a set, and print for each kind how many are lost at which stage."""
    fixture, all_rows = rows(name)
    lost: dict[str, Counter[str]] = {kind: Counter() for kind in STAGES}
    with opened() as assistant:
        player = Player(assistant, fixture)
        for kind, row in all_rows:
            stage, done = (player.two_steps if kind == "two-step" else player.follow_up)(row)
            lost[kind][stage] += 1
            if verbose and stage != RIGHT:
                print(f"[{stage}] {row.get('ask') or row['turns']}\n    {done}", flush=True)
    for kind, stages in STAGES.items():
        print(f"{kind}: {lost[kind].total()} rows")
        for stage in stages:
            print(f"  {stage:20} {lost[kind][stage]:3}")
