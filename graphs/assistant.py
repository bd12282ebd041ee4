"""The assistant: a conversation in, typed events out."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from graphs.checkpoints import Checkpoints
from graphs.events import ApprovalNeeded, Event, Failed, Resume, ToolFinished, ToolStarted
from graphs.flow import compile_graph
from graphs.followers import Turns
from graphs.parts import Parts
from graphs.previewing import shown_of
from graphs.proposing import problem_of, proposed_command
from graphs.state import State, call_from_json, decision_from_json, new_turn, usage_of
from graphs.undoing import UNDO
from records.outputs import Outputs
from records.paths import home
from records.store import RecordsError
from runtime.types import GenerationOptions, Message
from sandboxes.attach import Attachments
from sandboxes.preview import Previewing, UndoStep

_PENDING = (
    "a command is waiting for your decision: approve, edit or reject it first, "
    "then send this message again"
)
_TITLE = 60


class Assistant:
    """Answers requests in conversations; safe from many threads.

    A conversation's state is in `checkpoints` (default `$MICA_HOME/checkpoints.db`), its
    transcript in the records. One turn at a time runs in a conversation. Errors arrive as
    `Failed` events, and the conversation stays usable after them.
    """

    def __init__(self, parts: Parts, checkpoints: Path | None = None) -> None:
        """Open the checkpoints.

        Raises:
            RecordsError: the file cannot be opened.
        """
        path = checkpoints or home() / "checkpoints.db"
        try:
            self._checkpoints = Checkpoints(path)
        except sqlite3.Error as error:
            raise RecordsError(_unwritable(path, error)) from error
        self.parts = parts
        self._turns = Turns()
        self._graph = compile_graph(parts, self._checkpoints, self._turns.cancelled)

    def stream(
        self,
        conversation: str,
        text: str,
        *,
        specialist: str | None = None,
        owner: str | None = None,
        options: GenerationOptions | None = None,
        history: Sequence[Message] = (),
    ) -> Iterator[Event]:
        """Answer `text`, or pause for an approval (the last event is `ApprovalNeeded`).

        `specialist` goes past the router. `owner` is whose conversation it is (None: whoever
        has it, `local` for a new one). `options` replaces how the model decodes.
        `history` are the earlier messages of a conversation that is new here (system messages
        in it are left out). Leaving the
        loop early stops the turn; what it said so far is kept.
        """
        work = self._asking(conversation, text, specialist, owner, options, history)
        return self._turns.follow(conversation, work)

    def astream(
        self,
        conversation: str,
        text: str,
        *,
        specialist: str | None = None,
        owner: str | None = None,
        options: GenerationOptions | None = None,
        history: Sequence[Message] = (),
    ) -> AsyncIterator[Event]:
        """Do what `stream` does, from asyncio."""
        work = self._asking(conversation, text, specialist, owner, options, history)
        return self._turns.afollow(conversation, work)

    def resume(self, conversation: str, resume: Resume) -> Iterator[Event]:
        """Go on after a person's decision. Approving twice runs the command once."""
        return self._turns.follow(conversation, self._resuming(conversation, resume))

    def aresume(self, conversation: str, resume: Resume) -> AsyncIterator[Event]:
        """Do what `resume` does, from asyncio."""
        return self._turns.afollow(conversation, self._resuming(conversation, resume))

    def recover(self, conversation: str) -> Iterator[Event]:
        """Finish a turn that a crash cut off; no events where there is none.

        It decides nothing: a command that waits for an approval goes on waiting.
        """
        return self._turns.follow(conversation, self._recovering(conversation))

    def arecover(self, conversation: str) -> AsyncIterator[Event]:
        """Do what `recover` does, from asyncio."""
        return self._turns.afollow(conversation, self._recovering(conversation))

    def pending(self, conversation: str) -> ApprovalNeeded | None:
        """Return the approval that the conversation waits for, if any.

        Raises:
            RecordsError: the checkpoints cannot be read.
        """
        snapshot = self._snapshot(conversation)
        for waiting in snapshot.interrupts:
            call, decision = waiting.value["call"], waiting.value["decision"]
            return ApprovalNeeded(
                call_from_json(call),
                decision_from_json(decision),
                usage_of(snapshot.values),
                waiting.value.get("rule"),
                *shown_of(waiting.value.get("preview")),
            )
        return None

    def unfinished(self, conversation: str) -> bool:
        """Whether a crash cut the conversation's last turn off, so that `recover` has work.

        Raises:
            RecordsError: the checkpoints cannot be read.
        """
        return not self._turns.at_work(conversation) and self._cut_off(conversation)

    def undo(self, conversation: str) -> Iterator[Event]:
        """Undo the last command that changed files; a turn like any other, without a model."""
        return self.stream(conversation, UNDO)

    def aundo(self, conversation: str) -> AsyncIterator[Event]:
        """Do what `undo` does, from asyncio."""
        return self.astream(conversation, UNDO)

    def undoable(self, conversation: str) -> list[UndoStep]:
        """Return the commands of a conversation that can be undone, the last one first.

        Raises:
            SandboxError: what is kept for it cannot be read.
        """
        box = self.parts.sandbox
        return box.undoable(conversation) if isinstance(box, Previewing) else []

    def propose(self, text: str, specialist: str = "sysadmin") -> str:
        """Return the command that the model would run first; nothing is run or kept.

        Raises:
            BackendError: the model failed, or asked for no command.
        """
        return proposed_command(self.parts, text, specialist)

    def stop(self, conversation: str) -> bool:
        """Stop the turn at work; what the model said so far becomes the answer."""
        return self._turns.stop(conversation)

    def forget(self, conversation: str) -> None:
        """Remove a conversation everywhere: records, state, sandbox. The audit stays.

        Raises:
            RecordsError: it cannot be removed.
            SandboxError: its sandbox cannot be ended.
        """
        self._turns.stop(conversation)
        try:
            self._checkpoints.delete_thread(conversation)
        except sqlite3.Error as error:
            raise RecordsError(_unwritable(self._checkpoints.path, error)) from error
        self.parts.store.delete_conversation(conversation)
        Outputs().forget(conversation)
        Attachments().drop(conversation)
        if self.parts.sandbox is not None:
            self.parts.sandbox.forget(conversation)

    def close(self) -> None:
        """Stop all turns and release everything. Conversations stay."""
        self._turns.close()
        self._checkpoints.close()
        self.parts.close()

    def _asking(
        self,
        conversation: str,
        text: str,
        specialist: str | None,
        owner: str | None,
        options: GenerationOptions | None,
        history: Sequence[Message],
    ) -> Callable[[], Iterator[Event]]:
        def ask() -> Iterator[Event]:
            problem = self._problem(text, specialist)
            if problem:
                yield Failed(problem)
                return
            yield from self._catch_up(conversation)
            if self.pending(conversation):
                yield Failed(_PENDING)
                return
            self._ensure(conversation, text, owner)
            turn = uuid.uuid4().hex[:20]
            start = new_turn(conversation, turn, text, specialist, _decoding(options))
            self._begin(conversation, start, history)
            yield from self._run(conversation, start)

        return self._guarded(ask)

    def _ensure(self, conversation: str, text: str, owner: str | None) -> None:
        store = self.parts.store
        if owner is None and store.conversation(conversation) is not None:
            return
        title = " ".join(text.split())[:_TITLE]
        store.add_conversation(conversation, owner=owner or "local", title=title)

    def _problem(self, text: str, specialist: str | None) -> str | None:
        known = [*self.parts.specialists, "other"]
        if problem := problem_of(text, self.parts.settings.max_request):
            return problem
        if specialist is not None and specialist not in known:
            return f"there is no specialist {specialist!r}; there are {', '.join(known)}"
        return None

    def _begin(self, conversation: str, start: State, history: Sequence[Message]) -> None:
        """Put the earlier messages of a conversation that is new here into its state."""
        earlier = [m.to_openai() for m in history if m.role != "system"]
        if not earlier or self._snapshot(conversation).values.get("messages"):
            return
        start["messages"] = earlier
        for index, message in enumerate(earlier):
            self.parts.store.append(conversation, message, key=f"history:{index}")

    def _catch_up(self, conversation: str) -> Iterator[Event]:
        """Finish a turn that was cut off; its answer is in the transcript, not in this stream."""
        if self._cut_off(conversation):
            for event in self._run(conversation, None):
                if isinstance(event, ToolStarted | ToolFinished | ApprovalNeeded):
                    yield event

    def _resuming(self, conversation: str, decision: Resume) -> Callable[[], Iterator[Event]]:
        def go_on() -> Iterator[Event]:
            waiting = self.pending(conversation)
            if waiting is None and self._cut_off(conversation):
                # The decision was taken before a crash; only the rest of the turn is left.
                yield from self._run(conversation, None)
            elif waiting is None:
                yield Failed("nothing is waiting for a decision in this conversation")
            elif decision.call_id not in (None, waiting.call.id):
                yield Failed("that decision is about another command; look at the one waiting now")
            elif decision.decision == "edit" and not (decision.command or "").strip():
                yield Failed("an edit needs the command to run instead")
            else:
                yield from self._run(conversation, Command(resume=decision.as_dict()))

        return self._guarded(go_on)

    def _run(self, conversation: str, start: State | Command[Any] | None) -> Iterator[Event]:
        config: RunnableConfig = {"configurable": {"thread_id": conversation}}
        config["recursion_limit"] = 1000  # The step budget ends a turn long before.
        for event in self._graph.stream(start, config, stream_mode="custom", durability="sync"):
            yield cast(Event, event)
        waiting = self.pending(conversation)
        if waiting is not None:
            yield waiting
        elif not self._snapshot(conversation).tasks:
            self._checkpoints.prune_thread(conversation)

    def _cut_off(self, conversation: str) -> bool:
        snapshot = self._snapshot(conversation)
        return bool(snapshot.tasks) and not snapshot.interrupts

    def _recovering(self, conversation: str) -> Callable[[], Iterator[Event]]:
        def go_on() -> Iterator[Event]:
            if self._cut_off(conversation):
                yield from self._run(conversation, None)

        return self._guarded(go_on)

    def _guarded(self, work: Callable[[], Iterator[Event]]) -> Callable[[], Iterator[Event]]:
        def guarded() -> Iterator[Event]:
            try:
                yield from work()
            except RecordsError as error:
                yield Failed(str(error))
            except (sqlite3.Error, OSError) as error:
                yield Failed(_unwritable(self._checkpoints.path, error))

        return guarded

    def _snapshot(self, conversation: str) -> Any:
        try:
            return self._graph.get_state({"configurable": {"thread_id": conversation}})
        except sqlite3.Error as error:
            raise RecordsError(_unwritable(self._checkpoints.path, error)) from error


def _unwritable(path: Path, error: Exception) -> str:
    return (
        f"the state of conversations cannot be kept in {path} ({error}); make sure that the disk "
        "has room and the file can be written, then send the message again"
    )


def _decoding(options: GenerationOptions | None) -> dict[str, Any]:
    if options is None:
        return {}
    chosen = asdict(options)
    chosen.pop("tool_choice")
    return {**chosen, "stop": tuple(chosen["stop"])}
