"""Running the assistant's turns for the page, one at a time in a conversation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

import chainlit as cl

from graphs.events import ApprovalNeeded, Event, Resume
from graphs.undoing import UNDO
from runtime.types import GenerationOptions
from ui import chat_choice, chat_setup
from ui.chat_profiles import SPECIALISTS
from ui.chat_render import Turn

_UNDONE = "This was undone already, or can no longer be undone."
_log = logging.getLogger("mica.chat")

# Conversations in which this process shows a turn.
_active: set[str] = set()
# Whether a page that came back has been sent its conversation, by session.
_sent: WeakKeyDictionary[Any, asyncio.Event] = WeakKeyDictionary()
_PATIENCE = 10.0


def active(conversation: str) -> bool:
    """Tell whether a turn of the conversation is being shown."""
    return conversation in _active


def sent() -> asyncio.Event:
    """Return the event that a page which came back has been sent its conversation."""
    return _sent.setdefault(cl.context.session, asyncio.Event())


async def _page_ready() -> None:
    """Wait until the page has its conversation: that would replace what is shown before."""
    if cl.context.session.thread_id_to_resume:
        with suppress(TimeoutError):
            await asyncio.wait_for(sent().wait(), _PATIENCE)


async def pending() -> ApprovalNeeded | None:
    """Return the command that waits in this conversation, or None."""
    mica = await chat_setup.assistant()
    return await asyncio.to_thread(mica.pending, cl.context.session.thread_id)


async def ask(text: str, options: GenerationOptions | None = None) -> None:
    """Answer a request with the specialist of the chosen profile.

    `options` replace how the model decodes.
    """
    session = cl.context.session
    mica = await chat_setup.assistant()
    events = mica.astream(
        session.thread_id,
        text,
        specialist=SPECIALISTS.get(session.chat_profile or ""),
        owner=session.user.identifier,
        **({"options": options} if options else {}),
    )
    await _show(session.thread_id, events)


async def go_on(resume: Resume) -> None:
    """Carry out a decision and show what follows."""
    conversation = cl.context.session.thread_id
    mica = await chat_setup.assistant()
    await _show(conversation, mica.aresume(conversation, resume))


async def undo(call_id: str) -> None:
    """Undo a call's command, as a message of the person; only the last one can be undone."""
    session = cl.context.session
    mica = await chat_setup.assistant()
    steps = await asyncio.to_thread(mica.undoable, session.thread_id)
    if not steps or steps[0].call_id != call_id:
        later = any(step.call_id == call_id for step in steps)
        text = "A later command changed files too: undo that one first." if later else _UNDONE
        await cl.Message(content=text).send()
        return
    await cl.Message(content=UNDO, type="user_message").send()
    async with a_run():
        await ask(UNDO)


async def recover() -> None:
    """Finish a turn that a crash cut off; nothing where there is none."""
    conversation = cl.context.session.thread_id
    mica = await chat_setup.assistant()
    if active(conversation) or not await asyncio.to_thread(mica.unfinished, conversation):
        return
    async with a_run():
        # Not a decision: were a command waiting by now, it would go on waiting.
        await _show(conversation, mica.arecover(conversation))


@asynccontextmanager
async def a_run() -> AsyncIterator[None]:
    """Hold a run: Chainlit shows thumbs and copy buttons only for answers in one."""
    async with cl.Step(name="on_message", type="run"):
        yield


@asynccontextmanager
async def errors_shown() -> AsyncIterator[None]:
    """Turn an exception into a message on the page; Chainlit would only log it."""
    try:
        yield
    except Exception as error:
        _log.exception("a turn failed")
        await cl.ErrorMessage(content=str(error) or type(error).__name__).send()


def in_background(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` as the session's task, so that the stop button ends it, once the page is ready."""
    session, emitter = cl.context.session, cl.context.emitter

    async def run() -> None:
        await emitter.task_start()
        try:
            async with errors_shown():
                await _page_ready()
                await work
        finally:
            work.close()  # it may not have begun
            await emitter.task_end()

    session.current_task = asyncio.create_task(run())


async def _show(conversation: str, events: AsyncIterator[Event]) -> None:
    _active.add(conversation)
    try:
        async with aclosing(events) as closing:  # type: ignore[type-var]
            turn = Turn()
            await turn.show(closing)
    finally:
        _active.discard(conversation)
    if turn.answered:
        await chat_choice.offer(conversation, turn.answered)
