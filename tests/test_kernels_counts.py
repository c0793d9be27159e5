"""Profile counts and single births equal the readable reference, whatever the blocks, arms and threads."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simcore.fanout import count_profiles_threaded, split
from simcore.kernels.levels import look_ups_of
from simcore.kernels.packed import OWN, Packed, share_columns
from simcore.kernels.profiles import count_profiles, evaluate_births
from tests import reference
from tests.worlds import random_world, with_arms

SEED, DRAW = 2**40 + 17, 3


@pytest.fixture(params=range(4), ids="world {}".format)
def world(request: pytest.FixtureRequest) -> Packed:
    return random_world(request.param, drawn=3 + request.param)


def test_every_level_of_every_birth_is_that_of_the_reference(world: Packed) -> None:
    levels = evaluate_births(world, SEED, DRAW)
    for position in range(0, world.n_births, 29):
        birth = reference.Birth(world, SEED, DRAW, position)
        assert [birth.levels(arm) for arm in range(world.n_arms)] == levels[:, :, position].tolist()


def test_profile_counts_are_the_births_counted_one_by_one(world: Packed) -> None:
    levels = evaluate_births(world, SEED, DRAW).astype(np.int64)
    counts = count_profiles(world, SEED, DRAW)
    for arm in range(world.n_arms):
        profile = world.profile_strides @ levels[arm][world.profile_vars]
        assert np.array_equal(counts[arm], np.bincount(profile, minlength=world.n_profiles))


def test_some_variables_of_every_birth_are_those_of_all_of_them(world: Packed) -> None:
    every = evaluate_births(world, SEED, DRAW)
    for wanted in (world.profile_vars, world.profile_vars[::-1], np.array([world.n_variables - 1])):
        found = evaluate_births(world, SEED, DRAW, variables=wanted)
        assert found.dtype == np.uint8 and np.array_equal(found, every[:, wanted])
        prepared = look_ups_of(world, wanted)
        for first, last in ((0, 1), (7, 1023), (500, 500), (world.n_births - 1, world.n_births)):
            some = evaluate_births(world, SEED, DRAW, first, last, variables=wanted, prepared=prepared)
            assert np.array_equal(some, found[..., first:last])
    # other luck is other births: the claim can fail
    assert not np.array_equal(evaluate_births(world, SEED, DRAW + 1), every)


@pytest.mark.parametrize("cuts", [[1], [1024], [7, 8, 1023, 2000], [500, 500]], ids=str)
def test_any_split_of_the_births_adds_up_to_the_same_counts(world: Packed, cuts: list[int]) -> None:
    ends = [0, *cuts, world.n_births]
    parts = [count_profiles(world, SEED, DRAW, a, b) for a, b in pairwise(ends)]
    assert np.array_equal(sum(parts), count_profiles(world, SEED, DRAW))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_thread_count_changes_no_count(threads: int) -> None:
    world = random_world(5, births=4000)
    assert np.array_equal(
        count_profiles_threaded(world, SEED, DRAW, threads=threads), count_profiles(world, SEED, DRAW)
    )


@pytest.mark.parametrize("arms", [[0], [2], [2, 0, 1], [1, 1]], ids=str)
def test_an_arm_counts_the_same_in_any_company_and_order(world: Packed, arms: list[int]) -> None:
    assert np.array_equal(
        count_profiles(with_arms(world, arms), SEED, DRAW), count_profiles(world, SEED, DRAW)[arms]
    )


def test_births_keep_their_luck_when_other_strata_go(world: Packed) -> None:
    kept = np.array([0, 3, 5])
    sizes = np.diff(world.stratum_start)
    fewer = replace(
        world,
        stratum_start=np.append(0, np.cumsum(sizes[kept])),
        stratum_levels=world.stratum_levels[kept],
        stratum_key=world.stratum_key[kept],
    )
    whole = evaluate_births(world, SEED, DRAW)
    there = np.concatenate(
        [whole[:, :, world.stratum_start[s] : world.stratum_start[s + 1]] for s in kept], axis=2
    )
    assert np.array_equal(evaluate_births(fewer, SEED, DRAW), there)


def test_births_keep_their_luck_when_a_variable_is_added(world: Packed) -> None:
    more = replace(
        world,
        n_levels=np.append(world.n_levels, 2),
        parents=np.vstack([world.parents, [-1, -1, -1]]),
        strides=np.vstack([world.strides, [0, 0, 0]]),
        decision=np.append(world.decision, 77),
        thresholds=np.append(world.thresholds, np.uint32(2**31)),
        table_start=np.column_stack([world.table_start, np.full(world.n_arms, world.thresholds.size)]),
        repeats=np.column_stack([world.repeats, np.full(world.n_arms, OWN)]),
        column=share_columns(
            np.column_stack([world.table_start, np.full(world.n_arms, world.thresholds.size)]),
            np.vstack([world.parents, [-1, -1, -1]]),
            world.n_given,
        ),
    )
    assert np.array_equal(evaluate_births(more, SEED, DRAW)[:, :-1], evaluate_births(world, SEED, DRAW))


def test_seed_and_draw_both_change_the_luck(world: Packed) -> None:
    counts = count_profiles(world, SEED, DRAW)
    for other in [(SEED + 1, DRAW), (SEED + 2**32, DRAW), (SEED, DRAW + 1)]:
        assert not np.array_equal(count_profiles(world, *other), counts)


@pytest.mark.parametrize("level", range(3))
def test_impossible_levels_never_occur_and_certain_ones_always(level: int) -> None:
    world = with_arms(random_world(1), [0])
    limits = np.where(np.arange(2) < level, 0, 2**32 - 1).astype(np.uint32)
    start = np.append(world.table_start[:, :-1], world.thresholds.size)[None]
    certain = replace(
        world,
        n_levels=np.append(world.n_levels[:-1], 3),
        parents=np.vstack([world.parents[:-1], [-1, -1, -1]]),
        thresholds=np.append(world.thresholds, limits),
        table_start=start,
        profile_vars=np.array([0]),
        profile_strides=np.array([1]),
        outcome=None,
    )
    assert (evaluate_births(certain, SEED, DRAW)[:, -1] == level).all()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"thresholds": np.zeros(3, np.uint32)}, "leaves `thresholds`"),
        ({"profile_vars": [0, 1, 2, 99]}, "profile_vars"),
        ({"decision": [-1, -1, -1, 4, 4, 5, 6, 7]}, "share their luck"),
        ({"n_levels": [3, 4, 256, 2, 2, 2, 2, 2]}, "1 to 255"),
        ({"stratum_levels": np.full((7, 2), 9)}, "outside its variable"),
        ({"column": np.zeros((3, 8))}, "column"),
        ({"stratum_key": np.ones(7)}, "share their luck"),
    ],
)
def test_a_program_that_would_leave_its_arrays_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(random_world(2), **change)


@pytest.mark.parametrize(
    ("first", "last", "seed", "draw"),
    [
        *[(-1, 5, 0, 0), (5, 4, 0, 0), (0, 10**9, 0, 0), (10**9, 10**9, 0, 0)],
        *[
            (0, 5, -1, 0),
            (0, 5, 2**64, 0),
            (0, 5, 2**65, 0),
            (0, 5, 0, -1),
            (0, 5, 0, 2**32),
            (0, 5, 0, 2**33),
        ],
    ],
)
def test_births_seeds_and_draws_out_of_range_are_refused(first: int, last: int, seed: int, draw: int) -> None:
    with pytest.raises(ValueError):
        count_profiles(random_world(0), seed, draw, first, last)


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
@pytest.mark.parametrize("draw", [0, 2**32 - 1])
def test_no_birth_and_the_last_birth_are_not_refused_for_any_seed_and_draw(seed: int, draw: int) -> None:
    world = random_world(0, births=14)
    last = world.n_births
    assert count_profiles(world, seed, draw, last, last).sum() == 0
    assert count_profiles(world, seed, draw, last - 1, last).sum() == world.n_arms


def test_ranges_for_threads_cover_the_births_once() -> None:
    assert split(0, 0, 4) == []
    for first, last, parts in [(0, 1, 4), (3, 10_000, 4), (0, 1024, 2), (5, 5000, 100)]:
        ranges = split(first, last, parts)
        assert [birth for a, b in ranges for birth in range(a, b)] == list(range(first, last))
        assert len(ranges) <= parts
