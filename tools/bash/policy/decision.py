"""What the command policy says of a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["allow", "ask", "refuse"]


@dataclass(frozen=True)
class Decision:
    """A verdict with its evidence. The policy does no I/O; someone else asks the person.

    `summary` is one sentence a person understands. `reasons` says, most important first,
    why the command is not simply allowed (empty for allow). `programs` are all programs
    that would run, `reads` and `writes` the paths named.
    """

    verdict: Verdict
    summary: str
    reasons: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    network: bool = False
    privilege: bool = False
