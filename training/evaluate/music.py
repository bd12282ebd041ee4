"""The music set: over 300 theory requests, exact answers only, end to end through the graph."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphs.assistant import Assistant
from tools import ToolError
from tools.music.tools import TOOLS
from training.evaluate import tables
from training.evaluate.exact import missing
from training.evaluate.measures import HEAD, SYSTEMS_SAID, Measures
from training.evaluate.turns import Turn, take_turn

Row = Mapping[str, Any]
NAME = "music"


@dataclass(frozen=True)
class Result:
    """How a row went: its turns up to the first that failed, and why that one failed."""

    row: Row
    turns: tuple[Turn, ...]
    why: str

    @property
    def passed(self) -> bool:
        """Whether every turn gave the exact answer."""
        return not self.why


def asked(row: Row) -> Sequence[Row]:
    """Return the requests of a row: its turns, or the row itself."""
    turns: Sequence[Row] = row.get("turns") or [row]
    return turns


def kind(row: Row) -> str:
    """Return `one tool`, `two tools` or `follow-up`."""
    if "turns" in row:
        return "follow-up"
    return "one tool" if len(row["calls"]) == 1 else "two tools"


def why_not(wanted: Row, turn: Turn) -> str:
    """Return why a turn is not right, or an empty string.

    Right is: tools ran, every answer stands whole in their results or in the answer, and no more
    different calls succeeded than the row needs.
    """
    if not turn.tools:
        return "no tool was called"
    if lacks := missing(wanted["answer"], f"{turn.output}\n{turn.answer}"):
        return f"{' and '.join(_said(item) for item in lacks)} is missing"
    done = {
        json.dumps([tool.call.name, dict(tool.call.arguments)], sort_keys=True)
        for tool in turn.tools
        if tool.status == "ok"
    }
    surplus = len(done) - len(wanted["calls"])
    return f"{surplus} needless call{'s' if surplus > 1 else ''}" if surplus > 0 else ""


def run(assistant: Assistant, rows: Sequence[Row]) -> Iterator[Result]:
    """Ask the rows one at a time, each in a conversation of its own."""
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        turns, why = [], ""
        for number, wanted in enumerate(asked(row), 1):
            turns.append(take_turn(assistant, conversation, wanted["request"]))
            why = why_not(wanted, turns[-1])
            if why:
                why = f"turn {number}: {why}" if "turns" in row else why
                break
        assistant.forget(conversation)
        yield Result(row, tuple(turns), why)


def problems(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what is wrong with the set: turns whose calls do not give the answer they name."""
    known = {tool.name: tool for tool in TOOLS}
    for row in rows:
        for wanted in asked(row):
            name = f"{row['id']} {wanted['request']!r}"
            try:
                said = [
                    known[tool].call(arguments).text
                    for call in wanted["calls"]
                    for tool, arguments in call.items()
                ]
            except ToolError as error:
                yield f"{name}: {error}"
                continue
            if lacks := missing(wanted["answer"], "\n".join(said)):
                yield f"{name}: {lacks} is not in {said}"
            if not missing(wanted["answer"], wanted["request"]):
                yield f"{name}: repeating the request passes"


def report(systems: Sequence[tuple[Measures, Sequence[Result]]]) -> str:
    """Return the report: a row for each system, then details of the last."""
    what = (
        "Right is the exact answer by value, no note more or less. Latency is of a whole turn: "
        "route, look up, call, run, answer."
    )
    name, results = systems[-1][0].system, systems[-1][1]
    lines = [
        *tables.title(NAME, what),
        SYSTEMS_SAID,
        "",
        *HEAD,
        *(measured.row for measured, _ in systems),
        "",
        f"## {name}: by kind",
        "",
        *tables.by_class((kind(result.row), result.passed) for result in results),
        *_second(results),
        f"## {name}: by tool that is needed",
        "",
        "A row counts for every tool that its turns need, as far as they were asked.",
        "",
        *tables.by_class(_tools(results)),
        f"## {name}: what went wrong",
        "",
        *(_failure(result) for result in results if not result.passed),
    ]
    return "\n".join(lines) + "\n"


def _second(results: Sequence[Result]) -> list[str]:
    reached = [result for result in results if len(result.turns) > 1]
    if not reached:
        return []
    passed = sum(result.passed for result in reached)
    return [f"Where the first turn was right, the second was in {passed} of {len(reached)}.", ""]


def _tools(results: Sequence[Result]) -> list[tuple[str, bool]]:
    pairs = []
    for result in results:
        for number, wanted in enumerate(asked(result.row)[: len(result.turns)], 1):
            right = result.passed or number < len(result.turns)
            pairs += [(tool, right) for tool in {name for call in wanted["calls"] for name in call}]
    order = [tool.name for tool in TOOLS]
    return sorted(pairs, key=lambda pair: order.index(pair[0]))


def _failure(result: Result) -> str:
    wanted = asked(result.row)[len(result.turns) - 1]
    turn = result.turns[-1]
    did = tables.code(turn.did or turn.answer[:80])
    return (
        f"- **{result.row['id']}** {wanted['request']!r} → {turn.specialist}: {did} ({result.why})"
    )


def _said(item: str | Sequence[str]) -> str:
    return item if isinstance(item, str) else " or ".join(item)
