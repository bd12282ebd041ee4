"""One turn of a conversation as an evaluation sees it, and how it is counted."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphs.assistant import Assistant
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
from runtime.types import Usage

Z = 1.959964  # two-sided 95%


@dataclass(frozen=True)
class Turn:
    """What a turn said and did, in the order in which it happened. Times are in seconds.

    `thinking` is the time that the model took, `usage` its tokens.
    """

    specialist: str
    tools: tuple[ToolFinished, ...]
    answer: str
    seconds: float
    first_text: float
    thinking: float = 0.0
    usage: Usage = field(default=Usage())

    @property
    def output(self) -> str:
        """The text of all tool results."""
        return "\n".join(tool.text for tool in self.tools)

    @property
    def did(self) -> str:
        """The commands, or the calls of other tools with their arguments."""
        if self.tools and self.tools[0].call.name != "bash":
            return "; ".join(f"{t.call.name}({_arguments(t.call.arguments)})" for t in self.tools)
        return "; ".join(str(next(iter(t.call.arguments.values()), "")) for t in self.tools)


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


def outcome(row: Mapping[str, Any], turn: Turn, why: str) -> Outcome:
    """Return how a row of one request went; an empty `why` is a pass."""
    return Outcome(
        row["id"], row["request"], not why, turn.specialist, turn.did, turn.answer, turn.seconds,
        turn.first_text, why,
    )  # fmt: skip


def _arguments(arguments: Mapping[str, Any]) -> str:
    return ", ".join(str(value) for value in arguments.values())


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
    events = list(_timed(assistant.stream(conversation, request), started))
    while isinstance(events[-1][1], ApprovalNeeded):
        events += _timed(assistant.resume(conversation, Resume("approve")), started)
    return _summed(events, time.perf_counter() - started)


def _timed(events: Iterable[Event], started: float) -> list[tuple[float, Event]]:
    return [(time.perf_counter() - started, event) for event in events]


def _summed(events: list[tuple[float, Event]], seconds: float) -> Turn:
    specialist, answer, first, thinking = "other", "", 0.0, 0.0
    tools: list[ToolFinished] = []
    usage = Usage()
    for at, event in events:
        if isinstance(event, Routed):
            specialist = event.specialist
        elif isinstance(event, ToolFinished):
            tools.append(event)
        elif isinstance(event, TextDelta):
            first = first or at
        elif isinstance(event, Answered):
            answer, usage = event.text, event.usage
            thinking = event.timings.get("act", 0.0)
        elif isinstance(event, Failed):
            answer = event.error
    return Turn(specialist, tuple(tools), answer, seconds, first, thinking, usage)
