"""A server of the chat page as a process of its own, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from records.store import Store

ROOT = Path(__file__).parents[2]


class PageServer:
    """Runs `python ARGUMENTS` over a data folder; `{port}` in them is a free port."""

    def __init__(
        self, home: Path, *arguments: str, patience: float = 170.0, log: Path | None = None
    ) -> None:
        self.home = home
        self.log_file = log or home / "server.log"
        self.patience = patience
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.arguments = [argument.format(port=self.port) for argument in arguments]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until the page answers."""
        paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        environment = os.environ | {"MICA_HOME": str(self.home), "PYTHONPATH": paths}
        self.log = self.log_file.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            cwd=self.home,
            env=environment,
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + self.patience
        while not self._answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, f"the page did not come up: {self.said()}"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/auth/config", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the server as `kill -9` does, or end it by another signal."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(30)
        self.log.close()

    def said(self) -> str:
        """Return what the server wrote to its terminal."""
        return self.log_file.read_text(errors="replace")

    def store(self) -> Store:
        """Open the server's records."""
        return Store(self.home / "mica.db")
