"""Feedback over the API: ratings, corrections and choices, and what was kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from hmac import compare_digest
from typing import Any, Literal

import pydantic
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

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
    """The handlers over the records. All that is kept and shown is the owner's who asks.

    That is `owner`; where there are `keys` by name, each is one, and `owner/NAME` its owner.
    """

    def __init__(
        self, store: Store, owner: str, keys: Mapping[str, SecretStr] | None = None
    ) -> None:
        self._store = store
        self._owner = owner
        self._keys = keys or {}

    def add_routes(self, router: APIRouter) -> None:
        """Add `/v1/feedback` (POST, GET) and `/v1/feedback/ID` (GET, DELETE)."""
        add = router.add_api_route
        add("/v1/feedback", self.keep, methods=["POST"])
        add("/v1/feedback", self.listed, methods=["GET"])
        add("/v1/feedback/{id}", self.shown, methods=["GET"])
        add("/v1/feedback/{id}", self.remove, methods=["DELETE"])

    async def keep(self, request: Request) -> dict[str, Any]:
        """Keep a rating, with or without a correction, or a choice."""
        owner = self._whose(request)
        read = await read_body(request, FeedbackBody)
        refuse_surrogates(read)
        body = read.model_dump()
        kind: type[RatingBody | ChoiceBody] = ChoiceBody if "chosen" in body else RatingBody
        said = _read(kind, body)
        work = self._choose if isinstance(said, ChoiceBody) else self._rate
        id = await asyncio.to_thread(work, said, owner)  # type: ignore[arg-type]
        return {"id": id, "object": "feedback"}

    async def listed(
        self,
        request: Request,
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
        owner = self._whose(request)

        def work() -> list[FeedbackItem]:
            return self._store.feedback(
                owner=owner, specialist=specialist, rating=rating, kind=kind, below=below,
                excluded=excluded, source=source, tag=tag,
            )  # fmt: skip

        found = (await asyncio.to_thread(work))[::-1]
        size = min(max(limit, 1), 1000)
        data = [described(item) for item in found[:size]]
        return {"object": "list", "data": data, "has_more": len(found) > size}

    async def shown(self, request: Request, id: str) -> dict[str, Any]:
        """Return one piece of the owner's feedback."""
        return described(await asyncio.to_thread(self._item, id, self._whose(request)))

    async def remove(self, request: Request, id: str) -> dict[str, Any]:
        """Remove a rating or a choice of the owner's."""
        owner = self._whose(request)

        def work() -> None:
            self._item(id, owner)
            source, _, key = id.partition(":")
            if source == "approval":
                raise ApiError(
                    400, "a decision about a command stays as it was", code="invalid_value"
                )
            drop = self._store.unrate if source == "rating" else self._store.unprefer
            drop(key, owner=owner)

        await asyncio.to_thread(work)
        return {"id": id, "object": "feedback", "deleted": True}

    def _whose(self, request: Request) -> str:
        """Return the owner that a request's key stands for."""
        if not self._keys:
            return self._owner
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        for name, key in self._keys.items():
            same = compare_digest(given.strip().encode(), key.get_secret_value().encode())
            if scheme.lower() == "bearer" and same:
                return f"{self._owner}/{name}"
        raise ApiError(
            401,
            "feedback needs a key here: send `Authorization: Bearer KEY` with one of those that "
            "MICA_FEEDBACK_KEYS gives the server",
            code="invalid_api_key",
        )

    def _item(self, id: str, owner: str) -> FeedbackItem:
        item = self._store.feedback_item(id)
        if item is None or item.owner != owner:
            raise ApiError(404, f"there is no feedback {id} of yours", code="not_found")
        return item

    def _rate(self, said: RatingBody, owner: str) -> str:
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
            owner=owner,
        )
        return f"rating:{id}"

    def _choose(self, said: ChoiceBody, owner: str) -> str:
        elsewhere = said.rejected_conversation or said.conversation
        self._answered(said.conversation, said.chosen)
        self._answered(elsewhere, said.rejected)
        try:
            id = self._store.prefer(
                said.conversation,
                said.chosen,
                said.rejected,
                owner=owner,
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
