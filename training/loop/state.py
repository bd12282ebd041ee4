"""How far a loop is, as its folder tells it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from records.paths import home
from runtime.models.entry import write_json
from training.loop.errors import LoopBusyError

Stage = Literal["dataset", "lessons", "train", "register", "gate", "decide"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Ending = Literal["", "served", "kept", "stopped at the gate", "nothing new", "failed"]


@dataclass(frozen=True)
class Loop:
    """One loop of one specialist. `stage` is the one that is next; `ending` is empty until it ends.

    `champion` answered when it began, `dataset` is the folder of the dataset, `fresh` the ids of
    rows that no earlier loop had learned, `left_out` says of a row's id why nothing can be looked
    up for it, `run` the id of the training run, `build` the name of the new build, `reasons` why
    the gate let it pass or not. Times are ISO 8601 in UTC.
    """

    id: str
    specialist: str
    champion: str
    started: str
    stage: Stage = "dataset"
    ending: Ending = ""
    error: str = ""
    ended: str = ""
    dataset: str = ""
    version: str = ""
    fresh: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    run: str = ""
    build: str = ""
    passed: bool | None = None
    reasons: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return loops_folder() / self.id

    def at(self, stage: Stage, **changes: Any) -> Loop:
        """Return the loop at another stage, kept on the disk.

        Raises:
            OSError: it cannot be written.
        """
        return _saved(replace(self, stage=stage, **changes))

    def end(self, ending: Ending, error: str = "", **changes: Any) -> Loop:
        """Return the loop ended, kept on the disk.

        Raises:
            OSError: it cannot be written.
        """
        return _saved(replace(self, ending=ending, error=error, ended=_now(), **changes))


def loops_folder() -> Path:
    """Return where loops are kept: `$MICA_HOME/training/loops`."""
    return home() / "training" / "loops"


def begin(specialist: str, champion: str) -> Loop:
    """Make a loop.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%d-%H%M%S}-{specialist}-{secrets.token_hex(2)}"
    loop = Loop(name, specialist, champion, _now())
    try:
        return _saved(loop)
    except OSError:
        shutil.rmtree(loop.folder, ignore_errors=True)
        raise


def loops() -> list[Loop]:
    """Return all loops, the newest last; what cannot be read is left out."""
    found = []
    for path in sorted(loops_folder().glob("*/state.json")):
        with contextlib.suppress(OSError, ValueError, TypeError):
            found.append(_read(path))
    return found


def unfinished(specialist: str) -> Loop | None:
    """Return the newest loop of a specialist where it was cut short or failed."""
    mine = [loop for loop in loops() if loop.specialist == specialist]
    return mine[-1] if mine and mine[-1].ending in ("", "failed") else None


def learned_before(specialist: str) -> frozenset[str]:
    """Return the ids of feedback that builds of earlier loops were made of."""
    return frozenset(
        each
        for loop in loops()
        if loop.specialist == specialist and loop.ending in ("served", "kept")
        for each in _feedback(loop)
    )


def stopped(specialist: str, champion: str, version: str) -> str:
    """Return the loop whose build of the same dataset and champion the gate stopped, or empty."""
    for loop in loops():
        same = (loop.specialist, loop.champion, loop.version) == (specialist, champion, version)
        if same and loop.ending == "stopped at the gate":
            return loop.id
    return ""


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of the loops, which ends with the process that holds it.

    Raises:
        LoopBusyError: another process holds it.
        OSError: the lock cannot be made.
    """
    loops_folder().mkdir(parents=True, exist_ok=True)
    with (loops_folder() / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LoopBusyError(
                f"a loop is running already (process {file.read() or 'unknown'}); wait for it, or "
                "look at it with `mica loop status`"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _feedback(loop: Loop) -> tuple[str, ...]:
    try:
        text = (loop.folder / "feedback.json").read_text(encoding="utf-8")
        return tuple(json.loads(text))
    except (OSError, ValueError):
        return ()


def _read(path: Path) -> Loop:
    data = json.loads(path.read_text(encoding="utf-8"))
    listed = {"fresh": tuple(data["fresh"]), "reasons": tuple(data["reasons"])}
    listed["left_out"] = tuple((row, why) for row, why in data["left_out"])
    return Loop(**{**data, **listed})


def _saved(loop: Loop) -> Loop:
    write_json(loop.folder / "state.json", asdict(loop))
    return loop


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
