"""What an answer leaves for later is never made on the server's event loop."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

from graphs.events import Event, ToolFinished
from runtime.types import ToolCall
from tools import Artifact, Later
from ui.api.files import Files
from ui.api.streaming import ticking


async def test_bytes_are_counted_beside_the_event_loop() -> None:
    made_in: list[threading.Thread] = []

    def make() -> bytes:
        made_in.append(threading.current_thread())
        return b"abc"

    artifact = Artifact("file", "a.mid", "audio/midi", Later(make))

    async def turn() -> AsyncIterator[Event]:
        yield ToolFinished(ToolCall("1", "show_music", {}), "ok", "", (artifact,))

    (event,) = [event async for event in ticking(turn(), 60.0)]
    assert isinstance(event, ToolFinished)
    assert Files().add(event.artifacts[0])["bytes"] == 3
    (thread,) = made_in
    assert thread is not threading.main_thread()
