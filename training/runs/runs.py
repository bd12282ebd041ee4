"""All runs of this machine: start, execute, cancel, list. One trains at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from records.paths import home
from runtime.models.entry import write_json
from training.backends import Backend, load
from training.backends.checks import disk_problems, environment_problems
from training.backends.environment import ROOT
from training.runs.errors import BusyError, RefusedError, TrainingError, UnknownRunError
from training.runs.lock import Lock
from training.runs.machine import this_machine
from training.runs.process import Ended, Training
from training.runs.recipe import Recipe
from training.runs.run import ENDED, Progress, Run, kept_state, read

KILLED = "it was killed; `mica train resume {}` goes on from its last checkpoint"
STOPPED = "it was interrupted; `mica train resume {}` goes on from its last checkpoint"
_LETTING_GO = 30.0  # seconds that a run that has ended may hold the lock, on a busy machine
_RESERVE = 64 << 10  # bytes kept back, so that a full disk leaves room to say so

OnProgress = Callable[[Progress], None]


class Runs:
    """The runs in `$MICA_HOME/training/runs`, or in another folder `root`.

    Several programs may use it at once. Every method may raise `TrainingError`.
    """

    def __init__(self, root: Path | None = None) -> None:
        """Nothing is read yet.

        Raises:
            TrainingError: the folder cannot be made.
        """
        try:
            self.root = root or home() / "training" / "runs"
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(
                f"the folder for training runs cannot be made ({error}); set MICA_HOME"
            ) from error
        self._lock = Lock(self.root / ".lock")
        self._launched: list[subprocess.Popen[bytes]] = []

    def check(self, recipe: Recipe) -> list[str]:
        """Return why a recipe cannot work on this machine, each with what to do."""
        backend = load(recipe.backend)
        return (
            backend.problems(recipe, this_machine())
            + environment_problems(backend.environment, backend.modules(recipe))
            + disk_problems(self.root)
        )

    def start(self, recipe: Recipe) -> Run:
        """Make a run, in state `queued`; or return the one of this recipe that was cut short.

        Raises:
            RefusedError: it cannot work on this machine.
            BusyError: another run is training.
            TrainingError: the data or the base are not as they should be.
        """
        recipe = recipe.absolute()
        problems = self.check(recipe)
        if problems:
            raise RefusedError(problems)
        self._refuse_busy()
        with self._writing():
            made = self._prepare(load(recipe.backend), recipe)
        cut = self._cut_short(made)
        if cut is None:
            return made
        shutil.rmtree(made.folder)
        return cut

    def execute(self, run: Run, on_progress: OnProgress = lambda progress: None) -> Run:
        """Train until the run has ended, and return it as it ended.

        A run that was killed, failed or cancelled goes on from its last checkpoint; one that is
        finished is returned at once. `on_progress` is called with each report of the trainer.

        Raises:
            BusyError: another run is training.
        """
        self._refuse_busy()
        with self._lock.held(run.id) as descriptor:
            now = self._folder_of(run.id)
            if now.state == "finished" or (now.state == "cancelled" != run.state):
                return now
            if now.state == "cancelled":  # it is to go on
                (now.folder / "cancel").unlink(missing_ok=True)
            return self._train(now, descriptor, on_progress)

    def launch(self, run: Run) -> Run:
        """Execute a run in a process of its own, which outlives this one; return the run.

        Raises:
            BusyError: another run is training.
        """
        self._refuse_busy()
        self._save(run, state="queued", error="", ended="")
        command = [sys.executable, "-m", "training.runs", str(self.root), run.id]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        quiet: Any = subprocess.DEVNULL
        self._launched = [each for each in self._launched if each.poll() is None]
        self._launched.append(
            subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=ROOT,
                             env=environment, start_new_session=True)
        )  # fmt: skip
        return self.get(run.id)

    def cancel(self, name: str) -> Run:
        """End a run; one that trains has ended when its state says so, within seconds.

        Raises:
            TrainingError: there is no such run, or it has ended.
        """
        run = self.get(name)
        if run.state in ENDED and not self._was_cut(run):
            raise TrainingError(f"{run.id} is {run.state} already: there is nothing to cancel")
        with self._writing():
            (run.folder / "cancel").touch()  # whoever trains it looks for this
            if self._lock.holder() != run.id:
                self._save(run, state="cancelled", ended=_now(), error="")
        return self.get(run.id)

    def get(self, name: str) -> Run:
        """Return a run by its id or by the beginning of it; `last` is the newest.

        Raises:
            UnknownRunError: there is none.
            TrainingError: there is more than one.
        """
        names = sorted(folder.name for folder in self.root.iterdir() if self._is_run(folder))
        if name == "last" and names:
            return self._folder_of(names[-1])
        found = [each for each in names if each == name or (name and each.startswith(name))]
        if len(found) == 1 or name in found:
            return self._folder_of(name if name in found else found[0])
        if found:
            raise TrainingError(f"{name} could be {', '.join(found)}; give more of it")
        raise UnknownRunError(f"there is no run {name}; `mica train list` shows them")

    def list(self) -> list[Run]:
        """Return all runs, the newest first; folders that cannot be read are left out."""
        found = []
        for folder in sorted(self.root.iterdir(), reverse=True):
            if self._is_run(folder):
                with contextlib.suppress(TrainingError):
                    found.append(self._folder_of(folder.name))
        return found

    def _is_run(self, folder: Path) -> bool:
        return (folder / "state.json").is_file()

    def _folder_of(self, name: str) -> Run:
        """Read a run; one that says it trains and does not was killed."""
        run = read(self.root / name)
        if run.state == "running" and self._lock.holder() != run.id:
            run = read(self.root / name)  # it may have ended in between
            if run.state == "running":
                return dataclasses.replace(run, state="failed", error=KILLED.format(run.id))
        return run

    def _was_cut(self, run: Run) -> bool:
        return run.state == "failed" and run.error == KILLED.format(run.id)

    def _cut_short(self, made: Run) -> Run | None:
        for run in self.list():
            same = run.recipe == made.recipe and run.data_sha256 == made.data_sha256
            if same and run.id != made.id and (run.state == "queued" or self._was_cut(run)):
                return run
        return None

    def _refuse_busy(self) -> None:
        deadline = time.monotonic() + _LETTING_GO
        while holder := self._lock.holder():
            if not self._has_ended(holder) or time.monotonic() > deadline:
                raise BusyError(holder)
            time.sleep(0.02)

    def _has_ended(self, name: str) -> bool:
        """Tell whether a run has said how it ended; it lets go of the lock only after that."""
        try:
            return read(self.root / name).state in ENDED
        except TrainingError:
            return False

    def _prepare(self, backend: Backend, recipe: Recipe) -> Run:
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{recipe.specialist}-{secrets.token_hex(2)}"
        folder = self.root / name
        folder.mkdir()
        try:
            inputs = backend.prepare(recipe, folder)
            (folder / "recipe.yaml").write_text(recipe.dump(), encoding="utf-8")
            write_json(folder / "inputs.json", dataclasses.asdict(inputs))
            run = Run(name, folder, recipe, "queued", _now(), data_sha256=inputs.sha256)
            write_json(folder / "state.json", kept_state(run))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return run

    def _train(self, run: Run, descriptor: int, on_progress: OnProgress) -> Run:
        with self._writing():
            (run.folder / "reserve").write_bytes(b"\0" * _RESERVE)
            run = self._save(run, state="running", started=run.started or _now(), ended="",
                             error="", pid=os.getpid(), attempts=run.attempts + 1)  # fmt: skip
        backend = load(run.recipe.backend)
        training = Training(backend, run, descriptor)
        try:
            ended = training.wait(on_progress)
        except BaseException:  # Ctrl-C as well: the trainer must not stay
            training.stop()
            self._end(run, Ended("cancelled", STOPPED.format(run.id)))
            raise
        return self._end(run, ended)

    def _end(self, run: Run, ended: Ended) -> Run:
        (run.folder / "reserve").unlink(missing_ok=True)
        with self._writing():
            return self._save(run, state=ended.state, error=ended.error, result=ended.result,
                              ended=_now(), pid=0)  # fmt: skip

    def _save(self, run: Run, **changes: Any) -> Run:
        run = dataclasses.replace(run, **changes)
        write_json(run.folder / "state.json", kept_state(run))
        return read(run.folder)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrainingError(
                f"{self.root} cannot be written ({error.strerror}): make room, or set MICA_HOME"
            ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
