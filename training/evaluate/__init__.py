"""Evaluates the shipped models end to end: the graph that users run, with a scripted approver.

    python -m training.evaluate sysadmin|composer|router [--report docs/evals]

Each request is a conversation of its own. A command that needs approval is approved, since the
evaluation's sandbox holds nothing but its own fixtures. Accuracy comes with its Wilson interval.
"""

from __future__ import annotations

import argparse
import math
import re
import statistics
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agents.router import Router
from graphs.assistant import Assistant
from graphs.build import build_assistant
from graphs.events import (
    Answered,
    ApprovalNeeded,
    Event,
    Failed,
    Resume,
    Routed,
    TextDelta,
    ToolFinished,
)
from sandboxes import Sandbox

ROOT = Path(__file__).parents[1]
Z = 1.959964  # two-sided 95%


@dataclass(frozen=True)
class Outcome:
    """How one request went. Times are in seconds."""

    id: str
    request: str
    passed: bool
    specialist: str
    did: str
    answer: str
    seconds: float
    first_text: float
    why: str = ""


@dataclass(frozen=True)
class Turn:
    """What a turn said and did, in the order in which it happened."""

    specialist: str
    tools: tuple[ToolFinished, ...]
    answer: str
    seconds: float
    first_text: float

    @property
    def output(self) -> str:
        """The text of all tool results."""
        return "\n".join(tool.text for tool in self.tools)


def wilson(passed: int, count: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a proportion (E. B. Wilson, 1927)."""
    if count == 0:
        return 0.0, 1.0
    p = passed / count
    centre = p + Z * Z / (2 * count)
    spread = Z * math.sqrt(p * (1 - p) / count + Z * Z / (4 * count * count))
    scale = 1 + Z * Z / count
    return (centre - spread) / scale, (centre + spread) / scale


def take_turn(assistant: Assistant, conversation: str, request: str) -> Turn:
    """Send one request and approve whatever asks."""
    started = time.perf_counter()
    first = 0.0
    specialist, answer, tools = "other", "", []
    events = list(_timed(assistant.stream(conversation, request), started))
    while isinstance(events[-1][1], ApprovalNeeded):
        events += _timed(assistant.resume(conversation, Resume("approve")), started)
    for at, event in events:
        if isinstance(event, Routed):
            specialist = event.specialist
        elif isinstance(event, ToolFinished):
            tools.append(event)
        elif isinstance(event, TextDelta) and not first:
            first = at
        elif isinstance(event, Answered):
            answer = event.text
        elif isinstance(event, Failed):
            answer = event.error
    return Turn(specialist, tuple(tools), answer, time.perf_counter() - started, first)


def _timed(events: Any, started: float) -> list[tuple[float, Event]]:
    return [(time.perf_counter() - started, event) for event in events]


def sysadmin(assistant: Assistant, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Run each request in a fresh sandbox with its fixture, and check by running."""
    sandbox = assistant.parts.sandbox
    if sandbox is None:
        raise SystemExit(f"this needs a sandbox: {assistant.parts.sandbox_problem}")
    outcomes = []
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        if row.get("setup"):
            sandbox.run(row["setup"], conversation=conversation, call_id="setup")
        turn = take_turn(assistant, conversation, row["request"])
        why = _why_not(row["check"], turn, sandbox, conversation)
        assistant.forget(conversation)
        outcomes.append(_outcome(row, turn, why))
    return outcomes


def _why_not(check: Mapping[str, Any], turn: Turn, sandbox: Sandbox, conversation: str) -> str:
    said = f"{turn.output}\n{turn.answer}"
    for wanted in check.get("output_contains", ()):
        if not any(str(w) in said for w in (wanted if isinstance(wanted, list) else [wanted])):
            return f"{wanted} is not in the output"
    for unwanted in check.get("output_excludes", ()):
        if str(unwanted) in turn.output:
            return f"{unwanted} is in the output"
    if "same_output_as" in check:
        right = sandbox.run(check["same_output_as"], conversation=conversation, call_id="same")
        if right.output.split() != turn.output.split():
            return "the output is not the same"
    if "state" in check:
        after = sandbox.run(check["state"], conversation=conversation, call_id="state")
        if after.exit_code != 0:
            return "the files are not as they should be"
    return "" if turn.tools else "no command was run"


def composer(assistant: Assistant, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Check that every expected value stands in the tools' results or the answer."""
    outcomes = []
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        turn = take_turn(assistant, conversation, row["request"])
        assistant.forget(conversation)
        said = _words(f"{turn.output}\n{turn.answer}")
        missing = [
            wanted
            for wanted in row["answer_contains"]
            if not any(
                _words(w) in said for w in (wanted if isinstance(wanted, list) else [wanted])
            )
        ]
        outcomes.append(_outcome(row, turn, f"{missing} is missing" if missing else ""))
    return outcomes


def _words(text: str) -> str:
    """Bring notes to one spelling, apart by single spaces, so that whole words compare."""
    plain = str(text).replace("♭", "b").replace("♯", "#")
    return f" {' '.join(re.sub(r'[,–—:;()|→-]', ' ', plain).split())} "


def router(assistant: Assistant, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Check the specialist that is chosen, without answering."""
    chooser: Router = assistant.parts.router  # type: ignore[assignment]
    outcomes = []
    for row in rows:
        started = time.perf_counter()
        route = chooser.route(row["request"])
        seconds = time.perf_counter() - started
        turn = Turn(route.specialist, (), f"{route.confidence:.2f}", seconds, seconds)
        why = "" if route.specialist == row["specialist"] else f"expected {row['specialist']}"
        outcomes.append(_outcome(row, turn, why))
    return outcomes


def _outcome(row: Mapping[str, Any], turn: Turn, why: str) -> Outcome:
    did = "; ".join(str(next(iter(t.call.arguments.values()), "")) for t in turn.tools)
    if turn.tools and turn.tools[0].call.name != "bash":
        did = "; ".join(f"{t.call.name}({_arguments(t.call.arguments)})" for t in turn.tools)
    return Outcome(
        row["id"], row["request"], not why, turn.specialist, did, turn.answer, turn.seconds,
        turn.first_text, why,
    )  # fmt: skip


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(str(value) for value in arguments.values())


def report(suite: str, outcomes: Sequence[Outcome]) -> str:
    """Return the results as Markdown: the figures, then every failure."""
    passed = sum(outcome.passed for outcome in outcomes)
    low, high = wilson(passed, len(outcomes))
    times = sorted(outcome.seconds for outcome in outcomes)
    lines = [
        f"# Evaluation: {suite}",
        "",
        f"`python -m training.evaluate {suite}` on `tests/evals/`, requests that no training row "
        "was made from.",
        "",
        "| requests | solved | accuracy | 95% interval | p50 | p95 |",
        "|---|---|---|---|---|---|",
        f"| {len(outcomes)} | {passed} | {passed / len(outcomes):.2f} | {low:.2f} to {high:.2f} "
        f"| {statistics.median(times) * 1000:.0f} ms "
        f"| {times[int(len(times) * 0.95)] * 1000:.0f} ms |",
        "",
        "## What went wrong",
        "",
    ]
    lines += [
        f"- **{o.id}** {o.request!r} → {o.specialist}: `{o.did or o.answer[:80]}` ({o.why})"
        for o in outcomes
        if not o.passed
    ]
    return "\n".join(lines) + "\n"


_SUITES: dict[
    str, tuple[Callable[[Assistant, Sequence[Mapping[str, Any]]], list[Outcome]], str]
] = {
    "sysadmin": (sysadmin, "sysadmin.yaml"),
    "composer": (composer, "composer.yaml"),
    "router": (router, "other.yaml"),
}


def main() -> None:
    """Run one suite, print its report, and write it where `--report` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=sorted(_SUITES))
    parser.add_argument("--report", type=Path, help="folder for the Markdown report")
    parser.add_argument("--verbose", action="store_true", help="print every request")
    args = parser.parse_args()
    run, name = _SUITES[args.suite]
    rows = yaml.safe_load((ROOT / "tests" / "evals" / name).read_text(encoding="utf-8"))
    assistant = build_assistant()
    try:
        outcomes = run(assistant, rows)
    finally:
        assistant.close()
    if args.verbose:
        for o in outcomes:
            print(f"{'ok  ' if o.passed else 'FAIL'} {o.id} {o.request!r} | {o.did} | {o.why}")
    text = report(args.suite, outcomes)
    print(text)
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        (args.report / f"{args.suite}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
