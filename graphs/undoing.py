"""Undo: a message that says no more than that puts back what the last command changed."""

from __future__ import annotations

import re
import time
from typing import Any

from langgraph.types import Command

from graphs.events import TextDelta, Undid
from graphs.notes import Notes, emit, step, timed
from graphs.parts import Parts
from graphs.state import State
from runtime.types import Message
from sandboxes import SandboxError
from sandboxes.changes import visible
from sandboxes.preview import Previewing, Undone

UNDO = "undo"
_SHOWN = 20
_ASKS = re.compile(
    r"(?:(?:oops|sorry|no|wait|please|ok|hm+|and|now|can you|could you)\b[\s,!.]*)*"
    r"(?:/?undo(?: (?:that|it|this|the last (?:command|change|step|one)))?"
    r"|(?:revert|take back) (?:that|it|the last (?:command|change|step))"
    r"|(?:take|turn) (?:that|it) back)(?: again)?(?: please)?[\s.!?]*",
    re.IGNORECASE,
)


def asks_undo(text: str) -> bool:
    """Whether a message asks for an undo and for nothing else.

    >>> asks_undo("Undo!"), asks_undo("oops, undo that please"), asks_undo("undo the last commit")
    (True, True, False)
    """
    return _ASKS.fullmatch(" ".join(text.split())) is not None


def first_step(state: State) -> str:
    """Return the step that a turn begins with."""
    return UNDO if asks_undo(state["text"]) else "route"


class Undoing:
    """The step that undoes a command; no model is asked."""

    def __init__(self, parts: Parts, notes: Notes) -> None:
        self.parts = parts
        self.notes = notes

    @step
    def undo(self, state: State) -> Command[str]:
        """Put back the files. Running this again after a crash undoes no second command."""
        started = time.perf_counter()
        request = Message("user", state["text"])
        self.notes.record(state, request, "user")
        text = self._undone(state)
        emit(TextDelta(text))
        update: dict[str, Any] = {
            "messages": [*state.get("messages", []), request.to_openai()],
            "specialist": state.get("previous") or "other",
            "confidence": 1.0,
            "answer": text,
            "timings": timed(state, UNDO, time.perf_counter() - started),
        }
        return Command(goto="answer", update=update)

    def _undone(self, state: State) -> str:
        box = self.parts.sandbox
        if not isinstance(box, Previewing):
            return "Nothing was undone: no command can run here, or not so that it can be undone."
        try:
            undone = box.undo(state["conversation"], state["turn"])
        except SandboxError as error:
            return f"Nothing was undone: {error}."
        data = {"call": undone.call_id, "command": undone.command, "counts": dict(undone.counts)}
        data["kept"] = list(undone.kept)
        self.parts.store.audit("command.undone", state["conversation"], data)
        emit(Undid(undone))
        return in_words(undone)


def in_words(undone: Undone) -> str:
    """Say what was undone, for the transcript."""
    was = {
        "added": "removed again",
        "changed": "as it was before",
        "deleted": "back",
        "permissions": "with its old permissions",
    }
    fence = _fence(undone.command, 3)
    lines = ["I undid this command:", f"\n{fence}bash\n{undone.command}\n{fence}\n"]
    lines += [f"- {_code(change.path)}: {was[change.kind]}" for change in undone.changes[:_SHOWN]]
    left = sum(undone.counts.values()) - len(undone.changes[:_SHOWN])
    lines += [f"- and {left} more"] if left else []
    lines += [] if undone.counts else ["It had changed no file."]
    lines += [
        f"\n{_code(visible(path))} has what something else had written there since."
        for path in undone.kept
    ]
    return "\n".join(lines)


def _code(path: str) -> str:
    """Mark a path as code, so that nothing in it is read as Markdown."""
    fence = _fence(path, 1)
    return f"{fence} {path} {fence}" if len(fence) > 1 else f"`{path}`"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
