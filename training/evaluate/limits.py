"""The limits set: off-topic and impossible requests, for which no tool may be called."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphs.assistant import Assistant
from graphs.events import Answered, ApprovalNeeded, Event, Failed, Resume, Routed, ToolStarted
from training.evaluate import tables
from training.evaluate.measures import Measures
from training.memory import peak_memory

Row = Mapping[str, Any]
NAME = "limits"


@dataclass(frozen=True)
class Result:
    """What happened: who took the request, the calls that ran or asked to, and the answer."""

    row: Row
    specialist: str
    confidence: float
    calls: tuple[str, ...]
    answer: str
    failed: bool
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it was answered, no tool was called, and none asked for an approval."""
        return not self.calls and not self.failed


def run(assistant: Assistant, rows: Sequence[Row]) -> Iterator[Result]:
    """Send each request in a conversation of its own; whatever asks for approval is rejected."""
    for row in rows:
        conversation = f"eval-{uuid.uuid4().hex[:12]}"
        started = time.perf_counter()
        events = list(assistant.stream(conversation, row["request"]))
        seconds = time.perf_counter() - started
        while isinstance(events[-1], ApprovalNeeded):
            events += assistant.resume(conversation, Resume("reject"))
        assistant.forget(conversation)
        yield _result(row, events, seconds)


def _result(row: Row, events: Sequence[Event], seconds: float) -> Result:
    specialist, confidence, answer = "other", 0.0, ""
    calls: dict[str, str] = {}
    for event in events:
        if isinstance(event, Routed):
            specialist, confidence = event.specialist, event.confidence
        elif isinstance(event, ToolStarted | ApprovalNeeded):
            values = ", ".join(str(value) for value in event.call.arguments.values())
            calls[event.call.id] = f"{event.call.name}({values})"
        elif isinstance(event, Answered):
            answer = event.text
        elif isinstance(event, Failed):
            answer = event.error
    failed = isinstance(events[-1], Failed)
    return Result(row, specialist, confidence, tuple(calls.values()), answer, failed, seconds)


def measures(results: Sequence[Result]) -> Measures:
    """Return the figures to keep; times are of a request."""
    passed, seconds = [r.passed for r in results], [r.seconds for r in results]
    return Measures.counted("tuned + retrieval", passed, seconds, peak_memory())


def report(results: Sequence[Result]) -> str:
    """Return the report: the share without a call, by kind, and every call that was made."""
    what = "Right is that no tool was called, nor asked to be."
    times = [result.seconds * 1000 for result in results]
    lines = [
        *tables.title(NAME, what),
        "| requests | right | accuracy | 95% interval | p50 | p95 |",
        "|---|---|---|---|---|---|",
        f"| {tables.figures([result.passed for result in results])} "
        f"| {tables.quantile(times, 0.5):.0f} ms | {tables.quantile(times, 0.95):.0f} ms |",
        "",
        "## By kind",
        "",
        *tables.by_class((result.row["kind"], result.passed) for result in results),
        "## By who took it",
        "",
        *tables.by_class(sorted((result.specialist, result.passed) for result in results)),
        "## What went wrong",
        "",
        *(_failure(result) for result in results if not result.passed),
    ]
    return "\n".join(lines) + "\n"


def _failure(result: Result) -> str:
    row, did = result.row, tables.code("; ".join(result.calls) or result.answer[:80])
    sure = f"{result.specialist} {result.confidence:.2f}"
    return f"- **{row['id']}** {row['request']!r} → {sure}: {did} ({row['why']})"
