"""How one build did on one case, as the processes of the gate tell it to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """One case: its set, its id there, whether it passed and why not, what the build did.

    `seconds` is the time of the first turn, 0 where no time is taken. `group` tells cases of a set
    apart in the report.
    """

    set: str
    id: str
    passed: bool
    why: str = ""
    did: str = ""
    seconds: float = 0.0
    group: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What names the case."""
        return self.set, self.id

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Read what `to_json` wrote."""
        return cls(**data)
