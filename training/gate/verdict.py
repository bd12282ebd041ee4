"""What the gate finds: checks that passed or failed, and the figures behind them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from training.evaluate.turns import wilson
from training.gate.statistics import Pairs, lower_bound, mcnemar


@dataclass(frozen=True)
class Check:
    """One condition of the gate, and in one sentence how it went."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True)
class Compared:
    """Both builds on the same requests."""

    name: str
    pairs: Pairs

    @property
    def p_value(self) -> float:
        """McNemar's exact two-sided p-value."""
        return mcnemar(self.pairs)

    @property
    def bound(self) -> float:
        """The lower end of the one-sided 95% interval of the difference."""
        return lower_bound(self.pairs)

    def intervals(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The 95% Wilson intervals of the two accuracies, the champion's first."""
        count = self.pairs.count
        return wilson(self.pairs.champion, count), wilson(self.pairs.challenger, count)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON."""
        champion, challenger = self.intervals()
        return {
            "name": self.name,
            **asdict(self.pairs),
            "champion_interval": champion,
            "challenger_interval": challenger,
            "difference": self.pairs.difference,
            "lower_bound": self.bound,
            "p_value": self.p_value,
        }


@dataclass(frozen=True)
class Cost:
    """What a build costs: first turns in seconds (median, p95), peak memory in MB."""

    median: float
    p95: float
    memory: int


@dataclass(frozen=True)
class Verdict:
    """Whether a challenger passes, and why not. `failures` are cases to read, by set.

    `seconds` is how long the gate took; `builds` are name and fingerprint of both.
    """

    champion: str
    challenger: str
    checks: tuple[Check, ...]
    pools: tuple[Compared, ...]
    sets: tuple[Compared, ...]
    costs: tuple[Cost, Cost]
    failures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    builds: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    created: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the challenger."""
        return tuple(check.text for check in self.checks if not check.passed)

    @property
    def tables(self) -> tuple[Compared, ...]:
        """All comparisons: the pools, then the sets."""
        return (*self.pools, *self.sets)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain JSON."""
        return {
            "passed": self.passed,
            "reasons": list(self.reasons),
            "champion": self.champion,
            "challenger": self.challenger,
            "builds": self.builds,
            "checks": [asdict(check) for check in self.checks],
            "pools": [compared.to_json() for compared in self.pools],
            "sets": [compared.to_json() for compared in self.sets],
            "costs": {
                "champion": asdict(self.costs[0]),
                "challenger": asdict(self.costs[1]),
            },
            "failures": {name: list(lines) for name, lines in self.failures.items()},
            "seconds": round(self.seconds, 1),
            "created": self.created,
        }
