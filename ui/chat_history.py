"""Showing a conversation that was not held on the page: steps made from its transcript."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from records.conversations import Conversation

Entry = tuple[int, dict[str, Any], dict[str, Any]]


def steps(conversation: Conversation, transcript: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return Chainlit steps for a transcript: messages, and a tool step for each result."""
    made = []
    for position, message, meta in transcript:
        step = _step(message, meta)
        if step is None:
            continue
        # Positions stand in for the times, which a transcript from elsewhere may lack.
        moment = datetime.fromisoformat(conversation.created) + timedelta(milliseconds=position)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        common = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{conversation.id}/{position}")),
            "threadId": conversation.id,
            "parentId": None,
            "streaming": False,
            "createdAt": stamp,
            "start": stamp,
            "end": stamp,
            "isError": False,
        }
        made.append(common | step)
    return made


def _step(message: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any] | None:
    content = message.get("content") or ""
    metadata = {"message_id": meta["message_id"]} if meta.get("message_id") else {}
    if message["role"] == "user":
        return {"type": "user_message", "name": "You", "output": content, "metadata": {}}
    if message["role"] == "assistant" and content:
        return {
            "type": "assistant_message",
            "name": "Mica",
            "output": content,
            "metadata": metadata,
        }
    if message["role"] == "tool":
        arguments = meta.get("arguments") or {}
        command = arguments.get("command")
        return {
            "type": "tool",
            "name": message.get("name") or "tool",
            "input": command or json.dumps(arguments, ensure_ascii=False),
            "showInput": "bash" if command else "json",
            "output": content,
            "language": "text",
            "defaultOpen": True,
            "isError": message.get("status") in ("error", "timeout", "refused"),
            "metadata": {},
        }
    return None
