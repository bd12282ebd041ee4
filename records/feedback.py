"""Feedback: every rating, edited or rejected command and choice, with the record it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["rating", "edit", "rejection", "preference"]
KINDS = ("wrong tool", "wrong argument", "refused wrongly", "tool error", "bad answer")
"""The kinds of failure; an empty one means that nothing failed."""


@dataclass(frozen=True)
class FeedbackItem:
    """One thing that a person said of one answer, with all that is known of the answer.

    `id` is `rating:ID`, `approval:CALL` or `preference:ID`. `messages` is the conversation up to
    and with the answer meant (for a preference, the one that was chosen), as OpenAI messages with
    calls and results; `turn` is the index in it of the request, -1 where the answer is not in the
    records. `correction` is the answer that it should have given, `corrected_calls` those it
    should have made, as `{"name", "arguments"}`; both are empty where nobody said. A reviewer's
    correction comes before the person's own. `rejected` is the text of the answer that was not
    chosen, `rejected_messages` its whole turn after the request.
    `schema_version` is `graphs.state.tools_hash` of the tools of then, `build` the model,
    `documents` the ids that were looked up, `confidence` the router's. `kind` is one of `KINDS`
    or empty. `excluded`, `tags` and a changed kind are reviewers' (`Store.reviews`).
    """

    id: str
    source: Source
    conversation: str
    message_id: str
    owner: str
    specialist: str
    rating: Literal["up", "down"] | None
    comment: str
    messages: tuple[Mapping[str, Any], ...]
    turn: int
    correction: str = ""
    corrected_calls: tuple[Mapping[str, Any], ...] = ()
    rejected: str = ""
    rejected_messages: tuple[Mapping[str, Any], ...] = ()
    schema_version: str = ""
    build: str = ""
    adapter: str = ""
    documents: tuple[str, ...] = ()
    confidence: float | None = None
    kind: str = ""
    tags: tuple[str, ...] = ()
    excluded: bool = False
    created: str = ""

    @property
    def request(self) -> str:
        """What the person had asked for."""
        return str(self.messages[self.turn].get("content") or "") if self.turn >= 0 else ""

    @property
    def calls(self) -> tuple[dict[str, Any], ...]:
        """The calls that the model made in this turn, as `{"name", "arguments"}`."""
        return calls_in(self.messages[self.turn :]) if self.turn >= 0 else ()

    @property
    def answer(self) -> str:
        """The text of the answer."""
        said = [m for m in self.messages[self.turn :] if m.get("role") == "assistant"]
        return str(said[-1].get("content") or "") if self.turn >= 0 and said else ""


def calls_in(messages: tuple[Mapping[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Return the tool calls in messages, in order, with arguments as objects."""
    return tuple(
        {
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"].get("arguments") or "{}"),
        }
        for message in messages
        for call in message.get("tool_calls") or ()
    )
