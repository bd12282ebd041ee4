"""Choices on the page: which of two answers to a request is better.

Which answer the next one is compared with is noted in the conversation, so a command that has to
be approved, or a restart, may come in between.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import chainlit as cl

from records.turns import Turn
from ui import chat_setup
from ui.chat_render import show_actions

CHOOSE = "choose"
CHOICE = "choice"
"""The metadata of a question: the message ids of the two answers, the first one first."""

COMPARED = "again"
"""The metadata of a conversation: the message id of the answer to compare the next with."""

WORDS = {"first": "The first", "second": "The second", "neither": "Neither is better"}


async def offer(conversation: str, message_id: str) -> None:
    """Ask which answer is better, where this one was made to be compared with another."""
    store = chat_setup.store()
    first = await asyncio.to_thread(_compared_with, conversation)
    if first is None:
        return
    one, two = [
        await asyncio.to_thread(store.turn_of, conversation, id) for id in (first, message_id)
    ]
    if one is None or two is None or one.request.split() != two.request.split():
        return
    if _same(one, two):
        said = cl.Message(content="It comes to the same answer again.")
    else:
        said = cl.Message(
            content="Which answer is better?",
            metadata={CHOICE: [first, message_id]},
            actions=buttons(first, message_id),
        )
    # Outside the run: its thumbs are about the answer, and stay under it.
    said.parent_id = None
    await said.send()


async def bring_back(step: Any) -> None:
    """Put the buttons under a question of a thread that is opened again."""
    answers = (step.get("metadata") or {}).get(CHOICE)
    if answers:
        await show_actions(buttons(*answers), step["id"])


def _compared_with(conversation: str) -> str | None:
    """Return the answer that the next one is compared with, once."""
    store = chat_setup.store()
    found = store.conversation(conversation)
    first = found.metadata.get(COMPARED) if found else None
    if first is not None:
        store.describe(conversation, metadata={COMPARED: None})
    return first


def _same(one: Turn, two: Turn) -> bool:
    return (one.calls(), one.answer) == (two.calls(), two.answer)


def buttons(first: str, second: str) -> list[cl.Action]:
    """Make the buttons that choose between two answers."""
    subject = uuid.uuid5(uuid.NAMESPACE_URL, f"{first}/{second}")
    return [
        cl.Action(
            name=CHOOSE,
            payload={"which": which, "answers": [first, second]},
            label=words,
            tooltip="",
            id=f"{CHOOSE}-{which}-{subject}",
        )
        for which, words in WORDS.items()
    ]
