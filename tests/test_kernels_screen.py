"""Passing over births, part by part: the best screen, its limits, and who passes.

Quick without compilation too, so that mutants of the kernels can be tried against it (`tests/mutants.md`).
"""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from simcore.kernels.arrays import Ints
from simcore.kernels.outcome import BESIDE_CLOCKS
from simcore.kernels.packed import Packed
from simcore.kernels.screen import (
    BINS,
    MOST_RUNS,
    STEPS,
    Screen,
    _join,
    _screen_along,
    _spread,
    _steps,
    screen_of,
    sieve_of,
)
from simcore.kernels.sift import gather, sift
from tests import reference
from tests.worlds import random_world, stepped_world


@pytest.fixture(params=[random_world, stepped_world], ids=["world", "steps"])
def world(request: pytest.FixtureRequest) -> Packed:
    made: Callable[..., Packed] = request.param
    return made(60, drawn=4, strata=3, births=14, causes=8)


def test_the_steps_of_a_screen_are_the_best_there_are() -> None:
    rng = np.random.default_rng(1)
    for runs in (1, 3, 7):
        limits, widths = (
            rng.integers(0, 30_000, (runs, 2)),
            rng.multinomial(1024 - runs, np.ones(runs) / runs) + 1,
        )
        _, _, share = _steps(limits, widths)
        best = 1.0
        for cuts in combinations(range(1, runs), min(STEPS, runs) - 1):
            parts = [slice(a, b) for a, b in zip((0, *cuts), (*cuts, runs), strict=True)]
            passing = [
                min((limits[part].max(axis=0) + 1).sum() / 2**16, 1) * widths[part].sum() for part in parts
            ]
            best = min(best, sum(passing) / 1024)
        assert share == pytest.approx(best)


def test_a_level_counts_in_every_bin_that_one_of_its_words_lies_in() -> None:
    width = 2**32 // BINS
    bins = np.zeros((BINS, 1), np.int64)
    # levels that end with the first word of a bin, with the last one, that cannot occur, and what is left
    _spread(np.array([[width + 1, 3 * width, 3 * width]]), np.array([[[1], [2], [9], [4]]]), bins)
    assert bins[:5, 0].tolist() == [1, 2, 2, 4, 4] and (bins[5:] == 4).all()
    _spread(np.array([[0, 2 * width + 1, 2**32 - 1]]), np.array([[[9], [3], [1], [5]]]), bins)
    assert bins[:5, 0].tolist() == [3, 3, 3, 4, 4] and bins[-2:, 0].tolist() == [4, 5]


def test_too_many_runs_are_joined_where_that_lets_fewest_more_pass() -> None:
    # pairs of neighbours that nearly agree: joining within pairs costs least
    pairs = MOST_RUNS * 2 // 3
    limits = (np.repeat(np.arange(pairs) % 4 * 3000, 2) + np.tile([0, 1], pairs))[:, None]
    widths = np.random.default_rng(2).multinomial(1024 - 2 * pairs, np.ones(2 * pairs) / (2 * pairs)) + 1
    edges, of_step, share = _steps(limits, widths)
    assert share == pytest.approx(_steps(limits[1::2], widths[::2] + widths[1::2])[2], abs=1e-4)
    for run, (begin, end) in enumerate(pairwise(np.cumsum([0, *widths]).tolist())):
        for word in (begin * 2**22, end * 2**22 - 1):
            assert limits[run, 0] <= of_step[0, (word >= edges).sum()]


@pytest.mark.parametrize("seed", range(12))
def test_joined_runs_are_bounded_by_the_greater_and_the_cheapest_pair_is_joined_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    limits, widths = rng.integers(0, 20_000, (12, 2)), rng.integers(1, 50, 12)
    for left in (11, 7, 1):
        joined, wider = limits.copy(), widths.copy()
        assert _join(joined, wider, left) == left
        ends = np.cumsum(wider[:left])
        of_run = np.searchsorted(ends, np.cumsum(widths))
        assert set(np.cumsum(widths)) >= set(ends) and (limits <= joined[of_run]).all()
        assert all((joined[run] == limits[of_run == run].max(axis=0)).all() for run in range(left))
        if left == 11:
            passing = (joined[:left] + 1).sum(axis=1) @ wider[:left]
            assert passing == (limits + 1).sum(axis=1) @ widths + min(more_passing(limits, widths))


def more_passing(limits: Ints, widths: Ints) -> list[int]:
    """How much more passes if run ``r`` is joined with the next, for each ``r``."""
    pairs = zip(pairwise(limits + 1), pairwise(widths), strict=True)
    return [np.maximum(a, b).sum() * (m + n) - a.sum() * m - b.sum() * n for (a, b), (m, n) in pairs]


def test_a_clock_that_just_rings_is_within_its_limit_though_products_are_rounded() -> None:
    world = random_world(3, arms=2, drawn=4, births=14)
    deaths, rng = world.deaths, np.random.default_rng(3)
    outcome = replace(deaths, of_arm=[[0, 1, 2], [0, 1, 2]])
    for half in rng.integers(1000, 64_000, 30).tolist():
        needed = -math.log1p(-((half << 16) + 0.5) / 2**32)
        factors = np.full_like(deaths.factors, rng.uniform(0.3, 2))
        first = needed / factors[-1] ** 2 * rng.dirichlet(np.ones(deaths.n_bands))
        reached = 0.0
        while reached <= needed:  # the least hazard with which the reference has it ring
            first = np.nextafter(first, np.inf)
            factors[: deaths.factor_start[1]] = first
            tried = replace(world, outcome=replace(outcome, factors=factors))
            reached = 0.0
            for hazard in reference.hazard_row(tried, 0, [0] * world.n_variables)[0]:
                reached += hazard
        assert (_screen_along(tried, -1).limits >= half).all()


def test_the_screen_runs_along_the_variable_beside_the_clocks_though_another_were_better() -> None:
    world = random_world(26, drawn=4, strata=4, births=14, risk=3.0)
    (beside,) = (v for v in range(3, 7) if world.decision[v] == BESIDE_CLOCKS)
    assert _screen_along(world, 3).share < 0.5 < _screen_along(world, beside).share
    assert screen_of(world).variable in {-1, beside}


def test_a_sieve_holds_each_clocks_limits_in_the_half_it_is_compared_with(world: Packed) -> None:
    outcome = world.deaths
    limits = np.random.default_rng(1).integers(1, 2**16, (outcome.n_causes, STEPS))
    for v in (-1, *range(world.n_given, world.n_variables)):
        sieve = sieve_of(world, Screen(v, np.array([1, 2, 3], np.uint32), limits, 0.1))
        seen = np.zeros_like(sieve.limits)
        for clock, of_clock in zip(outcome.clock.tolist(), limits, strict=True):
            (slot,) = np.flatnonzero(sieve.blocks == reference.CLOCK_BLOCKS + 2 * (clock // 6))
            word, half = divmod(clock % 6, 2)
            assert word < sieve.used[slot]
            seen[slot, word] += (of_clock << (0 if half else 16)).astype(np.uint32)
        assert np.array_equal(sieve.limits, seen)
        assert sieve.used.tolist() == [max(np.flatnonzero(rows.any(axis=1))) + 1 for rows in seen]
        if v >= 0:
            assert 4 * sieve.blocks[sieve.slot] + sieve.lane == world.decision[v]
            assert np.unique(sieve.blocks).size == sieve.blocks.size


@pytest.mark.parametrize("seed", range(8))
def test_births_pass_whose_half_is_within_the_limit_of_the_step_of_their_word(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, block, edges = 29, 32, np.array([2**20, 2**30, 2**31], np.uint32)
    words = rng.integers(0, 2**32, (3, 4, block), dtype=np.uint32)
    words[2, 1] = rng.permutation(
        np.concatenate([*(np.repeat([e - 1, e, e + 2**18], 3) for e in edges), words[2, 1, :5]])
    )
    limits = (rng.integers(0, 2**13, (2, 3, STEPS, 2)) @ [2**16, 1]).astype(np.uint32)
    of_birth = limits[:, :, (words[2, 1, :, None] >= edges).sum(axis=1)]
    words[0, 0, 20:24] = of_birth[0, 0, 20:24] & 0xFFFF0000 | 0xFFFF  # just within, in the high half
    words[1, 1, 24:28] = of_birth[1, 1, 24:28] & 0xFFFF | 0xFFFF0000
    words[1, 2] = 0  # holds no clock
    expected = np.zeros(block, bool)
    for slot, word in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1)):
        mine, limit = words[slot, word], of_birth[slot, word]
        expected |= (mine >> 16 <= limit >> 16) | (mine & 0xFFFF <= limit & 0xFFFF)
    assert 3 < expected[:n].sum() < n - 3
    limit, passes, flags = (
        np.empty(block, np.uint32),
        np.empty(2 * block, np.uint8),
        np.full(block, 7, np.uint8),
    )
    scratch = words.view(np.uint16), limit, limit.view(np.uint16), passes, passes.view(np.uint16), flags
    sift(2, 1, np.array([3, 2]), edges, limits, n, words, *scratch)
    assert np.array_equal(flags[:n], expected[:n])
    assert (flags[n:] == 7).all()


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 15, 16, 17, 31, 32])
def test_every_flagged_birth_of_a_block_is_gathered_and_nobody_behind_it(n: int) -> None:
    for flagged in ([], [0], [n - 1], range(0, n, 3), range(n), range(n - 8, n)):
        flags, places = np.zeros(32, np.uint8), np.full(33, -7)
        flags[n:] = 1  # left behind by another block
        inside = [i for i in flagged if 0 <= i < n]
        flags[inside] = 1
        found = gather(flags, n, places, np.empty(5, np.uint32))
        assert places[:found].tolist() == inside
        assert (flags[(n + 7) // 8 * 8 :] == 1).all()
