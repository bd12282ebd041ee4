"""Answering a request again, by chance instead of by what is likeliest, to choose the better."""

from __future__ import annotations

import asyncio
import secrets

import chainlit as cl

from graphs.undoing import asks_undo
from runtime.types import GenerationOptions
from ui import chat_setup, chat_turns
from ui.chat_choice import CHOOSE, COMPARED, WORDS, buttons
from ui.chat_render import AGAIN

_WARMTH = 1.0
"""The temperature at which a request is answered again: as likely as the model holds it."""


def register() -> None:
    """Tell Chainlit what the buttons do; the page's file calls it when it is loaded."""
    cl.action_callback(AGAIN)(_again)
    cl.action_callback(CHOOSE)(_chosen)


async def _again(action: cl.Action) -> None:
    chat_turns.in_background(_ask_again(action.payload["message_id"]))


async def _ask_again(message_id: str) -> None:
    conversation, store = cl.context.session.thread_id, chat_setup.store()
    turn = await asyncio.to_thread(store.turn_of, conversation, message_id)
    if turn is None or asks_undo(turn.request):
        await cl.Message(content="This cannot be answered again; ask anew.").send()
        return
    if await chat_turns.pending() is not None:
        text = "A command waits for your decision first: approve, edit or reject it."
        await cl.Message(content=text).send()
        return
    await asyncio.to_thread(store.describe, conversation, metadata={COMPARED: message_id})
    await cl.Message(content=turn.request, type="user_message").send()
    options = GenerationOptions(temperature=_WARMTH, seed=secrets.randbelow(2**31))
    async with chat_turns.a_run():
        await chat_turns.ask(turn.request, options)


async def _chosen(action: cl.Action) -> None:
    async with chat_turns.errors_shown():
        which, answers = action.payload["which"], action.payload["answers"]
        if which != "neither":
            better, worse = answers if which == "first" else reversed(answers)
            await asyncio.to_thread(
                chat_setup.store().prefer,
                cl.context.session.thread_id,
                better,
                worse,
                owner=str(cl.context.session.user.identifier),
            )
        for button in buttons(*answers):
            await button.remove()
        told = f"**{WORDS[which]}.** Thank you, your choice is kept."
        question = cl.Message(id=action.forId, content=told, metadata={CHOOSE: which})
        await question.update()
