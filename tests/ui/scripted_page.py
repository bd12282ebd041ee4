"""A server of the chat page over a scripted assistant, as a process of its own for tests.

Usage: python scripted_page.py PORT [graph|choosing|previews] [hurried]. The script's answers depend
on words in the request; a pending approval lies in `$MICA_HOME/pending.json`, so that it survives a
killed process, and each command that "ran" is a line in `$MICA_HOME/ran.txt`. With `graph` it is
the real assistant over a scripted model; `hurried` gives an editor 15 seconds.
"""

from __future__ import annotations

import asyncio
import io
import json
import math
import struct
import sys
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from support.graph_parts import World, bash_call
from support.preview_place import Place, open_box

from graphs.assistant import Assistant
from graphs.events import (
    Answered,
    ApprovalNeeded,
    Event,
    Failed,
    Resume,
    Retrieved,
    Routed,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from records.paths import home
from records.store import Store
from runtime.fake import Reply
from runtime.types import ChatPrompt, Document, GenerationOptions, ToolCall, text_of
from tools import Artifact
from tools.bash.policy.decision import Decision
from ui import chat_setup
from ui.pages.review import Review

SOURCE = Document(
    id="files.largest",
    title="largest files under a directory",
    text="The 5 largest files under a directory, in bytes.",
    source="recipes/files.yaml#files.largest",
    template="find {path} -xdev -type f -printf '%s\\t%p\\n' | sort -rn | head -n {count}",
)
LARGEST = "find /usr/lib -xdev -type f -printf '%s\\t%p\\n' | sort -rn | head -n 5"
OUTPUT = "118902384\t/usr/lib/libLLVM.so\n31287736\t/usr/lib/libicudata.so"
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="220" height="70">
<path d="M5 15h210M5 25h210M5 35h210M5 45h210M5 55h210" stroke="#000"/>
<ellipse cx="60" cy="45" rx="6" ry="4.5"/><ellipse cx="110" cy="35" rx="6" ry="4.5"/></svg>"""


class ScriptedAssistant:
    """Yields real events by a script; what it did is on the disk."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store

    async def astream(
        self,
        conversation: str,
        text: str,
        *,
        specialist: str | None = None,
        owner: str | None = None,
    ) -> AsyncIterator[Event]:
        self.store.append(conversation, {"role": "user", "content": text})
        if "break" in text:
            yield Failed("The model file is missing; run `mica models pull`.")
            return
        if "raise" in text:
            raise OSError("the sandbox's socket is gone; start Docker again")
        composer = specialist == "composer" or "chord" in text
        yield Routed("composer" if composer else "sysadmin", 0.974 if specialist is None else 1.0)
        if "delete" in text:
            async for event in self._propose(conversation, "rm -f /srv/app/a.log /srv/app/b.log"):
                yield event
        elif composer:
            async for event in self._chord(conversation):
                yield event
        else:
            async for event in self._files(conversation, slow="slow" in text):
                yield event

    async def aresume(self, conversation: str, resume: Resume) -> AsyncIterator[Event]:
        needed = self.pending(conversation)
        assert needed is not None
        assert resume.call_id == needed.call.id
        self._write_pending(conversation, None)
        call = needed.call
        if resume.decision == "reject":
            yield ToolFinished(call, "rejected", "rejected by the person")
            async for event in self._say(conversation, "All right, nothing was run."):
                yield event
            return
        if resume.decision == "edit":
            call = ToolCall(call.id, call.name, {"command": resume.command})
            if "rm" in str(resume.command):
                async for event in self._propose(conversation, str(resume.command)):
                    yield event
                return
        yield ToolStarted(call, needed.decision)
        with (self.folder / "ran.txt").open("a") as file:
            file.write(f"{call.arguments['command']}\n")
        yield ToolFinished(call, "ok", "no output", seconds=0.3)
        async for event in self._say(conversation, f"Done: `{call.arguments['command']}` ran."):
            yield event

    async def arecover(self, conversation: str) -> AsyncIterator[Event]:
        for event in self._rest(conversation):
            yield event

    def pending(self, conversation: str) -> ApprovalNeeded | None:
        waits = self._pending().get(conversation)
        if waits is None:
            return None
        decision = Decision(
            verdict="ask",
            summary="It deletes files.",
            reasons=("rm deletes files and they cannot be brought back",),
            programs=("rm",),
            writes=("/srv/app/a.log", "/srv/app/b.log"),
        )
        return ApprovalNeeded(
            ToolCall(waits["id"], "bash", {"command": waits["command"]}), decision
        )

    def unfinished(self, conversation: str) -> bool:
        return (self.folder / f"cut-{conversation}").exists()

    def forget(self, conversation: str) -> None:
        self._write_pending(conversation, None)

    def _rest(self, conversation: str) -> Iterator[Event]:
        (self.folder / f"cut-{conversation}").unlink()
        text = "This is the rest of the answer that was cut."
        position = self.store.append(conversation, {"role": "assistant", "content": text})
        yield Answered(text, f"{conversation}:{position}")

    async def _propose(self, conversation: str, command: str) -> AsyncIterator[Event]:
        number = len(self.store.transcript(conversation))
        self._write_pending(conversation, {"id": f"call-{number}", "command": command})
        needed = self.pending(conversation)
        assert needed is not None
        yield needed

    async def _files(self, conversation: str, *, slow: bool) -> AsyncIterator[Event]:
        yield Retrieved((SOURCE,))
        call = ToolCall(f"call-{conversation}", "bash", {"command": LARGEST})
        yield ToolStarted(call, Decision("allow", "It only reads."))
        yield ToolFinished(call, "ok", OUTPUT, seconds=0.31)
        text = "The 5 largest files under /usr/lib, in bytes:\n\n```\n" + OUTPUT + "\n```"
        async for event in self._say(conversation, text, sources=(SOURCE,), slow=slow):
            yield event

    async def _chord(self, conversation: str) -> AsyncIterator[Event]:
        call = ToolCall(f"call-{conversation}", "show_music", {"music": "E♭ G♭ B♭ D♭"})
        yield ToolStarted(call)
        artifacts = (
            Artifact("image", "notation.svg", "image/svg+xml", SVG),
            Artifact("audio", "sound.wav", "audio/wav", tone()),
            Artifact("file", "music.mid", "audio/midi", b"MThd\x00\x00\x00\x06"),
        )
        yield ToolFinished(call, "ok", "E♭m7: E♭ G♭ B♭ D♭", artifacts)
        async for event in self._say(conversation, "E♭m7 is E♭ G♭ B♭ D♭; up a fourth, A♭m7."):
            yield event

    async def _say(
        self,
        conversation: str,
        text: str,
        *,
        sources: tuple[Document, ...] = (),
        slow: bool = False,
    ) -> AsyncIterator[Event]:
        words = text.split(" ")
        for position, word in enumerate(words):
            yield TextDelta(word if position == 0 else f" {word}")
            await asyncio.sleep(0)
            if slow and position == 1:
                await asyncio.Event().wait()  # until somebody stops it
        position = self.store.append(conversation, {"role": "assistant", "content": text})
        yield Answered(text, f"{conversation}:{position}", sources, {"act": 0.4})

    def _pending(self) -> dict[str, dict[str, str]]:
        file = self.folder / "pending.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def _write_pending(self, conversation: str, value: dict[str, str] | None) -> None:
        (self.folder / "pending.json").write_text(
            json.dumps(self._pending() | {conversation: value})
        )


def tone() -> bytes:
    """A quarter of a second of a sine, as WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        samples = (int(9000 * math.sin(n * 0.35)) for n in range(2000))
        file.writeframes(b"".join(struct.pack("<h", s) for s in samples))
    return buffer.getvalue()


def graph_assistant(folder: Path) -> Assistant:
    """The real graph over a scripted model: rm for a request, thanks for a result."""

    def script(prompt: ChatPrompt, *_: object) -> Reply:
        if prompt.messages[-1].role == "tool":
            return "The file is gone."
        return bash_call("rm x")

    world = World(folder)

    class Noted(list[str]):
        def append(self, command: str) -> None:
            with (folder / "ran.txt").open("a") as file:
                file.write(f"{command}\n")

    world.ran = Noted()
    return world.assistant(script)


def choosing_assistant(folder: Path) -> Assistant:
    """The real graph: ls for a request, rm where the model decodes by chance."""

    def script(prompt: ChatPrompt, options: GenerationOptions) -> Reply:
        usual = options.temperature == 0 or "the same" in text_of(prompt.messages, "user")
        if prompt.messages[-1].role == "tool":
            return "Listed." if usual else "Counted."
        return bash_call("ls /srv" if usual else "rm x")

    return World(folder).assistant(script)


def previewing_assistant(folder: Path) -> Assistant:
    """The real graph and a real sandbox: a file is written for a request."""

    def script(prompt: ChatPrompt, *_: object) -> Reply:
        done = prompt.messages[-1].role == "tool"
        return "The file is written." if done else bash_call("echo hello >log")

    return Place(folder, open_box(folder / "sandbox")).assistant(script)


def main() -> None:
    store = Store()
    if "graph" in sys.argv:
        assistant = graph_assistant(home())
    elif "choosing" in sys.argv:
        assistant = choosing_assistant(home())
    elif "previews" in sys.argv:
        assistant = previewing_assistant(home())
    else:
        assistant = ScriptedAssistant(home(), store)
    chat_setup.provide(assistant, store)
    app = FastAPI()
    app.include_router(Review(store).router())
    chat_setup.mount(app)
    if "hurried" in sys.argv:
        from ui import chat_approval

        chat_approval.EDIT_SECONDS = 15
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
