"""The chat page: Chainlit's callbacks over the assistant.

Chainlit runs this file by its path, with this folder first on `sys.path`; everything that
has to be shared lies in `ui.chat_setup`. A thread's id is the conversation's id.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import Any

import chainlit as cl
from chainlit.types import ThreadDict
from starlette.datastructures import Headers

from graphs.events import Resume
from ui import chat_approval, chat_auth, chat_setup
from ui.chat_profiles import PROFILES, SPECIALISTS
from ui.chat_render import APPROVE, CORRECT, EDIT, REJECT, Turn, correction_action, show_actions
from ui.datalayer import RecordsDataLayer, message_id_of

_log = logging.getLogger("mica.chat")


@cl.data_layer  # type: ignore[untyped-decorator]
def data_layer() -> RecordsDataLayer:
    """Keep the page's history in the records."""
    return RecordsDataLayer(chat_setup.store())


@cl.header_auth_callback  # type: ignore[untyped-decorator]
async def local_user(headers: Headers) -> cl.User | None:
    """Sign in whoever is at this machine; refuse the rest."""
    if not chat_auth.is_trusted(headers):
        return None
    return cl.User(identifier=chat_auth.LOCAL_USER, display_name="You")


@cl.set_chat_profiles  # type: ignore[untyped-decorator]
async def profiles(user: cl.User | None, language: str | None = None) -> list[cl.ChatProfile]:
    """Offer the router and each specialist by itself."""
    return [
        cl.ChatProfile(
            name=profile.name,
            markdown_description=profile.description,
            icon=profile.icon,
            default=profile.specialist is None,
            starters=[cl.Starter(label=s.label, message=s.message) for s in profile.starters],
        )
        for profile in PROFILES
    ]


@cl.on_chat_resume  # type: ignore[untyped-decorator]
async def resume(thread: ThreadDict) -> None:
    """Bring back what Chainlit does not keep: the buttons, and an approval that waits."""
    for step in thread["steps"]:
        answered = (step.get("metadata") or {}).get("message_id")
        if answered and step["type"] == "assistant_message":
            await show_actions([correction_action(message_id_of(step))], step["id"])
    await chat_approval.bring_back(thread)


@cl.on_message  # type: ignore[untyped-decorator]
async def answer(message: cl.Message) -> None:
    """Answer a request, or say that an approval comes first."""
    conversation = cl.context.session.thread_id
    store = chat_setup.store()
    owner = cl.context.session.user.identifier
    await asyncio.to_thread(store.add_conversation, conversation, owner=owner)
    mica = await chat_setup.assistant()
    if await chat_approval.must_wait(message.content):
        return
    specialist = SPECIALISTS.get(cl.context.session.chat_profile or "")
    async with aclosing(  # type: ignore[type-var]
        mica.astream(conversation, message.content, specialist=specialist)
    ) as events:
        await Turn().show(events)


@cl.action_callback(APPROVE)  # type: ignore[untyped-decorator]
async def approve(action: cl.Action) -> None:
    """Run the command that waits."""
    await _in_background(chat_approval.decide(action, Resume("approve")))


@cl.action_callback(REJECT)  # type: ignore[untyped-decorator]
async def reject(action: cl.Action) -> None:
    """Do not run the command that waits."""
    await _in_background(chat_approval.decide(action, Resume("reject")))


@cl.action_callback(EDIT)  # type: ignore[untyped-decorator]
async def edit(action: cl.Action) -> None:
    """Ask for another command in place of the one that waits."""
    await _in_background(chat_approval.edit(action))


@cl.action_callback(CORRECT)  # type: ignore[untyped-decorator]
async def correct(action: cl.Action) -> None:
    """Ask what an answer should have said, and keep it."""
    await _in_background(_correct(action.payload["message_id"]))


async def _correct(message_id: str) -> None:
    asked = cl.AskUserMessage(
        content="What should it have said? Your words are kept with the answer.", timeout=900
    )
    reply = await asked.send()
    text = reply["output"].strip() if reply else ""
    if not text:
        await cl.Message(content="Nothing was kept.").send()
        return
    session, store = cl.context.session, chat_setup.store()

    def keep() -> None:
        owner = session.user.identifier
        earlier = [
            r for r in store.ratings(session.thread_id, owner=owner) if r.message_id == message_id
        ]
        store.rate(
            session.thread_id,
            message_id,
            rating=earlier[0].rating if earlier else "down",
            correction=text,
            owner=owner,
        )

    await asyncio.to_thread(keep)
    await cl.Message(content="Thank you. The correction is kept with the answer.").send()


async def _in_background(work: Any) -> None:
    """Run what a button starts as the session's task, so that the stop button ends it.

    The button's HTTP request returns at once; errors become messages on the page.
    """
    session, emitter = cl.context.session, cl.context.emitter

    async def run() -> None:
        await emitter.task_start()
        try:
            await work
        except Exception as error:
            _log.exception("a button's work failed")
            text = str(error) or type(error).__name__
            await cl.ErrorMessage(content=text).send()
        finally:
            await emitter.task_end()

    session.current_task = asyncio.create_task(run())
