"""Music files on the page: dropped into the chat they are analysed, then changed in words.

Right behind an answer about a score, words that say a change are for it ("put it in B flat");
everywhere else `/score up a step` is. Where there are several, `/score the second one up a step`
changes that one, and `/score list` names them. Each change goes on from the one before it.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import chainlit as cl

from tools import ToolResult
from tools.music.codes.choosing import listed, which
from tools.music.pitch import MusicError
from tools.music.upload import SUFFIXES, analyse_upload, changed_file, largest
from ui import chat_files
from ui.chat_render import artifact_elements, made
from ui.chat_words import code, plain

COMMAND = "/score"
_KEPT, _LISTED = "score", "scores"
_JUST_SHOWN = "score just shown"
_MOST = 20
_HOW = "Drop a MIDI, MusicXML, ABC or WAV file into the chat, then change it: `/score up a step`."


async def shown(message: cl.Message) -> bool:
    """Answer a message that has music files or changes a score; false for others."""
    files = [each for each in message.elements or [] if each.path]
    conversation = cl.context.session.thread_id
    if message.content.strip().lower().split(" ")[0] == COMMAND and not files:
        await _change(conversation, message.content.strip()[len(COMMAND) :].strip())
        return True
    if not files and cl.user_session.get(_JUST_SHOWN):
        # What is no change is for the assistant, and what follows then leans on its answer.
        cl.user_session.set(_JUST_SHOWN, False)
        return await _change(conversation, message.content.strip(), quiet=True)
    for each in files:
        await _one(conversation, each.name, Path(each.path), message.content.strip())
    return bool(files)


async def _one(conversation: str, name: str, path: Path, request: str) -> None:
    if not name.lower().endswith(SUFFIXES) or path.stat().st_size > largest(name):
        read = " ".join(SUFFIXES)
        text = f"{code(name)} is no music file that is read, or is too large. Read are {read}."
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
        await asyncio.to_thread(_add, conversation, name, data)
        if request:
            await _change(conversation, request, quiet=True, new=True)


async def _change(
    conversation: str, request: str, *, quiet: bool = False, new: bool = False
) -> bool:
    """Change a score and show it; false where nothing was changed.

    `quiet`: say nothing where the words are no change. `new`: they came with the score.
    """
    names, current = await asyncio.to_thread(_scores, conversation)
    if not names or not request:
        if not quiet:
            await cl.Message(content=_HOW).send()
        return False
    if not quiet and request.lower() in ("list", "all", "which"):
        await cl.Message(content=_lines(listed(names, current))).send()
        return False
    try:
        place, words = (current, request) if new else which(request, names, current)
        data = await asyncio.to_thread(chat_files.path_of(conversation, _file(place)).read_bytes)
        if words or quiet:
            result, data = await asyncio.to_thread(changed_file, names[place], data, words)
        else:
            result = await asyncio.to_thread(analyse_upload, names[place], data)
    except MusicError as problem:
        if not quiet:
            await cl.Message(content=_lines(str(problem))).send()
        return False
    await asyncio.to_thread(_keep, conversation, names, place, data)
    await _answer(result)
    return True


async def _answer(result: ToolResult) -> None:
    how = f"Say how to change it: {code('up a step')}, or later {code('/score up a step')}."
    text = f"{_lines(result.text)}\n\n{how}"
    elements = artifact_elements(await made(result.artifacts))
    await cl.Message(content=text, elements=elements).send()
    cl.user_session.set(_JUST_SHOWN, True)


def _lines(text: str) -> str:
    """Show lines as they are; the music at the end as code."""
    head, mark, music = text.partition("As ABC:\n")
    told = "\n\n".join(plain(line) for line in head.splitlines())
    return f"{told}\n\n```\n{music}\n```" if mark else told


def _file(place: int) -> str:
    return f"{_KEPT}-{place + 1}"


def _add(conversation: str, name: str, data: bytes) -> None:
    """Keep a score behind the others; beyond so many, in place of the last."""
    names, _ = _scores(conversation)
    place = min(len(names), _MOST - 1)
    _keep(conversation, [*names[:place], name], place, data)


def _keep(conversation: str, names: list[str], place: int, data: bytes) -> None:
    chat_files.keep(conversation, _file(place), data)
    chat_files.keep(conversation, _LISTED, json.dumps({"names": names, "current": place}))


def _scores(conversation: str) -> tuple[list[str], int]:
    """Return the names of the conversation's scores, and the place of the one changed next."""
    path = chat_files.path_of(conversation, _LISTED)
    if not path.is_file():
        return [], 0
    kept = json.loads(path.read_text(encoding="utf-8"))
    return list(kept["names"]), int(kept["current"])
