"""One run trains at a time: a file lock that ends with the processes that hold it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from training.runs.errors import BusyError

_PATIENCE = 0.5  # seconds: someone may be looking who holds it


class Lock:
    """A lock file that says which run holds it.

    The trainer inherits the descriptor: where its parent alone was killed, the lock is held until
    the trainer has ended as well.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextlib.contextmanager
    def held(self, name: str) -> Iterator[int]:
        """Hold the lock for a run; yields the descriptor that holds it.

        Raises:
            BusyError: another one holds it.
        """
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, name.encode(), 0)
            yield descriptor  # the name stays: until the lock is free, it says whose it was
        finally:
            os.close(descriptor)

    def holder(self) -> str:
        """Return the run that holds the lock, or an empty text."""
        try:
            descriptor = os.open(self._file, os.O_RDONLY)
        except FileNotFoundError:
            return ""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return ""
        except BlockingIOError:
            return os.pread(descriptor, 256, 0).decode() or "that begins"
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise BusyError(self.holder()) from None
                time.sleep(0.02)
