"""Showing the events of one request on the page: steps, streamed text, files, approvals."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import chainlit as cl
from chainlit.element import Element

from graphs.events import (
    Answered,
    ApprovalNeeded,
    ApprovedByRule,
    Changed,
    Event,
    Failed,
    Retrieved,
    Routed,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from runtime.types import Document, ToolCall
from tools import Artifact
from tools.bash.policy.decision import Decision
from ui import chat_files, chat_words, preview_words

APPROVE, EDIT, REJECT, CORRECT, UNDO = "approve", "edit", "reject", "correct", "undo"
AGAIN = "again"
APPROVE_HERE, APPROVE_ALWAYS, REJECT_WHY = "approve_here", "approve_always", "reject_why"
CHANGED = "changed"
"""The metadata of an answer that names the last call that changed files."""


class Turn:
    """One request, or the rest of one after a decision, as it appears on the page.

    What a person sees is kept by Chainlit's data layer as it is sent.
    """

    def __init__(self) -> None:
        self.tools: dict[str, cl.Step] = {}
        self.artifacts: list[Artifact] = []
        self.message: cl.Message | None = None
        self.changed: Changed | None = None
        self.answered: str = ""

    async def show(self, events: AsyncIterator[Event]) -> None:
        """Show events as they come. Where this is cancelled, the text so far stays."""
        try:
            async for event in events:
                await self._show(event)
        finally:
            await self._settle()

    async def _show(self, event: Event) -> None:
        match event:
            case Routed():
                await self._note(chat_words.routed(event), "", icon="route")
            case Retrieved():
                await self._retrieved(event.documents)
            case ToolStarted():
                await self._started(event.call, event.decision)
            case Changed():
                self.changed = event
            case ToolFinished():
                await self._finished(event)
            case ApprovalNeeded():
                await ask_approval(event)
            case ApprovedByRule():
                told = "\n\n".join(chat_words.plain(sentence) for sentence in event.sentences)
                await self._note("Approved by a rule", told, icon="check")
            case TextDelta():
                await self._answer().stream_token(event.text)
            case Answered():
                await self._answered(event)
            case Failed():
                await cl.ErrorMessage(content=event.error).send()

    async def _note(self, name: str, text: str, *, icon: str) -> None:
        async with cl.Step(name=name, type="tool", icon=icon, show_input=False) as step:
            step.output = text

    async def _retrieved(self, documents: Sequence[Document]) -> None:
        if documents:
            name, text = chat_words.looked_up(documents), chat_words.citations(documents)
            await self._note(name, text, icon="book-open")

    async def _started(self, call: ToolCall, decision: Decision | None) -> None:
        if call.id in self.tools:
            return
        # The command must be readable without a click: it is what the person answers for.
        step = cl.Step(name=call.name, type="tool", icon="terminal", default_open=True)
        step.show_input, step.input = chat_words.shown_input(call)
        if decision is not None:
            step.metadata = {"verdict": decision.verdict, "summary": decision.summary}
        self.tools[call.id] = step
        await step.__aenter__()

    async def _finished(self, event: ToolFinished) -> None:
        await self._started(event.call, None)
        step = self.tools[event.call.id]
        step.output = event.text or "no output"
        step.language = "text"
        step.is_error = event.status in ("error", "timeout", "refused")
        step.name = chat_words.finished(event)
        self.artifacts.extend(await made(event.artifacts))
        await step.__aexit__(None, None, None)

    def _answer(self) -> cl.Message:
        if self.message is None:
            self.message = cl.Message(content="")
        return self.message

    async def _answered(self, event: Answered) -> None:
        message = self._answer()
        message.content = event.text
        message.metadata = {"message_id": event.message_id, "timings": dict(event.timings)}
        if (run := cl.context.current_run) is not None:
            # Chainlit's thumbs belong to the run, not to the message in it.
            run.metadata["message_id"] = event.message_id
            await run.update()
        message.elements = [*artifact_elements(self.artifacts), *source_elements(event.sources)]
        message.actions = answer_actions(event.message_id)
        self.answered = event.message_id
        if self.changed is not None and not self.changed.problem:
            message.metadata[CHANGED] = self.changed.call.id
            message.actions.append(undo_action(self.changed.call.id))
        self.artifacts, self.message, self.changed = [], None, None
        await message.send()

    async def _settle(self) -> None:
        """Keep what was begun when the request was cut: half an answer, files of a tool."""
        for step in self.tools.values():
            if step.end is None:
                step.output = step.output or "stopped"
                step.is_error = True
                await step.__aexit__(None, None, None)
        if self.message is not None and self.message.content:
            await self.message.send()
        if self.artifacts:
            elements = artifact_elements(self.artifacts)
            await cl.Message(content="", elements=elements).send()


async def made(artifacts: Sequence[Artifact]) -> Sequence[Artifact]:
    """Return artifacts whose bytes are there, so that a sound is not made in the event loop."""
    await asyncio.to_thread(lambda: [artifact.data for artifact in artifacts])
    return artifacts


def artifact_elements(artifacts: Sequence[Artifact]) -> list[Element]:
    """Make what the page shows of a tool's artifacts: pictures, players and downloads."""
    kinds: dict[str, Any] = {"image": cl.Image, "audio": cl.Audio, "file": cl.File}
    elements = []
    for artifact in artifacts:
        # A player plays WAV and the like; MIDI is for taking away.
        midi = artifact.mime in ("audio/midi", "audio/x-midi", "audio/sp-midi")
        kind = kinds["file" if midi else artifact.kind]
        element = kind(
            name=artifact.name, content=artifact.data, mime=artifact.mime, display="inline"
        )
        if isinstance(element, cl.Image):
            element.size = "large"
        elements.append(element)
        if isinstance(element, cl.Audio):
            # Not every browser's player can save what it plays.
            address = chat_files.url_of(element.thread_id, element.id)
            elements.append(cl.File(name=artifact.name, url=address, mime=artifact.mime))
    return elements


def source_elements(documents: Sequence[Document]) -> list[Element]:
    """Make the footnotes of an answer: chips that open their passages."""
    if not documents:
        return []
    sources = [
        {
            "number": number,
            "title": document.title,
            "source": document.source,
            "text": document.text,
            "template": document.template,
        }
        for number, document in enumerate(documents, 1)
    ]
    return [cl.CustomElement(name="Sources", props={"sources": sources}, display="inline")]


def approval_id(conversation: str, call: ToolCall) -> str:
    """Return the id of the message that asks about a call: the same after a restart."""
    subject = f"{conversation}/{call.id}/{chat_words.command_of(call)}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, subject))


async def ask_approval(needed: ApprovalNeeded) -> cl.Message:
    """Show a command that waits, and what it would change, with its buttons."""
    texts = (chat_words.approval(needed), preview_words.markdown(needed))
    message = cl.Message(
        id=approval_id(cl.context.session.thread_id, needed.call),
        content="\n\n".join(filter(None, texts)),
        actions=approval_actions(needed.call, rule=bool(needed.rule)),
        metadata={"approval": needed.call.id},
    )
    return await message.send()


def approval_actions(call: ToolCall, *, rule: bool) -> list[cl.Action]:
    """Make the buttons for a call; their ids are the same after a restart.

    `rule`: with those that make a rule.
    """
    command = chat_words.command_of(call)
    payload = {"call": call.id, "command": command}
    lasting = (
        (APPROVE_HERE, "For this conversation", "Run it, and what the rule covers", "repeat"),
        (APPROVE_ALWAYS, "Always", "Run it, and always what the rule covers", "infinity"),
    )
    buttons = (
        (APPROVE, "Approve", "Run this command, once", "check"),
        *(lasting if rule else ()),
        (EDIT, "Edit", "Change the command; it is judged again", "pencil"),
        (REJECT, "Reject", "Do not run it", "x"),
        (REJECT_WHY, "Reject, saying why", "The model reads the reason", "message-square-x"),
    )
    return [
        cl.Action(
            name=name,
            payload=payload,
            label=label,
            tooltip=tooltip,
            icon=icon,
            id=f"{name}-{uuid.uuid5(uuid.NAMESPACE_URL, f'{call.id}/{command}')}",
        )
        for name, label, tooltip, icon in buttons
    ]


def answer_actions(message_id: str) -> list[cl.Action]:
    """Make the buttons of an answer: say what was right, or have it answered again."""
    buttons = (
        (CORRECT, "Correct it", "Say what it should have done or said", "pencil-line"),
        (AGAIN, "Answer again", "Get another answer and choose the better one", "refresh-cw"),
    )
    return [
        cl.Action(
            name=name,
            payload={"message_id": message_id},
            label=label,
            tooltip=tooltip,
            icon=icon,
            id=f"{name}-{uuid.uuid5(uuid.NAMESPACE_URL, message_id)}",
        )
        for name, label, tooltip, icon in buttons
    ]


def undo_action(call_id: str) -> cl.Action:
    """Make the button that undoes the command of a call."""
    return cl.Action(
        name=UNDO,
        payload={"call": call_id},
        label="Undo",
        tooltip="Put back the files that this command changed",
        icon="undo-2",
        id=f"{UNDO}-{uuid.uuid5(uuid.NAMESPACE_URL, call_id)}",
    )


async def show_actions(actions: Sequence[cl.Action], step_id: str) -> None:
    """Put buttons under a message that is on the page already, once each."""
    for action in actions:
        await action.remove()
        await action.send(for_id=step_id)
