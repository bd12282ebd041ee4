"""The trainer's process: started, watched, ended; what it prints goes to `log.txt`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from training.backends import Backend
from training.backends.environment import ROOT
from training.backends.reporting import ERROR, SPARE, disk_full
from training.runs.run import Progress, Run, State, last_progress

_LOOK = 0.25  # seconds between two looks at the trainer
_GRACE = 5.0  # seconds that it has to end


@dataclass(frozen=True)
class Ended:
    """How training ended."""

    state: State
    error: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


class Training:
    """A trainer at work on a run; `descriptor` is the lock that it shares."""

    def __init__(self, backend: Backend, run: Run, descriptor: int) -> None:
        self._run = run
        self._said: deque[str] = deque(maxlen=20)
        (run.folder / "result.json").unlink(missing_ok=True)
        threads = run.recipe.threads
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "TQDM_DISABLE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            **({"OMP_NUM_THREADS": str(threads)} if threads else {}),
        }
        command = [str(backend.environment.python), "-m", backend.worker, str(run.folder)]
        self._process = subprocess.Popen(
            command, cwd=run.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            pass_fds=(descriptor,),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._copy, args=(self._process.stdout,))
        self._reader.start()

    def wait(self, on_progress: Callable[[Progress], None]) -> Ended:
        """Wait for the end; ends the trainer where the run is cancelled."""
        seen = self._run.progress
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
            now = last_progress(self._run.folder)
            if now != seen:
                on_progress(now)
                seen = now
            if self._process.returncode is not None:
                self._reader.join()
                return self._ended(self._process.returncode)
            if (self._run.folder / "cancel").exists():
                self.stop()
                return Ended("cancelled")

    def stop(self) -> None:
        """End the trainer."""
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _copy(self, source: IO[str]) -> None:
        """Copy what is said to the log; a full disk must not block who says it."""
        try:
            with (self._run.folder / "log.txt").open("a", encoding="utf-8") as log:
                for line in source:
                    self._said.append(line.strip())
                    with contextlib.suppress(OSError):
                        log.write(line)
                        log.flush()
        except OSError:
            self._said.extend(line.strip() for line in source)
        finally:
            source.close()

    def _ended(self, code: int) -> Ended:
        folder = self._run.folder
        if code == 0:
            try:
                result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
                return Ended("finished", result=result)
            except (OSError, ValueError):
                return Ended("failed", f"the trainer left no result; see {self._run.log}")
        told = [line for line in self._said if line.startswith(ERROR)]
        if told:
            return Ended("failed", told[-1].removeprefix(ERROR))
        if shutil.disk_usage(folder).free < SPARE:
            return Ended("failed", disk_full(folder))
        if code == -9:
            return Ended("failed", "the trainer was killed, as Linux does when memory runs out: "
                         "lower batch_tokens or batch_rows, then "
                         f"`mica train resume {self._run.id}`")  # fmt: skip
        last = next((line for line in reversed(self._said) if line), "it said nothing")
        return Ended("failed", f"the trainer ended with {code}: {last}; see {self._run.log}")
