"""Counts that chance makes of expected deaths, against sums over all counts done in another way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scenarios.poisson_mixtures import (
    change_interval,
    count_interval,
    differences,
    least_detectable,
    shown,
)

RNG = np.random.default_rng(5)
FEW, SOME, MANY = (mean * RNG.lognormal(0.0, 0.2, 12) for mean in (0.8, 40.0, 6000.0))
NONE = np.zeros(12)


@pytest.mark.parametrize(
    ("before", "after"),
    [(FEW, NONE), (FEW, FEW[::-1]), (SOME, NONE), (SOME, 0.7 * SOME), (MANY, NONE), (MANY, 0.9 * MANY), (NONE, SOME)],
)  # fmt: skip
def test_probabilities_of_a_difference_are_those_of_skellam_summed_over_draws(
    before: np.ndarray, after: np.ndarray
) -> None:
    first, chances = differences(before, after)
    k = first + np.arange(chances.size)
    # scipy asks for two means above nought
    each = stats.skellam.cdf(k[:, None], np.maximum(before, 1e-100), np.maximum(after, 1e-100))
    assert np.cumsum(chances) == pytest.approx(each.mean(axis=1), abs=1e-11)


@pytest.mark.parametrize("expected", [FEW, SOME, MANY])
def test_an_interval_of_a_count_leaves_at_most_one_in_forty_out_on_either_side(expected: np.ndarray) -> None:
    low, high = count_interval(expected)

    def below(k: int) -> float:
        return float(stats.poisson.cdf(k, expected).mean())

    assert below(low - 1) <= 0.025 < below(low)
    assert below(high - 1) < 0.975 <= below(high) + 1e-12


def test_an_interval_of_one_mean_is_that_of_the_poisson_distribution() -> None:
    assert count_interval(np.array([100.0])).tolist() == stats.poisson.ppf([0.025, 0.975], 100).tolist()
    # of a mean of 4, exp(-4) = 1.8% are none, and 2.1% are above 8
    assert count_interval(np.array([4.0])).tolist() == [1, 8]


def test_of_no_deaths_none_are_counted() -> None:
    assert count_interval(NONE).tolist() == [0, 0]
    assert change_interval(NONE, NONE).tolist() == [0, 0]


def test_a_difference_the_other_way_round_has_the_interval_mirrored() -> None:
    low, high = change_interval(MANY, 0.9 * MANY)
    assert change_interval(0.9 * MANY, MANY).tolist() == [-high, -low]


def test_a_fall_is_shown_where_the_exact_interval_of_the_ratio_excludes_one() -> None:
    """All pairs of counts of which the exact interval of the binomial share excludes one half."""
    falls = [
        (first, second)
        for first in range(26)
        for second in range(first)
        if stats.binomtest(first, first + second).proportion_ci(method="exact").low > 0.5
    ]
    first, second = np.array(falls).T
    for before, after in ((7.0, 3.0), (5.0, 5.0), (3.0, 0.0)):
        by_hand = (stats.poisson.pmf(first, before) * stats.poisson.pmf(second, after)).sum()
        assert shown(np.array([before]), np.array([after]))[0] == pytest.approx(by_hand, abs=1e-6)


def test_that_a_fall_is_shown_is_summed_to_a_thousandth_over_draws() -> None:
    """Of large counts every few are summed; here all are, first given second."""
    after = 0.93 * MANY
    counts = np.arange(3000, 10_000)
    # the least first count whose upper tail among both is at most 2.5%
    needed = stats.nbinom.isf(0.025, counts + 1, 0.5) + 1
    assert (stats.binom.sf(needed - 1, counts + needed, 0.5) <= 0.025).all()
    assert (stats.binom.sf(needed - 2, counts + needed - 1, 0.5) > 0.025).all()
    every = [
        (stats.poisson.pmf(counts, a) * stats.poisson.sf(needed - 1, b)).sum()
        for a, b in zip(after, MANY, strict=True)
    ]
    assert shown(MANY, after).mean() == pytest.approx(np.mean(every), abs=1e-3)


@pytest.mark.parametrize("expected", [FEW, SOME, MANY])
def test_where_nothing_falls_at_most_one_in_forty_shows_a_fall(expected: np.ndarray) -> None:
    assert (shown(expected, expected) <= 0.025 + 1e-3).all()
    assert shown(expected, expected).mean() <= 0.025


def test_the_least_change_is_shown_with_the_power_asked_for() -> None:
    for expected in (SOME, MANY):
        share = least_detectable(expected, expected)
        assert share is not None
        assert shown(expected, expected * (1 - share)).mean() == pytest.approx(0.8, abs=1e-3)
    # the usual approximation by normal distributions: 1.96 and 0.84 standard errors
    alone = np.array([10_000.0])
    assert least_detectable(alone, alone) == pytest.approx((1.960 + 0.842) * np.sqrt(2 / 10_000), rel=0.03)


def test_of_few_deaths_no_change_is_shown_with_that_power() -> None:
    assert least_detectable(FEW, FEW) is None
