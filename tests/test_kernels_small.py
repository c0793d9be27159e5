"""Small worlds, every birth of them: kernels equal the readable reference, whatever way they are asked.

Quick without compilation too, so that mutants of the kernels can be tried against it (`tests/mutants.md`).
"""

import math
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from simcore.kernels.deaths import (
    count_deaths,
    count_with_passed,
    dying_of,
    realise_births,
)
from simcore.kernels.guide import is_guided
from simcore.kernels.outcome import BESIDE_CLOCKS
from simcore.kernels.packed import Packed
from simcore.kernels.profiles import count_profiles, counting_of, evaluate_births
from simcore.kernels.screen import MOST_PASSING, Screen, _screen_along, screen_of
from tests import reference
from tests.worlds import dense_strides, random_world, stepped_world, with_arms

SEED, DRAW = 2**45 + 12345, 2**31 + 7
Levels = npt.NDArray[np.int64]
WORLDS = {
    "three arms": lambda: with_factors(
        random_world(21, drawn=4, strata=4, births=14, risk=3.0), [[0, 1, 2], [1, 2, -1], [0, 2, 3]]
    ),
    "eight clocks": lambda: random_world(73, drawn=5, strata=4, births=14, causes=8, risk=2.0),
    "steps": lambda: stepped_world(40, drawn=4, strata=4, births=14, causes=7, risk=2.0),
    "steps beside": lambda: stepped_world(97, slices=4, drawn=4, strata=4, births=14, causes=7, risk=2.0),
    "idle steps": lambda: stepped_world(40, idle=True, drawn=4, strata=4, births=14, causes=3, risk=2.0),
    "rare": lambda: random_world(49, drawn=4, strata=4, births=40),
}


def with_factors(world: Packed, of_arm: list[list[int]]) -> Packed:
    return replace(world, outcome=replace(world.deaths, of_arm=of_arm))


@cache
def made(name: str) -> Packed:
    return WORLDS[name]()


@cache
def levels_of(world: Packed) -> Levels:
    """Levels by the reference, [arms, variables, births]."""
    births = [reference.Birth(world, SEED, DRAW, position) for position in range(world.n_births)]
    return np.array([[b.levels(arm) for b in births] for arm in range(world.n_arms)]).transpose(0, 2, 1)


@cache
def fates_of(world: Packed) -> Levels:
    """Cause, band and day by the reference, [3, arms, births]."""
    births = [reference.Birth(world, SEED, DRAW, position) for position in range(world.n_births)]
    return np.array([[b.death(arm) for b in births] for arm in range(world.n_arms)]).transpose(2, 0, 1)


@cache
def along(world: Packed, v: int) -> Screen:
    """The screen along the word of one variable."""
    return _screen_along(world, v)


def drawn_in_hazards(world: Packed) -> list[int]:
    return [int(v) for v in np.unique(world.deaths.factor_vars) if v >= world.n_given]


def ranges(world: Packed) -> list[tuple[int, int]]:
    """All births, some of them, and those about the end of each stratum: few of one, then few of the next."""
    ends = [int(end) for end in np.unique(world.stratum_start) if 0 < end < world.n_births]
    about = [(end - left, end + right) for end in ends for left, right in ((1, 7), (3, 1), (7, 1))]
    within = [(first, last) for first, last in about if first >= 0 and last <= world.n_births]
    return [(0, world.n_births), (7, 33), *within]


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Packed:
    return made(request.param)


def test_every_level_is_that_of_the_reference(world: Packed) -> None:
    for first, last in ranges(world):
        levels = evaluate_births(world, SEED, DRAW, first, last)
        assert np.array_equal(levels, levels_of(world)[:, :, first:last])
    assert np.array_equal(evaluate_births(world, SEED, DRAW), levels_of(world))


def test_profiles_are_counted_as_by_the_reference(world: Packed) -> None:
    drawn = np.arange(3, 7)
    by_drawn = replace(world, profile_vars=drawn, profile_strides=dense_strides(world.n_levels[drawn]))
    # alone: nothing else is then worked out for its own sake
    alone = [replace(world, profile_vars=[v], profile_strides=[1]) for v in world.profile_vars]
    for packed in (world, by_drawn, *alone):
        profile = np.einsum("v,avb->ab", packed.profile_strides, levels_of(world)[:, packed.profile_vars])
        for first, last in ranges(world) if packed is world else ranges(world)[:2]:
            expected = [np.bincount(of_arm, minlength=packed.n_profiles) for of_arm in profile[:, first:last]]
            assert np.array_equal(count_profiles(packed, SEED, DRAW, first, last), expected)
            some = evaluate_births(packed, SEED, DRAW, first, last, variables=packed.profile_vars)
            assert np.array_equal(some, levels_of(world)[:, packed.profile_vars, first:last])


@pytest.mark.parametrize("arms", [[1], [2, 0, 1]], ids=str)
def test_arms_in_any_order_are_counted_as_by_the_reference(world: Packed, arms: list[int]) -> None:
    others = with_arms(world, arms)
    everybody = dying_of(others, skip=False)
    profile = np.einsum("v,avb->ab", world.profile_strides, levels_of(world)[arms][:, world.profile_vars])
    expected = [np.bincount(of_arm, minlength=world.n_profiles) for of_arm in profile]
    assert np.array_equal(count_profiles(others, SEED, DRAW), expected)
    assert np.array_equal(
        np.array(realise_births(others, SEED, DRAW, prepared=everybody)), fates_of(world)[:, arms]
    )


def test_every_death_is_that_of_the_reference(world: Packed) -> None:
    everybody = dying_of(world, skip=False)
    for first, last in ranges(world):
        realised = np.array(realise_births(world, SEED, DRAW, first, last, prepared=everybody))
        assert np.array_equal(realised, fates_of(world)[:, :, first:last])


def test_deaths_are_counted_as_by_the_reference(world: Packed) -> None:
    outcome, (cause, band, _) = world.deaths, fates_of(world)
    cell = np.einsum("v,avb->ab", outcome.cell_strides, levels_of(world)[:, outcome.cell_vars])
    expected = np.zeros((world.n_arms, world.n_cells, outcome.n_causes, outcome.n_bands), int)
    for arm, birth in np.argwhere(cause >= 0):
        expected[arm, cell[arm, birth], cause[arm, birth], band[arm, birth]] += 1
    everybody = dying_of(world, skip=False)
    assert np.array_equal(count_deaths(world, SEED, DRAW, prepared=everybody), expected)
    counted, passed = count_with_passed(world, SEED, DRAW, prepared=everybody)
    assert np.array_equal(counted, expected) and passed == world.n_births


def test_births_one_at_a_time_are_what_they_are_in_company(world: Packed) -> None:
    counting, dying = counting_of(world), dying_of(world, skip=False)
    births = range(world.n_births)
    counts = [count_profiles(world, SEED, DRAW, b, b + 1, prepared=counting) for b in births]
    assert np.array_equal(sum(counts), count_profiles(world, SEED, DRAW, prepared=counting))
    fates = [np.array(realise_births(world, SEED, DRAW, b, b + 1, prepared=dying)) for b in births]
    assert np.array_equal(np.concatenate(fates, axis=2), fates_of(world))


def test_passing_over_births_along_any_variable_loses_no_death(world: Packed) -> None:
    for v in (-1, *drawn_in_hazards(world)):
        screened = dying_of(world, screen=along(world, v))
        assert screened.sieve.screens and screened.pass_share == along(world, v).share
        for first, last in ranges(world)[:2]:
            realised = np.array(realise_births(world, SEED, DRAW, first, last, prepared=screened))
            assert np.array_equal(realised, fates_of(world)[:, :, first:last])


def test_another_draw_of_a_program_counts_as_if_prepared_afresh(world: Packed) -> None:
    like = counting_of(world)
    # what repeats a parent or is certain stays so
    other = np.where(
        (world.thresholds > 0) & (world.thresholds < 2**32 - 1), world.thresholds // 2, world.thresholds
    )
    redrawn = world.with_thresholds(other.astype(np.uint32))
    assert np.array_equal(
        count_profiles(redrawn, SEED, DRAW, prepared=counting_of(redrawn, like)),
        count_profiles(redrawn, SEED, DRAW),
    )


def greatest_half(hazard: float) -> int:
    """The greatest high half of a word whose clock rings within this hazard, -1 if none does."""
    return math.ceil(-math.expm1(-hazard) * 2**32 - 0.5) - 1 >> 16


def test_no_clock_can_ring_above_the_limit_of_its_step(world: Packed) -> None:
    for v in drawn_in_hazards(world):
        screen = along(world, v)
        ends = [0, *screen.edges.tolist(), 2**32]
        known = [*world.parents[v][world.parents[v] >= 0].tolist(), v]
        hazard_vars = np.unique(world.deaths.factor_vars[world.deaths.factor_vars >= 0]).tolist()
        over = [*known, *(w for w in hazard_vars if w not in known)]
        known_hazards: dict[tuple[int, ...], npt.NDArray[np.float64]] = {}
        for arm in range(world.n_arms):
            worst: dict[tuple[int, ...], npt.NDArray[np.float64]] = {}
            for some in product(*(range(world.n_levels[w]) for w in over)):
                levels = [0] * world.n_variables
                for w, level in zip(over, some, strict=True):
                    levels[w] = level
                seen = (*world.deaths.of_arm[arm].tolist(), *(levels[w] for w in hazard_vars))
                if seen not in known_hazards:
                    known_hazards[seen] = np.array(reference.hazard_row(world, arm, levels)).sum(axis=1)
                hazard = known_hazards[seen]
                key = some[: len(known)]
                worst[key] = np.maximum(worst.get(key, hazard), hazard)
            for key, hazard in worst.items():
                for w, level in zip(known, key, strict=True):
                    levels[w] = level
                cuts = [0, *reference.thresholds(world, arm, v, levels), 2**32]
                begin, end = cuts[key[-1]], cuts[key[-1] + 1]
                halves = [greatest_half(h) for h in hazard.tolist()]
                for step, (low, high) in enumerate(zip(ends, ends[1:], strict=False)):
                    if max(low, begin) < min(high, end):
                        assert (halves <= screen.limits[:, step]).all()


def test_the_screen_is_the_one_that_lets_fewest_pass_and_says_how_many(world: Packed) -> None:
    screens = {v: along(world, v) for v in (-1, *drawn_in_hazards(world))}
    for screen in screens.values():
        widths = np.diff([0, *screen.edges.tolist(), 2**32]) / 2**32
        passing = np.minimum((screen.limits + 1).sum(axis=0) / 2**16, 1)
        assert screen.share == pytest.approx((widths * passing).sum())
    beside = [v for v in drawn_in_hazards(world) if world.decision[v] == BESIDE_CLOCKS]
    allowed = {-1, *beside} if beside else set(screens)
    best = min(screens[v].share for v in allowed)
    prepared = dying_of(world)
    assert prepared.sieve.screens == (best <= MOST_PASSING)
    assert prepared.pass_share == (best if best <= MOST_PASSING else 1)


def test_births_pass_that_have_a_clock_within_its_limit() -> None:
    world = made("rare")
    screen: Screen = screen_of(world)
    words = [reference.Birth(world, SEED, DRAW, position) for position in range(world.n_births)]
    passed = []
    for birth in words:
        step = sum(birth.luck(world.decision[screen.variable]) >= edge for edge in screen.edges.tolist())
        halves = [
            reference.clock_word(SEED, DRAW, birth.stratum_key, birth.k, clock) >> 16
            for clock in world.deaths.clock.tolist()
        ]
        passed.append(any(half <= limit for half, limit in zip(halves, screen.limits[:, step], strict=True)))
    assert 0 < sum(passed) < world.n_births / 2
    for first, last in ((0, world.n_births), (20, 60), (5, 5), *((birth, birth + 1) for birth in range(60))):
        assert count_with_passed(world, SEED, DRAW, first, last)[1] == sum(passed[first:last])


def test_the_small_worlds_hold_what_can_go_wrong() -> None:
    decisions = [made(name).decision for name in WORLDS]
    assert {bool((d == BESIDE_CLOCKS).any()) for d in decisions} == {True, False}
    died = {name: (fates_of(made(name))[0] >= 0).mean(axis=1) for name in WORLDS}
    assert all(0.02 < share < 0.98 for of_arms in died.values() for share in of_arms)
    moved = {name: (levels_of(made(name)) != levels_of(made(name))[0]).any(axis=1) for name in WORLDS}
    assert all(0 < births.any(axis=0).mean() < 1 for births in moved.values())
    assert any(is_guided(made(name), v) for name in WORLDS for v in range(3, made(name).n_variables))
