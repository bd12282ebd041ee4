"""Previews in the graph: made before a person is asked, taken over when the command runs."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from typing import Any

from langgraph.types import Command

from graphs.events import Changed
from graphs.notes import Notes, emit, head, step
from graphs.parts import Parts
from graphs.state import State, shorten
from runtime.types import ToolCall
from sandboxes import SandboxError
from sandboxes.preview import Preview, Previewing, preview_from_json, preview_to_json

SHOWN_OUTPUT = 8_000
"""Characters of a preview's output that an approval carries."""
_OFF = "previews are switched off (MICA_PREVIEW)"


class Previews:
    """Runs commands that need an approval in a copy of the sandbox first.

    Where no copy can be made, the approval says why, and an approved command runs without
    one; it cannot be undone then.
    """

    def __init__(self, parts: Parts, notes: Notes) -> None:
        self.parts = parts
        self.notes = notes

    @step
    def preview(self, state: State) -> Command[str]:
        """Find out what the command would change. Running this again finds the same preview."""
        call, box = head(state), self._box()
        if box is None or not self.parts.settings.preview:
            return Command(goto="approve", update={"preview": None})
        try:
            found = box.preview(
                call.arguments["command"], conversation=state["conversation"], call_id=call.id
            )
        except SandboxError as error:
            return Command(goto="approve", update={"preview": {"failed": str(error)}})
        output = shorten(found.result.output, SHOWN_OUTPUT)
        shown = replace(found, result=replace(found.result, output=output))
        return Command(goto="approve", update={"preview": preview_to_json(shown)})

    def discard(self, conversation: str) -> None:
        """Remove a preview that is not wanted; one that stays is never taken over."""
        if (box := self._box()) is not None:
            with contextlib.suppress(SandboxError):
                box.discard(conversation)

    def take_over(self, state: State, call: ToolCall) -> None:
        """Make what the command did in a copy real, just before `run` asks for its result.

        Commands that are simply allowed only read, and need no copy.
        """
        box, judged = self._box(), state["decision"] or {}
        if box is None or judged.get("verdict") == "allow":
            return
        problem, found = self._committed(box, state, call)
        command, conversation = call.arguments["command"], state["conversation"]
        if problem:
            box.cannot_undo(command, conversation=conversation, call_id=call.id, why=problem)
        elif found is not None and found.counts:
            self._audit(conversation, call, found)
            emit(Changed(call, found.summary, found.problem))

    def _committed(
        self, box: Previewing, state: State, call: ToolCall
    ) -> tuple[str, Preview | None]:
        """Take over the preview that was shown, or make one now; return why neither could be."""
        command, where = call.arguments["command"], state["conversation"]
        shown, failed = shown_of(state.get("preview"))
        if not self.parts.settings.preview or failed:
            return failed or _OFF, None
        try:
            if box.commit(command, conversation=where, call_id=call.id):
                return "", shown
            found = box.preview(command, conversation=where, call_id=call.id)
            taken = box.commit(command, conversation=where, call_id=call.id)
        except SandboxError as error:
            return str(error), None
        return ("", found) if taken else ("its copy ended before it could be taken over", None)

    def _audit(self, conversation: str, call: ToolCall, found: Preview) -> None:
        changes = [
            {
                "path": change.path,
                "kind": change.kind,
                "diff": hashlib.sha256((change.diff or change.note).encode()).hexdigest(),
            }
            for change in found.changes
        ]
        data = {"call": call.id, "counts": dict(found.counts), "changes": changes}
        self.parts.store.audit("command.changed", conversation, data)

    def _box(self) -> Previewing | None:
        box = self.parts.sandbox
        return box if isinstance(box, Previewing) else None


def shown_of(data: dict[str, Any] | None) -> tuple[Preview | None, str]:
    """Return the preview that the state holds, or why there is none."""
    if data is None or "failed" in data:
        return None, str((data or {}).get("failed", ""))
    return preview_from_json(data), ""
