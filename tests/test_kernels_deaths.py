"""Realised deaths: equal to the readable reference, and the screen loses none."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simcore.fanout import count_deaths_threaded
from simcore.kernels.deaths import count_deaths, count_with_passed, dying_of, realise_births
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import evaluate_births
from simcore.kernels.screen import screen_of
from tests import reference
from tests.worlds import factor_rows, random_world, with_arms, with_safer_arm

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
    none_skipped = dying_of(world, skip=False)
    skipped = realise_births(world, SEED, DRAW)
    one_by_one = realise_births(world, SEED, DRAW, prepared=none_skipped)
    assert np.array_equal(skipped.cause, one_by_one.cause)
    assert np.array_equal(skipped.band, one_by_one.band)
    assert np.array_equal(skipped.day, one_by_one.day)
    full = count_deaths(world, SEED, DRAW, prepared=none_skipped)
    assert np.array_equal(count_deaths(world, SEED, DRAW), full)
    assert np.array_equal(
        count_deaths(world, SEED, DRAW, prepared=dying_of(world, screen=screen_of(world))), full
    )


def test_the_screen_passes_few_where_deaths_are_rare(rare: Packed) -> None:
    share = count_with_passed(rare, SEED, DRAW)[1] / rare.n_births
    deaths = (
        count_deaths(rare, SEED, DRAW, prepared=dying_of(rare, skip=False)).sum(axis=(1, 2, 3)).max()
        / rare.n_births
    )
    assert deaths < share < 0.2
    # the stated share adds the clocks up and takes the greatest bound, so it is reached at most, up to chance
    assert share < screen_of(rare).share + 5 * (share / rare.n_births) ** 0.5


def test_births_that_pass_add_up_over_ranges_to_those_of_all(rare: Packed) -> None:
    ends = [0, 1, rare.n_births // 3, rare.n_births]
    whole, passed_whole = count_with_passed(rare, SEED, DRAW)
    deaths, passed = zip(*(count_with_passed(rare, SEED, DRAW, a, b) for a, b in pairwise(ends)), strict=True)
    assert np.array_equal(sum(deaths), count_deaths(rare, SEED, DRAW)) and np.array_equal(sum(deaths), whole)
    assert sum(passed) == passed_whole
    everyone = count_with_passed(rare, SEED, DRAW, prepared=dying_of(rare, skip=False))[1]
    assert everyone == rare.n_births


def test_a_screen_too_tight_would_be_noticed(rare: Packed) -> None:
    screen = screen_of(rare)
    tight = replace(screen, limits=screen.limits // 2)
    assert not np.array_equal(
        count_deaths(rare, SEED, DRAW, prepared=dying_of(rare, screen=tight)), count_deaths(rare, SEED, DRAW)
    )


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
    saved = np.ones((factor_rows(world), world.deaths.n_causes, world.deaths.n_bands))
    saved[:, 0] = 0.3
    before, after = realise_births(with_safer_arm(world, saved), SEED, DRAW).cause
    assert np.array_equal(after[before != 0], before[before != 0])
    assert (before == 0).sum() >= (after == 0).sum()


def test_less_risk_never_adds_a_death(world: Packed) -> None:
    shape = factor_rows(world), world.deaths.n_causes, world.deaths.n_bands
    less = np.random.default_rng(1).random(shape)
    before, after = realise_births(with_safer_arm(world, less), SEED, DRAW).cause
    assert not ((after >= 0) & (before < 0)).any()
    assert (after >= 0).sum() < (before >= 0).sum()


def test_a_factor_of_one_changes_no_death(world: Packed) -> None:
    one = np.ones((factor_rows(world), world.deaths.n_causes, world.deaths.n_bands))
    for part in realise_births(with_safer_arm(world, one), SEED, DRAW):
        assert np.array_equal(part[0], part[1])


def test_no_hazard_no_death_and_endless_hazard_no_survivor(world: Packed) -> None:
    none = replace(world, outcome=replace(world.deaths, factors=world.deaths.factors * 0))
    assert count_deaths(none, SEED, DRAW).sum() == 0
    endless = replace(world, outcome=replace(world.deaths, factors=np.full_like(world.deaths.factors, 10.0)))
    assert count_deaths(endless, SEED, DRAW).sum(axis=(1, 2, 3)).tolist() == [world.n_births] * world.n_arms


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"factors": np.full((900, 3, 4), -1.0)}, "not negative"),
        ({"factors": np.ones((900, 2, 4))}, "causes"),
        ({"factors": np.ones((3, 3, 4))}, "leaves `factors`"),
        ({"edges": [0, 7, 7, 28, 365]}, "increase"),
        ({"factor_vars": np.full((4, 2), 50)}, "outcome variables"),
        ({"factor_start": [0, 0, 0, 10**6]}, "leaves `factors`"),
        ({"of_arm": [[0, 1], [0, 4], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, 1], [-1, 1], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, 1], [1, 0], [0, 1]]}, "of_arm"),
        ({"of_arm": [[0, 1]]}, "3 arms expected"),
        ({"clock": [1, 1, 2]}, "share their luck"),
        ({"clock": [1, 2, 6 * 2**15]}, "clocks"),
        ({"clock": [1, 2, 6 * 2**16]}, "clocks"),
        ({"of_arm": [[0, 1, 2], [0, 2, 1], [0, 1, 2]]}, "of_arm"),
        ({"factor_start": [-1, 0, 0, 0]}, "factor_start"),
        ({"factor_vars": np.zeros((4, 2)), "factor_strides": np.full((4, 2), 500)}, "leaves `factors`"),
        ({"factor_strides": np.full((4, 2), -1)}, "factor_start"),
        ({"factor_vars": np.full((5, 2), 1), "factor_strides": np.ones((5, 2))}, "factors"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(change: dict[str, Any], problem: str) -> None:
    world = random_world(0)
    with pytest.raises(ValueError, match=problem):
        replace(world, outcome=replace(world.deaths, **change))


def test_deaths_need_an_outcome() -> None:
    with pytest.raises(ValueError, match="without an outcome"):
        count_deaths(replace(random_world(0), outcome=None), SEED, DRAW)
