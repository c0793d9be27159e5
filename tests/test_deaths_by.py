"""Deaths told apart by a variable: drawn ones are those of single births, expected ones a plain enumeration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.interventions import arms_of
from simcore.arms import Arm
from simcore.expected import RiskCache, exact_rows, expected_deaths
from simcore.kernels.deaths import count_deaths, realise_births
from simcore.kernels.profiles import evaluate_births
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.run import pack_worlds
from simcore.worlds import lay_arm, lay_arms
from tests.models import invented, natural_arm, prevalence, priors, scenario
from tests.models.plain import Plain

YEARS = (2002, 2005)
CELLS = 3, 4


def test_drawn_deaths_by_a_variable_are_those_of_single_births() -> None:
    """By a variable that no policy changes and by one under policy, in each arm's own levels."""
    model, draws = invented("harbour"), priors("harbour", 1)
    program = compile_natural(model, model.structure(), draws, YEARS)
    policy = scenario("policy", prevalence("child_poverty", 0.4))
    worlds = lay_arms(program, arms_of([scenario("base"), policy])(program, draws))
    by = ("mother_age", worlds.network.carrier("child_poverty"))
    births = apportion(model.births_in(program.network.strata), 60_000)
    packer = replace(pack_worlds(program, worlds, births), cells=by)
    packed = packer.with_deaths(packer.plan(), 0)
    counted = count_deaths(packed, 5, 0).reshape(2, *packer.cell_shape(), *CELLS)
    names = [*worlds.network.strata, "slice", *(node.name for node in worlds.network.nodes)]
    levels, fate = evaluate_births(packed, 5, 0), realise_births(packed, 5, 0)
    by_hand = np.zeros_like(counted)
    for arm in range(2):
        died = fate.cause[arm] >= 0
        at = [levels[arm, names.index(name), died] for name in (*worlds.network.strata, "slice", *by)]
        np.add.at(by_hand[arm], (*at, fate.cause[arm, died], fate.band[arm, died]), 1)
    assert np.array_equal(counted, by_hand)
    assert (counted[0] != counted[1]).any()
    plain = replace(packer, cells=())
    together = count_deaths(plain.with_deaths(plain.plan(), 0), 5, 0)
    assert np.array_equal(counted.sum(axis=(4, 5)).reshape(together.shape), together)


def test_expected_deaths_by_a_variable_are_the_plain_enumeration() -> None:
    model, draws = invented("harbour"), priors("harbour", 2)
    program = compile_natural(model, model.structure(), draws, YEARS)
    (arm,) = natural_arm(program, draws)
    world = lay_arm(program, arm)
    cache, by = RiskCache(2), ("mother_age", "child_poverty")
    rows = exact_rows(world, model.births_in(program.network.strata), cache, by)
    found = expected_deaths(world, world.cut, rows, cache, by)
    for draw in range(2):
        plain = Plain(model, model.structure(), draws, draw, YEARS)
        by_hand = plain.deaths([*plain.strata, "mother_age", "child_poverty"])
        by_hand = by_hand[[list(plain.strata["year"]).index(str(year)) for year in YEARS]]
        assert found[draw] == pytest.approx(by_hand, rel=1e-11)
    assert found.sum(axis=(3, 4)) == pytest.approx(expected_deaths(world, world.cut, rows, cache), rel=1e-12)


def test_a_variable_that_is_summed_out_cannot_tell_deaths_apart() -> None:
    model, draws = invented("harbour"), priors("harbour", 1)
    world = lay_arm(compile_natural(model, model.structure(), draws, YEARS), Arm("natural"))
    cache = RiskCache(1)
    rows = exact_rows(world, model.births_in(world.network.strata), cache)
    with pytest.raises(ValueError, match="gestation is summed out"):
        expected_deaths(world, world.cut, rows, cache, ("gestation",))
