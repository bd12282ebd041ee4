"""Approvals on the page: deciding on a command, and not losing what is said meanwhile.

The assistant's checkpoint is what is pending; the page only shows it. So an approval is the
same after the server was killed, and a button pressed twice decides once.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import chainlit as cl
from chainlit.data import get_data_layer

from graphs.events import ApprovalNeeded, Resume
from runtime.types import ToolCall
from ui import chat_setup, chat_words
from ui.chat_profiles import SPECIALISTS
from ui.chat_render import (
    Turn,
    approval_actions,
    approval_id,
    ask_approval,
    show_actions,
)

# Conversations whose decision is being carried out in this process.
_deciding: set[str] = set()

# The editor that is open in a conversation.
_editors: dict[str, cl.AskElementMessage] = {}

EDITOR = "editor"
EDIT_SECONDS = 900

WAITING = "waiting"


async def pending() -> ApprovalNeeded | None:
    """Return what waits in this conversation."""
    mica = await chat_setup.assistant()
    return await asyncio.to_thread(mica.pending, cl.context.session.thread_id)


async def bring_back(thread: Any) -> None:
    """Show a pending approval of a thread that is opened again, with its buttons."""
    for step in [s for s in thread["steps"] if (s.get("metadata") or {}).get(EDITOR)]:
        # Nobody waits for this editor any more: the page or the server went away.
        thread["steps"].remove(step)
        await get_data_layer().delete_step(step["id"])
    if thread["id"] in _deciding or (needed := await pending()) is None:
        return
    step_id = approval_id(thread["id"], needed.call)
    if any(step["id"] == step_id for step in thread["steps"]):
        await show_actions(approval_actions(needed.call), step_id)
    else:
        # The server went down before the question reached the records.
        message = await ask_approval(needed)
        thread["steps"].append(message.to_dict())


async def must_wait(text: str) -> bool:
    """Tell whether a message has to wait for a decision; if so, keep it and say so."""
    conversation = cl.context.session.thread_id
    if conversation not in _deciding:
        needed = await pending()
        if needed is None:
            return False
        step_id = approval_id(conversation, needed.call)
        await show_actions(approval_actions(needed.call), step_id)
    await asyncio.to_thread(_keep_waiting, conversation, text)
    await cl.Message(
        content="A command waits for your decision first: approve, edit or reject it. "
        "I keep your message and answer it right after."
    ).send()
    return True


async def decide(action: cl.Action, resume: Resume) -> None:
    """Carry out a decision, show what follows, then answer messages that waited."""
    conversation = cl.context.session.thread_id
    if conversation in _deciding:
        return
    _deciding.add(conversation)
    try:
        await _close_editor(conversation)
        needed = await pending()
        if needed is None or chat_words.command_of(needed.call) != action.payload["command"]:
            await _close_question(action, "**No longer waiting.** This was decided already.")
            return
        words = chat_words.decided(resume.decision, action.payload["command"], resume.command)
        await _close_question(action, words)
        mica = await chat_setup.assistant()
        # A run of its own: Chainlit shows thumbs only for answers that belong to one.
        async with (
            cl.Step(name="on_message", type="run"),
            aclosing(mica.aresume(conversation, resume)) as events,  # type: ignore[type-var]
        ):
            await Turn().show(events)
    finally:
        _deciding.discard(conversation)
    await _answer_waiting(conversation)


async def edit(action: cl.Action) -> None:
    """Ask for the edited command; where none comes, the question stays as it was."""
    conversation = cl.context.session.thread_id
    await _close_editor(conversation)
    editor = cl.AskElementMessage(
        content="Change the command. It is judged again before it runs.",
        element=cl.CustomElement(
            name="EditCommand", props={"command": action.payload["command"]}, display="inline"
        ),
        timeout=EDIT_SECONDS,
    )
    editor.metadata = {EDITOR: True}
    _editors[conversation] = editor
    reply = await editor.send()
    if _editors.get(conversation) is not editor:
        # A later edit or a decision took its place.
        return
    await _close_editor(conversation)
    command = str((reply or {}).get("command") or "").strip()
    if (reply or {}).get("submitted") and command:
        await decide(action, Resume("edit", command=command))


async def _close_editor(conversation: str) -> None:
    editor = _editors.pop(conversation, None)
    if editor is not None:
        await editor.remove()


async def _close_question(action: cl.Action, words: str) -> None:
    conversation, payload = cl.context.session.thread_id, action.payload
    call = ToolCall(payload["call"], chat_words.COMMAND, {"command": payload["command"]})
    for button in approval_actions(call):
        await button.remove()
    message = cl.Message(id=approval_id(conversation, call), content=words)
    await message.update()


def _keep_waiting(conversation: str, text: str) -> None:
    store = chat_setup.store()
    found = store.conversation(conversation)
    earlier = list(found.metadata.get(WAITING, [])) if found else []
    store.describe(conversation, metadata={WAITING: [*earlier, text]})


def _take_waiting(conversation: str) -> list[str]:
    store = chat_setup.store()
    found = store.conversation(conversation)
    texts = list(found.metadata.get(WAITING, [])) if found else []
    if texts:
        store.describe(conversation, metadata={WAITING: None})
    return texts


async def _answer_waiting(conversation: str) -> None:
    if await pending() is not None:
        return
    mica = await chat_setup.assistant()
    specialist = SPECIALISTS.get(cl.context.session.chat_profile or "")
    texts = await asyncio.to_thread(_take_waiting, conversation)
    for position, text in enumerate(texts):
        async with (
            cl.Step(name="on_message", type="run"),
            aclosing(  # type: ignore[type-var]
                mica.astream(conversation, text, specialist=specialist)
            ) as events,
        ):
            await Turn().show(events)
        if await pending() is not None:
            for later in texts[position + 1 :]:
                await asyncio.to_thread(_keep_waiting, conversation, later)
            return
