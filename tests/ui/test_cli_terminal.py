"""`mica ask` in a real terminal: the question before a command, and what `kill -9` leaves."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import needs

from sandboxes import SandboxError
from sandboxes.choose import open_sandbox

ROOT = Path(__file__).parents[2]
COMMAND = "rm -f a.log; echo ran >> runs.txt"
SCRIPT = [
    {
        "when": "delete",
        "replies": [{"tool": "bash", "arguments": {"command": COMMAND}}, "The log is gone."],
    }
]


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, surroundings: dict[str, str], *arguments: str) -> None:
        self.screen = ""
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", *arguments],
            cwd=ROOT, env={**os.environ, **surroundings, "TERM": "dumb"},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def wait_for(self, text: str, seconds: float = 300.0) -> None:
        """Read the screen until it shows `text`."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            left = end - time.monotonic()
            assert left > 0, f"{text!r} did not come; the screen shows: {self.screen}"
            if select.select([self._master], [], [], left)[0]:
                try:
                    self.screen += os.read(self._master, 4096).decode(errors="replace")
                except OSError:  # The command has ended.
                    assert text in self.screen, self.screen

    def type(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def end(self) -> int:
        code = self.process.wait(300)
        os.close(self._master)
        return code


@pytest.fixture
def conversation() -> Iterator[str]:
    """A name that nobody has: a container goes by it, whatever the home."""
    with needs.a_sandbox():
        box = open_sandbox()
    name = f"terminal-{uuid.uuid4().hex}"
    yield name
    box.forget(name)
    box.close()


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    return {
        "MICA_HOME": str(tmp_path / "home"),
        "MICA_BACKEND": "script",
        "MICA_SCRIPT": str(tmp_path / "script.json"),
        "MICA_RETRIEVED": "0",
    }


def _ask(surroundings: dict[str, str], conversation: str) -> Terminal:
    arguments = ("ask", "--conversation", conversation, "delete the log file a.log")
    terminal = Terminal(surroundings, *arguments)
    terminal.wait_for("[n]o:")
    assert COMMAND in terminal.screen
    return terminal


def _runs(conversation: str) -> bytes:
    box = open_sandbox()
    try:
        return box.read_file(conversation, "/workspace/runs.txt")
    finally:
        box.close()


def test_yes_runs_the_command(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    terminal.type("y")
    terminal.wait_for("The log is gone.")
    assert terminal.end() == 0 and _runs(conversation) == b"ran\n"


def test_no_runs_nothing(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    terminal.type("n")
    terminal.wait_for("not run: the person rejected this command")
    assert terminal.end() == 0
    with pytest.raises(SandboxError):
        _runs(conversation)


def test_edit_runs_what_was_typed(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    terminal.type("e")
    terminal.wait_for("Command:")
    terminal.type("echo edited > runs.txt")
    terminal.wait_for("The log is gone.")
    assert terminal.end() == 0 and _runs(conversation) == b"edited\n"


def test_no_with_a_reason_tells_the_model(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    terminal.type("n it is still needed")
    terminal.wait_for("rejected this command: it is still needed")
    assert terminal.end() == 0


def test_always_is_not_asked_again(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    assert "Always allow exactly this command" in terminal.screen
    terminal.type("a")
    terminal.wait_for("The log is gone.")
    assert terminal.end() == 0
    again = Terminal(
        surroundings, "ask", "--conversation", conversation, "delete the log file a.log"
    )
    again.wait_for("approved by a rule")
    again.wait_for("The log is gone.")
    assert again.end() == 0 and _runs(conversation) == b"ran\nran\n"


def test_the_end_of_input_decides_nothing(surroundings: dict[str, str], conversation: str):
    terminal = _ask(surroundings, conversation)
    terminal.type("\x04")
    terminal.wait_for("approval needed, nothing was run")
    assert terminal.end() == 3


def test_killed_while_asking_then_approved_runs_once(
    surroundings: dict[str, str], conversation: str
):
    killed = _ask(surroundings, conversation)
    os.killpg(killed.process.pid, signal.SIGKILL)
    killed.end()
    resumed = Terminal(surroundings, "resume", conversation)
    resumed.wait_for("[n]o:")
    resumed.type("y")
    resumed.wait_for("The log is gone.")
    assert resumed.end() == 0 and _runs(conversation) == b"ran\n"
    again = Terminal(surroundings, "resume", conversation)
    again.wait_for("nothing is waiting")
    assert again.end() == 1 and _runs(conversation) == b"ran\n"
