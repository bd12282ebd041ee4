"""Shows the events of a turn in a terminal and sums them up as one JSON row."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from graphs.events import (
    Answered,
    ApprovalNeeded,
    ApprovedByRule,
    Changed,
    Event,
    Failed,
    Retrieved,
    Routed,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Undid,
)
from sandboxes.preview import Undone, undone_to_json
from ui import preview_words, saving


class Follower:
    """Follows one turn: steps go to stderr, the answer to stdout.

    `quiet` prints nothing. `save` is a folder for pictures, sounds and files. Afterwards `answer`,
    `error`, `undone` and `row()` tell what came out.
    """

    def __init__(self, *, quiet: bool = False, save: Path | None = None) -> None:
        self.quiet = quiet
        self.save = save
        self.answer: str | None = None
        self.error: str | None = None
        self.undone: Undone | None = None
        self._row: dict[str, Any] = {
            "specialist": None, "tool_calls": [], "answer": None, "sources": [], "timings": {},
        }  # fmt: skip
        self._column = 0

    def follow(self, events: Iterable[Event]) -> ApprovalNeeded | None:
        """Show events; return the approval that the turn waits for, if any."""
        waiting = None
        for event in events:
            self._show(event)
            if isinstance(event, ApprovalNeeded):
                waiting = event
        self._line_end()
        return waiting

    def row(self) -> dict[str, Any]:
        """Return specialist, tool_calls, answer, sources, timings, and pending or error."""
        return dict(self._row)

    def _show(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._say(event.text)
        elif isinstance(event, Routed):
            self._row |= {"specialist": event.specialist, "confidence": round(event.confidence, 4)}
            self._row |= {"build": event.build} if event.build else {}
            by = f", challenger {event.build}" if event.role == "challenger" else ""
            self._note(f"{event.specialist} ({event.confidence:.0%} sure){by}")
        elif isinstance(event, Retrieved):
            titles = ", ".join(f"{d.title} [{d.source}]" for d in event.documents[:3])
            self._note(f"looked up: {titles}")
        elif isinstance(event, ToolStarted):
            self._note(_call_line(event))
        elif isinstance(event, ApprovalNeeded):
            self._asked(event)
        elif isinstance(event, ApprovedByRule):
            for sentence in event.sentences:
                self._note(f"approved by a rule: {sentence}")
        elif isinstance(event, Changed):
            undo = event.problem and f"cannot be undone: {event.problem}"
            self._note(f"changed: {event.summary} ({undo or '`mica undo` puts it back'})")
        elif isinstance(event, Undid):
            self.undone = event.undone
            self._row["undone"] = undone_to_json(event.undone)
        elif isinstance(event, ToolFinished):
            self._finished(event)
        elif isinstance(event, Answered):
            self._answered(event)
        elif isinstance(event, Failed):
            self.error = event.error
            self._row["error"] = event.error

    def _asked(self, event: ApprovalNeeded) -> None:
        self._row["pending"] = {
            "id": event.call.id,
            "name": event.call.name,
            "arguments": dict(event.call.arguments),
            "summary": event.decision.summary,
            "reasons": list(event.decision.reasons),
            "rule": event.rule,
            "preview": preview_words.as_json(event),
        }
        self._note(_call_line(event))
        self._note(f"  {event.decision.summary}")
        for reason in event.decision.reasons:
            self._note(f"  - {reason}")
        for line in preview_words.plain(event):
            self._note(line)

    def _finished(self, event: ToolFinished) -> None:
        self._row.pop("pending", None)
        self._row["tool_calls"].append(
            {
                "id": event.call.id,
                "name": event.call.name,
                "arguments": dict(event.call.arguments),
                "status": event.status,
                "text": event.text,
                "seconds": round(event.seconds, 4),
            }
        )
        self._note(event.text.rstrip("\n"))
        if self.save is not None and event.artifacts:
            kept = [str(path) for path in saving.save(self.save, event.artifacts)]
            self._row["tool_calls"][-1]["files"] = kept
            self._note(f"saved {', '.join(kept)}")

    def _answered(self, event: Answered) -> None:
        self.answer = event.text
        self._row |= {
            "answer": event.text,
            "message_id": event.message_id,
            "sources": [{"id": d.id, "title": d.title, "source": d.source} for d in event.sources],
            "timings": dict(event.timings),
        }

    def _say(self, text: str) -> None:
        if self.quiet:
            return
        sys.stdout.write(text)
        sys.stdout.flush()
        self._column = len(text.rsplit("\n", 1)[-1]) or (self._column if "\n" not in text else 0)

    def _note(self, text: str) -> None:
        if self.quiet:
            return
        self._line_end()
        typer.secho(text, err=True, dim=True)

    def _line_end(self) -> None:
        if self._column:
            sys.stdout.write("\n")
            sys.stdout.flush()
            self._column = 0


def _call_line(event: ToolStarted | ApprovalNeeded) -> str:
    call = event.call
    if call.name == "bash":
        return f"$ {call.arguments.get('command')}"
    values = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    return f"{call.name}({values})"
