"""The frozen sets, one case at a time: the runners and checks of `training.evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from graphs.assistant import Assistant
from sandboxes import SandboxError
from training.evaluate import everyday, limits, music, plain, tables, turns
from training.evaluate.turns import Turn
from training.gate.outcome import Outcome

Runner = Callable[[Assistant, int, Container[str]], Iterator[Outcome]]
Found = turns.Outcome
TRIES = 3


def run(assistant: Assistant, name: str, step: int, done: Container[str] = ()) -> Iterator[Outcome]:
    """Ask every `step`-th row of the set `name`, each when the next outcome is asked for.

    The ids in `done` are left out.

    Raises:
        SystemExit: the set needs a sandbox and there is none.
        SetupError: a fixture could not be made.
    """
    yield from _RUNNERS[name](assistant, step, done)


def _plain(name: str) -> Runner:
    suite = {"sysadmin": plain.sysadmin, "composer": plain.composer}[name]

    def run(assistant: Assistant, step: int, done: Container[str]) -> Iterator[Outcome]:
        for row in _rows(name, step, done):
            (found,) = _tried(partial(suite, assistant, [row]))
            yield Outcome(name, found.id, found.passed, found.why, found.did, found.seconds)

    return run


def _tried(work: Callable[[], list[Found]]) -> list[Found]:
    """Do something that needs a sandbox; a machine under load gets three tries."""
    for _ in range(TRIES - 1):
        with suppress(SandboxError):
            return work()
    return work()


def _rows(name: str, step: int, done: Container[str]) -> list[dict[str, Any]]:
    return [row for row in tables.rows_of(name)[::step] if str(row["id"]) not in done]


def _everyday(assistant: Assistant, step: int, done: Container[str]) -> Iterator[Outcome]:
    entries = [entry for entry in everyday.load()[::step] if entry.id not in done]
    for found in everyday.run(assistant, entries):
        entry = found.entry
        yield _of_turns("everyday", entry.id, found.why, found.turns, entry.kind)


def _music(assistant: Assistant, step: int, done: Container[str]) -> Iterator[Outcome]:
    for found in music.run(assistant, _rows(music.NAME, step, done)):
        yield _of_turns("music", found.row["id"], found.why, found.turns, music.kind(found.row))


def _limits(assistant: Assistant, step: int, done: Container[str]) -> Iterator[Outcome]:
    for found in limits.run(assistant, _rows(limits.NAME, step, done)):
        did = "; ".join(found.calls)
        why = "" if found.passed else "a tool was called" if found.calls else "it failed"
        yield Outcome("limits", found.row["id"], found.passed, why, did, found.seconds)


def _of_turns(set_: str, id: Any, why: str, taken: tuple[Turn, ...], group: str) -> Outcome:
    did = " / ".join(turn.did for turn in taken)
    return Outcome(set_, str(id), not why, why, did, taken[0].seconds, group)


_RUNNERS: dict[str, Runner] = {
    "sysadmin": _plain("sysadmin"),
    "composer": _plain("composer"),
    "everyday": _everyday,
    "music": _music,
    "limits": _limits,
}
