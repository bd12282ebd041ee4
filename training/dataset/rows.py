"""Puts rows together from candidates that passed the checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from agents.specialist import Specialist
from records.feedback import FeedbackItem
from records.turns import calls_in
from tools import Tool
from tools.bash.policy.judge import judge
from training.dataset.candidate import Call, Candidate, Turn
from training.dataset.personal import Masker
from training.dataset.row import Label, Lineage, Messages, Row
from training.dataset.valid import schema_problem, unsupported

WEIGHTS: Mapping[Label, float] = {
    "correction": 2.0, "edit": 2.0, "preference": 1.0, "up": 1.0, "down": 1.0,
}  # fmt: skip
"""What somebody took the trouble to write counts twice."""
_MASKED = "[masked: "


def unusable(item: FeedbackItem) -> tuple[str, str] | None:
    """Return (step, reason) where feedback cannot give a row whatever it says."""
    if item.excluded:
        return "review", "a reviewer left it out"
    if item.turn < 0 or not item.request.strip():
        return "records", "the request that it is about is not in the records"
    if item.source == "edit" and not item.corrected_calls:
        return "run", "the edited command had not worked"
    if item.source == "preference" and not (item.rejected or item.rejected_messages):
        return "records", "the answer that was not chosen is not in the records"
    return None


def secret_problem(found: Candidate) -> str | None:
    """Return why what is to be learned must not be: it holds a secret, masked by now."""
    if found.label == "down":
        return None
    taught = json.dumps([found.turn.calls, found.turn.answer], ensure_ascii=False)
    if _MASKED not in taught:
        return None
    kind = taught.partition(_MASKED)[2].partition("]")[0]
    return f"what it teaches holds a secret ({kind}); correct it with a made-up value instead"


def unsupported_problem(found: Candidate, turn: Turn) -> str | None:
    """Return why an answer that a person wrote does not go with the calls that were made.

    Where nobody said which call is right, a call is only as right as what it gave.
    """
    item = found.item
    if item.corrected_calls or not item.correction or not item.calls:
        return None
    advice = "correct the call as well (`mica feedback correct`)"
    if not turn.calls:
        return f"the calls that were made had failed, and nobody said which is right; {advice}"
    missing = unsupported(item.correction, [turn.request, *turn.outputs])
    return (
        f"its calls do not give {missing!r}, which the correction says; {advice}"
        if missing
        else None
    )


def row_of(
    found: Candidate,
    turns: Sequence[Turn],
    specialist: Specialist,
    tools: Mapping[str, Tool],
    schema_version: str,
    masker: Masker,
) -> Row:
    """Return the row of a candidate; `turns` are its context and its turn with their results."""
    item, down = found.item, found.label == "down"
    rebuilt = [list(_messages(turn, number, masker)) for number, turn in enumerate(turns)]
    before, last = list(chain(*rebuilt[:-1])), rebuilt[-1]
    messages = _numbered([*before, *([last[0], *found.was] if down else last)])
    worse = () if down else _worse(found, tools, specialist)
    named = [call["name"] for call in (*calls_in(messages), *calls_in(worse))]
    return Row(
        id=_id(found, specialist.name),
        specialist=specialist.name,
        kind=kind_of(calls_in(messages[len(before) :])),
        messages=messages,
        turn=len(before),
        tools=tuple(_schemas(named, item.documents, specialist, tools)),
        schema_version=schema_version,
        label=found.label,
        lineage=Lineage(item.conversation, item.message_id, (item.id,), item.build, item.created),
        weight=WEIGHTS[found.label],
        rejected=worse,
        follows=len(turns) > 1,
        failure=item.kind,
        tags=item.tags,
    )


def kind_of(calls: Sequence[Call]) -> str:
    """Return what calls use: tool names, for a command its first program; `answer` without any."""
    return "+".join(_used(call) for call in calls) or "answer"


def _used(call: Call) -> str:
    if call["name"] != "bash":
        return str(call["name"])
    programs = judge(str(call["arguments"].get("command", ""))).programs
    return f"bash:{programs[0] if programs else '?'}"


def _messages(turn: Turn, number: int, masker: Masker) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of the `number`th turn."""
    yield {"role": "user", "content": turn.request}
    ended = zip(turn.calls, turn.outputs, turn.statuses, strict=True)
    for place, (call, output, status) in enumerate(ended):
        name, given = call["name"], json.dumps(call["arguments"], ensure_ascii=False)
        function, key = {"name": name, "arguments": given}, f"{number}-{place}"
        asked = {"id": key, "type": "function", "function": function}
        yield {"role": "assistant", "content": "", "tool_calls": [asked]}
        result = {"role": "tool", "content": masker.text(output), "tool_call_id": key}
        yield {**result, "name": name, "status": status}
    yield {"role": "assistant", "content": masker.text(turn.answer)}


def _numbered(messages: Iterable[Mapping[str, Any]]) -> Messages:
    """Return messages with ids of calls that say their place: the same in every build."""
    names: dict[str, str] = {}
    out: list[dict[str, Any]] = []
    for message in messages:
        copy = dict(message)
        for call in message.get("tool_calls") or ():
            names[call["id"]] = f"call_{len(names) + 1}"
        if message.get("tool_calls"):
            copy["tool_calls"] = [{**c, "id": names[c["id"]]} for c in message["tool_calls"]]
        if message.get("tool_call_id"):
            copy["tool_call_id"] = names.get(message["tool_call_id"], message["tool_call_id"])
        out.append(copy)
    return tuple(out)


def _worse(found: Candidate, tools: Mapping[str, Tool], specialist: Specialist) -> Messages:
    """Return how the turn was answered; nothing where its calls do not fit the tools of today."""
    if schema_problem(calls_in(found.was), tools, specialist.tools):
        return ()
    return _numbered(found.was)


def _schemas(
    named: Sequence[str],
    documents: Sequence[str],
    specialist: Specialist,
    tools: Mapping[str, Tool],
) -> Iterator[dict[str, Any]]:
    """Yield the schemas that the model was shown: the tools looked up, with those called."""
    shown = {*named, *(each.removeprefix("tool.") for each in documents)}
    present = [name for name in specialist.tools if name in tools]
    chosen = [name for name in present if name in shown] or present
    yield from (tools[name].schema.to_openai() for name in chosen)


def _id(found: Candidate, specialist: str) -> str:
    """Return a name made of what the row teaches, without what commands print."""
    turns = [[turn.request, *turn.calls] for turn in (*found.context, found.turn)]
    essence = [specialist, found.label, turns, found.turn.answer]
    text = json.dumps(essence, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
