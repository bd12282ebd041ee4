"""Rules on the page: approving for longer than once, and `/rules`, which lists and revokes."""

from __future__ import annotations

import asyncio

import chainlit as cl

from graphs.events import Resume
from graphs.rules import Rules
from records.rules import Rule
from ui import chat_approval, chat_setup, chat_turns
from ui.chat_render import APPROVE_ALWAYS, APPROVE_HERE, REJECT_WHY
from ui.chat_words import code, plain

COMMAND = "/rules"
REVOKE = "revoke"


def register() -> None:
    """Tell Chainlit what the buttons do; the page's file calls it when it is loaded."""
    for name, work in (
        (APPROVE_HERE, _approve_here),
        (APPROVE_ALWAYS, _approve_always),
        (REJECT_WHY, _reject_why),
        (REVOKE, _revoke),
    ):
        cl.action_callback(name)(work)


def by() -> str:
    """Return who decides on this page, for rules and the audit."""
    return f"page/{cl.context.session.user.identifier}"


async def shown(text: str) -> bool:
    """Answer `/rules` with the person's rules, each with a button; false for other texts."""
    if text.strip().lower() != COMMAND:
        return False
    owner = cl.context.session.user.identifier
    found = await asyncio.to_thread(chat_setup.store().rules, owner)
    for rule in found:
        await cl.Message(content=_told(rule), actions=[_button(rule)]).send()
    if not found:
        text = "There are no rules: every command that changes something is asked about."
        await cl.Message(content=text).send()
    return True


async def _approve_here(action: cl.Action) -> None:
    _approve(action, Resume("approve", call_id=action.payload["call"], scope="conversation"))


async def _approve_always(action: cl.Action) -> None:
    _approve(action, Resume("approve", call_id=action.payload["call"], scope="always"))


def _approve(action: cl.Action, resume: Resume) -> None:
    chat_turns.in_background(chat_approval.decide(action, resume))


async def _reject_why(action: cl.Action) -> None:
    chat_turns.in_background(chat_approval.reject_why(action))


async def _revoke(action: cl.Action) -> None:
    rules, owner = Rules(chat_setup.store()), cl.context.session.user.identifier

    def end() -> Rule:
        return rules.revoke(action.payload["rule"], owner=owner, by=by())

    async with chat_turns.errors_shown():
        rule = await asyncio.to_thread(end)
        await action.remove()
        text = f"Revoked: {plain(rule.sentence)} It is asked about again from now on."
        await cl.Message(content=text).send()


def _told(rule: Rule) -> str:
    used = f"used {rule.uses} times, last on {rule.used[:10]}" if rule.used else "not used yet"
    where = f", in conversation {code(rule.conversation)}" if rule.conversation else ""
    return f"{rule.id}. {plain(rule.sentence)}\n\nMade on {rule.created[:10]}{where}; {used}."


def _button(rule: Rule) -> cl.Action:
    return cl.Action(
        name=REVOKE,
        payload={"rule": rule.id},
        label=f"Revoke {rule.id}",
        tooltip="Ask about such commands again",
        icon="trash-2",
        id=f"{REVOKE}-{rule.id}",
    )
