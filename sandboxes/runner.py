"""How drivers talk to the script `runner.sh`, which runs inside every sandbox."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sandboxes import CommandResult, Limits, ResultUnknownError, SandboxError

FILE_BYTES = 16 * 1024 * 1024
COMMAND_BYTES = 1_000_000
LONG_OUTPUT = 4_000
"""Bytes; a longer output is kept in a file inside, so that a model can read its middle."""
# The environment of a first command. Pagers would wait for a key that never comes.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/home/mica",
    "USER": "mica",
    "LOGNAME": "mica",
    "SHELL": "/bin/bash",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "MANWIDTH": "80",
}


RUNNER = ("bash", "-c", 'eval "$MICA_RUNNER"', "mica")


COPYING = frozenset({"pack", "unpack", "scan", "take", "restore"})
"""Requests that are in `copying.sh`."""


@cache
def script(request: str = "") -> str:
    """Return the text that `RUNNER` expects in the variable MICA_RUNNER for a request."""
    folder = importlib.resources.files("sandboxes")
    runner = folder.joinpath("runner.sh").read_text("utf-8")
    if request in COPYING:
        return folder.joinpath("copying.sh").read_text("utf-8") + runner
    return runner


@dataclass(frozen=True)
class Reply:
    """The runner's answer. `total` is how many bytes a command wrote; `body` may be fewer."""

    status: str
    exit_code: int
    seconds: float
    total: int
    body: bytes


class NoReplyError(Exception):
    """The runner was killed before it answered; asking again under the same call id is safe."""


def parse_reply(data: bytes) -> Reply:
    """Read what the runner wrote.

    Raises:
        NoReplyError: the answer is missing or cut.
    """
    header, newline, body = data.partition(b"\n")
    words = header.split()
    if not newline or len(words) != 6 or words[0] != b"mica":
        raise NoReplyError(data[:200].decode("utf-8", "replace"))
    try:
        code, micros, total, size = (int(word) for word in words[2:])
    except ValueError as error:
        raise NoReplyError(header.decode("utf-8", "replace")) from error
    if len(body) != size:
        raise NoReplyError(f"{len(body)} of {size} bytes arrived")
    return Reply(words[1].decode(), code, micros / 1e6, total, body)


def key(text: str) -> str:
    """Return a name for `text` that is safe in paths and container names (24 hex digits).

    What follows a NUL is kept as an ending: the name of a place beside the conversation's own.
    """
    text, _, role = text.partition("\0")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{digest}-{role}" if role else digest


def state_mb(limits: Limits) -> int:
    """Return what the runner's own files may take, in MiB.

    It keeps 50 outputs, 4 long ones whole, and one in the making.
    """
    return 8 + (50 * limits.output_bytes + 5 * limits.kept_output_bytes) // 2**20


def whole_output(call_id: str) -> str:
    """Return the file inside the sandbox where the long output of a call is kept."""
    return f"/run/mica/outputs/{key(call_id)[:12]}.txt"


class ScriptedSandbox(ABC):
    """A `Sandbox` whose driver only has to start the runner; everything else is shared."""

    name: str
    limits: Limits

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._locks: dict[str, threading.RLock] = {}
        self._locks_guard = threading.Lock()

    @abstractmethod
    def invoke(
        self, conversation: str, request: Sequence[str], stdin: bytes, seconds: float, most: int
    ) -> bytes:
        """Start the runner with `request` as its arguments; return what it wrote to stdout.

        Ends after `seconds`, or once more than `most` bytes came, with what there is.

        Raises:
            SandboxError: the sandbox could not be started.
        """

    @abstractmethod
    def recover(self, conversation: str) -> bool:
        """End whatever runs in the conversation's sandbox, after a missing answer.

        Return whether it is still the same one, so that asking again cannot run twice.
        """

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        """Run `command` with bash, at most once for each `call_id`. See `Sandbox.run`."""
        data = command.encode("utf-8", "surrogateescape")
        if b"\0" in data or len(data) > COMMAND_BYTES:
            raise SandboxError(
                f"a command has no NUL and at most {COMMAND_BYTES} bytes; put more in a file"
            )
        limit = self.limits.seconds if seconds is None else seconds
        whole = max(1, math.ceil(limit))
        size = self.limits.output_bytes
        reply = self._ask(
            conversation,
            ("run", key(call_id), str(whole), str(size), str(len(data)), *self._keeping()),
            data,
            # The time limit inside, its grace, and as much again for one command ahead of it.
            2 * whole + 30.0,
            size,
        )
        return self._result(reply, whole, call_id)

    def _keeping(self) -> tuple[str, str]:
        limits = self.limits
        return str(LONG_OUTPUT), str(max(limits.kept_output_bytes, limits.output_bytes))

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        """Put a file into the conversation's sandbox. See `Sandbox.write_file`."""
        self._ask(conversation, ("write", path, str(len(data))), data, 60.0, 0)

    def read_file(self, conversation: str, path: str) -> bytes:
        """Return a file's bytes. See `Sandbox.read_file`."""
        return self._ask(conversation, ("read", path, str(FILE_BYTES)), b"", 60.0, FILE_BYTES).body

    @contextlib.contextmanager
    def alone(self, conversation: str) -> Iterator[None]:
        """Hold the conversation: one request at a time."""
        with self._locks_guard:
            lock = self._locks.setdefault(conversation, threading.RLock())
        with lock:
            yield

    def _ask(
        self, conversation: str, request: Sequence[str], stdin: bytes, seconds: float, most: int
    ) -> Reply:
        problem = ""
        with self.alone(conversation):
            for _ in range(2):
                data = self.invoke(conversation, request, stdin, seconds, most + 4096)
                try:
                    return self._checked(parse_reply(data))
                except NoReplyError as error:
                    problem = str(error)
                    if not self.recover(conversation):
                        raise ResultUnknownError(
                            "the sandbox ended while it was asked, and its files are lost; what "
                            "the command did is unknown. The next command gets a new sandbox"
                        ) from error
        raise SandboxError(
            f"the sandbox did not answer ({problem or 'nothing came back'}); it was cleaned up, "
            "try again"
        )

    @staticmethod
    def _checked(reply: Reply) -> Reply:
        text = reply.body.decode("utf-8", "replace")
        if reply.status in ("done", "replayed"):
            return reply
        if reply.status == "unknown":
            raise ResultUnknownError(
                f"the result is unknown: {text}. It is not run again by itself; look at what it "
                "left behind and ask anew"
            )
        raise SandboxError(text)

    def _result(self, reply: Reply, limit: float, call_id: str) -> CommandResult:
        left_out = reply.total - len(reply.body)
        text = reply.body.decode("utf-8", "replace")
        if left_out > 0:
            half = self.limits.output_bytes - self.limits.output_bytes // 2
            head = reply.body[:half].decode("utf-8", "replace")
            tail = reply.body[half:].decode("utf-8", "replace")
            text = f"{head}\n[... {left_out:,} bytes left out ...]\n{tail}"
        timed_out = reply.exit_code in (124, 137) and reply.seconds >= limit
        return CommandResult(
            exit_code=None if timed_out else reply.exit_code,
            output=text,
            seconds=reply.seconds,
            timed_out=timed_out,
            truncated=left_out > 0,
            replayed=reply.status == "replayed",
            whole=whole_output(call_id) if reply.total > LONG_OUTPUT else "",
        )
