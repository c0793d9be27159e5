"""Measures on arrays: indices of inequality beside an independent regression, intervals beside published ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, poisson
from statsmodels.regression.linear_model import WLS

from simcore.measures import (
    fifths,
    gap,
    gradient,
    per_unit,
    poisson_interval,
    pooled,
    rate,
    ratio,
    relative_ranks,
)


def by_regression(deaths: np.ndarray, births: np.ndarray) -> tuple[float, float]:
    """Slope and relative index by a library's weighted regression: ends of the line at ranks 0 and 1."""
    ranks = (births.cumsum() - births / 2) / births.sum()
    line = WLS(1000 * deaths / births, np.stack([np.ones(ranks.size), ranks], axis=1), weights=births).fit()
    most, least = line.predict([[1.0, 0.0], [1.0, 1.0]])
    return most - least, most / least


def test_sii_and_rii_are_those_of_a_weighted_regression_done_by_a_library() -> None:
    rng = np.random.default_rng(1)
    births = rng.uniform(100, 90_000, (50, 10))
    deaths = births * np.linspace(0.006, 0.003, 10) * rng.uniform(0.8, 1.2, (50, 10))
    found = gradient(deaths, births)
    by_hand = np.array([by_regression(*both) for both in zip(deaths, births, strict=True)])
    assert found.sii == pytest.approx(by_hand[:, 0], rel=1e-9)
    assert found.rii == pytest.approx(by_hand[:, 1], rel=1e-9)
    # planted: without the weights the two part by more than any rounding
    plain = gradient(deaths / births, np.ones((50, 10)))
    assert np.abs(plain.sii - by_hand[:, 0]).min() > 1e-6


def test_ranks_are_those_of_the_published_worked_example() -> None:
    """PHEindicatormethods, phe_sii: a first group of 12% stands at 0.12 / 2, a second of 10% at 0.12 + 0.10 / 2."""
    assert relative_ranks(np.array([0.12, 0.10, 0.78]))[:2] == pytest.approx([0.06, 0.17], abs=1e-15)


def test_a_straight_gradient_has_the_slope_it_was_made_with_whatever_the_size_of_the_groups() -> None:
    births = np.array([5.0, 1.0, 3.0, 9.0, 2.0]) * 1000
    made = 6.0 - 3.5 * relative_ranks(births)
    found = gradient(made * births / 1000, births)
    assert (found.sii, found.rii) == pytest.approx((3.5, 6.0 / 2.5), rel=1e-12)


def test_equal_rates_are_no_inequality() -> None:
    births = np.array([5.0, 1.0, 3.0, 9.0, 2.0])
    found = gradient(0.004 * births, births)
    assert found.sii == pytest.approx(0.0, abs=1e-12)
    assert found.rii == pytest.approx(1.0, rel=1e-12)


def test_a_group_without_births_is_as_though_it_were_not_there() -> None:
    births, deaths = np.array([10.0, 0.0, 20.0, 30.0]), np.array([4.0, 0.0, 5.0, 6.0])
    some = births > 0
    without = gradient(deaths[some], births[some])
    assert np.array(gradient(deaths, births)) == pytest.approx(np.array(without), rel=1e-12)
    assert without.rii > 1
    assert np.isnan(rate(deaths, births)[1])


def test_an_index_that_does_not_exist_is_not_a_number_and_never_an_error() -> None:
    births = np.array([10.0, 10.0])
    nobody_dies = gradient(np.zeros(2), births)
    assert nobody_dies.sii == 0.0
    assert np.isnan(nobody_dies.rii)
    assert np.isnan(gradient(np.array([1.0, 0.0]), np.array([10.0, 0.0]))).all()
    assert np.isnan(gradient(np.zeros(3), np.zeros(3))).all()
    # the line falls below zero before the least deprived: no ratio means anything
    steep = gradient(np.array([9.0, 0.0]), births)
    assert steep.sii > 0
    assert np.isnan(steep.rii)
    assert np.isnan(ratio(np.array(1.0), np.array(0.0)))


def test_gaps_are_difference_and_ratio() -> None:
    found = gap(np.array([6.0, 5.0]), np.array([2.0, 0.0]))
    assert found.absolute.tolist() == [4.0, 5.0]
    assert found.relative[0] == 3.0
    assert np.isnan(found.relative[1])
    assert fifths(np.ones((2, 10))).tolist() == [[2.0] * 5] * 2


def test_pooled_years_roll_and_are_none_where_years_are_too_few() -> None:
    assert pooled(np.array([[1.0, 2.0, 3.0, 4.0]])).tolist() == [[6.0, 9.0]]
    assert pooled(np.ones((3, 2))).shape == (3, 0)


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        # deaths from horse kicks, 196 in 280 corps-years (manual of DescTools, PoissonCI, method exact)
        (196, 280.0, 0.6054271, 0.8051570),
        # no death at all (manual of epitools, pois.exact)
        (0, 1.0, 0.0, 3.689),
    ],
)
def test_poisson_intervals_are_the_published_ones(count: int, base: float, low: float, high: float) -> None:
    found = poisson_interval(np.array(float(count)))
    digits = 3 if count == 0 else 7
    assert [round(float(end) / base, digits) for end in found] == [low, high]


def test_poisson_intervals_are_the_chi_square_form_and_leave_a_fortieth_beyond_each_end() -> None:
    counts = np.arange(1, 400, 7)
    low, high = poisson_interval(counts)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * counts) / 2, rel=1e-10)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * (counts + 1)) / 2, rel=1e-10)
    assert poisson.sf(counts - 1, low) == pytest.approx(0.025, rel=1e-8)
    assert poisson.cdf(counts, high) == pytest.approx(0.025, rel=1e-8)
    # between two counts it is between theirs
    (before, there, after) = (poisson_interval(np.array(at)) for at in (10.0, 10.4, 11.0))
    assert before[0] < there[0] < after[0]
    assert before[1] < there[1] < after[1]


def test_a_number_needed_is_turned_over_from_what_is_gained_for_each() -> None:
    gained = np.linspace(10.0, 30.0, 1001)
    found = per_unit(np.full(1001, 6000.0), gained)
    assert found.value == pytest.approx(6000 / 20)
    low, high = np.quantile(gained / 6000, [0.025, 0.975])
    assert found.interval95 == pytest.approx((1 / high, 1 / low))
    assert found.p_none == 0.0


def test_a_number_needed_has_no_upper_bound_where_nothing_may_be_gained() -> None:
    """Planted: quantiles of the ratio itself would be two finite ends, one of them below 0."""
    rng = np.random.default_rng(2)
    gained = rng.normal(1.0, 1.0, 4000)
    found = per_unit(np.full(4000, 100.0), gained)
    assert found.interval95 is not None
    assert found.interval95[1] is None
    assert found.interval95[0] == pytest.approx(100 / np.quantile(gained, 0.975))
    assert found.p_none == pytest.approx((gained <= 0).mean())
    assert 0.1 < found.p_none < 0.25
    naive = np.quantile(100 / gained, [0.025, 0.975])
    assert naive[0] < 0 < naive[1] < np.inf


def test_nothing_is_needed_for_what_is_never_gained() -> None:
    harm = per_unit(np.full(100, 5.0), np.linspace(-3.0, -1.0, 100))
    assert harm == (None, None, 1.0)
    nothing = per_unit(np.full(100, 5.0), np.zeros(100))
    assert nothing == (None, None, 1.0)
    free = per_unit(np.zeros(100), np.ones(100))
    assert free == (None, None, 0.0)
