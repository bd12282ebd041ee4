"""Feedback over the API: ratings, corrections and choices, and what was kept of them."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any, Literal

import pydantic
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from records.feedback import FeedbackItem, Source
from records.store import RecordsError, Store
from ui.api.errors import ApiError
from ui.api.requests import read_body, refuse_surrogates
from ui.corrections import CorrectionError, checked

Text = Field(default=None, max_length=20_000)


class RatingBody(BaseModel):
    """A rating of an answer; without a thumb, a correction counts as one down."""

    conversation: str
    message_id: str
    rating: Literal["up", "down"] | None = None
    comment: str | None = Text
    correction: str | None = Text
    calls: list[dict[str, Any]] | None = Field(default=None, max_length=16)

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> RatingBody:
        if self.rating is None and not (self.correction or self.calls):
            raise ValueError("give a `rating` (up or down), a `correction` or `calls`")
        return self


class ChoiceBody(BaseModel):
    """A choice between two answers to the same request."""

    conversation: str
    chosen: str
    rejected: str
    rejected_conversation: str | None = None
    comment: str | None = Text


class FeedbackBody(BaseModel):
    """Either of both; which one, its fields tell."""

    model_config = pydantic.ConfigDict(extra="allow")


class Feedback:
    """The handlers over the records. All that is kept and shown is `owner`'s."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def add_routes(self, router: APIRouter) -> None:
        """Add `/v1/feedback` (POST, GET) and `/v1/feedback/ID` (GET, DELETE)."""
        add = router.add_api_route
        add("/v1/feedback", self.keep, methods=["POST"])
        add("/v1/feedback", self.listed, methods=["GET"])
        add("/v1/feedback/{id}", self.shown, methods=["GET"])
        add("/v1/feedback/{id}", self.remove, methods=["DELETE"])

    async def keep(self, request: Request) -> dict[str, Any]:
        """Keep a rating, with or without a correction, or a choice."""
        read = await read_body(request, FeedbackBody)
        refuse_surrogates(read)
        body = read.model_dump()
        kind: type[RatingBody | ChoiceBody] = ChoiceBody if "chosen" in body else RatingBody
        said = _read(kind, body)
        work = self._choose if isinstance(said, ChoiceBody) else self._rate
        return {"id": await asyncio.to_thread(work, said), "object": "feedback"}  # type: ignore[arg-type]

    async def listed(
        self,
        specialist: str | None = None,
        rating: Literal["up", "down"] | None = None,
        kind: str | None = None,
        below: float | None = None,
        excluded: bool | None = None,
        source: Source | None = None,
        tag: str | None = None,
        limit: int = 100,
    ) -> dict[str, Any]:
        """List the owner's feedback, the last first; `below` is a router's confidence."""

        def work() -> list[FeedbackItem]:
            return self._store.feedback(
                owner=self._owner, specialist=specialist, rating=rating, kind=kind, below=below,
                excluded=excluded, source=source, tag=tag,
            )  # fmt: skip

        found = (await asyncio.to_thread(work))[::-1]
        size = min(max(limit, 1), 1000)
        data = [described(item) for item in found[:size]]
        return {"object": "list", "data": data, "has_more": len(found) > size}

    async def shown(self, id: str) -> dict[str, Any]:
        """Return one piece of the owner's feedback."""
        return described(await asyncio.to_thread(self._item, id))

    async def remove(self, id: str) -> dict[str, Any]:
        """Remove a rating or a choice of the owner's."""

        def work() -> None:
            self._item(id)
            source, _, key = id.partition(":")
            if source == "approval":
                raise ApiError(
                    400, "a decision about a command stays as it was", code="invalid_value"
                )
            drop = self._store.unrate if source == "rating" else self._store.unprefer
            drop(key, owner=self._owner)

        await asyncio.to_thread(work)
        return {"id": id, "object": "feedback", "deleted": True}

    def _item(self, id: str) -> FeedbackItem:
        item = self._store.feedback_item(id)
        if item is None or item.owner != self._owner:
            raise ApiError(404, f"there is no feedback {id} of yours", code="not_found")
        return item

    def _rate(self, said: RatingBody) -> str:
        self._answered(said.conversation, said.message_id)
        try:
            calls = None if said.calls is None else checked(said.calls)
        except CorrectionError as error:
            raise ApiError(400, str(error), code="invalid_value", param="calls") from error
        id = self._store.rate(
            said.conversation,
            said.message_id,
            rating=said.rating or "down",
            comment=said.comment,
            correction=said.correction,
            calls=calls,
            owner=self._owner,
        )
        return f"rating:{id}"

    def _choose(self, said: ChoiceBody) -> str:
        elsewhere = said.rejected_conversation or said.conversation
        self._answered(said.conversation, said.chosen)
        self._answered(elsewhere, said.rejected)
        try:
            id = self._store.prefer(
                said.conversation,
                said.chosen,
                said.rejected,
                owner=self._owner,
                comment=said.comment or "",
                rejected_conversation=elsewhere,
            )
        except RecordsError as error:
            if "the two answers" not in str(error):
                raise
            raise ApiError(400, str(error), code="invalid_value", param="rejected") from error
        return f"preference:{id}"

    def _answered(self, conversation: str, message_id: str) -> None:
        answers = (meta.get("message_id") for _, _, meta in self._store.transcript(conversation))
        if message_id not in answers:
            raise ApiError(
                404, f"there is no answer {message_id} in {conversation}", code="not_found"
            )


def described(item: FeedbackItem) -> dict[str, Any]:
    """Return a piece of feedback as the API gives it."""
    return {"object": "feedback", **asdict(item)}


def _read(kind: type[RatingBody | ChoiceBody], body: dict[str, Any]) -> RatingBody | ChoiceBody:
    try:
        return kind.model_validate(body)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
        raise ApiError(400, said, code="invalid_value", param=where or None) from None
