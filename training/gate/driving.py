"""Drives the two builds through the same cases in turns, so that both meet the same machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from training.gate.config import GateError
from training.gate.kept import Done, Kept
from training.gate.learned import Lesson
from training.gate.outcome import Outcome

ROOT = Path(__file__).parents[2]
Progress = Callable[[int, str], None]
"""Called with the number of cases that both builds have done, and the set of the last one."""


@dataclass
class Measured:
    """What a build did: its outcomes by case, and the most memory that it took, in MB."""

    name: str
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    memory: int = 0


def drive(
    champion: str,
    challenger: str,
    sets: dict[str, int],
    lessons: Sequence[Lesson] = (),
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> tuple[Measured, Measured]:
    """Run both builds on the same cases and return what they did.

    Cases that `kept` has already are not asked again; it is given each that is done.

    Raises:
        GateError: a build cannot be opened, or a process ended before its time.
        OSError: a case cannot be kept.
    """
    found = (Measured(champion), Measured(challenger))
    done = list(kept.done) if kept else []
    for each in done:
        _note(found, each)
    plan = {
        "sets": sets,
        "lessons": [lesson.to_json() for lesson in lessons],
        "done": [each.outcomes[0].key for each in done],
    }
    with _worker(champion, plan) as one, _worker(challenger, plan) as two:
        for number, each in enumerate(_in_turns(one, two), start=len(done) + 1):
            if kept is not None:
                kept.add(each)
            _note(found, each)
            if progress is not None:
                progress(number, each.outcomes[0].set)
    return found


def _note(found: tuple[Measured, Measured], done: Done) -> None:
    for measured, outcome, memory in zip(found, done.outcomes, done.memory, strict=True):
        measured.outcomes[outcome.key] = outcome
        measured.memory = max(measured.memory, memory)


def _in_turns(one: _Worker, two: _Worker) -> Iterator[Done]:
    """Let both do one case after the other; who is first takes turns too: files get warm."""
    for number in count():
        first, second = (one, two) if number % 2 else (two, one)
        said = {worker: worker.next() for worker in (first, second)}
        if any("end" in row for row in said.values()):
            return
        memory = {worker: int(row.pop("memory")) for worker, row in said.items()}
        outcomes = Outcome.from_json(said[one]), Outcome.from_json(said[two])
        yield Done(outcomes, (memory[one], memory[two]))


class _Worker:
    """A process of `training.gate.worker`; `errors` is where it writes what goes wrong."""

    def __init__(self, name: str, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.name, self._process, self._errors = name, process, errors

    def next(self) -> dict[str, Any]:
        """Let it run one more case and return the outcome, or the end."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("next\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the next line that it says.

        Raises:
            GateError: it ended.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._ended()
        data: dict[str, Any] = json.loads(line)
        return data

    def _ended(self) -> GateError:
        self._process.wait()
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().splitlines() if line.strip()]
        why = lines[-1] if lines else f"exit code {self._process.returncode}"
        return GateError(f"the evaluation of {self.name} ended early: {why}")


@contextmanager
def _worker(name: str, plan: dict[str, Any]) -> Iterator[_Worker]:
    with TemporaryDirectory(prefix="mica-gate-") as folder, TemporaryFile("w+") as errors:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps({**plan, "model": name}, ensure_ascii=False), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "training.gate.worker", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        worker = _Worker(name, process, errors)
        try:
            worker.read()  # it is ready; before that the next one is not started
            yield worker
        finally:
            assert process.stdin is not None
            process.stdin.close()  # it ends by itself then, and removes its containers
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
