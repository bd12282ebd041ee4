"""The routes of the API."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from graphs.assistant import Assistant
from graphs.events import Event, Failed
from graphs.rules import Rules
from records.outputs import output_of
from sandboxes import SandboxError
from sandboxes.attach import Attachments
from ui.api import rules
from ui.api.errors import ApiError, ApiRoute
from ui.api.feedback import Feedback
from ui.api.files import URL, Files
from ui.api.reply import Reply
from ui.api.requests import ChatBody, ChatRequest, chat_request, read_body
from ui.api.scores import Scores
from ui.api.streaming import EventStream, first_event, sent, ticking, whole
from ui.api.training import Training
from ui.api.undoing import Undo

OWNER = "api"
"""Whose the conversations are that begin here; the page lists only its own."""

MODEL = "mica"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Api:
    """The handlers over one assistant. `keep_alive` is the silence, in seconds, after which a
    stream gets a comment and a client is looked after.
    """

    def __init__(self, assistant: Assistant, *, keep_alive: float = 10.0) -> None:
        self._mica = assistant
        self._keep_alive = keep_alive
        self._files = Files()
        self._specialists = {MODEL: None} | {
            f"{MODEL}/{name}": name for name in assistant.parts.specialists
        }

    def router(self) -> APIRouter:
        """Return the routes; add them to an app before anything that takes every path."""
        router = APIRouter(route_class=ApiRoute)
        add = router.add_api_route
        add("/v1/chat/completions", self.chat, methods=["POST"], response_model=None)
        add("/v1/models", self.models, methods=["GET"])
        add("/v1/models/{model:path}", self.model, methods=["GET"])
        keys = self._mica.parts.settings.feedback_keys
        Feedback(self._mica.parts.store, OWNER, keys).add_routes(router)
        add(URL + "/{key}/{name}", self.file, methods=["GET"], response_model=None)
        rules.add_routes(router, Rules(self._mica.parts.store), OWNER)
        Undo(self._mica).add_routes(router)
        Scores(self._files).add_routes(router)
        Training().add_routes(router)
        add("/v1/outputs/{call_id}", self.output, methods=["GET"], response_model=None)
        add("/v1/attachments/{conversation}", self.patch, methods=["GET"], response_model=None)
        add("/healthz", self.health, methods=["GET"])
        add("/v1", self.nothing, methods=_METHODS, include_in_schema=False)
        add("/v1/{path:path}", self.nothing, methods=_METHODS, include_in_schema=False)
        return router

    async def chat(self, request: Request) -> Response:
        """Answer a chat completion request, whole or as a stream."""
        body = await read_body(request, ChatBody)
        self._known(body.model)
        asked = chat_request(body, request.headers, self._mica.parts.settings.max_request)
        conversation, events = await self._begin(asked)
        reply = Reply(asked.model, conversation, self._files)
        if not asked.stream:
            return JSONResponse(await whole(ticking(events, 1.0), reply, request))
        ticks = ticking(events, self._keep_alive)
        first = await first_event(ticks)
        if isinstance(first, Failed):
            await ticks.aclose()
            raise ApiError(500, first.error, code="failed")
        return EventStream(sent(first, ticks, reply, include_usage=asked.include_usage))

    async def models(self) -> dict[str, Any]:
        """List the models: the router, and each specialist by itself."""
        return {"object": "list", "data": [self._described(name) for name in self._specialists]}

    async def model(self, model: str) -> dict[str, Any]:
        """Describe one model."""
        self._known(model)
        return self._described(model)

    async def file(self, key: str, name: str) -> Response:
        """Return an image, sound or file of an answer."""
        artifact = self._files.get(key)
        if artifact is None:
            raise ApiError(404, "that file is not kept any more; ask again", code="not_found")
        # An SVG opened by itself could run scripts: sandbox it.
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        headers = {"content-security-policy": policy, "x-content-type-options": "nosniff"}
        data = await asyncio.to_thread(lambda: artifact.data)
        return Response(data, media_type=artifact.mime, headers=headers)

    async def output(self, call_id: str) -> Response:
        """Return the whole output of a command, as far as it was kept."""
        data = await asyncio.to_thread(output_of, self._mica.parts.store, call_id)
        if data is None:
            raise ApiError(404, f"no output of call {call_id} is kept", code="not_found")
        headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
        return Response(data, media_type="text/plain; charset=utf-8", headers=headers)

    async def patch(self, conversation: str) -> Response:
        """Return what has changed in the folder that is attached to a conversation, as text.

        Attaching a folder and changing it need the command line: they reach the host's files,
        and this port asks nobody who they are.
        """
        box = self._mica.parts.sandbox
        if box is None:
            raise ApiError(404, "there is no sandbox, so nothing is attached", code="not_found")
        try:
            patch = await asyncio.to_thread(Attachments().changes, box, conversation)
        except SandboxError as error:
            raise ApiError(404, str(error), code="not_found") from error
        return Response(patch.text(), media_type="text/plain; charset=utf-8")

    async def health(self) -> dict[str, Any]:
        """Say that requests are answered, and by what."""
        parts = self._mica.parts
        sandbox = parts.sandbox.name if parts.sandbox is not None else None
        build = await asyncio.to_thread(parts.build)
        health = {"status": "ok", "model": build.model, "build": build.name, "sandbox": sandbox}
        return {**health, "host_readonly": True} if parts.settings.host_readonly else health

    async def nothing(self, request: Request) -> None:
        """Say that there is no such route; the page would take it otherwise."""
        raise ApiError(
            404,
            f"there is no {request.method} {request.url.path}; docs/api.md lists what there is",
            code="not_found",
        )

    async def _begin(self, asked: ChatRequest) -> tuple[str, AsyncIterator[Event]]:
        """Start the turn; return its conversation and events."""
        if asked.decision is not None:
            conversation = await asyncio.to_thread(self._waiting, asked)
            return conversation, self._mica.aresume(conversation, asked.decision)
        conversation = asked.conversation or f"api-{uuid.uuid4().hex}"
        owner = await asyncio.to_thread(self._owner, conversation)
        events = self._mica.astream(
            conversation,
            asked.text,
            specialist=self._specialists[asked.model],
            owner=owner,
            options=asked.options,
            history=asked.history,
        )
        return conversation, events

    def _owner(self, conversation: str) -> str | None:
        """Return the owner to make a conversation for; None where it is there already."""
        waiting = self._mica.pending(conversation)
        if waiting is not None:
            raise ApiError(
                409,
                f"a command waits for a decision first: answer call {waiting.call.id}",
                code="approval_pending",
            )
        return OWNER if self._mica.parts.store.conversation(conversation) is None else None

    def _waiting(self, asked: ChatRequest) -> str:
        """Return the conversation that waits for this decision."""
        call_id = asked.decision.call_id if asked.decision else None
        store = self._mica.parts.store
        conversation = asked.conversation or store.conversation_of_call(str(call_id))
        if conversation is None:
            raise ApiError(404, f"there is no call {call_id}", code="unknown_call")
        waiting = self._mica.pending(conversation)
        if waiting is None and self._mica.unfinished(conversation):
            return conversation
        if waiting is None or waiting.call.id != call_id:
            raise ApiError(
                409,
                f"call {call_id} does not wait for a decision (any more) in {conversation}",
                code="approval_decided",
            )
        return conversation

    def _known(self, model: str) -> None:
        if model not in self._specialists:
            raise ApiError(
                404,
                f"there is no model {model!r}; there are {', '.join(self._specialists)}",
                code="model_not_found",
                param="model",
            )

    def _described(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": 0, "owned_by": "mica"}
