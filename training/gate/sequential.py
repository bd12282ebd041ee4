"""An always-valid test of two shares: which of two builds gets more thumbs up.

It may be looked at after every rating and stopped at any time, and is still wrong about which one
is better with a probability of at most `ALPHA`.

The measure of evidence is an e-process, a fortune that cannot grow in expectation while the
hypothesis is true (Shafer, 2021; Ramdas, Grünwald, Vovk and Shafer, 2023). Ratings are taken in
blocks with at least one of each build. With `n` ratings of one build and `m` of the other, a guess
(p, q) of the two shares multiplies the fortune by the likelihood of the block under (p, q) over
that under their common share (n p + m q) / (n + m): the E-variable for two proportions of Turner,
Ly and Grünwald (2024, "Generic E-variables for exact sequential k-sample tests that allow for
optional stopping"). For p < q its expectation is at most 1 whenever the true shares are equal or
the other way round. The fortunes of all guesses on a grid are averaged, which is Robbins' method of
mixtures (1970) where Wald (1945) had one guess. By Ville's inequality (1939) a fortune of 1 reaches
1/alpha with a probability of at most alpha, however long one looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["challenger better", "challenger worse", "not decided"]

ALPHA = 0.05
"""Chance of naming the wrong one better, of both directions together."""
_GRID = np.arange(0.025, 1.0, 0.05)
"""Guesses of a share: 20 from 0.025 to 0.975."""


@dataclass(frozen=True)
class Rated:
    """One rated conversation: whose answer it was, and whether it was liked."""

    challenger: bool
    up: bool


@dataclass(frozen=True)
class Evidence:
    """What ratings say. `better` and `worse` are the fortunes against "not better", "not worse".

    `up` and `rated` count thumbs of champion and challenger, in this order.
    """

    verdict: Verdict
    better: float
    worse: float
    up: tuple[int, int]
    rated: tuple[int, int]
    needed: float

    @property
    def p_value(self) -> float:
        """The always-valid p-value of "they are the same", two-sided."""
        return min(1.0, 2.0 / max(self.better, self.worse))


class Watch:
    """Takes ratings one at a time, in the order in which they came.

    What was decided once stays decided, as the test allows.

    >>> watch = Watch()
    >>> for _ in range(30):
    ...     _ = watch.add(Rated(True, True)), watch.add(Rated(False, False))
    >>> watch.evidence().verdict
    'challenger better'
    """

    def __init__(self, alpha: float = ALPHA) -> None:
        """Start with nothing known.

        Raises:
            ValueError: `alpha` is not between 0 and 1.
        """
        if not 0 < alpha < 1:
            raise ValueError(f"alpha is {alpha}; give a number between 0 and 1, like 0.05")
        self._needed = 2 / alpha  # two directions share the error
        self._log = np.zeros((2, _LOW.size))
        self._block = np.zeros((2, 2), dtype=np.int64)  # champion, challenger: down, up
        self._seen = np.zeros((2, 2), dtype=np.int64)
        self._verdict: Verdict = "not decided"

    def add(self, rated: Rated) -> Verdict:
        """Take one rating and return what is known then."""
        self._block[int(rated.challenger), int(rated.up)] += 1
        self._seen[int(rated.challenger), int(rated.up)] += 1
        if self._block.sum(axis=1).all():
            self._log += np.stack([_gain(self._block), _gain(self._block[::-1])])
            self._block[:] = 0
            if self._verdict == "not decided":
                better, worse = self._fortunes()
                if better >= self._needed:
                    self._verdict = "challenger better"
                elif worse >= self._needed:
                    self._verdict = "challenger worse"
        return self._verdict

    def evidence(self) -> Evidence:
        """Return what is known so far."""
        better, worse = self._fortunes()
        rated = self._seen.sum(axis=1)
        return Evidence(
            self._verdict,
            better,
            worse,
            (int(self._seen[0, 1]), int(self._seen[1, 1])),
            (int(rated[0]), int(rated[1])),
            self._needed,
        )

    def _fortunes(self) -> tuple[float, float]:
        top = self._log.max(axis=1)
        mean = np.exp(self._log - top[:, None]).mean(axis=1)
        better, worse = np.exp(np.minimum(top, 500.0)) * mean
        return float(better), float(worse)


def watch(ratings: Iterable[Rated], alpha: float = ALPHA) -> Evidence:
    """Return what ratings say, in the order in which they came."""
    taken = Watch(alpha)
    for rated in ratings:
        taken.add(rated)
    return taken.evidence()


def _guesses() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = np.meshgrid(_GRID, _GRID)
    below = low < high
    return low[below], high[below]


_LOW, _HIGH = _guesses()
"""All pairs of guesses in which the second build is the better one; shape (pairs,)."""


def _gain(block: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log growth of each guess that the second row of a block is better."""
    sizes = block.sum(axis=1)
    common = (sizes[0] * _LOW + sizes[1] * _HIGH) / sizes.sum()
    gain: NDArray[np.float64] = (
        block[0, 1] * np.log(_LOW / common)
        + block[0, 0] * np.log((1 - _LOW) / (1 - common))
        + block[1, 1] * np.log(_HIGH / common)
        + block[1, 0] * np.log((1 - _HIGH) / (1 - common))
    )
    return gain
