"""Who answers: the champion, and beside it a challenger for a share of the conversations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["champion", "challenger"]


@dataclass(frozen=True)
class Champion:
    """One entry of the history: since when a build answers, and what made it the champion."""

    name: str
    since: str
    how: str


@dataclass(frozen=True)
class Standing:
    """The champion, the challenger (None: there is none), its share (0 to 1) and its start.

    Times are ISO 8601 in UTC.
    """

    champion: str
    challenger: str | None = None
    share: float = 0.0
    since: str = ""

    def assign(self, thread: str, held: str | None = None) -> str:
        """Return the build that a conversation's next turn is answered with.

        A conversation keeps the build it has (`held`) while that is champion or challenger. One
        that is new goes to the challenger by a hash of its id and the challenger's name, so that
        every process says the same, and the next challenger gets other conversations.
        """
        if held is not None and held in (self.champion, self.challenger):
            return held
        if self.challenger is not None and draw(thread, self.challenger) < self.share:
            return self.challenger
        return self.champion

    def role(self, name: str) -> Role | None:
        """Return what a build is at present; None where it is neither."""
        if name == self.champion:
            return "champion"
        return "challenger" if name == self.challenger else None


def draw(thread: str, challenger: str) -> float:
    """Return a number in [0, 1) that is fixed for a conversation and a challenger."""
    digest = hashlib.sha256(f"{challenger}\n{thread}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def read(champion: str, challenge: Mapping[str, Any] | None) -> Standing:
    """Return the standing from what the registry's file says of a challenge.

    Raises:
        KeyError, TypeError, ValueError: it is not as it should be.
    """
    if not challenge:
        return Standing(champion)
    share = float(challenge["share"])
    return Standing(champion, str(challenge["name"]), share, str(challenge["since"]))
