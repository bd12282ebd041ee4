"""Building the index: a worker that is watched, one at a time, and that can be killed and go on."""

from __future__ import annotations

import fcntl
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.music.corpus.index import Index, Status
from tools.music.corpus.place import CorpusError, scores_in

FILE_SECONDS = 300.0
"""A file that takes longer is given up."""
START_SECONDS = 120.0
MOST_WAITS = 20
"""How often a file's time is waited for while its worker does not get the processor."""
_LOG_LINES = 3


def build(
    path: Path,
    folder: Path,
    progress: Callable[[Status], None] = lambda status: None,
    *,
    again: bool = False,
    only: str = "",
    file_seconds: float = FILE_SECONDS,
) -> Status:
    """Read all scores under `folder` that the index at `path` lacks; return how it ended.

    `only` keeps to files whose path begins with it. `progress` is told after every file.

    Raises:
        CorpusError: another build runs, there are no scores, or the worker cannot start.
    """
    sources = [source for source in scores_in(folder) if source.startswith(only)]
    if not sources:
        raise CorpusError(f"there are no scores under {folder}/{only}; give another --only")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path), Index(path, make=True) as index:
        if not again:
            index.retry()
        index.plan(sources, again=again)
        while index.waiting(1):
            _run_worker(index, path, folder, progress, file_seconds)
        index.tidy()
        return index.status()


def is_building(path: Path) -> bool:
    """True while a build runs."""
    try:
        with _alone(path):
            return False
    except CorpusError:
        return True


def _run_worker(
    index: Index,
    path: Path,
    folder: Path,
    progress: Callable[[Status], None],
    file_seconds: float,
) -> None:
    """Follow a worker to its end; a file that it hangs or dies on is marked as failed."""
    command = [sys.executable, "-m", "tools.music.corpus.worker", str(path), str(folder)]
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as worker:
        threading.Thread(target=_follow, args=(worker, lines), daemon=True).start()
        reading, said = "", list[str]()
        try:
            while True:
                line = _next(lines, worker.pid, file_seconds if reading else START_SECONDS)
                if line is None:
                    break
                kind, _, file = line.partition(" ")
                if kind == "begin":
                    reading = file
                elif kind == "end":
                    reading = ""
                    progress(index.status())
                else:
                    said = [*said[-_LOG_LINES:], line]
            worker.wait(file_seconds)
        except (queue.Empty, subprocess.TimeoutExpired) as error:
            if not reading:
                raise CorpusError("the worker that reads scores does not start") from error
            index.failed(reading, f"took longer than {file_seconds:g} s")
            return
        finally:
            worker.kill()
    if reading:
        index.failed(reading, f"the worker ended with {worker.returncode}: {' '.join(said)}")
    elif worker.returncode != 0:
        raise CorpusError(f"the worker ended with {worker.returncode}: {' '.join(said)}")


def _next(lines: queue.Queue[str | None], worker: int, seconds: float) -> str | None:
    """Return the worker's next line; on a busy machine it may take longer than its own work.

    Raises:
        queue.Empty: it worked for so long, or for so long did nothing, that no line will come.
    """
    begun = before = _spent(worker)
    for _ in range(MOST_WAITS):
        try:
            return lines.get(timeout=seconds)
        except queue.Empty:
            now = _spent(worker)
            if now == before or now - begun >= seconds:
                raise
            before = now
    raise queue.Empty


def _spent(process: int) -> float:
    """Return the processor time of a process in seconds; 0 where that cannot be told."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _follow(worker: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert worker.stdout is not None
    for line in worker.stdout:
        lines.put(line.rstrip("\n"))
    lines.put(None)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of the build at `path`; it is free again when its process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CorpusError(
                "the index is being built already: `mica corpus status` says how far it is"
            ) from error
        yield
