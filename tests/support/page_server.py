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


def reserved_port() -> socket.socket:
    """Return a socket that keeps a free port of 127.0.0.1 for a server started later.

    Nobody else is given the port while the socket is open: neither who asks for any port nor a
    connection's own end. A server that names it may listen, as often as it is started, since both
    sockets are reusable and this one never listens.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


class PageServer:
    """Runs `python ARGUMENTS` over a data folder; `{port}` in them is a free port."""

    def __init__(
        self, home: Path, *arguments: str, patience: float = 300.0, log: Path | None = None
    ) -> None:
        self.home = home
        self.log_file = log or home / "server.log"
        self.patience = patience
        self._reserved = reserved_port()
        self.port = self._reserved.getsockname()[1]
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
            with urllib.request.urlopen(f"{self.url}/auth/config", timeout=30):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the server as `kill -9` does, or end it by another signal."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(120)
        self.log.close()

    def said(self) -> str:
        """Return what the server wrote to its terminal."""
        return self.log_file.read_text(errors="replace")

    def store(self) -> Store:
        """Open the server's records."""
        return Store(self.home / "mica.db")


class ScriptedPage(PageServer):
    """The chat page over a scripted assistant, which notes what it ran."""

    def __init__(self, home: Path, *options: str, log: Path | None = None) -> None:
        page = str(ROOT / "tests/ui/scripted_page.py")
        super().__init__(home, page, "{port}", *options, log=log)

    def ran(self) -> list[str]:
        """Return the commands that were run."""
        file = self.home / "ran.txt"
        return file.read_text().splitlines() if file.exists() else []
