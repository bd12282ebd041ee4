"""What the graph remembers of a conversation: plain JSON, so that any version can read it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypedDict

from runtime.types import Document, Message, ToolCall, ToolSchema, Usage
from tools.bash.policy.decision import Decision


class State(TypedDict, total=False):
    """The channels of the graph.

    All but `messages`, `previous`, `recipe`, `asked`, `given_up` and `build` belong to one turn;
    `build` is the name of the one that answers it, and the next turn keeps it where it can.

    `messages` is the conversation as the model sees it, without system messages; tool
    outputs are shortened there; `given_up` are the ids of calls that failed and were made in
    another way, which it is not shown. `previous` is the specialist who spoke before, `recipe` the
    last one that was used, `asked` the request that it was used for, in full, and `follows` tells
    that this request leans on them; `reading` is what it means then, in full. `unread` is why
    nothing could be looked up. `calls` are the tool calls not settled yet, the first one is being
    worked on. `final` means that the model must answer now, without a tool.
    """

    conversation: str
    turn: str
    text: str
    override: str | None
    options: dict[str, Any]
    messages: list[dict[str, Any]]
    given_up: list[str]
    previous: str | None
    recipe: dict[str, Any] | None
    asked: str
    follows: bool
    reading: str
    build: str
    specialist: str
    confidence: float
    documents: list[dict[str, Any]]
    unread: str
    calls: list[dict[str, Any]]
    decision: dict[str, Any] | None
    edited: bool
    preview: dict[str, Any] | None
    steps: int
    rounds: int
    final: bool
    answer: str
    finish: str
    error: str | None
    timings: dict[str, float]
    usage: dict[str, int]


def new_turn(
    conversation: str,
    turn: str,
    text: str,
    override: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> State:
    """Return the input that starts a turn: every channel of a turn at its start."""
    return State(
        conversation=conversation,
        turn=turn,
        text=text,
        override=override,
        options=dict(options or {}),
        follows=False,
        reading="",
        specialist="other",
        confidence=0.0,
        documents=[],
        unread="",
        calls=[],
        decision=None,
        edited=False,
        preview=None,
        steps=0,
        rounds=0,
        final=False,
        answer="",
        finish="stop",
        error=None,
        timings={},
        usage={},
    )


def call_id(turn: str, round_: int, index: int) -> str:
    """Return a tool call's id: the same whenever the same step of the same turn runs again."""
    digest = hashlib.sha256(f"{turn}/{round_}/{index}".encode()).hexdigest()
    return f"call_{digest[:24]}"


def message_id(turn: str) -> str:
    """Return the id of the turn's answer, by which it is rated."""
    return f"msg_{turn}"


def call_to_json(call: ToolCall) -> dict[str, Any]:
    """Return a tool call as plain JSON."""
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}


def call_from_json(data: Mapping[str, Any]) -> ToolCall:
    """Read what `call_to_json` wrote."""
    return ToolCall(data["id"], data["name"], data["arguments"])


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Return a policy decision as plain JSON."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(decision).items()
    }


def decision_from_json(data: Mapping[str, Any]) -> Decision:
    """Read what `decision_to_json` wrote."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Decision(**fields)


def document_to_json(document: Document) -> dict[str, Any]:
    """Return a document as plain JSON."""
    plain = {"slots": dict(document.slots), "kinds": dict(document.kinds), "wordings": ()}
    return {**asdict(document), **plain}


def documents_of(state: State) -> tuple[Document, ...]:
    """Return the documents that were looked up in this turn."""
    return tuple(Document(**data) for data in state["documents"])


def usage_of(state: State) -> Usage:
    """Return the model's tokens of the turn so far."""
    return Usage(**state.get("usage", {}))


def add_usage(state: State, more: Usage) -> dict[str, int]:
    """Return the turn's tokens with those of one more completion, as plain JSON."""
    before = asdict(usage_of(state))
    return {name: before[name] + count for name, count in asdict(more).items()}


def messages_of(state: State) -> list[Message]:
    """Return the conversation as messages, without the calls that were given up."""
    gone = set(state.get("given_up", ()))
    messages = [Message.from_openai(data) for data in state.get("messages", [])]
    return [m for m in messages if gone.isdisjoint((m.tool_call_id, *(c.id for c in m.tool_calls)))]


def recent(messages: Sequence[Message], characters: int) -> tuple[Message, ...]:
    """Return the last whole turns of a conversation that fit into `characters`.

    The last turn is always kept, whatever its length: the model must see what it is asked.
    """
    starts = [i for i, message in enumerate(messages) if message.role == "user"] or [0]
    chosen = starts[-1]
    for start in reversed(starts):
        if sum(_length(message) for message in messages[start:]) > characters:
            break
        chosen = start
    return tuple(messages[chosen:])


def _length(message: Message) -> int:
    return len(message.content) + sum(len(str(call.arguments)) for call in message.tool_calls)


def shorten(text: str, characters: int) -> str:
    """Keep the head and the tail of a long output, and say how much is left out between.

    >>> shorten("abcdefghij" * 10, 40)
    'abcdefghijabcdefghij\\n[... 60 characters left out ...]\\nabcdefghijabcdefghij'
    """
    if len(text) <= characters:
        return text
    half = characters // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[... {left_out} characters left out ...]\n{text[-half:]}"


def edit_call(messages: Sequence[dict[str, Any]], call: ToolCall) -> list[dict[str, Any]]:
    """Return the conversation with the arguments of one tool call replaced by `call`'s."""
    edited = []
    for data in messages:
        message = Message.from_openai(data)
        calls = tuple(call if old.id == call.id else old for old in message.tool_calls)
        edited.append({**data, **Message(message.role, message.content, calls).to_openai()})
    return edited


def tools_hash(schemas: Sequence[ToolSchema]) -> str:
    """Return a short hash of tool schemas, kept with each answer so that old rows can be told."""
    text = json.dumps([schema.to_openai() for schema in schemas], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
