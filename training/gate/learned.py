"""What the challenger was just taught, asked of both builds as a person would ask it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from graphs.assistant import Assistant
from graphs.events import ToolFinished
from sandboxes import SandboxError
from tools import ToolContext, ToolError
from training.dataset.row import Row
from training.evaluate.turns import Turn, take_turn
from training.gate.outcome import Outcome

SET = "learned"
Call = Mapping[str, Any]


@dataclass(frozen=True)
class Lesson:
    """A row as a case: the requests in order (the last one counts), and what is right.

    `calls` are those that should be made; where there are none, `answer` should be given.
    """

    id: str
    requests: tuple[str, ...]
    calls: tuple[Call, ...]
    answer: str
    group: str

    def to_json(self) -> dict[str, Any]:
        """Return the lesson as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Lesson:
        """Read what `to_json` wrote."""
        listed = {key: tuple(data[key]) for key in ("requests", "calls")}
        return cls(**{**data, **listed})


def lessons(rows: Iterable[Row]) -> list[Lesson]:
    """Return the rows that say what is right; a plain thumb down does not."""
    return [
        Lesson(row.id, row.requests, row.calls, row.answer, f"{_taught(row)}, {row.split}")
        for row in rows
        if row.teaches
    ]


def _taught(row: Row) -> str:
    return "liked" if row.label == "up" else "corrected"


def ask(assistant: Assistant, asked: Sequence[Lesson]) -> Iterator[Outcome]:
    """Ask each lesson in a conversation of its own; what asks for approval is approved."""
    for lesson in asked:
        conversation = f"gate-{uuid.uuid4().hex[:12]}"
        turns = [take_turn(assistant, conversation, request) for request in lesson.requests]
        why = why_not(assistant, conversation, lesson, turns[-1])
        with suppress(SandboxError, OSError):
            assistant.forget(conversation)
        yield Outcome(SET, lesson.id, not why, why, turns[-1].did or turns[-1].answer[:80],
                      turns[0].seconds, lesson.group)  # fmt: skip


def why_not(assistant: Assistant, conversation: str, lesson: Lesson, turn: Turn) -> str:
    """Return why a turn is not what was taught, or an empty string.

    Right are the calls that were taught, spaces aside, or calls that give the same: a tool that
    only computes the same text, a command that only reads the same output in the same place.
    """
    if not lesson.calls:
        if turn.tools:
            return "it called a tool, and should have answered"
        return "" if _words(lesson.answer) == _words(turn.answer) else "it answers something else"
    made = [tool for tool in turn.tools if tool.status not in ("rejected", "refused")]
    if [_canonical(tool.call.name, tool.call.arguments) for tool in made] == [
        _canonical(call["name"], call["arguments"]) for call in lesson.calls
    ]:
        return ""
    if not made:
        return "it called no tool"
    return "" if _same_results(assistant, conversation, lesson, made) else "it called another"


def _same_results(
    assistant: Assistant, conversation: str, lesson: Lesson, made: Sequence[ToolFinished]
) -> bool:
    """Whether calls that change nothing gave what the taught ones give."""
    judge = assistant.parts.judge
    for call in (
        *lesson.calls,
        *({"name": t.call.name, "arguments": t.call.arguments} for t in made),
    ):
        command = call["arguments"].get("command")
        if call["name"] == "bash" and judge(str(command)).verdict != "allow":
            return False
    wanted = [_result(assistant, conversation, call) for call in lesson.calls]
    if not all(wanted):
        return False  # nothing printed is no proof
    return [_words(text) for text in wanted] == [_words(t.text) for t in made if t.status == "ok"]


def _result(assistant: Assistant, conversation: str, call: Call) -> str:
    tool = assistant.parts.tools.get(str(call["name"]))
    if tool is None:
        return ""
    try:
        context = ToolContext(conversation, f"taught-{uuid.uuid4().hex[:12]}")
        result = tool.call(call["arguments"], context)
    except (ToolError, SandboxError):
        return ""
    return result.text if result.status == "ok" else ""


def _canonical(name: str, arguments: Mapping[str, Any]) -> str:
    plain = {key: " ".join(v.split()) if isinstance(v, str) else v for key, v in arguments.items()}
    return json.dumps([name, plain], sort_keys=True)


def _words(text: str) -> str:
    return " ".join(text.split())
