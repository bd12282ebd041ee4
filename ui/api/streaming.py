"""Following a turn's events for a client that may go away, and sending them as they come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from graphs.events import Event, ToolFinished
from ui.api.errors import ApiError, explained
from ui.api.files import weigh
from ui.api.reply import Reply

_LOOK = 1.0  # seconds between looks whether the client is still there

Ticks = AsyncGenerator[Event | None, None]


async def ticking(events: AsyncIterator[Event], seconds: float) -> Ticks:
    """Yield events, and None whenever `seconds` pass without one. Closing it stops the turn."""
    following: asyncio.Future[Event] | None = None
    try:
        while True:
            following = following or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({following}, timeout=seconds)
            if not done:
                yield None
                continue
            ready, following = following, None
            try:
                event = ready.result()
            except StopAsyncIteration:
                return
            if isinstance(event, ToolFinished):
                await weigh(event.artifacts)
            yield event
    finally:
        if following is not None:
            following.cancel()  # ends the generator inside, which stops the turn
        else:
            await cast("AsyncGenerator[Event, None]", events).aclose()


async def whole(ticks: Ticks, reply: Reply, request: Request) -> dict[str, Any]:
    """Follow a turn to its end and return the completion.

    Raises:
        ApiError: the turn failed, or the client went away (which stops the turn).
    """
    looked = time.monotonic()
    async with aclosing(ticks):
        async for event in ticks:
            if event is not None:
                reply.take(event)
            if event is None or time.monotonic() - looked > _LOOK:
                looked = time.monotonic()
                if await request.is_disconnected():
                    raise ApiError(499, "the client went away", code="cancelled")
    reply.cut()
    if reply.error is not None:
        raise reply.error
    return reply.completion()


async def first_event(ticks: Ticks) -> Event | None:
    """Wait for a turn's first event, so that an early failure still gets its HTTP status."""
    async for event in ticks:
        if event is not None:
            return event
    return None


async def sent(
    first: Event | None, ticks: Ticks, reply: Reply, *, include_usage: bool
) -> AsyncGenerator[str, None]:
    """Yield a turn as server-sent events, of which `first` was read already.

    Comments keep a silent connection open. An error comes as data, for the status is sent.
    """
    async with aclosing(ticks):
        try:
            deltas = reply.take(first) if first is not None else []
            yield _data(reply.chunk({"role": "assistant", "content": ""}, mica=_begun(reply)))
            for delta in deltas:
                yield _data(reply.chunk(delta))
            async for event in ticks:
                if event is None:
                    yield ": keep-alive\n\n"
                for delta in reply.take(event) if event is not None else ():
                    yield _data(reply.chunk(delta))
            reply.cut()
            error = reply.error
        except Exception as fault:
            error = explained(fault)
    if error is not None:
        yield _data(error.body())
    else:
        for chunk in reply.last_chunks(include_usage):
            yield _data(chunk)
    yield "data: [DONE]\n\n"


class EventStream(StreamingResponse):
    """Server-sent events whose source is closed whenever the response ends.

    A client that leaves while a chunk is being sent would otherwise leave the source open
    until it is collected as garbage, with the turn at work.
    """

    def __init__(self, body: AsyncGenerator[str, None]) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(body, media_type="text/event-stream", headers=headers)
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._body.aclose()


def _begun(reply: Reply) -> dict[str, Any]:
    known = ("conversation", "specialist", "confidence", "build", "role")
    return {name: reply.mica[name] for name in known if name in reply.mica}


def _data(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
