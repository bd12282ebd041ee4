"""The test by ratings: its error under optional stopping, its power, its exactness."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from training.gate.sequential import _HIGH, _LOW, Rated, Watch, _gain, watch


def stream(seed: int, champion: float, challenger: float, share: float, count: int) -> list[Rated]:
    random = np.random.default_rng(seed)
    arms = random.random(count) < share
    ups = random.random(count) < np.where(arms, challenger, champion)
    return [Rated(bool(arm), bool(up)) for arm, up in zip(arms, ups, strict=True)]


def decided(ratings: list[Rated], alpha: float = 0.05) -> tuple[str, int]:
    """Look after every rating and stop at the first decision."""
    taken = Watch(alpha)
    for number, rated in enumerate(ratings, 1):
        verdict = taken.add(rated)
        if verdict != "not decided":
            return verdict, number
    return "not decided", len(ratings)


@pytest.mark.parametrize(("true", "share"), [(0.2, 0.5), (0.5, 0.2), (0.9, 0.5)])
def test_looking_after_every_rating_keeps_the_error_under_alpha(true: float, share: float):
    runs = 100
    wrong = sum(
        decided(stream(seed, true, true, share, 300))[0] != "not decided" for seed in range(runs)
    )
    # With an error of exactly alpha, more than 13 of 100 would happen in one of 2,000 tries.
    assert wrong <= 13, f"{wrong} of {runs} equal pairs were told apart"


def test_a_fixed_sample_test_looked_at_as_often_would_not_keep_it():
    """The simulation can see a test that does not hold: a z-test after every rating."""
    wrong = 0
    for seed in range(100):
        counts = np.zeros((2, 2))
        for rated in stream(seed, 0.5, 0.5, 0.5, 300):
            counts[int(rated.challenger), int(rated.up)] += 1
            sizes = counts.sum(axis=1)
            if sizes.min() < 5:
                continue
            pooled = counts[:, 1].sum() / sizes.sum()
            error = math.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / sizes).sum())
            if abs(counts[0, 1] / sizes[0] - counts[1, 1] / sizes[1]) > 1.96 * error:
                wrong += 1
                break
    assert wrong > 20


@pytest.mark.parametrize(("size", "other"), [(1, 1), (1, 4), (3, 2)])
@pytest.mark.parametrize(("p", "q"), [(0.5, 0.5), (0.7, 0.7), (0.05, 0.05), (0.8, 0.3), (0.3, 0.2)])
def test_no_guess_gains_in_expectation_while_the_hypothesis_is_true(
    size: int, other: int, p: float, q: float
):
    """Summed over all outcomes of a block, exactly: the challenger is not better (q <= p)."""
    expected = np.zeros(_LOW.size)
    for ups in itertools.product(range(size + 1), range(other + 1)):
        block = np.array([[size - ups[0], ups[0]], [other - ups[1], ups[1]]])
        chance = math.comb(size, ups[0]) * p ** ups[0] * (1 - p) ** (size - ups[0])
        chance *= math.comb(other, ups[1]) * q ** ups[1] * (1 - q) ** (other - ups[1])
        expected += chance * np.exp(_gain(block))
    assert expected.max() <= 1 + 1e-12
    assert (_LOW < _HIGH).all()


def test_a_real_difference_is_found_in_the_right_direction():
    found = [decided(stream(seed, 0.5, 0.85, 0.5, 400)) for seed in range(40)]
    assert sum(verdict == "challenger better" for verdict, _ in found) >= 38
    assert sorted(number for _, number in found)[20] < 150
    worse = [decided(stream(seed, 0.85, 0.4, 0.2, 400))[0] for seed in range(20)]
    assert worse.count("challenger worse") >= 18


def test_what_is_decided_stays_decided():
    ratings = stream(1, 0.1, 0.95, 0.5, 100) + stream(2, 0.9, 0.1, 0.5, 400)
    assert watch(ratings).verdict == "challenger better"


def test_one_build_alone_decides_nothing():
    evidence = watch([Rated(True, True)] * 500)
    assert (evidence.verdict, evidence.better, evidence.worse) == ("not decided", 1.0, 1.0)
    assert evidence.p_value == 1.0 and evidence.rated == (0, 500)
    assert watch([]).verdict == "not decided"


def test_the_evidence_counts_thumbs():
    evidence = watch(
        [Rated(True, True), Rated(False, False), Rated(False, True), Rated(True, True)]
    )
    assert (evidence.up, evidence.rated) == ((1, 2), (2, 2))
    assert evidence.better > 1 > evidence.worse


@pytest.mark.parametrize("alpha", [0, 1, -1, float("nan")])
def test_an_error_that_is_none_is_refused(alpha: float):
    with pytest.raises(ValueError, match="alpha"):
        Watch(alpha)
