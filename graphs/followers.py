"""Runs a turn in a thread of its own and hands its events to whoever follows it.

A turn goes on to a clean end (answered, paused or failed) even where nobody follows any more,
so that the checkpoint and the transcript always agree.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

from graphs.events import Answered, ApprovalNeeded, Event, Failed

_BUSY = "the request before this one is still being answered; wait for it, or stop it"
_PATIENCE = 30.0  # seconds for a turn that is nearly done: its last state may still be written
_Item = Event | BaseException | None


class Turn(threading.Thread):
    """A turn at work. `cancel` asks it to stop soon; `ending`: what follows it knows its end."""

    def __init__(self, work: Callable[[], Iterator[Event]], put: Callable[[_Item], None]) -> None:
        super().__init__(name="mica-turn", daemon=True)
        self.cancel = threading.Event()
        self.ending = False
        self._work = work
        self._put = put

    def run(self) -> None:
        """Put each event, then None; an exception is put in the place of the events."""
        try:
            for event in self._work():
                self.ending = isinstance(event, Answered | ApprovalNeeded | Failed)
                self._put(event)
        except BaseException as error:
            self.ending = True
            self._put(error)
        finally:
            self._put(None)


class Turns:
    """The turns at work, at most one a conversation."""

    def __init__(self) -> None:
        self._running: dict[str, Turn] = {}
        self._lock = threading.Lock()

    def cancelled(self, conversation: str) -> threading.Event:
        """Return the event that stops the conversation's turn."""
        with self._lock:
            turn = self._running.get(conversation)
        return turn.cancel if turn else threading.Event()

    def at_work(self, conversation: str) -> bool:
        """Whether a turn of the conversation is at work in this process."""
        with self._lock:
            turn = self._running.get(conversation)
        return turn is not None and turn.is_alive()

    def stop(self, conversation: str) -> bool:
        """Ask the conversation's turn to stop; false where none is at work."""
        if not self.at_work(conversation):
            return False
        self.cancelled(conversation).set()
        return True

    def follow(self, conversation: str, work: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """Run `work` and yield its events; leaving the loop early stops the turn."""
        channel: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        turn = self._start(conversation, work, channel.put)
        if turn is None:
            yield Failed(_BUSY)
            return
        try:
            while (item := channel.get()) is not None:
                yield _event(item)
        finally:
            turn.cancel.set()

    async def afollow(
        self, conversation: str, work: Callable[[], Iterator[Event]]
    ) -> AsyncIterator[Event]:
        """Do what `follow` does, without blocking the event loop."""
        loop = asyncio.get_running_loop()
        channel: asyncio.Queue[_Item] = asyncio.Queue()

        def put(item: _Item) -> None:
            with suppress(RuntimeError):  # The loop was closed: nobody follows any more.
                loop.call_soon_threadsafe(channel.put_nowait, item)

        turn = await asyncio.to_thread(self._start, conversation, work, put)
        if turn is None:
            yield Failed(_BUSY)
            return
        try:
            while (item := await channel.get()) is not None:
                yield _event(item)
        finally:
            turn.cancel.set()

    def _start(
        self,
        conversation: str,
        work: Callable[[], Iterator[Event]],
        put: Callable[[_Item], None],
    ) -> Turn | None:
        with self._lock:
            before = self._running.get(conversation)
        # One that was told to stop, or has put its last event, is nearly done: worth the wait.
        if before is not None and (before.ending or before.cancel.is_set()):
            before.join(_PATIENCE)
        with self._lock:
            current = self._running.get(conversation)
            if current is not None and current.is_alive():
                return None
            turn = Turn(work, put)
            self._running[conversation] = turn
            self._running = {k: t for k, t in self._running.items() if t is turn or t.is_alive()}
            turn.start()
        return turn

    def close(self) -> None:
        """Stop all turns and wait until they have ended."""
        with self._lock:
            turns = list(self._running.values())
        for turn in turns:
            turn.cancel.set()
        for turn in turns:
            turn.join(30.0)


def _event(item: Event | BaseException) -> Event:
    if isinstance(item, BaseException):
        raise item
    return item
