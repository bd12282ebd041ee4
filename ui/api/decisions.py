"""Reading a decision about a command: in words, or as a JSON object."""

from __future__ import annotations

import json
import re
from typing import Literal

import pydantic
from pydantic import BaseModel, ConfigDict

from graphs.events import Resume
from runtime.types import Message
from ui.api.errors import ApiError
from ui.api.rules import BY

_WORDS = re.compile(r"\s*(approve|edit|reject)\s*(?::\s*(.*))?", re.DOTALL | re.IGNORECASE)


class Decided(BaseModel):
    """A decision as JSON. `scope` is an approval's, `command` an edit's, `reason` a rejection's."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "edit", "reject"]
    scope: Literal["once", "conversation", "always"] | None = None
    command: str | None = None
    reason: str | None = None


def read_decision(message: Message, where: str) -> Resume:
    """Read a tool message's content.

    In words: `approve`, `approve: always`, `approve: conversation`, `edit: COMMAND`, `reject`
    or `reject: REASON`. Or the JSON object of `Decided`.

    Raises:
        ApiError: it is neither, or what it says makes no sense.
    """
    found = _from_json(message.content) or _from_words(message.content)
    if found is None or not message.tool_call_id or not _fits(found):
        raise ApiError(
            400,
            "a tool message decides about a command: it needs the `tool_call_id` and one of "
            "`approve`, `approve: conversation`, `approve: always`, `edit: COMMAND`, `reject` or "
            '`reject: REASON`, or JSON such as {"decision": "approve", "scope": "always"}',
            code="invalid_decision",
            param=where,
        )
    return Resume(
        found.decision,
        command=found.command,
        reason=found.reason or None,
        call_id=message.tool_call_id,
        scope=found.scope or "once",
        by=BY,
    )


def _from_json(text: str) -> Decided | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        return Decided.model_validate(json.loads(text))
    except (ValueError, RecursionError, pydantic.ValidationError):
        return None


def _from_words(text: str) -> Decided | None:
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    kind, rest = found[1].lower(), (found[2] or "").strip()
    try:
        match kind:
            case "approve":
                return Decided.model_validate({"decision": kind, "scope": rest.lower() or None})
            case "edit":
                return Decided(decision="edit", command=rest)
        return Decided(decision="reject", reason=rest)
    except pydantic.ValidationError:
        return None


def _fits(found: Decided) -> bool:
    """Whether a decision has what it needs and nothing of another one."""
    if found.decision == "edit":
        return bool((found.command or "").strip()) and found.scope is None and found.reason is None
    if found.command is not None or (found.scope is not None and found.decision != "approve"):
        return False
    return found.reason is None or found.decision == "reject"
