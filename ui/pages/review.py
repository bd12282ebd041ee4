"""The review page: feedback to filter, correct, tag and leave out, at `/review`."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from records.store import RecordsError, Store
from ui import chat_auth
from ui.api.errors import ApiError
from ui.corrections import CorrectionError, read_correction
from ui.pages import review_item, review_list
from ui.pages.frame import PageRoute, page, read_form
from ui.pages.review_filter import URL, Filter

SHOWN = 50
"""How many pieces of feedback a page of the list has."""


class Review:
    """The handlers over the records. What a reviewer says is kept under `by`."""

    def __init__(self, store: Store, by: str = f"page/{chat_auth.LOCAL_USER}") -> None:
        self._store = store
        self._by = by

    def router(self) -> APIRouter:
        """Return the routes; add them to an app before the chat, which takes the rest."""
        router = APIRouter(route_class=PageRoute, include_in_schema=False)
        add = router.add_api_route
        add(URL, self.listed, methods=["GET"], response_model=None)
        add(URL + "/{id}", self.shown, methods=["GET"], response_model=None)
        add(URL + "/{id}", self.reviewed, methods=["POST"], response_model=None)
        return router

    async def listed(self, request: Request) -> Response:
        """Show the feedback that passes the filter, by kind of failure and over time."""
        chosen = Filter.of(request)
        every = await asyncio.to_thread(self._store.feedback)
        found = chosen.found(every)
        start = max(_number(request.query_params.get("start", "")), 0)
        body = review_list.body(chosen, every, found, start=start, shown=SHOWN)
        return page("Review", *body)

    async def shown(self, request: Request, id: str) -> Response:
        """Show one piece of feedback with all that is known of it, and what can be said of it."""
        kept = "Kept." if request.query_params.get("kept") else ""
        return await self._item(request, id, told=kept)

    async def reviewed(self, request: Request, id: str) -> Response:
        """Keep what a reviewer says and show the feedback again."""
        form = await read_form(request)
        try:
            await asyncio.to_thread(self._review, id, form)
        except (CorrectionError, RecordsError) as error:
            return await self._item(request, id, problem=str(error), typed=form)
        return RedirectResponse(Filter.of(request).address(id, kept=1), 303)

    async def _item(
        self,
        request: Request,
        id: str,
        *,
        told: str = "",
        problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> Response:
        chosen = Filter.of(request)
        every = await asyncio.to_thread(self._store.feedback)
        item = next((one for one in every if one.id == id), None)
        if item is None:
            raise ApiError(404, f"there is no feedback {id}; the list shows what there is")
        reviews = await asyncio.to_thread(self._store.reviews, id)
        ids = [other.id for other in chosen.found(every)]
        at = ids.index(id) if id in ids else len(ids)
        said = review_item.Said(told, problem, typed or {})
        body = review_item.body(chosen, item, reviews, said, following=ids[at + 1 : at + 2])
        status = 400 if problem else 200
        return page("Feedback", *body, status=status, of="Review")

    def _review(self, id: str, form: dict[str, str]) -> None:
        store, by, what = self._store, self._by, form.get("do", "")
        item = store.feedback_item(id)
        if item is None:
            raise ApiError(404, f"there is no feedback {id}; the list shows what there is")
        if what == "call":
            text = form.get("call", "").strip()
            calls = read_correction(text, item.specialist) if text else ()
            store.review(id, by, calls=calls)
        elif what == "answer":
            store.review(id, by, correction=form.get("answer", "").strip())
        elif what in ("exclude", "include"):
            store.review(id, by, excluded=what == "exclude", note=form.get("note", "").strip())
        elif what == "kind":
            kind = form.get("kind", "")
            store.review(id, by, kind="" if kind == "none" else kind)
        elif what == "tag":
            store.tag(id, by, add=[t for t in form.get("tags", "").split(",") if t.strip()])
        elif what == "untag":
            store.tag(id, by, remove=[form.get("tags", "")])
        else:
            raise ApiError(400, "this form is of an older page; reload it and try again")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
