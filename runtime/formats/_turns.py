"""Building blocks of Granite prompts: turns between control tokens, and JSON on one line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from runtime.formats import Segment
from runtime.types import Document, ToolCall, ToolSchema

START, MIDDLE, END = "<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"


def opening(role: str) -> list[Segment]:
    """Return the segments that begin a turn."""
    return [Segment(START, special=True), Segment(role), Segment(MIDDLE, special=True)]


def turn(role: str, *content: Segment) -> list[Segment]:
    """Return a whole turn and the line break after it; empty segments are left out."""
    inside = [segment for segment in content if segment.text]
    return [*opening(role), *inside, Segment(END, special=True), Segment("\n")]


def call_json(call: ToolCall) -> str:
    """Return a call as the model writes it."""
    return dumps({"name": call.name, "arguments": dict(call.arguments)})


def tool_lines(tools: Iterable[ToolSchema]) -> str:
    """Return one line of JSON a tool."""
    return "\n".join(dumps(tool.to_openai()) for tool in tools)


def document_lines(documents: Iterable[Document]) -> str:
    """Return one line of JSON a document."""
    return "\n".join(
        dumps({"doc_id": document.id, "title": document.title, "text": document.text})
        for document in documents
    )


def dumps(value: Any, indent: int | None = None) -> str:
    """Return JSON in which letters stay letters."""
    return json.dumps(value, ensure_ascii=False, indent=indent)
