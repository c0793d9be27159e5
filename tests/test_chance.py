"""Chance: stated intervals against deaths that are drawn one by one, and what is said where there is little to say.

The harbour of the tests of the engine, with effects of years: about 200 deaths a year, which draws expect to within
6% or so and which luck scatters by 7%.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from scenarios.chance import chance, first_series, noise_of_births, spans
from scenarios.margins import Margins
from scenarios.poisson_mixtures import change_interval, count_interval, shown
from scenarios.question import Question
from scenarios.ran import Ran
from simcore.results import BlockResult
from tests.models import answer, invented, prevalence, priors, scenario

DRAWS = 100
FEWER = ("fewer", prevalence("child_poverty", 0.4), prevalence("smoking", 0.5, id="other"))
ARMS = (scenario("as_is"), scenario(*FEWER))
HIGHEST = stats.norm.isf(5e-5)
"""Standard errors that nothing is off by, but once in 10,000."""


class Runs(NamedTuple):
    """Deaths by draw and year: expected in both arms; drawn, of the comparator by one seed, of the other by another.

    Each is ``float64[draws, years]``; ``same`` is of the scenario by the seed of the comparator.
    """

    natural: np.ndarray
    moved: np.ndarray
    counted: np.ndarray
    counted_moved: np.ndarray
    same: np.ndarray


@pytest.fixture(scope="module")
def runs() -> Runs:
    model = invented("harbour")
    effects = np.random.default_rng(9).lognormal(0.0, 0.1, (DRAWS, 2, len(model.years)))
    draws = replace(priors("harbour", DRAWS), year_effects=effects)

    def deaths(**settings: object) -> np.ndarray:
        found = answer(model, model.structure(), draws, ARMS, model.years, **settings)
        return np.asarray(found.deaths.sum(axis=(3, 4, 5)))

    expected = deaths(estimator="exact")
    # as many births as there are: each stands for one
    first, second = (
        deaths(estimator="realised", births=int(model.births.sum()), seed=seed) for seed in (1, 2)
    )
    assert (first == first.round()).all()
    return Runs(*expected, first[0], second[1], first[1])


def off(held: np.ndarray, chances: np.ndarray) -> float:
    """By how many standard errors more counts are held than their chances say: counts of draws are independent."""
    return float((held.sum() - chances.sum()) / np.sqrt((chances * (1 - chances)).sum()))


def inside(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether each of ``[draws, years]`` lies in the interval of its year, ``[years, 2]``."""
    return np.asarray((values >= ends[:, 0]) & (values <= ends[:, 1]))


def test_deaths_drawn_one_by_one_lie_in_the_stated_interval_as_often_as_stated(runs: Runs) -> None:
    """1,200 counts of two arms; a coverage off by four points is found with 99%.

    Intervals of what is expected, without chance, hold 72% of them: found without fail.
    """
    ends = np.array([[count_interval(of_year) for of_year in arm.T] for arm in (runs.natural, runs.moved)])
    held, chances, bare = [], [], []
    for of_arm, expected, counts in zip(
        ends, (runs.natural, runs.moved), (runs.counted, runs.counted_moved), strict=True
    ):
        held.append(inside(counts, of_arm))
        chances.append(
            stats.poisson.cdf(of_arm[:, 1], expected) - stats.poisson.cdf(of_arm[:, 0] - 1, expected)
        )
        bare.append(inside(counts, np.quantile(expected, [0.025, 0.975], axis=0).T))
    stated = np.array(chances)
    assert 0.95 <= stated.mean() < 0.96
    error = np.sqrt((stated * (1 - stated)).sum()) / stated.size
    assert (HIGHEST + stats.norm.isf(0.01)) * error < 0.04
    assert abs(off(np.array(held), stated)) < HIGHEST
    assert off(np.array(bare), stated) < -10 * HIGHEST


def test_a_change_between_two_years_with_luck_of_their_own_lies_in_its_interval_as_often_as_stated(
    runs: Runs,
) -> None:
    """600 changes; a coverage off by six points is found with 99%. Without chance 40% are held."""
    ends = np.array([change_interval(b, a) for b, a in zip(runs.natural.T, runs.moved.T, strict=True)])
    change = runs.counted - runs.counted_moved
    below = stats.skellam.cdf(ends[:, 0] - 1, runs.natural, runs.moved)
    stated = stats.skellam.cdf(ends[:, 1], runs.natural, runs.moved) - below
    assert 0.95 <= stated.mean() < 0.96
    assert abs(off(inside(change, ends), stated)) < HIGHEST
    bare = np.quantile(runs.natural - runs.moved, [0.025, 0.975], axis=0).T
    assert off(inside(change, bare), stated) < -10 * HIGHEST


def test_two_counts_show_the_fall_as_often_as_is_said(runs: Runs) -> None:
    """600 pairs, of which about a quarter show it: eleven points more or less are found with 99%."""
    said = np.stack([shown(b, a) for b, a in zip(runs.natural.T, runs.moved.T, strict=True)], axis=1)
    # the exact test of two Poisson counts, by its binomial form
    both = runs.counted + runs.counted_moved
    found = stats.binom.sf(runs.counted - 1, both, 0.5) <= 0.025
    assert 0.15 < said.mean() < 0.5
    assert abs(off(found, said)) < HIGHEST


def test_among_the_same_babies_deaths_averted_scatter_as_those_saved_do(runs: Runs) -> None:
    """The two arms drawn with one luck: 600 differences, with a variance that is the number of babies saved."""
    averted = runs.natural - runs.moved
    ends = np.array([change_interval(of_year, np.zeros(DRAWS)) for of_year in averted.T])
    stated = stats.poisson.cdf(ends[:, 1], averted) - stats.poisson.cdf(ends[:, 0] - 1, averted)
    assert abs(off(inside(runs.counted - runs.same, ends), stated)) < HIGHEST
    # with luck of their own their variance is fourteen times as large
    assert off(inside(runs.counted - runs.counted_moved, ends), stated) < -10 * HIGHEST


# ---- years that are compared


def test_years_are_set_against_those_before_them_where_the_period_has_them() -> None:
    assert [s.level for s in spans(range(2025, 2035))] == [
        "year 2034", "year 2033 to 2034", "years 2032-2034", "years 2029-2031 to 2032-2034",
    ]  # fmt: skip
    assert [s.level for s in spans([2030])] == ["year 2030"]
    assert [s.level for s in spans([2020, 2025, 2030])] == ["year 2030"]
    assert [s.level for s in spans(())] == ["all"]


def test_years_with_effects_of_their_own_differ_by_effects_of_years_alone() -> None:
    """Births fall by half between two years; draws move hazards by a tenth up or down."""
    natural = np.array([[1000.0, 550.0], [1000.0, 450.0]])
    _, apart = spans([2029, 2030])
    assert first_series(natural, apart).tolist() == [500.0, 500.0]
    # where hazards stay as they are, nothing is left to differ by
    steady = np.array([[1000.0, 500.0], [1100.0, 550.0]])
    assert first_series(steady, apart) == pytest.approx(steady[:, 1])


def test_births_that_were_simulated_add_nothing_to_how_years_differ() -> None:
    """Effects of years of 3% beside 5% of simulated births: 400 draws know 3% to a quarter. Left in, it were 7.7%."""
    rng, draws, of_births = np.random.default_rng(3), 400, 0.05
    truth = 1000.0 * np.exp(np.stack([np.zeros(draws), rng.normal(0.0, 0.03, draws)], axis=1))
    seen = truth * (1.0 + of_births * rng.standard_normal((draws, 2)))
    parts = seen.sum(axis=1)[:, None] / 16 + rng.normal(0.0, of_births * 1000 * np.sqrt(2) / 4, (draws, 16))
    noise = noise_of_births(parts) / 2000
    assert noise == pytest.approx(of_births**2 * 1000, rel=0.1)
    _, apart = spans([2029, 2030])

    def spread(noise: float) -> float:
        return float(np.log(first_series(seen, apart, noise) / seen[:, 1]).std())

    error = 0.077**2 * np.sqrt(2 / draws) / 2 / 0.03**2
    assert error < 1 / 4
    assert spread(noise) == pytest.approx(0.03, rel=3.9 * error)
    assert spread(0.0) > 0.07
    assert noise_of_births(None) == noise_of_births(np.zeros((5, 0))) == 0.0


# ---- the figures


def ran_of(natural: np.ndarray, moved: np.ndarray, years: tuple[int, ...], **more: object) -> Ran:
    """A run whose deaths are those given, ``[draws, years]``."""
    model = invented("harbour")
    deaths = np.stack([natural, moved])[..., None, None, None]
    block = BlockResult(
        np.arange(natural.shape[0]), ("as_is", "fewer"), deaths, np.zeros((*deaths.shape[:4], 0)), {}
    )
    return Ran(Question(model, model.structure(), ARMS, years), replace(Margins.of(model, block), **more))


def test_figures_say_what_may_be_counted_and_what_would_be_shown(runs: Runs) -> None:
    found = chance(ran_of(runs.natural, runs.moved, (2001, 2002, 2003, 2004, 2005, 2006)))
    by = {(at.scenario, at.measure, at.level): at for at in found}
    assert len(by) == len(found)
    assert by["fewer", "deaths_in_a_year", "year 2006"].interval95 == tuple(count_interval(runs.moved[:, -1]))
    series = by["fewer", "observable_change", "years 2004-2006"]
    assert series.value == pytest.approx((runs.natural - runs.moved)[:, 3:].sum(axis=1).mean())
    assert series.interval95 is not None and series.interval95[0] is not None
    told = by["fewer", "p_shown", "years 2004-2006"]
    apart = by["fewer", "p_shown", "years 2001-2003 to 2004-2006"]
    assert told.value is not None and apart.value is not None and apart.mc_error is not None
    assert 0.3 < told.value < 0.7
    alarm = by["as_is", "p_shown_by_chance", "years 2004-2006"].value
    assert alarm is not None and 0.02 < alarm <= 0.025
    # effects of years that differ show falls where there is none
    apart_alarm = by["as_is", "p_shown_by_chance", "years 2001-2003 to 2004-2006"].value
    assert apart_alarm is not None and apart_alarm > 1.2 * alarm
    least = by["as_is", "least_detectable_fall", "years 2004-2006"]
    assert least.unit == "deaths a year" and least.value == pytest.approx(
        2.8 * np.sqrt(2 * 600) / 3, rel=0.05
    )


def test_a_scenario_that_harms_is_shown_by_a_rise_and_one_without_effect_by_nothing(runs: Runs) -> None:
    years = (2005, 2006)
    natural, moved = runs.natural[:, 4:], runs.moved[:, 4:]
    harm = {(at.measure, at.level): at for at in chance(ran_of(moved, natural, years))}
    help_ = {(at.measure, at.level): at for at in chance(ran_of(natural, moved, years))}
    at = ("p_shown", "year 2006")
    assert harm[at].value == pytest.approx(help_[at].value)
    low, high = help_["observable_change", "year 2006"].interval95 or (None, None)
    assert harm["observable_change", "year 2006"].interval95 == (-(high or 0), -(low or 0))
    none = {(at.measure, at.level): at for at in chance(ran_of(natural, natural, years))}
    assert none[at].value is None
    assert none["deaths_averted_among_same_babies", "all"].interval95 == (0, 0)


def test_deaths_that_were_drawn_hold_chance_already_and_get_none_on_top(runs: Runs) -> None:
    assert chance(ran_of(runs.natural, runs.moved, (2001,), pass_share=np.ones(DRAWS))) == []


def test_births_that_are_prevented_are_not_counted_but_do_not_make_a_change(runs: Runs) -> None:
    plain = ran_of(runs.natural[:, :1], runs.natural[:, :1], (2001,))
    fewer = np.full((DRAWS, 1, 1), 150.0)
    prevented = replace(plain, margins=replace(plain.margins, by_fewer={"fewer": fewer}))
    by = {(at.scenario, at.measure): at for at in chance(prevented)}
    assert by["fewer", "deaths_in_a_year"].value == pytest.approx(runs.natural[:, 0].mean() - 150.0)
    assert by["as_is", "deaths_in_a_year"].value == pytest.approx(runs.natural[:, 0].mean())
    assert by["fewer", "observable_change"].value == 0.0
