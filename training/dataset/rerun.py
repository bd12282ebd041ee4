"""Runs the calls of a candidate again, so that only what works is taught, with real results."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence

from graphs.state import shorten
from records.outputs import Outputs
from records.whole import is_full
from runtime.formats import mica
from sandboxes import Sandbox, SandboxError
from tools import Tool, ToolContext, ToolError, ToolResult
from tools.bash.policy.decision import Decision
from training.dataset.candidate import WENT_WELL, Call, Candidate, Turn
from training.dataset.folder import DatasetError

SHOWN = 4_000
"""Characters of a result that a row holds: as many as a model is shown."""
REPLAYED = 50
"""Commands of a conversation before the turn that are run again, the last ones."""


class RunError(Exception):
    """A candidate's calls do not do what they should. The text is the reason."""


class Rerun:
    """Runs candidates, each in a sandbox conversation of its own that is forgotten afterwards."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        sandbox: Sandbox | None,
        judge: Callable[[str], Decision],
    ) -> None:
        self._tools = tools
        self._sandbox = sandbox
        self._judge = judge

    def run(self, candidate: Candidate) -> list[Turn]:
        """Return the turns of the context and the turn to learn, with the results of now.

        Raises:
            RunError: a call fails, or an answer was about a result that is another one now.
            DatasetError: the sandbox does not work.
        """
        place = place_of(candidate.item.id)
        self._forget(place)
        try:
            self._replay(candidate.replay, place)
            turns = [self._context(turn, place) for turn in candidate.context]
            turn = self._turn(candidate.turn, place)
            if not turn.calls and not turn.answer:
                raise RunError("none of its calls had worked and it has no answer")
            return [*turns, turn]
        finally:
            self._forget(place)

    def _context(self, turn: Turn, place: str) -> Turn:
        try:
            return self._turn(turn, place)
        except RunError as error:
            raise RunError(f"an earlier request that it leans on: {error}") from error

    def _turn(self, turn: Turn, place: str) -> Turn:
        results = [self._result(call, place) for call in turn.calls]
        outputs = tuple(shorten(result.text, SHOWN) for result in results)
        statuses = tuple(result.status for result in results)
        answer: str | None = turn.answer
        if not turn.answer:
            answer = _told(turn.calls, results)
        elif turn.outputs:
            answer = renewed(turn.answer, turn.outputs, outputs)
        if answer is None:
            raise RunError("its result is another one now, and the answer was about the old one")
        return Turn(turn.request, turn.calls, answer, outputs, statuses)

    def _result(self, call: Call, place: str) -> ToolResult:
        name = str(call["name"])
        try:
            context = ToolContext(place, uuid.uuid4().hex)
            result = self._tools[name].call(call["arguments"], context)
        except ToolError as error:
            if isinstance(error.__cause__, SandboxError):
                self._must_work(error)
            raise RunError(f"it fails when it is run: {_brief(str(error))}") from error
        except OSError as error:
            if is_full(error):  # that says nothing of the call
                raise DatasetError(f"a result cannot be kept: {error}; make room") from error
            raise RunError(f"{name} breaks on it: {error}") from error
        except Exception as error:
            raise RunError(f"{name} breaks on it: {type(error).__name__}: {error}") from error
        if result.status not in WENT_WELL:
            raise RunError(f"it fails when it is run: {_brief(result.text)}")
        return result

    def _replay(self, calls: Sequence[Call], place: str) -> None:
        """Bring the sandbox to where the conversation was; what fails here is of no account."""
        for call in calls[-REPLAYED:]:
            command = str(call["arguments"].get("command", ""))
            if self._judge(command).verdict != "refuse":
                with contextlib.suppress(RunError):
                    self._result(call, place)

    def _must_work(self, problem: Exception) -> None:
        """Tell a command that broke its container from a sandbox that does not work.

        Raises:
            DatasetError: not even a command that does nothing runs.
        """
        place = f"dataset-{uuid.uuid4().hex}"
        try:
            if self._sandbox is not None:
                self._sandbox.run("true", conversation=place, call_id="works")
        except SandboxError as error:
            raise DatasetError(f"commands cannot be run again: {error}") from problem
        finally:
            self._forget(place)

    def _forget(self, place: str) -> None:
        if self._sandbox is not None:
            with contextlib.suppress(SandboxError):
                self._sandbox.forget(place)
        with contextlib.suppress(OSError):
            Outputs().forget(place)


def place_of(feedback: str) -> str:
    """Return the sandbox conversation of a piece of feedback.

    It is the same each time, so that what a killed build left behind is found and removed.
    """
    return f"dataset-{hashlib.sha256(feedback.encode()).hexdigest()[:16]}"


def renewed(answer: str, old: Sequence[str], new: Sequence[str]) -> str | None:
    """Return an answer with the results of before replaced by those of now.

    None where a result has changed and the answer does not quote it.

    >>> renewed("It has `3` lines.", ["3"], ["4"])
    'It has `4` lines.'
    """
    for before, after in zip(old, new, strict=True):
        if shorten(before, SHOWN) == after:
            continue
        forms = [(form(before), form(after)) for form in (mica.shown, _short, str.strip)]
        found = next(((b, a) for b, a in forms if b.strip() and b in answer), None)
        if found is None:
            return None
        answer = answer.replace(*found)
    return answer


def _short(text: str) -> str:
    return mica.shown(shorten(text, SHOWN))


def _told(calls: Sequence[Call], results: Sequence[ToolResult]) -> str:
    """Return what is said of results where nobody said what to answer: the results themselves."""
    texts = []
    for call, result in zip(calls, results, strict=True):
        if result.status == "empty":
            texts.append("Done: it printed nothing.")
        else:
            text = shorten(result.text, SHOWN)
            texts.append(mica.shown(text) if call["name"] == "bash" else text)
    return "\n".join(texts)


def _brief(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "; ".join(lines[-2:])[:300] or "without a word"
