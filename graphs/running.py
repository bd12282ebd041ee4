"""The step that runs a tool, with the journal that makes a command run once."""

from __future__ import annotations

import logging
import re
import time

from langgraph.types import Command

from graphs.approval import COMMANDS, EDITED
from graphs.auditing import Auditing
from graphs.events import ToolStarted
from graphs.notes import Notes, emit, follow, head, step, timed
from graphs.parts import Parts
from graphs.previewing import Previews, shown_of
from graphs.retrying import another
from graphs.state import State, decision_from_json
from runtime.types import ToolCall
from sandboxes import ResultUnknownError, SandboxError
from tools import Tool, ToolContext, ToolError, ToolResult

READINGS = 3
"""How often a command that only reads is tried when crashes cut it off."""
_OF_GIT = re.compile(r"(?:^|/)\.git/(?:COMMIT_EDITMSG|objects/.*)$")
"""Files that git writes although it then makes no commit."""
_log = logging.getLogger("mica.graphs")


class Running:
    """Runs calls that may run."""

    def __init__(self, parts: Parts, notes: Notes, previews: Previews) -> None:
        self.parts = parts
        self.notes = notes
        self.previews = previews
        self.audit = Auditing(parts)

    @step
    def run(self, state: State) -> Command[str]:
        """Run the call and hand its result to the model.

        A crash anywhere in here runs this step again. The journal returns a result that was
        kept, and the sandbox runs a call id at most once, so the command runs once.
        """
        call = head(state)
        judged = state["decision"]
        emit(ToolStarted(call, decision_from_json(judged) if judged else None))
        started = time.perf_counter()
        problem: Exception | None = None
        try:
            result = self._result(state, call)
        except (ToolError, SandboxError) as error:
            problem = error if _is_of_the_sandbox(error) else None
            result = ToolResult(str(error), status="error")
        seconds = time.perf_counter() - started
        self._finish(state, call, result)
        update = self.notes.settle(
            state,
            call,
            result.status,
            result.text,
            artifacts=result.artifacts,
            seconds=seconds,
            meta=EDITED if state["edited"] else None,
        )
        update["timings"] = timed(state, "run", seconds)
        if call.name == COMMANDS and _changed_nothing(state):
            update |= another(state, call, result)
        if problem is not None:
            return Command(goto="fail", update={**update, "error": str(problem)})
        return follow(update)

    def _result(self, state: State, call: ToolCall) -> ToolResult:
        tool = self.parts.tools[call.name]
        store = self.parts.store
        conversation = state["conversation"]
        entry = store.journal_intend(call.id, conversation, call.name, call.arguments)
        # Tools other than bash only compute: running again is right, and brings artifacts back.
        if entry.state == "finished" and call.name == COMMANDS:
            return ToolResult(entry.text or "", status=entry.status or "ok")  # type: ignore[arg-type]
        store.journal_start(call.id, call.arguments)
        if call.name == COMMANDS:
            self.previews.take_over(state, call)
        try:
            return self._call(tool, state, call)
        except (ToolError, SandboxError):
            raise
        except Exception as error:
            _log.exception("the tool %s failed", call.name)
            raise ToolError(f"{call.name} failed: {type(error).__name__}: {error}") from error

    @staticmethod
    def _call(tool: Tool, state: State, call: ToolCall) -> ToolResult:
        """Call the tool; a command that only reads again where a crash cut it off."""
        reads = (state["decision"] or {}).get("verdict") == "allow"
        for attempt in range(READINGS):
            name = f"{call.id}-{attempt}" if attempt else call.id
            try:
                return tool.call(call.arguments, ToolContext(state["conversation"], name))
            except (ToolError, SandboxError) as error:
                cut_off = ResultUnknownError in (type(error), type(error.__cause__))
                if not (reads and cut_off) or attempt == READINGS - 1:
                    raise
        raise AssertionError("unreachable")

    def _finish(self, state: State, call: ToolCall, result: ToolResult) -> None:
        store = self.parts.store
        entry = store.journal(call.id)
        if entry is not None and entry.state == "finished":
            return
        store.journal_finish(call.id, result.status, result.text, result.exit_code)
        if call.name == COMMANDS:
            self.audit.ran(state, call, result)


def _changed_nothing(state: State) -> bool:
    """Whether a command only reads, or is known by its preview to have changed no file."""
    if (state["decision"] or {}).get("verdict") == "allow":
        return True
    shown, _ = shown_of(state.get("preview"))
    if shown is None or shown.more:
        return False
    return all(_OF_GIT.search(change.path) for change in shown.changes)


def _is_of_the_sandbox(error: Exception) -> bool:
    """Whether the place broke, and not the command: no other command of the model would help."""
    return isinstance(error, SandboxError) or isinstance(error.__cause__, SandboxError)
