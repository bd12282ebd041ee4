"""Decoding that the Granite formats share: text with tool calls between two markers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from runtime.types import Delta, FinishReason, ToolCall


class CallDecoder:
    """Streams text as it comes and holds each tool call back until it is whole.

    Calls begin with `opening`; with `closing` each ends there, without it one JSON list of
    calls goes on to the end of the completion. What cannot be read as calls is given as text.
    """

    def __init__(self, opening: str, closing: str | None) -> None:
        self._opening, self._closing = opening, closing
        self._held = ""
        self._inside = False
        self._called = False

    def feed(self, piece: str) -> Iterator[Delta]:
        """Take the next piece; yield text that cannot begin a call, and calls that ended."""
        self._held += piece
        while True:
            marker = self._closing if self._inside else self._opening
            if marker is None or marker not in self._held:
                break
            before, _, self._held = self._held.partition(marker)
            if self._inside:
                yield from self._calls(before)
            elif before.strip() or not self._called:
                yield from _text(before)
            self._inside = not self._inside
        if not self._inside:
            safe = len(self._held) - _beginning(self._held, self._opening)
            text, self._held = self._held[:safe], self._held[safe:]
            if text.strip() or not self._called:  # the line break between two calls says nothing
                yield from _text(text)

    def finish(self, reason: FinishReason) -> Iterator[Delta]:
        """Yield what was held back, then the finish reason; a call that was cut is text."""
        held, self._held = self._held, ""
        if self._inside:
            yield from self._calls(held)
        elif held.strip():
            yield from _text(held)
        yield Delta(finish_reason="tool_calls" if self._called and reason == "stop" else reason)

    def _calls(self, body: str) -> Iterator[Delta]:
        try:
            data = json.loads(body)
            entries = data if isinstance(data, list) else [data]
            calls = [_call(entry) for entry in entries]
        except (ValueError, KeyError, TypeError):
            yield from _text(body.strip())
            return
        self._called = True
        for call in calls:
            yield Delta(tool_call=call)


def _text(text: str) -> Iterator[Delta]:
    if text:
        yield Delta(text=text)


def _call(entry: Any) -> ToolCall:
    arguments = entry.get("arguments", {}) if isinstance(entry, dict) else None
    if not isinstance(arguments, dict):
        raise TypeError("arguments must be an object")
    return ToolCall(f"call_{uuid.uuid4().hex[:16]}", str(entry["name"]), arguments)


def _beginning(text: str, marker: str) -> int:
    """Return the length of the longest end of `text` that `marker` begins with."""
    for length in range(min(len(text), len(marker) - 1), 0, -1):
        if text.endswith(marker[:length]):
            return length
    return 0
