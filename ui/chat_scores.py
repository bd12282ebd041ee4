"""Music files on the page: dropped into the chat they are analysed; `/score` changes the last."""

from __future__ import annotations

import asyncio
from pathlib import Path

import chainlit as cl

from tools import ToolResult
from tools.music.pitch import MusicError
from tools.music.upload import SUFFIXES, analyse_upload, changed_file, largest
from ui import chat_files
from ui.chat_render import artifact_elements, made
from ui.chat_words import code, plain

COMMAND = "/score"
_KEPT = "last-score"
_HOW = "Drop a MIDI, MusicXML, ABC or WAV file into the chat, then change it: `/score up a step`."


async def shown(message: cl.Message) -> bool:
    """Answer a message that has music files, or `/score CHANGE`; false for others."""
    files = [each for each in message.elements or [] if each.path]
    conversation = cl.context.session.thread_id
    if message.content.strip().lower().split(" ")[0] == COMMAND and not files:
        await _change(conversation, message.content.strip()[len(COMMAND) :].strip())
        return True
    for each in files:
        await _one(conversation, each.name, Path(each.path), message.content.strip())
    return bool(files)


async def _one(conversation: str, name: str, path: Path, request: str) -> None:
    if not name.lower().endswith(SUFFIXES) or path.stat().st_size > largest(name):
        listed = " ".join(SUFFIXES)
        text = f"{code(name)} is no music file that is read, or is too large. Read are {listed}."
        await cl.Message(content=text).send()
        return
    data = await asyncio.to_thread(path.read_bytes)
    try:
        result = await asyncio.to_thread(analyse_upload, name, data)
    except MusicError as problem:
        await cl.Message(content=_lines(str(problem))).send()
        return
    await _answer(result)
    if not name.lower().endswith(".wav"):
        await asyncio.to_thread(_keep, conversation, name, data)
        if request:
            await _change(conversation, request, quiet=True)


async def _change(conversation: str, request: str, *, quiet: bool = False) -> None:
    """Change the last score and show it. `quiet`: say nothing where the words are no change."""
    kept = await asyncio.to_thread(_last, conversation)
    if kept is None or not request:
        await cl.Message(content=_HOW).send()
        return
    try:
        result = await asyncio.to_thread(analyse_upload, *kept, request)
        _, data = await asyncio.to_thread(changed_file, *kept, request)
    except MusicError as problem:
        if not quiet:
            await cl.Message(content=_lines(str(problem))).send()
        return
    await asyncio.to_thread(_keep, conversation, "score.musicxml", data)
    await _answer(result)


async def _answer(result: ToolResult) -> None:
    text = f"{_lines(result.text)}\n\nChange it with {code('/score up a step')}."
    elements = artifact_elements(await made(result.artifacts))
    await cl.Message(content=text, elements=elements).send()


def _lines(text: str) -> str:
    """Show lines as they are; the music at the end as code."""
    head, mark, music = text.partition("As ABC:\n")
    told = "\n\n".join(plain(line) for line in head.splitlines())
    return f"{told}\n\n```\n{music}\n```" if mark else told


def _keep(conversation: str, name: str, data: bytes) -> None:
    chat_files.keep(conversation, _KEPT, data)
    chat_files.keep(conversation, f"{_KEPT}-name", name)


def _last(conversation: str) -> tuple[str, bytes] | None:
    path = chat_files.path_of(conversation, _KEPT)
    if not path.is_file():
        return None
    name = chat_files.path_of(conversation, f"{_KEPT}-name").read_text(encoding="utf-8")
    return name, path.read_bytes()
