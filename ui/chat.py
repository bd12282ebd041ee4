"""The chat page: Chainlit's callbacks over the assistant.

Chainlit runs this file by its path, with this folder first on `sys.path`; everything that
has to be shared lies in `ui.chat_setup`. A thread's id is the conversation's id.
"""

from __future__ import annotations

import asyncio

import chainlit as cl
from chainlit.types import ThreadDict
from starlette.datastructures import Headers

from graphs.events import Resume
from ui import (
    chat_again,
    chat_approval,
    chat_auth,
    chat_choice,
    chat_correct,
    chat_rules,
    chat_scores,
    chat_setup,
    chat_turns,
)
from ui.chat_profiles import PROFILES
from ui.chat_render import (
    APPROVE,
    CHANGED,
    EDIT,
    REJECT,
    UNDO,
    answer_actions,
    show_actions,
    undo_action,
)
from ui.datalayer import RecordsDataLayer, message_id_of


@cl.data_layer  # type: ignore[untyped-decorator]
def data_layer() -> RecordsDataLayer:
    """Keep the page's history in the records."""
    return RecordsDataLayer(chat_setup.store(), forget=chat_setup.forget)


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
    """Bring back what Chainlit does not keep: buttons, an approval, a turn that was cut."""
    for step in thread["steps"]:
        answered = (step.get("metadata") or {}).get("message_id")
        if answered and step["type"] == "assistant_message":
            await show_actions(answer_actions(message_id_of(step)), step["id"])
            if call := step["metadata"].get(CHANGED):
                await show_actions([undo_action(call)], step["id"])
        await chat_choice.bring_back(step)
    async with chat_turns.errors_shown():
        await chat_approval.bring_back(thread)
        chat_turns.in_background(chat_turns.recover())
    # Chainlit sends the conversation as soon as this returns, before it lets anything else run.
    asyncio.get_running_loop().call_soon(chat_turns.sent().set)


@cl.on_message  # type: ignore[untyped-decorator]
async def answer(message: cl.Message) -> None:
    """Answer a request, or say that an approval comes first."""
    async with chat_turns.errors_shown():
        session = cl.context.session
        add = chat_setup.store().add_conversation
        await asyncio.to_thread(add, session.thread_id, owner=session.user.identifier)
        if await chat_rules.shown(message.content) or await chat_scores.shown(message):
            return
        if not await chat_approval.must_wait(message.content):
            await chat_turns.ask(message.content)


chat_rules.register()
chat_correct.register()
chat_again.register()


@cl.action_callback(APPROVE)  # type: ignore[untyped-decorator]
async def approve(action: cl.Action) -> None:
    """Run the command that waits."""
    decision = Resume("approve", call_id=action.payload["call"])
    chat_turns.in_background(chat_approval.decide(action, decision))


@cl.action_callback(REJECT)  # type: ignore[untyped-decorator]
async def reject(action: cl.Action) -> None:
    """Do not run the command that waits."""
    decision = Resume("reject", call_id=action.payload["call"])
    chat_turns.in_background(chat_approval.decide(action, decision))


@cl.action_callback(EDIT)  # type: ignore[untyped-decorator]
async def edit(action: cl.Action) -> None:
    """Ask for another command in place of the one that waits."""
    chat_turns.in_background(chat_approval.edit(action))


@cl.action_callback(UNDO)  # type: ignore[untyped-decorator]
async def undo(action: cl.Action) -> None:
    """Undo the command that an answer is about."""
    chat_turns.in_background(chat_turns.undo(action.payload["call"]))
