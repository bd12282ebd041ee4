"""Reading turns out of a transcript: a request with all that followed, up to its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Entry = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A message and its meta."""


@dataclass(frozen=True)
class Turn:
    """Messages `start` (the request) to `end` (exclusive) of a conversation."""

    entries: tuple[Entry, ...]
    start: int
    end: int

    @property
    def request(self) -> str:
        """What the person asked for."""
        return str(self.entries[self.start][0].get("content") or "")

    @property
    def answer(self) -> str:
        """The text of the last message of the turn."""
        return str(self.entries[self.end - 1][0].get("content") or "")

    @property
    def meta(self) -> dict[str, Any]:
        """What is known of the turn; what its answer says comes before what its calls say."""
        known: dict[str, Any] = {}
        for message, meta in self.entries[self.start : self.end]:
            if message["role"] == "assistant":
                known |= meta
        return known

    @property
    def statuses(self) -> tuple[str, ...]:
        """How each call of the turn ended."""
        results = self.entries[self.start : self.end]
        return tuple(m["status"] for m, _ in results if m["role"] == "tool" and m.get("status"))

    def messages(self, *, as_run: bool = True) -> tuple[dict[str, Any], ...]:
        """Return the turn's messages: its calls as they ran, or as the model made them."""
        ran = self._ran(self.start, self.end) if as_run else {}
        return tuple(_edited(m, ran) for m, _ in self.entries[self.start : self.end])

    def before(self, without: Turn | None = None) -> tuple[dict[str, Any], ...]:
        """Return the messages before the turn, calls as they ran, without those of another turn."""
        left_out = range(without.start, without.end) if without else range(0)
        ran = self._ran(0, self.start)
        kept = (i for i in range(self.start) if i not in left_out)
        return tuple(_edited(self.entries[i][0], ran) for i in kept)

    def _ran(self, start: int, end: int) -> dict[str, Any]:
        """Return the arguments of the calls that a person changed, by call."""
        return {
            str(message.get("tool_call_id")): meta["arguments"]
            for message, meta in self.entries[start:end]
            if message["role"] == "tool" and meta.get("edited")
        }

    def calls(self, *, as_run: bool = True) -> tuple[dict[str, Any], ...]:
        """Return the turn's calls as `{"name", "arguments"}`."""
        return calls_in(self.messages(as_run=as_run))

    def done(self) -> tuple[dict[str, Any], ...]:
        """Return the calls that a person edited or that ran well, as they ran."""
        return tuple(
            {"name": message.get("name"), "arguments": dict(meta["arguments"])}
            for message, meta in self.entries[self.start : self.end]
            if message["role"] == "tool"
            and (meta.get("decided") == "edit" or message.get("status") in ("ok", "empty"))
        )


class Transcript:
    """A conversation's messages, in which turns are found."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)

    def answered(self, message_id: str) -> Turn | None:
        """Return the turn of an answer, up to it; None where the answer is not there."""
        for index, (_, meta) in enumerate(self.entries):
            if meta.get("message_id") == message_id:
                return self._turn(index, index + 1)
        return None

    def of_call(self, call_id: str) -> Turn | None:
        """Return the whole turn in which a call ended; None where it is not there."""
        for index, (message, _) in enumerate(self.entries):
            if message.get("tool_call_id") == call_id:
                end = index + 1
                while end < len(self.entries) and self.entries[end][0]["role"] != "user":
                    end += 1
                return self._turn(index, end)
        return None

    def _turn(self, index: int, end: int) -> Turn | None:
        asked = [i for i in range(index) if self.entries[i][0]["role"] == "user"]
        return Turn(self.entries, asked[-1], end) if asked else None


def calls_in(messages: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the tool calls in messages, in order, with arguments as objects."""
    return tuple(
        {
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"].get("arguments") or "{}"),
        }
        for message in messages
        for call in message.get("tool_calls") or ()
    )


def _edited(message: Mapping[str, Any], ran: Mapping[str, Any]) -> dict[str, Any]:
    if not message.get("tool_calls"):
        return dict(message)
    calls = [
        call
        if call["id"] not in ran
        else call
        | {
            "function": call["function"]
            | {"arguments": json.dumps(ran[call["id"]], ensure_ascii=False)}
        }
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}
