"""The gate's statistics against brute force and known values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from training.gate.statistics import Z_ONE_SIDED, Pairs, _score, lower_bound, mcnemar, pairs_of

TABLES = [Pairs(60, 3, 5, 32), Pairs(10, 0, 4, 6), Pairs(40, 9, 1, 50), Pairs(0, 2, 0, 3)]


def test_outcomes_are_counted():
    pairs = pairs_of([(True, True)] * 3 + [(True, False)] + [(False, True)] * 2)
    assert pairs == Pairs(3, 1, 2, 0)
    assert (pairs.champion, pairs.challenger, pairs.count) == (4, 5, 6)
    assert pairs.difference == pytest.approx(1 / 6)


@pytest.mark.parametrize(("lost", "gained"), list(itertools.product(range(6), range(6))))
def test_mcnemar_is_the_binomial_test(lost: int, gained: int):
    """Summed over all outcomes of fair coins that are no likelier in either direction."""
    n = lost + gained
    extreme = abs(lost - gained)
    chance = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= extreme) / 2**n
    assert mcnemar(Pairs(5, lost, gained, 5)) == pytest.approx(chance)


def restricted(pairs: Pairs, difference: float) -> float:
    """Return the likeliest share of lost requests under a difference, by trying all of them."""
    lost = np.linspace(max(0.0, -difference), (1 - difference) / 2, 400_001)[1:-1]
    gained, same = lost + difference, 1 - 2 * lost - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = (
            pairs.champion_only * np.log(lost)
            + pairs.challenger_only * np.log(gained)
            + (pairs.both + pairs.neither) * np.log(same)
        )
    return float(lost[np.nanargmax(likelihood)])


@pytest.mark.parametrize("pairs", TABLES)
@pytest.mark.parametrize("difference", [-0.3, -0.1, -0.02, 0.05])
def test_the_score_uses_the_likeliest_shares(pairs: Pairs, difference: float):
    lost = restricted(pairs, difference)
    n = pairs.count
    variance = n * (2 * lost + difference * (1 - difference))
    distance = pairs.challenger_only - pairs.champion_only - n * difference
    assert _score(pairs, difference) == pytest.approx(distance / math.sqrt(variance), rel=1e-3)


@pytest.mark.parametrize("pairs", TABLES)
def test_the_bound_is_where_the_score_is_rejected(pairs: Pairs):
    bound = lower_bound(pairs)
    assert bound < pairs.difference
    assert _score(pairs, bound + 1e-6) <= Z_ONE_SIDED <= _score(pairs, bound - 1e-6)


def test_equal_builds_need_enough_requests():
    """With no difference at all, n requests show one below m where n m / (1 - m) > z^2."""
    assert lower_bound(Pairs(both=100)) > -0.08
    assert lower_bound(Pairs(both=25)) < -0.08
    assert lower_bound(Pairs(both=40, neither=60)) == lower_bound(Pairs(both=100))
    assert lower_bound(Pairs()) == -1.0


def test_the_interval_covers_as_often_as_it_says():
    random = np.random.default_rng(5)
    lost, gained, n, runs = 0.12, 0.06, 100, 2000
    shares = [0.5, lost, gained, 0.5 - lost - gained]
    below = sum(
        lower_bound(Pairs(*(int(count) for count in table))) <= gained - lost
        for table in random.multinomial(n, shares, size=runs)
    )
    assert 0.93 < below / runs < 0.975
