"""Realised deaths: equal to the readable reference, and the screen loses none."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simcore.fanout import count_deaths_threaded
from simcore.kernels.deaths import count_deaths, pass_share, realise_births
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import evaluate_births
from simcore.kernels.screen import screen_of
from tests import reference
from tests.worlds import random_world, with_arms

SEED, DRAW = 99, 2**31 + 1


@pytest.fixture(params=range(5), ids="world {}".format)
def world(request: pytest.FixtureRequest) -> Packed:
    return random_world(request.param, risk=[1.0, 0.2, 0.01, 5.0, 0.002][request.param], births=1000)


@pytest.fixture
def rare() -> Packed:
    """A world with few deaths and, in its first dominating level, certain ones."""
    return random_world(2, risk=0.002, births=5000)


def test_cause_band_and_day_of_every_birth_are_those_of_the_reference(world: Packed) -> None:
    realised = realise_births(world, SEED, DRAW)
    dead = np.flatnonzero((realised.cause >= 0).any(axis=0))
    for position in {*range(0, world.n_births, 97), *dead[:60].tolist()}:
        birth = reference.Birth(world, SEED, DRAW, position)
        for arm in range(world.n_arms):
            compiled = (
                realised.cause[arm, position],
                realised.band[arm, position],
                realised.day[arm, position],
            )
            assert birth.death(arm) == tuple(int(x) for x in compiled)


def test_passing_over_births_loses_no_death(world: Packed) -> None:
    skipped, one_by_one = realise_births(world, SEED, DRAW), realise_births(world, SEED, DRAW, skip=False)
    assert np.array_equal(skipped.cause, one_by_one.cause)
    assert np.array_equal(skipped.band, one_by_one.band)
    assert np.array_equal(skipped.day, one_by_one.day)
    full = count_deaths(world, SEED, DRAW, skip=False)
    assert np.array_equal(count_deaths(world, SEED, DRAW), full)
    assert np.array_equal(count_deaths(world, SEED, DRAW, screen=screen_of(world)), full)


def test_the_screen_passes_few_where_deaths_are_rare(rare: Packed) -> None:
    share = pass_share(rare, SEED, DRAW)
    deaths = count_deaths(rare, SEED, DRAW, skip=False).sum(axis=(1, 2, 3)).max() / rare.n_births
    assert deaths < share < 0.2
    # the stated share adds the clocks up and takes the greatest bound, so it is reached at most, up to chance
    assert share < screen_of(rare).share + 5 * (share / rare.n_births) ** 0.5


def test_a_screen_too_tight_would_be_noticed(rare: Packed) -> None:
    screen = screen_of(rare)
    tight = replace(screen, limits=screen.limits // 2)
    assert not np.array_equal(count_deaths(rare, SEED, DRAW, screen=tight), count_deaths(rare, SEED, DRAW))


def test_deaths_are_the_births_counted_one_by_one(world: Packed) -> None:
    levels, realised = evaluate_births(world, SEED, DRAW), realise_births(world, SEED, DRAW)
    expected = np.zeros_like(count_deaths(world, SEED, DRAW))
    for arm, position in np.argwhere(realised.cause >= 0):
        cell = levels[arm, 0, position] * 4 + levels[arm, 1, position]
        expected[arm, cell, realised.cause[arm, position], realised.band[arm, position]] += 1
    assert np.array_equal(count_deaths(world, SEED, DRAW), expected)


def test_days_lie_in_their_bands(world: Packed) -> None:
    realised, edges = realise_births(world, SEED, DRAW), world.deaths.edges
    dead = realised.cause >= 0
    band, day = realised.band[dead], realised.day[dead]
    assert ((edges[band] <= day) & (day < edges[band + 1])).all()
    assert (realised.band[~dead] == -1).all() and (realised.day[~dead] == -1).all()


@pytest.mark.parametrize("cuts", [[1], [1024], [7, 8, 1023, 2000]], ids=str)
def test_any_split_of_the_births_adds_up_to_the_same_deaths(world: Packed, cuts: list[int]) -> None:
    ends = [0, *cuts, world.n_births]
    parts = [count_deaths(world, SEED, DRAW, a, b) for a, b in pairwise(ends)]
    assert np.array_equal(sum(parts), count_deaths(world, SEED, DRAW))


@pytest.mark.parametrize("threads", [1, 2])
def test_thread_count_changes_no_death(threads: int) -> None:
    world = random_world(7, births=4000, risk=0.1)
    assert np.array_equal(
        count_deaths_threaded(world, SEED, DRAW, threads=threads), count_deaths(world, SEED, DRAW)
    )


@pytest.mark.parametrize("arms", [[0], [2], [2, 0, 1]], ids=str)
def test_an_arm_dies_the_same_in_any_company_and_order(world: Packed, arms: list[int]) -> None:
    assert np.array_equal(
        count_deaths(with_arms(world, arms), SEED, DRAW), count_deaths(world, SEED, DRAW)[arms]
    )


def test_acting_on_one_cause_leaves_others_alone_but_for_those_it_saved(world: Packed) -> None:
    arms = with_arms(world, [0, 0])
    saved = arms.deaths.hazard.copy()
    saved[:, 0] *= 0.3
    outcome = replace(
        arms.deaths,
        hazard=np.concatenate([arms.deaths.hazard, saved]),
        hazard_start=np.array([0, len(saved)]),
    )
    before, after = realise_births(replace(arms, outcome=outcome), SEED, DRAW).cause
    assert np.array_equal(after[before != 0], before[before != 0])
    assert (before == 0).sum() >= (after == 0).sum()


def test_less_risk_never_adds_a_death(world: Packed) -> None:
    arms = with_arms(world, [0, 0])
    less = arms.deaths.hazard * np.random.default_rng(1).random(arms.deaths.hazard.shape)
    outcome = replace(
        arms.deaths, hazard=np.concatenate([arms.deaths.hazard, less]), hazard_start=np.array([0, len(less)])
    )
    before, after = realise_births(replace(arms, outcome=outcome), SEED, DRAW).cause
    assert not ((after >= 0) & (before < 0)).any()


def test_no_hazard_no_death_and_endless_hazard_no_survivor(world: Packed) -> None:
    none = replace(world, outcome=replace(world.deaths, hazard=world.deaths.hazard * 0))
    assert count_deaths(none, SEED, DRAW).sum() == 0
    endless = replace(world, outcome=replace(world.deaths, hazard=np.full_like(world.deaths.hazard, 100.0)))
    assert count_deaths(endless, SEED, DRAW).sum(axis=(1, 2, 3)).tolist() == [world.n_births] * world.n_arms


@pytest.mark.parametrize(
    "change",
    [
        {"hazard": np.full((4, 3, 4), -1.0)},
        {"edges": [0, 7, 7, 28, 365]},
        {"hazard_vars": [50, 3, 4, 1]},
        {"hazard_start": [0, 0, 10**6]},
    ],
    ids=str,
)
def test_an_outcome_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    world = random_world(0)
    with pytest.raises(ValueError):
        replace(world, outcome=replace(world.deaths, **change))
    with pytest.raises(ValueError, match="without an outcome"):
        count_deaths(replace(world, outcome=None), SEED, DRAW)
