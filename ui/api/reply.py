"""From events to OpenAI's completions and chunks, with Mica's own part in the field `mica`."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from graphs.events import (
    Answered,
    ApprovalNeeded,
    ApprovedByRule,
    Changed,
    Event,
    Failed,
    Retrieved,
    Routed,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Undid,
)
from runtime.types import Document, ToolCall, Usage
from sandboxes.preview import undone_to_json
from ui import preview_words
from ui.api.errors import ApiError
from ui.api.files import Files


class Reply:
    """One completion in the making. `take` each event; `ended` says when it is whole."""

    def __init__(self, model: str, conversation: str, files: Files) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self.created = int(time.time())
        self.model = model
        self.finish: str | None = None
        self.error: ApiError | None = None
        self.mica: dict[str, Any] = {"conversation": conversation, "steps": [], "sources": []}
        self._files = files
        self._text: list[str] = []
        self._since_tool = ""
        self._calls: list[dict[str, Any]] = []
        self._usage = Usage()

    @property
    def ended(self) -> bool:
        """Whether the answer, an approval or an error has come."""
        return self.finish is not None or self.error is not None

    def take(self, event: Event) -> list[dict[str, Any]]:
        """Note an event and return the deltas that a stream shows of it."""
        match event:
            case Routed():
                self.mica["specialist"] = event.specialist
                self.mica["confidence"] = round(event.confidence, 4)
                if event.build:
                    self.mica |= {"build": event.build, "role": event.role}
            case Retrieved():
                self.mica["sources"] = [_source(document) for document in event.documents]
            case TextDelta():
                return self._say(event.text)
            case ToolStarted():
                self._since_tool = ""
            case ApprovedByRule():
                approved = {"command": event.call.arguments.get("command")}
                approved["rules"] = list(event.sentences)
                self.mica.setdefault("approved_by_rule", []).append(approved)
            case Changed():
                changed = {"command": event.call.arguments.get("command")}
                changed |= {"summary": event.summary, "undo_problem": event.problem or None}
                self.mica.setdefault("changed", []).append(changed)
            case Undid():
                self.mica["undone"] = undone_to_json(event.undone)
            case ToolFinished():
                self._finished(event)
            case ApprovalNeeded():
                return self._ask(event)
            case Answered():
                return self._answered(event)
            case Failed():
                self.error = ApiError(500, event.error, code="failed")
        return []

    def cut(self) -> None:
        """Note that no more events come."""
        if not self.ended:
            self.error = ApiError(500, "the answer was cut off; ask again", code="failed")

    def completion(self) -> dict[str, Any]:
        """Return the whole completion."""
        text = "".join(self._text)
        message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
        if self._calls:
            message["tool_calls"] = self._calls
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": self.finish,
        }
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": self.usage(),
            "mica": self.mica,
        }

    def chunk(self, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return a chunk with one delta."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **more}

    def last_chunks(self, include_usage: bool) -> list[dict[str, Any]]:
        """Return the chunk that ends the choice, and the one with the usage where wanted."""
        final = self.chunk({}, mica=self.mica)
        final["choices"][0]["finish_reason"] = self.finish
        if not include_usage:
            return [final]
        head = self._head("chat.completion.chunk")
        return [final, {**head, "choices": [], "usage": self.usage()}]

    def usage(self) -> dict[str, Any]:
        """Return the tokens of the turn, as OpenAI does."""
        return {
            "prompt_tokens": self._usage.prompt_tokens,
            "completion_tokens": self._usage.completion_tokens,
            "total_tokens": self._usage.prompt_tokens + self._usage.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self._usage.cached_tokens},
        }

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}

    def _say(self, text: str) -> list[dict[str, Any]]:
        if not self._since_tool and self._text:
            # What was said before a tool ran is a paragraph of its own.
            text = f"\n\n{text.lstrip()}"
        self._since_tool += text
        self._text.append(text)
        return [{"content": text}] if text else []

    def _finished(self, event: ToolFinished) -> None:
        self._since_tool = ""
        self.mica["steps"].append(
            {
                "tool": event.call.name,
                "arguments": dict(event.call.arguments),
                "status": event.status,
                "text": event.text,
                "seconds": round(event.seconds, 4),
            }
        )
        for artifact in event.artifacts:
            self.mica.setdefault("artifacts", []).append(self._files.add(artifact))

    def _ask(self, event: ApprovalNeeded) -> list[dict[str, Any]]:
        call = _call(event.call)
        self._calls = [call]
        self._usage = event.usage
        self.finish = "tool_calls"
        self.mica["approval"] = _approval(event)
        return [{"tool_calls": [{"index": 0, **call}]}]

    def _answered(self, event: Answered) -> list[dict[str, Any]]:
        self._usage = event.usage
        self.finish = "length" if event.finish == "length" else "stop"
        self.mica["message_id"] = event.message_id
        self.mica["timings"] = dict(event.timings)
        if event.sources:
            self.mica["sources"] = [_source(document) for document in event.sources]
        # After a crash, what was said before it is in the answer but not in these events.
        said = event.text.strip() in self._since_tool
        return [] if said else self._say(event.text)


def _source(document: Document) -> dict[str, Any]:
    return {"id": document.id, "title": document.title, "source": document.source}


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _approval(event: ApprovalNeeded) -> dict[str, Any]:
    decision = event.decision
    return {
        "command": event.call.arguments.get("command"),
        "summary": decision.summary,
        "reasons": list(decision.reasons),
        "programs": list(decision.programs),
        "reads": list(decision.reads),
        "writes": list(decision.writes),
        "network": decision.network,
        "privilege": decision.privilege,
        "rule": event.rule,
        "preview": preview_words.as_json(event),
    }
