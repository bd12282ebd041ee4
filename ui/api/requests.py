"""Reading a chat completion request: every way in which it can be wrong is a clear error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pydantic
from fastapi import Request
from pydantic import BaseModel, Field

from graphs.events import Resume
from runtime.types import GenerationOptions, Message
from ui.api.decisions import read_decision
from ui.api.errors import ApiError

LARGEST_BODY = 1_000_000
"""Bytes of a request; a larger one is refused before it is read to its end."""

CONVERSATION_HEADER = "x-mica-conversation"
_CONVERSATION = re.compile(r"[\w.:-]{1,128}")
_Body = TypeVar("_Body", bound=BaseModel)


class StreamOptions(BaseModel):
    """OpenAI's `stream_options`."""

    include_usage: bool | None = None


class ChatBody(BaseModel):
    """The fields that are read; what is not listed is ignored."""

    model: str
    messages: list[dict[str, Any]] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    tools: list[Any] | None = None
    logprobs: bool | None = None
    response_format: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class ChatRequest:
    """A request that makes sense: a `text` to answer, or a `decision` about a command.

    `conversation` is None where the client named none. `options` is None where it left
    decoding to Mica.
    """

    model: str
    text: str
    history: tuple[Message, ...]
    decision: Resume | None
    conversation: str | None
    options: GenerationOptions | None
    stream: bool
    include_usage: bool


async def read_body(request: Request, kind: type[_Body]) -> _Body:
    """Read and check a JSON body.

    Raises:
        ApiError: it is too large, no JSON, or a field is missing or wrong.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        # Also keeps pages of other sites out: browsers ask before they send JSON elsewhere.
        raise ApiError(
            415, "send JSON, with the header `content-type: application/json`", code="not_json"
        )
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_BODY:
            raise ApiError(
                413,
                f"the request is larger than {LARGEST_BODY} bytes; send less text",
                code="request_too_large",
            )
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"the body is not JSON: {error}", code="invalid_json") from error
    if not isinstance(parsed, dict):
        raise ApiError(400, "the body must be a JSON object", code="invalid_json")
    try:
        return kind.model_validate(parsed)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ApiError(400, f"{where}: {first['msg']}", code="invalid_value", param=where) from None


def chat_request(body: ChatBody, headers: Mapping[str, str], longest: int) -> ChatRequest:
    """Make sense of a body; `longest` is how many characters a message may have.

    Raises:
        ApiError: it asks for what Mica cannot do, or there is nothing to answer.
    """
    _refuse_unsupported(body)
    refuse_surrogates(body)
    messages = [_message(data, index) for index, data in enumerate(body.messages)]
    last = messages[-1]
    where = f"messages.{len(messages) - 1}"
    decision = read_decision(last, where) if last.role == "tool" else None
    if decision is None:
        _check_text(last, where, longest)
    return ChatRequest(
        model=body.model,
        text=last.content,
        history=_history(messages[:-1]),
        decision=decision,
        conversation=_conversation(body, headers),
        options=_options(body),
        stream=bool(body.stream),
        include_usage=bool(body.stream_options and body.stream_options.include_usage),
    )


def _refuse_unsupported(body: ChatBody) -> None:
    def refuse(param: str, message: str) -> None:
        raise ApiError(400, message, code="unsupported_parameter", param=param)

    if body.n not in (None, 1):
        refuse("n", "Mica gives one answer: leave out `n`")
    if body.tools:
        refuse("tools", "Mica runs its own tools: leave out `tools`")
    if body.logprobs:
        refuse("logprobs", "log-probabilities are not given: leave out `logprobs`")
    if (body.response_format or {}).get("type", "text") != "text":
        refuse("response_format", "answers are text: leave out `response_format`")


def refuse_surrogates(body: BaseModel) -> None:
    """Refuse texts that cannot be written anywhere.

    Raises:
        ApiError: there is one.
    """
    try:
        body.model_dump_json().encode()
    except (ValueError, pydantic.ValidationError) as error:
        raise ApiError(
            400, "a text has half of a surrogate pair, which is no character", code="invalid_value"
        ) from error


def _message(data: dict[str, Any], index: int) -> Message:
    where = f"messages.{index}"
    if data.get("role") == "developer":
        data = {**data, "role": "system"}
    content = data.get("content")
    parts = content if isinstance(content, list) else []
    if not isinstance(content, str | list | None) or not all(_is_text(part) for part in parts):
        raise ApiError(
            400,
            f"{where}.content: only text is read",
            code="invalid_value",
            param=f"{where}.content",
        )
    try:
        return Message.from_openai(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ApiError(400, f"{where}: {said}", code="invalid_value", param=where) from error


def _is_text(part: Any) -> bool:
    return (
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
    )


def _check_text(last: Message, where: str, longest: int) -> None:
    if last.role != "user":
        raise ApiError(
            400,
            f"the last message must be the user's, or a decision with role tool, not {last.role}",
            code="invalid_value",
            param=f"{where}.role",
        )
    if not last.content.strip():
        raise ApiError(
            400,
            "the message is empty; write what you want to know or to have done",
            code="empty_message",
            param=f"{where}.content",
        )
    if len(last.content) > longest:
        raise ApiError(
            400,
            f"the message has {len(last.content)} characters; the longest allowed is {longest}",
            code="message_too_long",
            param=f"{where}.content",
        )


def _history(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Keep what was said. Calls and decisions in a client's copy are no results of tools."""
    said = (replace(message, tool_calls=()) for message in messages)
    return tuple(m for m in said if m.role in ("user", "assistant") and m.content.strip())


def _conversation(body: ChatBody, headers: Mapping[str, str]) -> str | None:
    named = headers.get(CONVERSATION_HEADER) or (body.metadata or {}).get("conversation")
    if named is None:
        return None
    if not isinstance(named, str) or not _CONVERSATION.fullmatch(named):
        raise ApiError(
            400,
            "a conversation's id has 1 to 128 letters, digits, dots, colons, hyphens, underscores",
            code="invalid_value",
            param="metadata.conversation",
        )
    return named


def _options(body: ChatBody) -> GenerationOptions | None:
    given: dict[str, Any] = {
        "max_tokens": body.max_completion_tokens or body.max_tokens,
        "temperature": body.temperature,
        "top_p": body.top_p,
        "seed": body.seed,
        "stop": (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ()) or None,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return GenerationOptions(**chosen) if chosen else None
