"""Previews and undo for every driver: a copy of a sandbox is a second sandbox of its kind.

A conversation's sandbox is a *place*; its copy is the place `copy_of(conversation)`. Taking the
copy over is two renames (the sandbox becomes `old`, the copy takes its place) and the removal of
`old`; whatever is killed between them, `settle` finishes it or puts the sandbox back.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from records.paths import home
from sandboxes import CommandResult, Limits, SandboxError
from sandboxes.changes import (
    DIFF_BYTES,
    MOST_CHANGES,
    MOST_LINES,
    Change,
    Files,
    describe,
    parse_files,
    touched,
    with_parents,
)
from sandboxes.copies import (
    body,
    contents,
    parts,
    path_list,
    read_parts,
    readable,
    write_limited,
)
from sandboxes.preview import (
    Preview,
    Undone,
    UndoStep,
    preview_from_json,
    preview_to_json,
    undone_from_json,
    undone_to_json,
)
from sandboxes.restoring import plan
from sandboxes.runner import ScriptedSandbox, key
from sandboxes.undo import KEPT_BYTES, Record, UndoLog

_log = logging.getLogger("mica.sandboxes")
_NUL = "\0"
GONE = "gone-"
"""How the names of places end that wait for their removal; a driver removes them when it starts."""
COPY_SECONDS = 120.0
COMPARED_BYTES = 4 * 2**20
"""Content of changed files that is read to show differences, each time and in all."""


def copy_of(conversation: str) -> str:
    """Return the place of a conversation's copy."""
    return f"{conversation}{_NUL}preview"


def old_of(conversation: str) -> str:
    """Return the place of the sandbox that a copy has replaced."""
    return f"{conversation}{_NUL}old"


class PreviewingSandbox(ScriptedSandbox):
    """A sandbox whose commands can be previewed, taken over and undone."""

    def __init__(self, limits: Limits, undo: Path | None = None) -> None:
        """Keep what undoing needs in `undo`, by default `$MICA_HOME/undo`."""
        super().__init__(limits)
        self._undo = undo
        self._leaving: list[threading.Thread] = []
        self.step: Callable[[str], None] = lambda name: None
        """Called before each step of taking a copy over, for tests of crashes."""

    @abstractmethod
    def stream(
        self, place: str, request: Sequence[str], stdin: Iterable[bytes], seconds: float
    ) -> Iterator[bytes]:
        """Start the runner at once; yield what it writes to stdout, for at most `seconds`.

        `stdin` is consumed by a thread of its own.

        Raises:
            SandboxError: the sandbox could not be started.
        """

    @abstractmethod
    def identity(self, place: str) -> str | None:
        """Return what a place keeps through renames and shares with no other; None: not there."""

    @abstractmethod
    def move(self, place: str, to: str) -> None:
        """Rename a place."""

    @abstractmethod
    def remove(self, place: str) -> None:
        """Remove a place with its files, if it is there."""

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        """Run a command in the conversation's own sandbox. See `Sandbox.run`."""
        with self.alone(_plain(conversation)):
            log = self._log(conversation)
            if log.has_pending():  # which would not know of what this command does
                self.discard(conversation)
            return super().run(command, conversation=conversation, call_id=call_id, seconds=seconds)

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        """Put a file into the sandbox, and into its copy where there is one."""
        with self.alone(_plain(conversation)):
            super().write_file(conversation, path, data)
            if self._log(conversation).has_pending():
                super().write_file(copy_of(conversation), path, data)

    def read_file(self, conversation: str, path: str) -> bytes:
        """Return a file's bytes. See `Sandbox.read_file`."""
        return super().read_file(_plain(conversation), path)

    def forget(self, conversation: str) -> None:
        """End the conversation's sandbox and remove its files. See `Sandbox.forget`."""
        with self.alone(_plain(conversation)):
            for place in (copy_of(conversation), conversation, old_of(conversation)):
                self.remove(place)
            self._log(conversation).remove()

    def close(self) -> None:
        """Wait until what copies left behind is removed. See `Sandbox.close`."""
        for thread in self._leaving:
            thread.join(30.0)

    def settle(self, conversation: str) -> None:
        """Finish a take-over that was cut off, or put the sandbox back where that cannot be."""
        copy, old = copy_of(conversation), old_of(conversation)
        if self.identity(old) is None:
            return
        if self.identity(conversation) is None:
            self.move(copy if self.identity(copy) is not None else old, conversation)
        self._leave(old)

    def preview(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> Preview:
        """Run a command in a copy and return what it did. See `Previewing.preview`."""
        with self._held(conversation) as log:
            waiting = log.pending()
            same = waiting is not None and waiting.is_of(call_id, command)
            if waiting is not None and same and self._alive(conversation, waiting):
                return preview_from_json(waiting.preview)
            self._drop(conversation, log)
            try:
                return self._make(command, conversation, call_id, seconds, log)
            except Exception:
                with contextlib.suppress(SandboxError):
                    self._drop(conversation, log)
                raise

    def commit(self, command: str, *, conversation: str, call_id: str) -> bool:
        """Make the copy the conversation's sandbox. See `Previewing.commit`."""
        with self._held(conversation) as log:
            waiting = log.pending()
            if waiting is None or not waiting.is_of(call_id, command):
                return log.has(call_id)
            if not self._alive(conversation, waiting):
                self._drop(conversation, log)
                return False
            self._take_over(conversation)
            log.keep_pending()
            return True

    def discard(self, conversation: str) -> None:
        """Remove the conversation's preview. See `Previewing.discard`."""
        with self._held(conversation) as log:
            self._drop(conversation, log)

    def undo(self, conversation: str, undo_id: str = "") -> Undone:
        """Put back what the last command changed. See `Previewing.undo`."""
        with self._held(conversation) as log:
            done = log.undone()
            log.finish_undone()
            if undo_id and done.get("id") == undo_id:
                return undone_from_json(done)
            self._drop(conversation, log)
            record = self._last(conversation, log)
            now = self._list(conversation)
            todo = plan(record, now)
            self._restore(conversation, record, now)
            preview = preview_from_json(record.preview)
            undone = Undone(
                record.call_id,
                record.command,
                preview.changes,
                preview.counts,
                tuple(name for _, name in todo.aside),
            )
            kept = {"id": undo_id, "place": self.identity(conversation)}
            log.drop_undone(record, {**undone_to_json(undone), **kept})
            return undone

    def undoable(self, conversation: str) -> list[UndoStep]:
        """Return the commands that can be undone. See `Previewing.undoable`."""
        with self._held(conversation) as log:
            return [_step(record) for record in reversed(log.records())]

    def cannot_undo(self, command: str, *, conversation: str, call_id: str, why: str) -> None:
        """Note that a command ran without a copy. See `Previewing.cannot_undo`."""
        with self._held(conversation) as log:
            if not log.has(call_id):
                log.add_barrier(call_id, command, why)

    def _log(self, conversation: str) -> UndoLog:
        return UndoLog((self._undo or home() / "undo") / key(conversation), KEPT_BYTES)

    @contextlib.contextmanager
    def _held(self, conversation: str) -> Iterator[UndoLog]:
        """Hold the conversation here and against other processes, with its log in order."""
        log = self._log(_plain(conversation))
        with self.alone(conversation):
            try:
                with log.alone():
                    self._catch_up(conversation, log)
                    yield log
            except OSError as error:
                raise SandboxError(
                    f"what undoing needs cannot be kept in {log.folder} ({error}); make room there"
                ) from error

    def _catch_up(self, conversation: str, log: UndoLog) -> None:
        if not log.has_pending():
            return
        waiting = log.pending()
        if waiting is None:
            log.drop_pending()
            return
        self.settle(conversation)
        if self.identity(conversation) == waiting.place:
            log.keep_pending()  # a kill came between the take-over and this

    def _alive(self, conversation: str, waiting: Record) -> bool:
        return self.identity(copy_of(conversation)) == waiting.place

    def _drop(self, conversation: str, log: UndoLog) -> None:
        log.drop_pending()
        self._leave(copy_of(conversation))

    def _leave(self, place: str) -> None:
        """Get a place out of the way at once, and remove its files in the background."""
        if self.identity(place) is None:
            return
        gone = f"{place.partition(_NUL)[0]}{_NUL}{GONE}{uuid.uuid4().hex[:12]}"
        self.move(place, gone)
        thread = threading.Thread(target=self._remove_left, args=(gone,), daemon=True)
        self._leaving = [*(each for each in self._leaving if each.is_alive()), thread]
        thread.start()

    def _remove_left(self, place: str) -> None:
        try:
            self.remove(place)
        except SandboxError as error:  # the next start tries again
            _log.warning("what a copy left behind stays for now: %s", error)

    def _take_over(self, conversation: str) -> None:
        copy, old = copy_of(conversation), old_of(conversation)
        self.step("set aside")
        if self.identity(conversation) is not None:
            self.move(conversation, old)
        self.step("take over")
        self.move(copy, conversation)
        self.step("remove")
        self._leave(old)
        self.step("keep")

    def _make(
        self, command: str, conversation: str, call_id: str, seconds: float | None, log: UndoLog
    ) -> Preview:
        copy = copy_of(conversation)
        before = self._copy(conversation, copy)
        place = self.identity(copy)
        result = super().run(command, conversation=copy, call_id=call_id, seconds=seconds)
        after = self._list(copy)
        if place is None or self.identity(copy) != place:
            raise SandboxError("the copy of the sandbox ended while the command ran in it")
        paths = touched(before, after)
        folder = log.new()
        kept = log.old_in(folder)
        taken = self._take(conversation, with_parents(paths, before))
        shown = paths[: 4 * MOST_CHANGES]
        fresh = self._contents(copy, readable(shown, after, DIFF_BYTES, COMPARED_BYTES), folder)
        problem = ""
        if not write_limited(taken, kept, log.most):
            problem = f"what it changed takes more than {log.most // 2**20} MB"
        old: dict[str, bytes] = {}
        if not problem:
            with kept.open("rb") as file:
                wanted = readable(shown, before, DIFF_BYTES, COMPARED_BYTES)
                old = contents(file, set(wanted), DIFF_BYTES)
        changes, counts = _describe(paths, before, after, old, fresh)
        preview = Preview(result, changes, counts, problem)
        record = Record(
            call_id,
            command,
            place,
            {path: before[path] for path in with_parents(paths, before)},
            {path: after[path] for path in paths if path in after},
            preview_to_json(preview),
            problem,
        )
        log.add_pending(folder, record)
        return preview

    def _copy(self, conversation: str, copy: str) -> Files:
        """Fill the copy with what the sandbox holds; return the list of its files."""
        problems: list[SandboxError] = []
        source = self.stream(conversation, ["pack"], [], COPY_SECONDS)
        target = self.stream(copy, ["unpack"], parts(body(source), problems), COPY_SECONDS)
        try:
            return _parsed(b"".join(body(target)))
        except SandboxError as error:
            raise (problems[0] if problems else error) from error

    def _list(self, place: str) -> Files:
        return _parsed(b"".join(body(self.stream(place, ["scan"], [], COPY_SECONDS))))

    def _take(self, place: str, paths: Sequence[str]) -> Iterator[bytes]:
        names = path_list(paths)
        return body(self.stream(place, ["take", str(len(names))], [names], COPY_SECONDS))

    def _contents(self, place: str, paths: Sequence[str], folder: Path) -> dict[str, bytes]:
        if not paths:
            return {}
        file = folder / "new.tar"
        write_limited(self._take(place, paths), file, 4 * COMPARED_BYTES)
        with file.open("rb") as tar:
            found = contents(tar, set(paths), DIFF_BYTES)
        file.unlink()
        return found

    def _last(self, conversation: str, log: UndoLog) -> Record:
        record = log.last()
        if record is None:
            more = f"; {log.dropped()} older ones were dropped for room" if log.dropped() else ""
            raise SandboxError(f"there is no command to undo in this conversation{more}")
        if record.problem:
            raise SandboxError(
                f"the last command cannot be undone, and so none before it: `{record.command}` "
                f"({record.problem})"
            )
        place = self.identity(conversation)
        if place is None or place not in (record.place, log.undone().get("place")):
            log.remove()
            raise SandboxError(
                "the sandbox in which the commands ran has ended, and its files with it, so that "
                "there is nothing left to undo"
            )
        return record

    def _restore(self, conversation: str, record: Record, now: Files) -> None:
        todo = plan(record, now)
        lists = [
            path_list(todo.open),
            path_list(name for pair in todo.aside for name in pair),
            path_list(todo.remove),
            path_list(f"{mode} {path}" for mode, path in todo.close),
        ]
        with record.old.open("rb") as file:
            problems: list[SandboxError] = []
            stdin = iter([*lists, *parts(read_parts(file), problems)])
            request = ["restore", *(str(len(each)) for each in lists)]
            b"".join(body(self.stream(conversation, request, stdin, COPY_SECONDS)))


def _plain(conversation: str) -> str:
    if _NUL in conversation:  # it names a place that is not a conversation's own
        raise SandboxError("a conversation's name has no NUL in it")
    return conversation


def _parsed(data: bytes) -> Files:
    try:
        return parse_files(data)
    except ValueError as error:
        raise SandboxError(f"the files of the sandbox could not be listed: {error}") from error


def _describe(
    paths: Sequence[str], before: Files, after: Files, old: dict[str, bytes], new: dict[str, bytes]
) -> tuple[tuple[Change, ...], dict[str, int]]:
    """Return what is shown of the first changed files, and how many there are of each kind."""
    changes: list[Change] = []
    counts: Counter[str] = Counter()
    lines = MOST_LINES
    for path in paths:
        change = describe(
            path, before.get(path), after.get(path), old.get(path), new.get(path), lines
        )
        if change is None:
            continue
        counts[change.kind] += 1
        if len(changes) < MOST_CHANGES:
            changes.append(change)
            lines -= change.diff.count("\n") + 1 if change.diff else 0
    return tuple(changes), dict(counts)


def _step(record: Record) -> UndoStep:
    summary = preview_from_json(record.preview).summary if record.preview else ""
    return UndoStep(record.call_id, record.command, summary, record.problem)
