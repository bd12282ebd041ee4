"""What the conformance checks share: a conversation to try things in, and how a check ended."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sandboxes import CommandResult, Sandbox

Status = Literal["ok", "not held", "broken"]
PATIENCE = 25.0
"""Seconds that a busy machine may take for what takes none on an idle one."""
ORPHANS = "grep -ls '^PPid:.1$' /proc/[0-9]*/status | wc -l"


@dataclass(frozen=True)
class CheckResult:
    """How one check went; `promise` is one sentence.

    `status` is `not held` where the driver does not make this promise: `problem` then says why,
    and what was seen. `problem` is empty where the promise holds.
    """

    name: str
    promise: str
    status: Status
    problem: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no promise that the driver makes is broken."""
        return self.status != "broken"


class Probe:
    """A conversation in a sandbox, with short names for what checks do."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.conversation = f"conformance-{uuid.uuid4().hex}"

    def run(self, command: str, seconds: float = PATIENCE) -> CommandResult:
        """Run a command under a new call id."""
        return self.sandbox.run(
            command, conversation=self.conversation, call_id=uuid.uuid4().hex, seconds=seconds
        )

    def expect(self, command: str, output: str) -> str | None:
        """Return what is wrong unless `command` writes exactly `output`."""
        got = self.run(command).output.strip()
        return None if got == output else f"`{command}` gave {got[:300]!r}, not {output!r}"

    @cached_property
    def orphans(self) -> str:
        """How many processes of an unused sandbox have no parent inside, as a text."""
        fresh = Probe(self.sandbox)
        try:
            return fresh.run(ORPHANS).output.strip()
        finally:
            self.sandbox.forget(fresh.conversation)

    def still_works(self) -> str | None:
        """Return what is wrong unless nothing was left running and the next command works soon."""
        started = time.monotonic()
        got = self.run(f"echo alive; {ORPHANS}").output.split()
        took = time.monotonic() - started
        if got[:1] != ["alive"]:
            return f"the next command gave {got!r}"
        if got[1:] != [self.orphans]:
            return f"{got[1:]} processes without a parent are left, not {self.orphans}"
        return f"the next command took {took:.1f} s" if took > PATIENCE else None


Check = Callable[[Probe], str | None]
