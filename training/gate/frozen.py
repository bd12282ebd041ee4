"""The frozen sets, one case at a time: the runners and checks of `training.evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphs.assistant import Assistant
from training.evaluate import everyday, limits, music, plain, tables
from training.evaluate.turns import Turn
from training.gate.outcome import Outcome

Runner = Callable[[Assistant, int], Iterator[Outcome]]


def run(assistant: Assistant, name: str, step: int) -> Iterator[Outcome]:
    """Ask every `step`-th row of the set `name`, each when the next outcome is asked for.

    Raises:
        SystemExit: the set needs a sandbox and there is none.
        SetupError: a fixture could not be made.
    """
    yield from _RUNNERS[name](assistant, step)


def _plain(name: str) -> Runner:
    suite = {"sysadmin": plain.sysadmin, "composer": plain.composer}[name]

    def run(assistant: Assistant, step: int) -> Iterator[Outcome]:
        for row in tables.rows_of(name)[::step]:
            (found,) = suite(assistant, [row])
            yield Outcome(name, found.id, found.passed, found.why, found.did, found.seconds)

    return run


def _everyday(assistant: Assistant, step: int) -> Iterator[Outcome]:
    for found in everyday.run(assistant, everyday.load()[::step]):
        entry = found.entry
        yield _of_turns("everyday", entry.id, found.why, found.turns, entry.kind)


def _music(assistant: Assistant, step: int) -> Iterator[Outcome]:
    for found in music.run(assistant, tables.rows_of(music.NAME)[::step]):
        yield _of_turns("music", found.row["id"], found.why, found.turns, music.kind(found.row))


def _limits(assistant: Assistant, step: int) -> Iterator[Outcome]:
    for found in limits.run(assistant, tables.rows_of(limits.NAME)[::step]):
        did = "; ".join(found.calls)
        why = "" if found.passed else "a tool was called" if found.calls else "it failed"
        yield Outcome("limits", found.row["id"], found.passed, why, did, found.seconds)


def _of_turns(set_: str, id: Any, why: str, turns: tuple[Turn, ...], group: str) -> Outcome:
    did = " / ".join(turn.did for turn in turns)
    return Outcome(set_, str(id), not why, why, did, turns[0].seconds, group)


_RUNNERS: dict[str, Runner] = {
    "sysadmin": _plain("sysadmin"),
    "composer": _plain("composer"),
    "everyday": _everyday,
    "music": _music,
    "limits": _limits,
}
