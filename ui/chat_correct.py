"""Corrections on the page: what an answer should have done, or what it should have said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import chainlit as cl

from ui import chat_approval, chat_setup, chat_turns
from ui.chat_render import CORRECT
from ui.corrections import CorrectionError, label, read_correction, written

_TOLD = "What would have been right? It is kept with the answer, for the next version to learn."


def register() -> None:
    """Tell Chainlit what the button does; the page's file calls it when it is loaded."""
    cl.action_callback(CORRECT)(_correct)


async def _correct(action: cl.Action) -> None:
    chat_turns.in_background(_ask(action.payload["message_id"]))


async def _ask(message_id: str) -> None:
    """Ask until what comes can be kept, or nothing comes."""
    conversation = cl.context.session.thread_id
    turn = await asyncio.to_thread(chat_setup.store().turn_of, conversation, message_id)
    specialist = str(turn.meta.get("specialist") or "") if turn else ""
    props: dict[str, Any] = {
        "call": written(turn.calls(), specialist) if turn else "",
        "answer": "",
        "label": label(specialist),
        "what": "call" if turn else "answer",
        "problem": "",
    }
    while reply := await chat_approval.asked(_TOLD, "CorrectAnswer", props):
        props |= {name: str(reply.get(name) or "") for name in ("call", "answer", "what")}
        try:
            calls, text = _read(props, specialist)
        except CorrectionError as error:
            props["problem"] = f"{error}."
            continue
        await asyncio.to_thread(_keep, conversation, message_id, calls, text, _person())
        await cl.Message(content="Thank you. The correction is kept with the answer.").send()
        return


def _read(
    props: dict[str, Any], specialist: str
) -> tuple[Sequence[dict[str, Any]] | None, str | None]:
    """Return the calls or the answer that the person gave; the other is None: not said."""
    if props["what"] == "call":
        return read_correction(props["call"], specialist), None
    if not props["answer"].strip():
        raise CorrectionError("write what it should have said")
    return None, props["answer"].strip()


def _keep(
    conversation: str,
    message_id: str,
    calls: Sequence[dict[str, Any]] | None,
    text: str | None,
    owner: str,
) -> None:
    store = chat_setup.store()
    ratings = {r.message_id: r.rating for r in store.ratings(conversation, owner=owner)}
    # Someone who says what would have been right found it wrong, unless they said otherwise.
    thumb = ratings.get(message_id, "down")
    store.rate(conversation, message_id, rating=thumb, correction=text, calls=calls, owner=owner)


def _person() -> str:
    return str(cl.context.session.user.identifier)
