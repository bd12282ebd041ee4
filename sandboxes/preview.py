"""Previews: a command run in a throw-away copy of its sandbox, its result shown, then taken over.

`Previewing` is the seam; `sandboxes.previewing` implements it for both drivers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

from sandboxes import CommandResult
from sandboxes.changes import Change, change_from_json, change_to_json


@dataclass(frozen=True)
class Preview:
    """What a command did in a copy of the sandbox.

    `changes` are the first files, in the order of their paths; `counts` counts all by kind.
    `problem` says why the command could not be undone; empty where it could.
    """

    result: CommandResult
    changes: tuple[Change, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def more(self) -> int:
        """Return how many changed files are not in `changes`."""
        return sum(self.counts.values()) - len(self.changes)

    @property
    def truncated(self) -> bool:
        """Whether something is left out, of the output or of the changes."""
        return self.result.truncated or self.more > 0

    @property
    def summary(self) -> str:
        """Say in a few words what changed."""
        return summary_of(self.counts)


@dataclass(frozen=True)
class UndoStep:
    """A command that ran with changes. `problem` says why it cannot be undone, if so."""

    call_id: str
    command: str
    summary: str
    problem: str = ""


@dataclass(frozen=True)
class Undone:
    """A command that was undone.

    `changes` and `counts` are what it had changed and is now put back. `kept` are files that
    something else had changed since: they were moved to a new name beside the old one.
    """

    call_id: str
    command: str
    changes: tuple[Change, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """Say in a few words what the command had changed."""
        return summary_of(self.counts)


@runtime_checkable
class Previewing(Protocol):
    """A sandbox that can show what a command would change, and undo what it changed."""

    def preview(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> Preview:
        """Run `command` in a copy of the conversation's sandbox and return what it did.

        Calling again with the same call and command returns the same preview. A conversation
        has at most one preview; another one takes its place.

        Raises:
            SandboxError: no copy could be made, or the copy did not live through the command.
        """
        ...

    def commit(self, command: str, *, conversation: str, call_id: str) -> bool:
        """Make the copy the conversation's sandbox: `run` then returns the result it has.

        Return whether it is so (also if it was before); false where there is no such preview
        any more, so that nothing was done.

        Raises:
            SandboxError: the sandbox did not answer.
        """
        ...

    def discard(self, conversation: str) -> None:
        """Remove the conversation's preview, if there is one."""
        ...

    def undo(self, conversation: str, undo_id: str = "") -> Undone:
        """Put back all files that the last command changed that was not undone yet.

        The same `undo_id` a second time returns the first time's result.

        Raises:
            SandboxError: there is nothing to undo, or it cannot be undone; the text says why.
        """
        ...

    def undoable(self, conversation: str) -> list[UndoStep]:
        """Return the commands that can be undone, the last one first."""
        ...

    def cannot_undo(self, command: str, *, conversation: str, call_id: str, why: str) -> None:
        """Note that a command ran without a copy, so that nothing before it can be undone."""
        ...


_WORDS = (
    ("added", "added"),
    ("changed", "changed"),
    ("deleted", "deleted"),
    ("permissions", "with other permissions"),
)


def summary_of(counts: Mapping[str, int]) -> str:
    """Say counts of changed files in words.

    >>> summary_of({"added": 1, "deleted": 2})
    '1 file added, 2 files deleted'
    """
    parts = [
        f"{count} file{'' if count == 1 else 's'} {word}"
        for kind, word in _WORDS
        if (count := counts.get(kind, 0))
    ]
    return ", ".join(parts) or "no file changed"


def preview_to_json(preview: Preview) -> dict[str, Any]:
    """Return a preview as plain JSON."""
    return {
        "result": asdict(preview.result),
        "changes": [change_to_json(change) for change in preview.changes],
        "counts": dict(preview.counts),
        "problem": preview.problem,
    }


def preview_from_json(data: Mapping[str, Any]) -> Preview:
    """Read what `preview_to_json` wrote."""
    return Preview(
        CommandResult(**data["result"]),
        tuple(change_from_json(change) for change in data["changes"]),
        data["counts"],
        data["problem"],
    )


def undone_to_json(undone: Undone) -> dict[str, Any]:
    """Return what was undone as plain JSON."""
    return {
        "call_id": undone.call_id,
        "command": undone.command,
        "changes": [change_to_json(change) for change in undone.changes],
        "counts": dict(undone.counts),
        "kept": list(undone.kept),
    }


def undone_from_json(data: Mapping[str, Any]) -> Undone:
    """Read what `undone_to_json` wrote."""
    return Undone(
        data["call_id"],
        data["command"],
        tuple(change_from_json(change) for change in data["changes"]),
        data["counts"],
        tuple(data["kept"]),
    )
