"""Talking to, and watching over, a process tree on this machine."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO

from sandboxes import Limits
from sandboxes.runner import state_mb

LOOK_SECONDS = 0.2
STATE = "state"
"""The folder beside a command's own ones that holds the runner's files."""
MOST_FILES = 50_000


def converse(process: subprocess.Popen[bytes], stdin: bytes, seconds: float, most: int) -> bytes:
    """Send `stdin`, return stdout; kill the process after `seconds` or past `most` bytes."""
    output = bytearray()
    with contextlib.closing(received(process, [stdin], seconds)) as chunks:
        for chunk in chunks:
            output += chunk
            if len(output) > most:
                break
    return bytes(output)


def received(
    process: subprocess.Popen[bytes], stdin: Iterable[bytes], seconds: float
) -> Generator[bytes, None, None]:
    """Send `stdin` at once; return what yields stdout, and kills the process after `seconds`.

    Closing it early kills the process too.
    """
    assert process.stdin is not None
    sender = threading.Thread(target=_send, args=(process.stdin, stdin), daemon=True)
    sender.start()
    return _chunks(process, sender, time.monotonic() + seconds)


def _chunks(
    process: subprocess.Popen[bytes], sender: threading.Thread, deadline: float
) -> Generator[bytes, None, None]:
    assert process.stdout is not None
    ended = False
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            late = False
            while not late:
                left = deadline - time.monotonic()
                late = left <= 0  # and once more: what was written in time may still be unread
                if selector.select(max(left, 0.0)):
                    data = os.read(process.stdout.fileno(), 65536)
                    if not data:
                        ended = True
                        break
                    yield data
    finally:
        if not ended:
            process.kill()
        process.stdout.close()
        process.wait()
        sender.join()


def _send(stream: IO[bytes], chunks: Iterable[bytes]) -> None:
    with contextlib.suppress(OSError):
        for data in chunks:
            stream.write(data)
            stream.flush()
    with contextlib.suppress(OSError):
        stream.close()


class Watch:
    """Ends a command that uses more memory or disk in all than its limits, from a thread.

    The tree is bubblewrap, its PID 1, the runner, and what the runner started. Commands have
    sessions of their own, so killing all other sessions than the first three leaves the
    runner to report how the command ended.
    """

    def __init__(self, pid: int, folder: Path, limits: Limits) -> None:
        self._pid = pid
        self._folder = folder
        self._limits = limits
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        most_memory = self._limits.memory_mb * 2**20
        # What is already there may stay over the limit: `rm` must be able to run.
        own, state = self._disk()
        most_own = max(self._limits.workspace_mb * 2**20, own)
        most_state = max(state_mb(self._limits) * 2**20, state)
        while not self._stop.wait(LOOK_SECONDS):
            tree = descendants(self._pid)
            own, state = self._disk()
            full = own > most_own or state > most_state
            if full or memory_use(tree, most_memory) > most_memory:
                self._kill(tree)

    def _disk(self) -> tuple[int, int]:
        """Return the bytes of the command's own folders, and those of the runner's.

        Apart, since the runner writes for every command, also where the others are full.
        """
        folders = [each for each in self._folder.iterdir() if each.is_dir()]
        own = sum(disk_use(each) for each in folders if each.name != STATE)
        return own, disk_use(self._folder / STATE)

    def _kill(self, tree: list[int]) -> None:
        kept = {session(pid) for pid in tree[:3]}
        for pid in tree[3:]:
            if session(pid) not in kept:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return `pid` and all processes under it, parents before children, oldest first."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
            found.extend(int(child) for child in text.split())
    return found


def session(pid: int) -> int:
    """Return the session of a process, 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[3])


def memory_use(pids: list[int], enough: int) -> int:
    """Return the bytes of memory and swap that processes take together, without mapped files.

    Pages that they share count once, by a slow way that is taken only where the quick one,
    which counts them for each process, is over `enough`.
    """
    quick = sum(_field_sum(pid, "status", ("RssAnon:", "RssShmem:", "VmSwap:")) for pid in pids)
    if quick <= enough:
        return quick
    shared = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")
    return sum(_field_sum(pid, "smaps_rollup", shared) for pid in pids)


def _field_sum(pid: int, file: str, fields: tuple[str, ...]) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(fields))
    return 0


def disk_use(folder: Path) -> int:
    """Return the bytes that the files under `folder` take; too many files count as too much."""
    total = count = 0
    for path, folders, files in os.walk(folder):
        count += len(files) + len(folders)
        if count > MOST_FILES:
            return 2**62
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH118
    return total
