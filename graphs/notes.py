"""What every step shares: emitting events, writing the transcript, settling a tool call."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar

from langgraph.config import get_stream_writer
from langgraph.errors import GraphBubbleUp
from langgraph.types import Command

from agents.router import RouterError
from graphs.events import Event, ToolFinished
from graphs.parts import Parts
from graphs.state import State, call_from_json, shorten
from records.store import RecordsError
from runtime.types import BackendError, Message, ToolCall, ToolStatus
from sandboxes import SandboxError
from tools import Artifact

_log = logging.getLogger("mica.graphs")
_Steps = TypeVar("_Steps")
_P = ParamSpec("_P")
_PLAIN = (BackendError, SandboxError, RecordsError, RouterError)


def emit(event: Event) -> None:
    """Send an event to whoever follows this turn."""
    get_stream_writer()(event)


def step(
    function: Callable[Concatenate[_Steps, _P], Command[str]],
) -> Callable[Concatenate[_Steps, _P], Command[str]]:
    """Make a node of a method: a failure ends the turn with its text, not the conversation."""

    @functools.wraps(function)
    def guarded(self: _Steps, /, *args: _P.args, **kwargs: _P.kwargs) -> Command[str]:
        try:
            return function(self, *args, **kwargs)
        except GraphBubbleUp:
            raise
        except _PLAIN as error:
            return Command(goto="fail", update={"error": str(error)})
        except Exception as error:
            _log.exception("the step %s failed", function.__name__)
            text = f"{function.__name__}: {type(error).__name__}: {error}"
            return Command(
                goto="fail", update={"error": f"a fault in Mica ({text}); the log has the details"}
            )

    return guarded


class Notes:
    """Writes what happened to the records and works out what follows a settled call."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def record(
        self, state: State, message: Message, key: str, meta: dict[str, Any] | None = None
    ) -> None:
        """Add a message to the transcript, once however often the step runs.

        Raises:
            RecordsError: it cannot be written.
        """
        turn = state["turn"]
        self.parts.store.append(
            state["conversation"],
            message.to_openai(),
            meta={"turn": turn, **(meta or {})},
            key=f"{turn}:{key}",
        )

    def settle(
        self,
        state: State,
        call: ToolCall,
        status: ToolStatus,
        text: str,
        *,
        artifacts: Iterable[Artifact] = (),
        seconds: float = 0.0,
        meta: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Write down how a call ended and return the state without it.

        Raises:
            RecordsError: it cannot be written.
        """
        message = Message("tool", text, tool_call_id=call.id, name=call.name, status=status)
        details = {"arguments": dict(call.arguments), "seconds": round(seconds, 4), **(meta or {})}
        self.record(state, message, call.id, details)
        emit(ToolFinished(call, status, text, tuple(artifacts), seconds))
        short = shorten(text, self.parts.settings.tool_output)
        seen = {**message.to_openai(), "content": short}
        return {
            "messages": [*state["messages"], seen],
            "calls": [left for left in state["calls"] if left["id"] != call.id],
            "decision": None,
            "preview": None,
            "edited": False,
            "steps": state["steps"] + 1,
        }


def head(state: State) -> ToolCall:
    """Return the call that is being worked on."""
    return call_from_json(state["calls"][0])


def follow(update: dict[str, Any]) -> Command[str]:
    """Go on with the next call of the same completion, or back to the model."""
    return Command(goto="judge" if update["calls"] else "act", update=update)


def timed(state: State, name: str, seconds: float) -> dict[str, float]:
    """Return the turn's timings with `seconds` added to those of `name`."""
    timings = dict(state["timings"])
    timings[name] = round(timings.get(name, 0.0) + seconds, 4)
    return timings
