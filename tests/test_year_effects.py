"""Hazards that draws move from year to year, where hazard ratios act: as a trend does, and by hand.

The orchard of the tests of structures, whose hazards act among births at term alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simcore.draws import DrawBlock
from simcore.program import compile_natural
from tests.models import answer, babies, natural_arm, prevalence, scenario
from tests.test_structures import draws, model

EVERY = model().years
"""2010 to 2015; draws have an effect for each, whichever years are asked for."""
EARLY, TERM = 0, 1


def with_effects(effects: np.ndarray) -> DrawBlock:
    return replace(draws(), year_effects=effects)


def as_trend() -> np.ndarray:
    """``float64[draws, age periods, years]``: what the trend after 2011 multiplies hazards by."""
    gone_by = np.maximum(np.array(EVERY) - 2011, 0)
    ratio = np.exp(np.log(draws()["hr_per_year"])[:, None] * gone_by)
    return np.repeat(ratio[:, None], 2, axis=1)


def some_effects() -> np.ndarray:
    return np.random.default_rng(7).uniform(0.7, 1.4, (3, 2, len(EVERY)))


def arms() -> list[object]:
    policy = scenario("fewer_smokers", prevalence("smoking", 0.5), model="orchard")
    return [scenario("as_is", model="orchard"), policy]


@pytest.mark.parametrize("estimator", ["exact", "expected", "realised"])
def test_effects_of_years_that_are_those_of_a_trend_give_its_deaths(estimator: str) -> None:
    years = (2011, 2013, 2015)
    run = {"estimator": estimator, "births": 6_000}
    trend = answer(model(), model().structure({"trend": "trend"}), draws(), arms(), years, **run)
    effects = answer(model(), model().structure(), with_effects(as_trend()), arms(), years, **run)
    held = answer(model(), model().structure(), draws(), arms(), years, **run)
    assert effects.deaths == pytest.approx(trend.deaths, rel=1e-12)
    assert effects.slices == pytest.approx(trend.slices, rel=1e-12)
    if estimator != "realised":
        # effects read one year off would change the last year's deaths by a ratio of about 0.97
        assert (np.abs(held.deaths[:, :, 2] / trend.deaths[:, :, 2] - 1).max(axis=(2, 3, 4)) > 0.01).any()


def test_each_hazard_is_multiplied_by_the_effect_of_its_period_and_year_where_ratios_act() -> None:
    years, effects = (2010, 2014, 2012), some_effects()
    plain = compile_natural(model(), model().structure(), draws(), years).hazards
    moved = compile_natural(model(), model().structure(), with_effects(effects), years).hazards
    assert moved.axes(["year"]) == ("year",) and plain.axes(["year"]) == ()
    (factor,) = [f for f in moved.factors if "year" in f.axes]
    assert factor.axes == ("year", "gestation")
    assert (factor.values[:, :, EARLY] == 1.0).all()  # ratios act at term alone
    for place, year in enumerate(years):
        for cause in range(2):
            # bands are the two periods in their order
            assert np.array_equal(factor.values[:, place, TERM, cause], effects[:, :, EVERY.index(year)])
    for before, after in zip(plain.factors, [f for f in moved.factors if f is not factor], strict=True):
        assert np.array_equal(before.values, after.values)


def test_a_trend_and_effects_of_years_are_multiplied() -> None:
    years, effects = (2013, 2015), some_effects()
    structure = model().structure({"trend": "trend"})
    both = answer(model(), structure, with_effects(effects), natural_arm, years, estimator="exact")
    alone = answer(
        model(),
        model().structure(),
        with_effects(effects * as_trend()),
        natural_arm,
        years,
        estimator="exact",
    )
    assert both.deaths == pytest.approx(alone.deaths, rel=1e-12)


@pytest.mark.parametrize("estimator", ["exact", "expected", "realised"])
def test_effects_of_one_in_every_year_give_the_same_bits_as_none(estimator: str) -> None:
    ones = with_effects(np.ones((3, 2, len(EVERY))))
    run = {"estimator": estimator, "births": 4_000}
    found = [
        answer(model(), model().structure(), block, arms(), (2012, 2014), **run) for block in (draws(), ones)
    ]
    # sums over years stand in another order where hazards vary by them; every death is drawn alike
    exactly = 0 if estimator == "realised" else 1e-13
    assert found[0].deaths == pytest.approx(found[1].deaths, rel=exactly)


def test_the_answer_for_a_year_hangs_on_no_other_year_and_draws_go_with_their_effects() -> None:
    block = with_effects(some_effects())
    every = answer(model(), model().structure(), block, natural_arm, EVERY, estimator="exact").deaths
    some = answer(model(), model().structure(), block, natural_arm, (2011, 2015), estimator="exact").deaths
    assert some == pytest.approx(every[:, :, [1, 5]], rel=1e-12)
    assert np.array_equal(block.rows(slice(1, 3)).year_effects, block.year_effects[1:])
    last = answer(
        model(), model().structure(), block.rows(slice(2, 3)), natural_arm, EVERY, estimator="exact"
    ).deaths
    assert np.array_equal(last[:, 0], every[:, 2])


def test_single_births_die_of_the_hazards_of_their_year() -> None:
    """Those in years without an effect have the fate that they have without any; the deaths are those of the run."""
    effects = np.ones((3, 2, len(EVERY)))
    effects[:, :, EVERY.index(2014)] = 40.0
    years, births = (2013, 2014), 3_000
    plain, moved = (
        babies(model(), model().structure(), block, natural_arm, years, births)
        for block in (draws(), with_effects(effects))
    )
    in_2014 = moved.levels["year"][0] == 1
    dead = [found.fate.cause[0] >= 0 for found in (plain, moved)]
    assert np.array_equal(dead[0][~in_2014], dead[1][~in_2014])
    # forty times the hazard where it acts: nobody who died lives, and far more die at term, none more early
    assert (dead[1] | ~dead[0]).all()
    term = moved.levels["gestation"][0] == TERM
    more = dead[1] & ~dead[0]
    assert more[in_2014 & term].sum() > 20 and not more[~term].any()
