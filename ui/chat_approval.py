"""Approvals on the page: deciding on a command, and not losing what is said meanwhile.

The assistant's checkpoint is what is pending; the page only shows it. So an approval is the
same after the server was killed, and a button pressed twice decides once.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import chainlit as cl
from chainlit.data import get_data_layer

from graphs.events import Resume
from runtime.types import ToolCall
from ui import chat_setup, chat_turns, chat_words
from ui.chat_render import approval_actions, approval_id, ask_approval, show_actions

EDITOR = "editor"
EDIT_SECONDS = 900
WAITING = "waiting"

# Conversations whose decision is being carried out in this process.
_deciding: set[str] = set()

# The editor that is open in a conversation.
_editors: dict[str, cl.AskElementMessage] = {}


async def bring_back(thread: Any) -> None:
    """Show a pending approval of a thread that is opened again, with its buttons."""
    for step in [s for s in thread["steps"] if (s.get("metadata") or {}).get(EDITOR)]:
        # Nobody waits for this editor any more: the page or the server went away.
        thread["steps"].remove(step)
        await get_data_layer().delete_step(step["id"])
    if thread["id"] in _deciding or (needed := await chat_turns.pending()) is None:
        return
    step_id = approval_id(thread["id"], needed.call)
    if any(step["id"] == step_id for step in thread["steps"]):
        await show_actions(approval_actions(needed.call, rule=bool(needed.rule)), step_id)
    else:
        # The server went down before the question reached the records.
        message = await ask_approval(needed)
        thread["steps"].append(message.to_dict())


async def must_wait(text: str) -> bool:
    """Tell whether a message has to wait for a decision; if so, keep it and say so."""
    conversation = cl.context.session.thread_id
    reason = "The command that you decided on is still at work."
    if conversation not in _deciding:
        needed = await chat_turns.pending()
        if needed is None:
            return False
        reason = "A command waits for your decision first: approve, edit or reject it."
        step_id = approval_id(conversation, needed.call)
        await show_actions(approval_actions(needed.call, rule=bool(needed.rule)), step_id)
    await asyncio.to_thread(_keep_waiting, conversation, text)
    await cl.Message(content=f"{reason} I keep your message and answer it right after.").send()
    return True


async def decide(action: cl.Action, resume: Resume) -> None:
    """Carry out a decision, show what follows, then answer messages that waited."""
    conversation = cl.context.session.thread_id
    if conversation in _deciding:
        return
    _deciding.add(conversation)
    resume = replace(resume, by=f"page/{cl.context.session.user.identifier}")
    try:
        await _close_editor(conversation)
        if not await _still_waits(action):
            await _close_question(action, "**No longer waiting.** This was decided already.")
            return
        words = chat_words.decided(resume, action.payload["command"])
        await _close_question(action, words)
        async with chat_turns.a_run():
            await chat_turns.go_on(resume)
    finally:
        _deciding.discard(conversation)
    await _answer_waiting(conversation)


async def edit(action: cl.Action) -> None:
    """Ask for the edited command; where none comes, the question stays as it was."""
    props = {"command": action.payload["command"]}
    told = "Change the command. It is judged again before it runs."
    command = _text(await asked(told, "EditCommand", props), "command")
    if command:
        await decide(action, Resume("edit", command=command, call_id=action.payload["call"]))


async def reject_why(action: cl.Action) -> None:
    """Ask why a command is rejected; where no reason comes, the question stays as it was."""
    told = "What is wrong with the command? The model reads your reason."
    reason = _text(await asked(told, "RejectReason", {}), "reason")
    if reason:
        await decide(action, Resume("reject", reason=reason, call_id=action.payload["call"]))


async def asked(told: str, element: str, props: dict[str, Any]) -> dict[str, Any]:
    """Show an element and wait for what is typed into it, by name.

    Empty where the person cancels, decides otherwise or lets the time run out.
    """
    conversation = cl.context.session.thread_id
    await _close_editor(conversation)
    editor = cl.AskElementMessage(
        content=told,
        element=cl.CustomElement(name=element, props=props, display="inline"),
        timeout=EDIT_SECONDS,
    )
    editor.metadata = {EDITOR: True}
    _editors[conversation] = editor
    reply = await editor.send() or {}
    if _editors.get(conversation) is not editor:
        # A later one or a decision took its place.
        return {}
    await _close_editor(conversation)
    return dict(reply) if reply.get("submitted") else {}


def _text(reply: dict[str, Any], name: str) -> str:
    return str(reply.get(name) or "").strip()


async def _still_waits(action: cl.Action) -> bool:
    needed = await chat_turns.pending()
    if needed is None:
        return False
    shown = (action.payload["call"], action.payload["command"])
    return shown == (needed.call.id, chat_words.command_of(needed.call))


async def _close_editor(conversation: str) -> None:
    editor = _editors.pop(conversation, None)
    if editor is not None:
        await editor.remove()


async def _close_question(action: cl.Action, words: str) -> None:
    conversation, payload = cl.context.session.thread_id, action.payload
    call = ToolCall(payload["call"], chat_words.COMMAND, {"command": payload["command"]})
    for button in approval_actions(call, rule=True):
        await button.remove()
    await cl.Message(id=approval_id(conversation, call), content=words).update()


def _waiting(conversation: str) -> list[str]:
    found = chat_setup.store().conversation(conversation)
    return list(found.metadata.get(WAITING, [])) if found else []


def _keep_waiting(conversation: str, *texts: str) -> None:
    kept = [*_waiting(conversation), *texts]
    chat_setup.store().describe(conversation, metadata={WAITING: kept or None})


def _next_waiting(conversation: str) -> str | None:
    texts = _waiting(conversation)
    if not texts:
        return None
    chat_setup.store().describe(conversation, metadata={WAITING: texts[1:] or None})
    return texts[0]


async def _answer_waiting(conversation: str) -> None:
    while await chat_turns.pending() is None:
        text = await asyncio.to_thread(_next_waiting, conversation)
        if text is None:
            return
        async with chat_turns.a_run():
            await chat_turns.ask(text)
