"""One of the compared systems on the everyday or the music set, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from training.evaluate import everyday, music, systems
from training.evaluate.turns import Turn

T = TypeVar("T", everyday.Result, music.Result)


def on_everyday(
    system: str, entries: Sequence[everyday.Entry], tell: bool
) -> list[everyday.Result]:
    """Run everyday entries with a system of `systems.SYSTEMS`; `tell` prints each.

    Raises:
        BackendError: the model cannot be loaded.
        SetupError: a fixture could not be made.
    """
    with systems.opened(system) as assistant:
        return _collected(everyday.run(assistant, entries), tell)


def on_music(system: str, rows: Sequence[Mapping[str, Any]], tell: bool) -> list[music.Result]:
    """Run rows of the music set with a system of `systems.SYSTEMS`; `tell` prints each.

    Raises:
        BackendError: the model cannot be loaded.
    """
    with systems.opened(system) as assistant:
        return _collected(music.run(assistant, rows), tell)


def _collected(results: Iterable[T], tell: bool) -> list[T]:
    kept = []
    for result in results:
        kept.append(replace(result, turns=tuple(_told(turn) for turn in result.turns)))
        if tell:
            mark = "ok  " if result.passed else "FAIL"
            did = " / ".join(turn.did for turn in result.turns)
            print(f"{mark} {_id(result)} | {did}", flush=True)
    return kept


def _told(turn: Turn) -> Turn:
    """Leave out what the tools made: sounds are made when they are listened to, not sent on."""
    return replace(turn, tools=tuple(replace(tool, artifacts=()) for tool in turn.tools))


def _id(result: everyday.Result | music.Result) -> str:
    if isinstance(result, everyday.Result):
        return result.entry.id
    return str(result.row["id"])
