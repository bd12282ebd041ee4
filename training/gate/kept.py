"""What the cases of a gate gave, kept as they are made: one that is killed goes on there."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from runtime.models.entry import ModelEntry, sha256_of
from training.evaluate import tables
from training.gate.config import GateError
from training.gate.learned import Lesson
from training.gate.outcome import Outcome
from training.gate.safety import CASES

NAME = "outcomes.jsonl"


@dataclass(frozen=True)
class Done:
    """A case that champion and challenger have done; `memory` is what each had taken, in MB."""

    outcomes: tuple[Outcome, Outcome]
    memory: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"outcomes": [each.to_json() for each in self.outcomes], "memory": self.memory}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Done:
        """Read what `to_json` wrote."""
        one, two = (Outcome.from_json(each) for each in data["outcomes"])
        return cls((one, two), (int(data["memory"][0]), int(data["memory"][1])))


class Kept:
    """The cases that are done, in a file that is held open: a line for each, whole lines count."""

    def __init__(self, file: IO[str], key: str) -> None:
        """Go on in the file of the same `key`; begin it again where it is another one's."""
        self._file = file
        lines = [line for line in file.read().splitlines(keepends=True) if line.endswith("\n")]
        head = json.dumps({"key": key}) + "\n"
        lines = lines if lines[:1] == [head] else [head]
        self.done = [Done.from_json(json.loads(line)) for line in lines[1:]]
        file.seek(0)
        file.truncate()
        file.write("".join(lines))
        file.flush()

    def add(self, done: Done) -> None:
        """Keep one more case.

        Raises:
            OSError: the disk is full.
        """
        self._file.write(json.dumps(done.to_json(), ensure_ascii=False) + "\n")
        self._file.flush()
        self.done.append(done)


@contextmanager
def kept(folder: Path, key: str) -> Iterator[Kept]:
    """Hold what a gate keeps in a folder; it is removed when the block ends well.

    Raises:
        GateError: another process is at it.
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GateError(
                f"another evaluation writes to {folder}; wait for it, or name another folder"
            ) from None
        file.seek(0)
        yield Kept(file, key)
        path.unlink()


def key_of(entries: Sequence[ModelEntry], sets: dict[str, int], lessons: Sequence[Lesson]) -> str:
    """Return a hash of all that decides what a gate asks: the builds, the sets and the lessons."""
    builds = [[entry.name, entry.fingerprint()] for entry in entries]
    files = [*sorted(tables.FOLDER.rglob("*.yaml")), CASES]
    hashes = [sha256_of(path) for path in files]
    parts = [builds, sets, [lesson.to_json() for lesson in lessons], hashes]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
