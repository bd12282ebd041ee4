"""A dataset as trainers read it: what to say next (SFT), which of two (DPO), good or bad (KTO).

A turn is a chain of decisions, each an assistant message: a call, another, the answer. What is
learned is each decision after all before it, so that no trainer learns to foretell what a tool
prints. The files here are TRL's, which Unsloth takes too; `training.dataset.formats` has the
others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.dataset.row import Messages, Row

Example = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """An assistant message and all before it, the system turn first."""

    prompt: Messages
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """Two assistant messages after the same messages: the better and the worse."""

    prompt: Messages
    chosen: Mapping[str, Any]
    rejected: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A decision that a person's thumb was about, and which way it pointed."""

    decision: Decision
    good: bool


def decisions(row: Row, system: str) -> list[Decision]:
    """Return the decisions of a row's turn, in order."""
    messages = whole(row, system)
    start = row.turn + 1
    return [
        Decision(messages[:place], messages[place])
        for place in range(start + 1, len(messages))
        if messages[place]["role"] == "assistant"
    ]


def choice(row: Row, system: str) -> Choice | None:
    """Return where the turn went wrong: the first decision that differs, with what came before.

    None where the row has no worse turn, or it decided the same and only its results differ.
    """
    worse = [message for message in row.rejected if message["role"] == "assistant"]
    if not row.teaches:
        return None
    for better, bad in zip(decisions(row, system), worse, strict=False):
        said = plain(bad)
        if _meant(better.said) != _meant(said):
            return Choice(better.prompt, better.said, said)
    return None


def verdicts(row: Row, system: str) -> list[Verdict]:
    """Return what a plain thumb says: all decisions of a turn are good, or the decisive ones bad.

    Of a bad turn those are the calls that failed or that the person did not let run; without such,
    all its calls, as a bad answer mostly comes of a wrong call; without any, the answer.
    """
    made = decisions(row, system)
    if row.label == "up":
        return [Verdict(decision, True) for decision in made]
    if row.label != "down" or not made:
        return []
    well = {m.get("tool_call_id") for m in row.messages if m.get("status") in ("ok", "empty")}
    calls = [decision for decision in made if decision.said.get("tool_calls")]
    failed = [d for d in calls if any(call["id"] not in well for call in d.said["tool_calls"])]
    return [Verdict(decision, False) for decision in failed or calls or made[-1:]]


def sft_messages(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield whole conversations: `messages`, `tools` (JSON text)."""
    for row in rows:
        if row.teaches:
            yield {"messages": list(whole(row, system)), "tools": tools_text(row)}


def sft_prompt_completion(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield decisions: `prompt`, `completion`, `tools`."""
    for row in rows:
        for each in decisions(row, system) if row.teaches else ():
            yield {
                "prompt": list(each.prompt),
                "completion": [each.said],
                "tools": tools_text(row),
            }


def dpo(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield choices: `prompt`, `chosen`, `rejected`, `tools`."""
    for row in rows:
        found = choice(row, system)
        if found is not None:
            yield {
                "prompt": list(found.prompt),
                "chosen": [found.chosen],
                "rejected": [found.rejected],
                "tools": tools_text(row),
            }


def kto(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield verdicts: `prompt`, `completion`, `label` (true: good), `tools`."""
    for row in rows:
        for each in verdicts(row, system):
            yield {
                "prompt": list(each.decision.prompt),
                "completion": [each.decision.said],
                "label": each.good,
                "tools": tools_text(row),
            }


VIEWS = {
    "sft-messages": sft_messages,
    "sft-prompt-completion": sft_prompt_completion,
    "dpo": dpo,
    "kto": kto,
}


def whole(row: Row, system: str) -> Messages:
    """Return a row's messages with the system turn, as chat templates take them."""
    return ({"role": "system", "content": system}, *(plain(each) for each in row.messages))


def plain(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as chat templates take it: arguments as objects, no status."""
    out = {key: value for key, value in message.items() if key not in ("status", "tool_calls")}
    out["content"] = message.get("content") or ""
    calls = message.get("tool_calls") or ()
    if calls:
        out["tool_calls"] = [
            {**call, "function": {**call["function"], "arguments": _arguments(call)}}
            for call in calls
        ]
    return out


def _arguments(call: Mapping[str, Any]) -> Any:
    given = call["function"].get("arguments") or "{}"
    return json.loads(given) if isinstance(given, str) else given


def tools_text(row: Row) -> str:
    """Return a row's tools as JSON text: as objects, a table of rows would mix their keys."""
    return json.dumps(list(row.tools), ensure_ascii=False)


def _meant(message: Mapping[str, Any]) -> Any:
    calls = message.get("tool_calls") or ()
    if calls:
        return [(call["function"]["name"], call["function"]["arguments"]) for call in calls]
    return str(message.get("content") or "").split()
