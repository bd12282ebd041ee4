"""Chainlit's history over Mica's records: threads, steps, elements and feedback.

A thread is a conversation with the same id. Steps and elements are kept whole, as Chainlit
writes them, so that a column that a later Chainlit adds is not lost. A person's id is their
name, and ratings are under the answer's message id, the same that the API uses.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from chainlit.data.base import BaseDataLayer
from chainlit.data.utils import queue_until_user_message
from chainlit.element import Element
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadFilter
from chainlit.user import PersistedUser, User

from records.conversations import Conversation
from records.page import Person
from records.ratings import Rating
from records.store import RecordsError, Store
from ui import chat_files, chat_history

T = TypeVar("T")

# Chainlit authenticates each request through `get_user` but does not say who gives feedback.
_caller: ContextVar[str | None] = ContextVar("caller", default=None)


class RecordsDataLayer(BaseDataLayer):  # type: ignore[misc]
    """Chainlit's data layer over a `Store`.

    Chainlit writes each step as a task of its own; one worker thread keeps their order, so
    that an early state of a step never overwrites a later one.
    """

    def __init__(self, store: Store, forget: Callable[[str], None] | None = None) -> None:
        """Keep history in `store`; `forget` removes a conversation, where more than that."""
        self.store = store
        self._forget = forget or store.delete_conversation
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="chat-records")

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    # People

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """Return a person who has used the page, and note them as this request's caller."""
        person = await self._do(lambda: self.store.person(identifier))
        _caller.set(identifier)
        return _user(person) if person else None

    async def create_user(self, user: User) -> PersistedUser | None:
        """Keep a person."""
        person = await self._do(lambda: self.store.add_person(user.identifier, user.metadata))
        _caller.set(user.identifier)
        return _user(person)

    # Feedback

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Keep the caller's thumb and comment on an answer; return the rating's id.

        Raises:
            RecordsError: nobody is signed in, the answer is unknown or another person's.
        """
        owner = _signed_in()
        return await self._do(lambda: self._rate(owner, feedback))

    def _rate(self, owner: str, feedback: Feedback) -> str:
        step = self.store.page_item("steps", feedback.forId)
        if step is None:
            raise RecordsError("this answer is not in the records; reload the page and try again")
        self._check_author(step["threadId"], owner)
        return self.store.rate(
            step["threadId"],
            message_id_of(step),
            rating="up" if feedback.value else "down",
            comment=feedback.comment or "",
            owner=owner,
        )

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Remove a rating of the caller's; false where there is none.

        Raises:
            RecordsError: nobody is signed in, or the rating is someone else's.
        """
        owner = _signed_in()
        return await self._do(lambda: self.store.unrate(feedback_id, owner=owner))

    # Elements

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_element(self, element: Element) -> None:
        """Keep an element and its bytes."""
        data = dict(element.to_dict())
        content = Path(element.path) if element.path else element.content
        await self._do(lambda: self._keep_element(data, content))

    def _keep_element(self, data: dict[str, Any], content: bytes | str | Path | None) -> None:
        thread, id = data["threadId"], data["id"]
        if content and not data.get("url"):
            chat_files.keep(thread, id, content)
            data["url"] = chat_files.url_of(thread, id)
        # The key names a file of the running session only; the address outlives it.
        data["chainlitKey"] = None
        self.store.put_page_item("elements", id, thread, data, parent=data.get("forId"))

    async def get_element(self, thread_id: str, element_id: str) -> dict[str, Any] | None:
        """Return an element of a thread."""
        found = await self._do(lambda: self.store.page_item("elements", element_id))
        return found if found and found["threadId"] == thread_id else None

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """Remove an element and its bytes."""

        def work() -> None:
            found = self.store.page_item("elements", element_id)
            if found and thread_id in (None, found["threadId"]):
                self.store.drop_page_item("elements", element_id)
                chat_files.drop(found["threadId"], element_id)

        await self._do(work)

    # Steps

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_step(self, step_dict: dict[str, Any]) -> None:
        """Keep a step or message with every key that it has."""
        step = {key: value for key, value in step_dict.items() if key != "feedback"}
        step["streaming"] = False

        def work() -> None:
            self.store.put_page_item(
                "steps",
                step["id"],
                step["threadId"],
                step,
                parent=step.get("parentId"),
                created=step.get("createdAt"),
            )

        await self._do(work)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def update_step(self, step_dict: dict[str, Any]) -> None:
        """Keep a step's new state."""
        await self.create_step(step_dict)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_step(self, step_id: str) -> None:
        """Remove a step and its elements."""

        def work() -> None:
            step = self.store.page_item("steps", step_id)
            if step is None:
                return
            for element in self.store.page_items("elements", step["threadId"]):
                if element.get("forId") == step_id:
                    self.store.drop_page_item("elements", element["id"])
                    chat_files.drop(step["threadId"], element["id"])
            self.store.drop_page_item("steps", step_id)

        await self._do(work)

    async def get_favorite_steps(self, user_id: str) -> list[dict[str, Any]]:
        """Return the steps that a person has marked, the last first."""
        return await self._do(lambda: self.store.favorites(user_id))

    # Threads

    async def get_thread_author(self, thread_id: str) -> str:
        """Return whose a thread is; empty where there is none."""
        found = await self._do(lambda: self.store.conversation(thread_id))
        return found.owner if found else ""

    async def delete_thread(self, thread_id: str) -> None:
        """Remove a thread, its files and ratings."""

        def work() -> None:
            self._forget(thread_id)
            chat_files.drop(thread_id)

        await self._do(work)

    async def list_threads(
        self, pagination: Pagination, filters: ThreadFilter
    ) -> PaginatedResponse[Any]:
        """Return a page of a person's threads, without their steps."""

        def work() -> list[Conversation]:
            return self.store.conversations(
                filters.userId or "",
                limit=pagination.first + 1,
                before=pagination.cursor,
                search=filters.search or "",
                rating=None if filters.feedback is None else _THUMBS[filters.feedback],
            )

        found = await self._do(work)
        page = found[: pagination.first]
        return PaginatedResponse(
            pageInfo=PageInfo(
                hasNextPage=len(found) > len(page),
                startCursor=page[0].id if page else None,
                endCursor=page[-1].id if page else None,
            ),
            data=[_thread(conversation, created=conversation.updated) for conversation in page],
        )

    async def get_thread(self, thread_id: str) -> dict[str, Any] | None:
        """Return a thread with its steps, elements and the owner's feedback."""
        return await self._do(lambda: self._whole_thread(thread_id))

    def _whole_thread(self, thread_id: str) -> dict[str, Any] | None:
        conversation = self.store.conversation(thread_id)
        if conversation is None:
            return None
        ratings = {r.message_id: r for r in self.store.ratings(thread_id, owner=conversation.owner)}
        steps = self.store.page_items("steps", thread_id) or chat_history.steps(
            conversation, self.store.transcript(thread_id)
        )
        for step in steps:
            rating = ratings.get(message_id_of(step))
            step["feedback"] = _feedback(step["id"], rating) if rating else None
        elements = self.store.page_items("elements", thread_id)
        return _thread(conversation) | {"steps": steps, "elements": elements}

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Make a thread or change what is given; metadata is merged, None removes a key.

        Raises:
            RecordsError: the thread is someone else's.
        """

        def work() -> None:
            found = self.store.conversation(thread_id)
            owner = user_id or (found.owner if found else "local")
            self.store.add_conversation(thread_id, owner=owner)
            if name:
                self.store.rename(thread_id, " ".join(name.split())[:120])
            page = None if metadata is None else {"page": metadata}
            self.store.describe(thread_id, metadata=page, tags=tags)

        await self._do(work)

    async def build_debug_url(self) -> str:
        """Return no address: there is no debugger."""
        return ""

    async def close(self) -> None:
        """Wait for the last writes. The store stays open for its other users."""
        await asyncio.to_thread(self._worker.shutdown)

    def _check_author(self, thread_id: str, owner: str) -> None:
        found = self.store.conversation(thread_id)
        if found is None or found.owner != owner:
            raise RecordsError("this conversation is someone else's; rate your own")


_THUMBS: dict[int, Any] = {0: "down", 1: "up"}


def message_id_of(step: dict[str, Any]) -> str:
    """Return the id under which an answer is rated: the assistant's own, else the step's."""
    return str((step.get("metadata") or {}).get("message_id") or step["id"])


def _signed_in() -> str:
    caller = _caller.get()
    if caller is None:
        raise RecordsError("nobody is signed in; reload the page")
    return caller


def _user(person: Person) -> PersistedUser:
    return PersistedUser(
        id=person.name,
        createdAt=person.created,
        identifier=person.name,
        metadata=dict(person.metadata),
    )


def _feedback(step_id: str, rating: Rating) -> dict[str, Any]:
    value = 1 if rating.rating == "up" else 0
    return {"forId": step_id, "id": rating.id, "value": value, "comment": rating.comment}


def _thread(conversation: Conversation, created: str | None = None) -> dict[str, Any]:
    # A copy: Chainlit changes the metadata that it is given.
    metadata = json.loads(json.dumps(conversation.metadata.get("page", {})))
    return {
        "id": conversation.id,
        "createdAt": created or conversation.created,
        "name": conversation.title,
        "userId": conversation.owner,
        "userIdentifier": conversation.owner,
        "tags": list(conversation.tags),
        "metadata": metadata,
        "steps": [],
        "elements": [],
    }
