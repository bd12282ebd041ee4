"""The words that every part of Mica shares: messages, tool schemas, prompts and deltas."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
ToolStatus = Literal["ok", "empty", "error", "timeout", "rejected", "refused"]
FinishReason = Literal["stop", "length", "tool_calls", "cancelled"]


@dataclass(frozen=True)
class ToolCall:
    """One call that a model asks for; `arguments` is already parsed JSON."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """One turn of a linear transcript, in the shape of an OpenAI chat message.

    `status` is set on tool messages only: how the call ended.
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    status: ToolStatus | None = None

    def to_openai(self) -> dict[str, Any]:
        """Return the message as an OpenAI chat-completions dictionary."""
        out: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            out["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {
                        "name": call.name,
                        "arguments": json.dumps(dict(call.arguments), ensure_ascii=False),
                    },
                }
                for call in self.tool_calls
            ]
        if self.tool_call_id is not None:
            out["tool_call_id"] = self.tool_call_id
        if self.name is not None:
            out["name"] = self.name
        if self.status is not None:
            out["status"] = self.status
        return out

    @classmethod
    def from_openai(cls, data: Mapping[str, Any]) -> Message:
        """Read an OpenAI chat message.

        Raises:
            ValueError: the role is unknown, or a tool call's arguments are not a JSON object.
        """
        role = data.get("role")
        if role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"unknown role {role!r}: use system, user, assistant or tool")
        calls = []
        for call in data.get("tool_calls") or ():
            function = call["function"]
            arguments = json.loads(function.get("arguments") or "{}")
            if not isinstance(arguments, dict):
                raise ValueError(f"arguments of tool call {call['id']!r} must be a JSON object")
            calls.append(ToolCall(call["id"], function["name"], arguments))
        content = data.get("content") or ""
        if isinstance(content, list):
            content = "".join(part.get("text", "") for part in content)
        return cls(
            role=role,
            content=content,
            tool_calls=tuple(calls),
            tool_call_id=data.get("tool_call_id"),
            name=data.get("name"),
            status=data.get("status"),
        )


@dataclass(frozen=True)
class ToolSchema:
    """What a model may know of a tool. `parameters` is a JSON schema of type object.

    A string property with `"format": "shell"` is a command line: values filled into it
    are quoted for a shell.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]

    def to_openai(self) -> dict[str, Any]:
        """Return the schema as an entry of OpenAI's `tools` list."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": dict(self.parameters),
            },
        }


@dataclass(frozen=True)
class Document:
    """A retrieved passage. A recipe also carries a command template with typed slots.

    A document may stand for one of the tools instead: `tool` is its name, and the text is what
    the tool does. It is not there to be read; it says which tools are near to the request, and
    `kinds` which kinds of values (letters of `runtime.values`, `w` for words) each argument takes.

    `template` has `{name}` slots; `slots` maps each slot, in order, to its default value
    (an empty string: there is no default). `phrase` is the sentence that introduces the
    result, with the same slots. `score` is how near the document is to the request, higher is
    nearer; only differences mean something. `part` is the part of the request that it was found
    for, in order from 0: "count the lines of a.txt and sort it" has two; `request` are the words
    of that part, empty where the request was not parted. `wordings` are those of a recipe, with its
    slots; `bindings` the ways in which the request is likeliest to fill these, the best first: a
    value or word of the request for each slot but those left to their defaults. There are none
    where that is not known. `changes` says that the recipe changes something, `usual` how often
    people ask for it: from 0, hardly ever, to 4, every day.
    """

    id: str
    title: str
    text: str
    source: str
    template: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    phrase: str | None = None
    score: float = 0.0
    part: int = 0
    request: str = ""
    tool: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    wordings: tuple[str, ...] = ()
    bindings: tuple[Mapping[str, str], ...] = ()
    changes: bool = False
    usual: int = 3

    @property
    def acts(self) -> bool:
        """Whether a call may come from this document: it is a recipe or a tool."""
        return self.template is not None or self.tool is not None


@dataclass(frozen=True)
class ChatPrompt:
    """All that a model is given for one completion.

    `follows` says that the last request leans on the turn before it ("now only the hidden
    ones"). A format that shows a small model one turn at a time then shows both.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSchema, ...] = ()
    documents: tuple[Document, ...] = ()
    follows: bool = False

    @property
    def references(self) -> tuple[Document, ...]:
        """The documents that are there to be read: all but those that stand for a tool."""
        return tuple(document for document in self.documents if document.tool is None)

    def with_messages(self, *more: Message) -> ChatPrompt:
        """Return a prompt with `more` messages at its end."""
        return replace(self, messages=self.messages + more)


@dataclass(frozen=True)
class GenerationOptions:
    """How to decode. Temperature 0 is greedy. `tool_choice` is OpenAI's."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    tool_choice: Literal["auto", "none", "required"] = "auto"
    logprobs: bool = False


@dataclass(frozen=True)
class Usage:
    """Tokens of one completion; `cached_tokens` of the prompt were not evaluated again."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True)
class Delta:
    """One piece of a streamed completion. The last one has a `finish_reason` and usage.

    `logprob` is the sum over the tokens of this piece, in nats, where asked for.
    """

    text: str = ""
    tool_call: ToolCall | None = None
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    logprob: float | None = None


@dataclass(frozen=True)
class Completion:
    """A finished completion: the sum of its deltas."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    logprob: float | None = None


class BackendError(Exception):
    """A model could not answer. The text says what to do next."""


class ChatBackend(Protocol):
    """Something that completes a chat prompt: llama.cpp, a remote server, or a script."""

    name: str

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = GenerationOptions(),
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        """Yield deltas; the last has a finish reason.

        Setting `cancel` ends the stream with finish reason `cancelled`.

        Raises:
            BackendError: the prompt does not fit, the adapter is unknown, or the server
                cannot be reached.
        """
        ...

    def close(self) -> None:
        """Release memory, threads and connections."""
        ...


def collect(deltas: Iterator[Delta]) -> Completion:
    """Join a stream of deltas into one completion.

    Raises:
        BackendError: the stream ended without a finish reason (it was cut).
    """
    text: list[str] = []
    calls: list[ToolCall] = []
    reason: FinishReason | None = None
    usage = Usage()
    logprob: float | None = None
    for delta in deltas:
        text.append(delta.text)
        if delta.tool_call is not None:
            calls.append(delta.tool_call)
        if delta.logprob is not None:
            logprob = (logprob or 0.0) + delta.logprob
        reason = delta.finish_reason or reason
        usage = delta.usage or usage
    if reason is None:
        raise BackendError("the completion was cut before it finished; ask again")
    return Completion("".join(text), tuple(calls), reason, usage, logprob)


def text_of(messages: Sequence[Message], role: Role) -> str:
    """Return the content of the last message of `role`, or an empty string."""
    return next((m.content for m in reversed(messages) if m.role == role), "")
