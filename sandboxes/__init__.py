"""Sandboxes: places where a command may run without reaching the machine around it.

`Sandbox` is the seam; `sandboxes.docker_driver` and `sandboxes.bubblewrap_driver` implement
it, and `sandboxes.conformance` holds both to the same promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class SandboxError(Exception):
    """The sandbox itself failed (not the command in it). The text says what to do next."""


class ResultUnknownError(SandboxError):
    """The command was cut off while it ran. What it did is not known, so it is not run again."""


@dataclass(frozen=True)
class Limits:
    """What one conversation's sandbox may use. Sizes are in MiB, times in seconds.

    `output_bytes` of an output come back with a result; `kept_output_bytes` of it stay in a file.
    """

    memory_mb: int = 512
    processes: int = 128
    cpus: float = 1.0
    seconds: float = 30.0
    output_bytes: int = 200_000
    workspace_mb: int = 256
    open_files: int = 1024
    kept_output_bytes: int = 4 * 2**20


@dataclass(frozen=True)
class CommandResult:
    """How a command ended. `output` is stdout and stderr as they came, head and tail kept.

    `exit_code` is None where the command was killed by its time limit. `replayed` is true
    where the command had already run under the same call id and the kept result is returned.
    `whole` is the file inside the sandbox that keeps a long output, up to
    `Limits.kept_output_bytes` of it; an empty text where the output is short.
    """

    exit_code: int | None
    output: str
    seconds: float
    timed_out: bool = False
    truncated: bool = False
    replayed: bool = False
    whole: str = ""


class Sandbox(Protocol):
    """Runs bash commands for conversations, each in a place of its own.

    A conversation keeps its working directory, environment and files between commands.
    """

    name: str
    limits: Limits

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        """Run `command` with bash; run at most once for each `call_id`.

        Calling again with the same call id waits for, or returns, the first run's result.

        Raises:
            SandboxError: the sandbox could not be started or did not answer.
            ResultUnknownError: the first run under this call id was cut off.
        """
        ...

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        """Put a file into the conversation's sandbox, for fixtures and uploads.

        Raises:
            SandboxError: the path is not writable inside the sandbox.
        """
        ...

    def read_file(self, conversation: str, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            SandboxError: there is no such file, or it is larger than 16 MiB.
        """
        ...

    def forget(self, conversation: str) -> None:
        """End the conversation's sandbox and remove its files."""
        ...

    def close(self) -> None:
        """Release the connection; conversations stay, so that a restart finds them."""
        ...
