"""What feedback would teach, before anything of it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from records.feedback import FeedbackItem
from records.turns import calls_in
from training.dataset.personal import Masker
from training.dataset.row import Label, Messages

Call = Mapping[str, Any]
WENT_WELL = ("ok", "empty")


@dataclass(frozen=True)
class Turn:
    """A request, the calls made for it, and the answer.

    `outputs` are what the calls gave, `statuses` how each ended.
    """

    request: str
    calls: tuple[Call, ...]
    answer: str
    outputs: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


Leans = Callable[[Turn, Turn], bool]
"""Tells whether the request of a turn leans on the turn before it, the second one."""


@dataclass(frozen=True)
class Candidate:
    """One piece of feedback, masked.

    `turn` is what to learn; an empty answer in it is made from the results. `context` are the
    turns that it leans on, in order, `replay` the commands that had run in the conversation before
    `turn` and not in `context`. `was` is how the turn had been answered, or the answer that was
    not preferred: messages after the request.
    """

    item: FeedbackItem
    label: Label
    turn: Turn
    context: tuple[Turn, ...] = ()
    replay: tuple[Call, ...] = ()
    was: Messages = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all that people wrote in it."""
        return (*(turn.request for turn in self.context), self.turn.request, self.item.correction)


def label_of(item: FeedbackItem) -> Label:
    """Return what kind of example a piece of feedback gives."""
    if item.corrected_calls or item.correction:
        return "edit" if item.source == "edit" else "correction"
    if item.source == "preference":
        return "preference"
    return "up" if item.rating == "up" else "down"


def candidate(
    item: FeedbackItem,
    leans: Leans,
    corrected: Mapping[tuple[str, str], tuple[Call, ...]],
    masker: Masker,
) -> Candidate:
    """Make a candidate of feedback whose answer is in the records.

    `corrected` are calls that people put right, by conversation and request: an earlier turn is
    learned as it should have been.
    """
    item = _masked(item, masker)
    label = label_of(item)
    turn = _taught(item, label)
    turns = _turns(item.messages[: item.turn])
    context = _context(item, turn, turns, leans, corrected)
    before = [call for turn in turns[: len(turns) - len(context)] for call in turn.calls]
    after = item.messages[item.turn + 1 :]
    was = item.rejected_messages if label == "preference" else after
    if label == "preference" and not was and item.rejected:
        was = ({"role": "assistant", "content": item.rejected},)
    return Candidate(
        item,
        label,
        turn,
        context,
        tuple(call for call in before if call["name"] == "bash"),
        () if label == "up" else tuple(was),
    )


def _masked(item: FeedbackItem, masker: Masker) -> FeedbackItem:
    return replace(
        item,
        messages=tuple(masker.json(item.messages)),
        correction=masker.text(item.correction),
        corrected_calls=tuple(masker.json(item.corrected_calls)),
        rejected=masker.text(item.rejected),
        rejected_messages=tuple(masker.json(item.rejected_messages)),
    )


def _taught(item: FeedbackItem, label: Label) -> Turn:
    (had,) = _turns(item.messages[item.turn :])
    if item.corrected_calls:
        return Turn(had.request, item.corrected_calls, item.correction)
    if item.correction:
        return replace(had, answer=item.correction, outputs=(), statuses=())
    return had


def _context(
    item: FeedbackItem,
    turn: Turn,
    turns: Sequence[Turn],
    leans: Leans,
    corrected: Mapping[tuple[str, str], tuple[Call, ...]],
) -> tuple[Turn, ...]:
    """Return the turns that the turn to learn leans on, put right where people did."""
    found: list[Turn] = []
    for had in reversed(turns):
        calls = corrected.get((item.conversation, had.request))
        before = Turn(had.request, calls, "") if calls else had
        if not leans(turn, before):
            break
        found.insert(0, before)
        turn = before
    return tuple(found)


def _turns(messages: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """Cut messages into turns; calls that failed or did not run are left out."""
    groups: list[list[Mapping[str, Any]]] = []
    for message in messages:
        if message["role"] == "user":
            groups.append([])
        if groups:
            groups[-1].append(message)
    return [_turn(group) for group in groups]


def _turn(messages: Sequence[Mapping[str, Any]]) -> Turn:
    results = {m.get("tool_call_id"): m for m in messages if m["role"] == "tool"}
    asked = [call["id"] for message in messages for call in message.get("tool_calls") or ()]
    well = [
        (call, results[id_])
        for id_, call in zip(asked, calls_in(tuple(messages)), strict=True)
        if id_ in results and results[id_].get("status", "ok") in WENT_WELL
    ]
    said = [str(m.get("content") or "") for m in messages if m["role"] == "assistant"]
    return Turn(
        str(messages[0].get("content") or ""),
        tuple(call for call, _ in well),
        said[-1] if said else "",
        tuple(str(result.get("content") or "") for _, result in well),
        tuple(str(result.get("status", "ok")) for _, result in well),
    )
