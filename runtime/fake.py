"""A model that follows a script: for tests, demonstrations and trying a graph without weights."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from runtime.types import (
    BackendError,
    ChatPrompt,
    Delta,
    FinishReason,
    GenerationOptions,
    ToolCall,
    Usage,
)

Reply = str | ToolCall | Exception | Sequence[str | ToolCall]
"""One completion: a text, a tool call, several of them, or an error to raise."""

_GREEDY = GenerationOptions()

Script = Iterable[Reply] | Callable[[ChatPrompt, GenerationOptions], Reply]


class ScriptedBackend:
    """A `ChatBackend` that says what it is told to.

    `script` is a list of replies, one a completion, or a function from prompt and options
    to a reply. A tool call with an empty id is given one. `prompts`, `options` and
    `adapters` keep what each completion was asked with.

    >>> from runtime.types import Message, collect
    >>> model = ScriptedBackend(["Hello there."])
    >>> collect(model.stream(ChatPrompt((Message("user", "hi"),)))).text
    'Hello there.'
    """

    name = "scripted"

    def __init__(self, script: Script) -> None:
        self._next = script if callable(script) else _in_turn(script)
        self._calls = count(1)
        self._lock = threading.Lock()
        self.prompts: list[ChatPrompt] = []
        self.options: list[GenerationOptions] = []
        self.adapters: list[str | None] = []

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = _GREEDY,
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        """Yield the next reply of the script, a word at a time.

        Raises:
            BackendError: the script has ended.
            Exception: whatever the script says should be raised.
        """
        with self._lock:
            self.prompts.append(prompt)
            self.options.append(options)
            self.adapters.append(adapter)
            reply = self._next(prompt, options)
        if isinstance(reply, Exception):
            raise reply
        parts = [reply] if isinstance(reply, str | ToolCall) else list(reply)
        yield from self._deltas(parts, prompt, cancel)

    def _deltas(
        self, parts: list[str | ToolCall], prompt: ChatPrompt, cancel: threading.Event | None
    ) -> Iterator[Delta]:
        words = 0
        reason: FinishReason = "stop"
        for delta in self._pieces(parts):
            if cancel is not None and cancel.is_set():
                reason = "cancelled"
                break
            if delta.tool_call is not None:
                reason = "tool_calls"
            words += 1
            yield delta
        asked = sum(len(message.content.split()) for message in prompt.messages)
        yield Delta(finish_reason=reason, usage=Usage(asked, words))

    def _pieces(self, parts: list[str | ToolCall]) -> Iterator[Delta]:
        for part in parts:
            if isinstance(part, str):
                yield from (Delta(text=piece) for piece in re.findall(r"\s*\S+\s*$|\s*\S+", part))
            else:
                call_id = part.id or f"scripted_{next(self._calls)}"
                yield Delta(tool_call=ToolCall(call_id, part.name, part.arguments))

    def close(self) -> None:
        """Do nothing: a script holds nothing."""


def _in_turn(script: Iterable[Reply]) -> Callable[[ChatPrompt, GenerationOptions], Reply]:
    replies = iter(script)

    def following(prompt: ChatPrompt, options: GenerationOptions) -> Reply:
        reply = next(replies, None)
        if reply is None:
            raise BackendError("the script of this model has ended; give it more replies")
        return reply

    return following


def read_script(path: Path) -> Callable[[ChatPrompt, GenerationOptions], Reply]:
    """Read a script that depends on the prompt alone, so that it survives a restart.

    The file is a JSON list of `{"when": TEXT, "replies": [REPLY, ...]}`. The first entry whose
    text is in the last user message is used (case aside); its first reply is said before any
    tool has answered, the next one after that, and so on. A reply is a text, or
    `{"tool": NAME, "arguments": {...}}`.

    Raises:
        BackendError: the file cannot be read.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        scripted = [(str(e["when"]).lower(), [_reply(r) for r in e["replies"]]) for e in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackendError(f"the script {path} cannot be read ({error}); see MICA_SCRIPT") from None

    def following(prompt: ChatPrompt, options: GenerationOptions) -> Reply:
        start = max(i for i, message in enumerate(prompt.messages) if message.role == "user")
        asked = prompt.messages[start].content.lower()
        said = sum(message.role == "assistant" for message in prompt.messages[start:])
        for when, replies in scripted:
            if when in asked and said < len(replies):
                return replies[said]
        raise BackendError(f"the script {path} has no reply number {said + 1} for this request")

    return following


def _reply(data: Any) -> str | ToolCall:
    return data if isinstance(data, str) else ToolCall("", data["tool"], dict(data["arguments"]))
