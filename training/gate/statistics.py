"""The statistics of paired outcomes: is the challenger worse, and by how much at most."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

Z_ONE_SIDED = 1.6448536269514722
"""The 95% quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Pairs:
    """Outcomes of the same requests: how many each build got right, alone or both."""

    both: int = 0
    champion_only: int = 0
    challenger_only: int = 0
    neither: int = 0

    @property
    def count(self) -> int:
        """The number of requests."""
        return self.both + self.champion_only + self.challenger_only + self.neither

    @property
    def champion(self) -> int:
        """How many the champion got right."""
        return self.both + self.champion_only

    @property
    def challenger(self) -> int:
        """How many the challenger got right."""
        return self.both + self.challenger_only

    @property
    def difference(self) -> float:
        """The challenger's share of right answers minus the champion's."""
        lead = self.challenger_only - self.champion_only
        return lead / self.count if self.count else 0.0


def pairs_of(outcomes: Iterable[tuple[bool, bool]]) -> Pairs:
    """Count (champion, challenger) outcomes.

    >>> pairs_of([(True, True), (True, False), (False, False)])
    Pairs(both=1, champion_only=1, challenger_only=0, neither=1)
    """
    found = list(outcomes)
    return Pairs(*(found.count(kind) for kind in _KINDS))


_KINDS = ((True, True), (True, False), (False, True), (False, False))


def mcnemar(pairs: Pairs) -> float:
    """Return the two-sided p-value of McNemar's test, exact (McNemar, 1947; binomial form).

    Of the requests that only one build got right, half should be either's.

    >>> mcnemar(Pairs(champion_only=6, challenger_only=0))
    0.03125
    """
    less, more = sorted((pairs.champion_only, pairs.challenger_only))
    total = less + more
    if total == 0:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(less + 1))
    return min(1.0, float(2 * tail / 2**total))


def lower_bound(pairs: Pairs, z: float = Z_ONE_SIDED) -> float:
    """Return the lower end of the one-sided score interval of the paired difference.

    Tango (1998, Statistics in Medicine 17, 891-908): the smallest difference that the score test
    with the restricted maximum-likelihood estimate does not reject. -1 where there is nothing.
    """
    if pairs.count == 0:
        return -1.0
    low, high = -1.0, pairs.difference
    for _ in range(60):
        middle = (low + high) / 2
        if _score(pairs, middle) > z:
            low = middle
        else:
            high = middle
    return high


def _score(pairs: Pairs, difference: float) -> float:
    """Return Tango's statistic for the hypothesis of this true difference."""
    n, gained, lost = pairs.count, pairs.challenger_only, pairs.champion_only
    a = 2 * n
    b = -gained - lost + (2 * n - gained + lost) * difference
    c = -lost * difference * (1 - difference)
    restricted = (math.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = n * (2 * restricted + difference * (1 - difference))
    distance = gained - lost - n * difference
    if variance <= 1e-12:
        return math.inf if distance > 1e-9 else 0.0
    return distance / math.sqrt(variance)
