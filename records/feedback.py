"""Feedback: every rating, edited or rejected command and choice, with the record it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from records.failures import kind_of
from records.preferences import Preference
from records.ratings import Rating
from records.reviews import Review
from records.turns import Transcript, Turn, calls_in

Source = Literal["rating", "edit", "rejection", "preference"]


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
    `documents` the ids that were looked up, `confidence` the router's. `kind` is one of
    `records.failures.KINDS` or empty. `excluded`, `tags` and a changed kind are reviewers'.
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


def of_rating(rating: Rating, transcript: Transcript) -> FeedbackItem:
    """Return a rating as feedback; the calls of its answer are those that ran."""
    turn = transcript.answered(rating.message_id)
    item = FeedbackItem(
        id=f"rating:{rating.id}",
        source="rating",
        message_id=rating.message_id,
        owner=rating.owner,
        rating=rating.rating,
        comment=rating.comment,
        correction=rating.correction,
        corrected_calls=rating.calls,
        created=rating.created,
        **_about(rating.conversation, turn),
    )
    return replace(item, kind=failure_of(item))


def of_decision(
    message: Mapping[str, Any],
    meta: Mapping[str, Any],
    transcript: Transcript,
    *,
    conversation: str,
    owner: str,
    created: str,
) -> FeedbackItem:
    """Return an edited or rejected command as feedback; `message` and `meta` are its result.

    The calls in its messages are those that the model made. What it should have called, after
    an edit, is the edited command and whatever else of the turn ran well.
    """
    turn = transcript.of_call(message["tool_call_id"])
    edited = meta["decided"] == "edit"
    item = FeedbackItem(
        id=f"approval:{message['tool_call_id']}",
        source="edit" if edited else "rejection",
        message_id=str(turn.meta.get("message_id", "")) if turn else "",
        owner=owner,
        rating=None if edited else "down",
        comment=meta.get("reason") or "",
        corrected_calls=turn.done() if edited and turn else (),
        created=created,
        **_about(conversation, turn, as_run=False),
    )
    return replace(item, kind=failure_of(item))


def of_preference(
    preference: Preference, transcript: Transcript, elsewhere: Transcript
) -> FeedbackItem:
    """Return a choice as feedback; `elsewhere` is the transcript with the rejected answer."""
    turn = transcript.answered(preference.chosen)
    other = elsewhere.answered(preference.rejected)
    same = preference.conversation == preference.rejected_conversation
    instead = other.messages()[1:] if other else ()
    item = FeedbackItem(
        id=f"preference:{preference.id}",
        source="preference",
        message_id=preference.chosen,
        owner=preference.owner,
        rating=None,
        comment=preference.comment,
        rejected=str(instead[-1].get("content") or "") if instead else "",
        rejected_messages=instead,
        created=preference.created,
        **_about(preference.conversation, turn, without=other if same else None),
    )
    return replace(item, kind=failure_of(item))


def reviewed(item: FeedbackItem, reviews: Sequence[Review]) -> FeedbackItem:
    """Return feedback with what reviewers said of it, the last word last."""
    for review in reviews:
        if review.calls is not None:
            item = replace(item, corrected_calls=review.calls)
        if review.correction is not None:
            item = replace(item, correction=review.correction)
        if review.excluded is not None:
            item = replace(item, excluded=review.excluded)
        item = replace(item, tags=tuple(dict.fromkeys((*item.tags, *review.tags))))
    kinds = [review.kind for review in reviews if review.kind is not None]
    return replace(item, kind=kinds[-1] if kinds else failure_of(item))


def failure_of(item: FeedbackItem) -> str:
    """Return the kind of failure that feedback shows, or nothing."""
    chosen = item.source == "preference"
    of_turn = item.rejected_messages if chosen else item.messages[max(item.turn, 0) :]
    return kind_of(
        made=calls_in(of_turn),
        wanted=item.calls if chosen else item.corrected_calls,
        statuses=[str(m["status"]) for m in of_turn if m.get("status")],
        failed=chosen or item.rating == "down" or bool(item.correction),
    )


def _about(
    conversation: str, turn: Turn | None, *, as_run: bool = True, without: Turn | None = None
) -> dict[str, Any]:
    """Return the fields that say what the feedback is about."""
    if turn is None:
        return {"conversation": conversation, "specialist": "", "messages": (), "turn": -1}
    before, known = turn.before(without), turn.meta
    return {
        "conversation": conversation,
        "specialist": known.get("specialist", ""),
        "messages": (*before, *turn.messages(as_run=as_run)),
        "turn": len(before),
        "schema_version": known.get("tools", ""),
        "build": known.get("build") or known.get("model") or "",
        "adapter": known.get("adapter_build") or known.get("adapter") or "",
        "documents": tuple(known.get("documents", ())),
        "confidence": known.get("confidence"),
    }
