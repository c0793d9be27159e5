"""The parts of the kernels by themselves, at their edges: where a small world is too small to go.

Quick without compilation too, so that mutants of the kernels can be tried against it (`tests/mutants.md`).
"""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from simcore.kernels.apart import pick
from simcore.kernels.clocks import _bound, clocks_of, death_of, flag_clocks
from simcore.kernels.differing import _factors
from simcore.kernels.guide import UNSURE, fill_guide
from simcore.kernels.levels import COLUMN, LANE, SEVERAL, SLOT, fill_blocks, look_ups_of, work_out
from simcore.kernels.outcome import BESIDE_CLOCKS
from simcore.kernels.packed import OWN, Packed, share_columns
from simcore.kernels.profiles import count_profiles
from simcore.kernels.rng import LARGEST_WORD, fill_words
from tests import reference
from tests.worlds import random_world, stepped_world


@pytest.fixture(params=[random_world, stepped_world], ids=["world", "steps"])
def world(request: pytest.FixtureRequest) -> Packed:
    made: Callable[..., Packed] = request.param
    return made(60, drawn=4, strata=3, births=14, causes=8)


@pytest.mark.parametrize("n_thresholds", [4, 7])
def test_a_guide_tells_the_level_of_every_byte_that_has_only_one(n_thresholds: int) -> None:
    rng = np.random.default_rng(n_thresholds)
    table = np.sort(rng.integers(0, 2**32, (6, n_thresholds), dtype=np.uint64), axis=1)
    table[1], table[2], table[3] = 0, 2**32 - 1, np.arange(n_thresholds) * 2**24
    table[4], table[5] = table[3] + 1, table[3] + 2**24 - 1
    guide = np.full(5 + 6 * 256 + 2, 77, np.uint8)
    flat = np.append(np.zeros(3, np.uint32), table.astype(np.uint32).ravel())
    fill_guide(flat, 3, n_thresholds, guide, 5, 6)
    assert (guide[:5] == 77).all() and (guide[-2:] == 77).all()
    for row, byte in product(range(6), range(256)):
        low, high = ((table[row] <= word).sum() for word in (byte << 24, (byte << 24) + 2**24 - 1))
        assert guide[5 + 256 * row + byte] == (low if low == high else UNSURE)


def test_bounds_on_hazards_are_above_them_and_not_far(world: Packed) -> None:
    outcome, clocks = world.deaths, clocks_of(world, together=False)
    for scale in (1.0, 1e-300, 1e300):
        factors = outcome.factors * scale
        factors[5] = 0.0
        clocks = clocks_of(replace(world, outcome=replace(outcome, factors=factors)), together=False)
        total, most = clocks.total.T.astype(np.float64), clocks.most.T.astype(np.float64)
        assert (total >= factors.sum(axis=2) * 2**16 * (1 + 5e-6)).all()
        assert (most * (1 + 1e-6) >= factors.max(axis=2)).all()
        assert (total[factors.sum(axis=2) == 0] == 0).all() and (most[factors.max(axis=2) == 0] == 0).all()
    assert (
        outcome.factors.sum(axis=2) * 2**16 * (1 + 2e-5) >= clocks_of(world, together=False).total.T
    ).all()
    assert (outcome.factors.max(axis=2) * (1 + 1e-6) >= clocks_of(world, together=False).most.T).all()


def death_by_hand(words: list[int], hazards: list[list[float]], edges: list[float]) -> tuple[int, int, int]:
    """Cause, band and day of one birth whose clocks 0, 1, ... have these words and hazards."""
    high, low = np.zeros((1, 4, 3), np.uint32), np.zeros((1, 4, 3), np.uint32)
    for c, word in enumerate(words):
        shift = 0 if c % 2 else 16
        high[0, c // 2, 2] |= np.uint32((word >> 16) << shift)
        low[0, c // 2, 1] |= np.uint32((word % 2**16) << shift)
    places = np.array([[0, c] for c in range(len(words))])
    factors = np.array([hazards], float)
    total = (factors.sum(axis=2).T * 2.0**16 * (1 + 1e-5)).astype(np.float32)
    most = factors.max(axis=2).T.astype(np.float32)
    factors_of, rows = np.zeros((1, 1, 3), np.int64), np.zeros((1, 3), np.uint32)
    cause, band, day = death_of(
        places, np.array(edges), factors_of, factors, total, most, 0, high, 2, low, 1, rows
    )
    return int(cause), int(band), int(day)


def needed_by(word: int) -> float:
    return -math.log1p(-((word + 0.5) / 2**32))


def test_a_tie_between_clocks_goes_to_the_cause_named_first() -> None:
    edges = [0.0, 10.0, 30.0]
    assert death_by_hand([2**30, 2**30], [[0.2, 0.5], [0.2, 0.5]], edges)[0] == 0
    assert death_by_hand([2**30, 2**30 - 1], [[0.2, 0.5], [0.2, 0.5]], edges)[0] == 1
    assert death_by_hand([2**32 - 1, 2**20, 2**30], [[0.2, 0.5], [0.2, 0.5], [1.0, 1.0]], edges)[:2] == (1, 0)


def test_a_clock_that_needs_all_of_a_band_rings_at_the_start_of_the_next() -> None:
    h = needed_by(2**29 + 5)
    assert death_by_hand([2**29 + 5], [[h, 0.5]], [0.0, 10.0, 30.0]) == (0, 1, 10)
    assert death_by_hand([2**29 + 5], [[h, 0.0]], [0.0, 10.0, 30.0]) == (-1, -1, -1)
    above = math.nextafter(h, 1)
    assert death_by_hand([2**29 + 5], [[above, 0.5]], [0.0, 10.0, 30.0]) == (0, 0, 9)
    assert death_by_hand([2**29 + 5], [[h / 2, above]], [0.0, 0.5, 365.25]) == (0, 1, 182)


def test_a_time_rounded_to_the_end_of_its_band_is_a_day_within_it() -> None:
    h, far = needed_by(2**29 + 5), 2.0**20
    hazards = [[h / 2, h / 2 * (1 + 4e-16)]]
    assert far + (h - h / 2) / hazards[0][1] * 1.5 == far + 1.5
    assert death_by_hand([2**29 + 5], hazards, [0.0, far, far + 1.5]) == (0, 1, far + 1)
    assert death_by_hand([2**29 + 5], hazards, [0.0, far, far + 1.0]) == (0, 1, far)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("n_factors", range(1, 8))
def test_the_bound_on_a_birth_is_the_product_over_the_further_factors_of_its_arm(
    world: Packed, n_factors: int, together: bool
) -> None:
    clocks, rng = clocks_of(world, together=together), np.random.default_rng(n_factors)
    factors_of = np.full((3, 7, 3), -1)
    factors_of[2, :n_factors] = 0
    rows = rng.integers(0, len(clocks.factors), (7, 9)).astype(np.uint32)
    bound = np.full(9, 7, np.float32)
    for c in range(1 if together else world.deaths.n_causes):
        _bound(factors_of, clocks.greatest, 2, c, 8, rows, bound)
        most = clocks.most.max(axis=0) if together else clocks.most[c]
        assert bound[:8] == pytest.approx(most[rows[1:n_factors]].prod(axis=0)[:8], rel=1e-5)
        assert bound[8] == 7


@pytest.mark.parametrize("together", [True, False])
def test_births_are_flagged_whose_half_is_within_the_bound_of_a_cause(together: bool) -> None:
    n, causes, rng = 60, 8, np.random.default_rng(12)
    places = np.array([[c // 6, c % 6] for c in range(causes)])
    total = rng.uniform(0, 6000, (causes, 20)).astype(np.float32)
    greatest = rng.uniform(0.5, 2, (1 if together else causes, 20)).astype(np.float32)
    rows, high = rng.integers(0, 20, (2, n)).astype(np.uint32), rng.integers(0, 2**32, (2, 4, n), np.uint32)
    halves = np.stack([high[slot, half // 2] >> (0 if half % 2 else 16) & 0xFFFF for slot, half in places])
    expected = (halves <= total[:, rows[0]] * greatest[:, rows[1]]).any(axis=0)
    flags, factors_of = np.full(n, 7, np.uint8), np.zeros((1, 2, 3), np.int64)
    flag_clocks(places, factors_of, total, greatest, 0, n - 4, high, rows, np.empty(n, np.float32), flags)
    assert 5 < expected.sum() < n - 10
    assert np.array_equal(flags, [*expected[:-4], 7, 7, 7, 7])


@pytest.mark.parametrize("size", [3, 65])  # as bits, and looked up
@pytest.mark.parametrize("few", [2, 0])
@pytest.mark.parametrize(("by_row", "by_word"), [(1, 1), (1, 0), (0, 1), (0, 0)])
def test_births_are_picked_by_a_flagged_row_or_a_word_between_its_bounds(
    by_row: int, by_word: int, few: int, size: int
) -> None:
    n, levels = 6, np.zeros((3, 8), np.uint8)
    levels[0], levels[1] = np.arange(8) % 2, np.arange(8) // 2 % 3
    words = np.full((2, 4, 8), 70, np.uint32)
    words[1, 2] = [9, 10, 19, 20, 21, 30, 15, 15]
    reads = np.array([[1, 1, 1], [0, 1, 1]])
    groups, variables = np.array([[2, size, 0, 1]]), np.array([[0, 2, 1, 2, 1, 2, few]])
    table = np.array([9, 9, 0, 1, 0], np.uint8)  # the second level of column 1
    bounds = np.array(
        [10, 20, 30, 30, 10, 20, 30, 31], np.uint32
    )  # by level of column 0, two thresholds each
    chosen, scratch = np.full(8, 99, np.uint32), np.empty(8, np.uint32)
    found = pick(
        *(groups[:by_row], table, variables[:by_word], bounds, reads, n, words, levels, scratch),
        *(np.ones(8, np.uint8), chosen),
    )
    expected = {*([2, 3] if by_row else []), *([1, 2, 5] if by_word else [])}
    assert chosen[:found].tolist() == sorted(expected)


@pytest.mark.parametrize(
    ("of_arm", "expected"),
    [
        ([[0, 1, 2], [0, 1, 2], [0, 1, 2]], []),
        ([[0, 1, 2], [1, 2, 3], [0, 1, 2]], [0, 3]),
        ([[0, 1, -1], [0, 1, 2], [0, 1, 3]], [2, 3]),
        ([[1, -1, -1], [1, -1, -1], [0, 1, -1]], [0]),
        ([[0, 1, 2], [0, 1, 2], [0, 2, -1]], [1]),
    ],
    ids=str,
)
def test_factors_that_not_all_arms_share_differ_where_they_are_not_one(
    of_arm: list[list[int]], expected: list[int]
) -> None:
    world = stepped_world(60, drawn=4, strata=3, births=14)
    factors = world.deaths.factors.copy()
    factors[::5] = 2.0  # more hazard in every band differs as less does
    deaths = replace(world.deaths, of_arm=of_arm, factors=factors)
    found = list(_factors(replace(world, outcome=deaths)))
    assert len(found) == len(expected)
    for f, (variables, strides, differs) in zip(expected, found, strict=True):
        used = deaths.factor_vars[f] >= 0
        assert variables.tolist() == deaths.factor_vars[f][used].tolist()
        assert strides.tolist() == deaths.factor_strides[f][used].tolist()
        rows = deaths.factors[deaths.factor_start[f] :][: differs.size]
        assert differs.size == world.n_levels[variables] @ strides - strides.sum() + 1
        assert np.array_equal(differs, (rows != 1).any(axis=(1, 2)))


@pytest.mark.parametrize(
    ("k", "key"),
    [
        ([5, 6, 7, 8], [9, 9, 9, 9]),
        ([5, 6, 8, 9], [9, 9, 9, 9]),
        ([5, 7, 8, 10], [9, 9, 9, 9]),
        ([0, 2, 3, 4], [9, 9, 9, 9]),
        ([3, 4, 0, 6], [8, 8, 9, 9]),
        ([3, 4, 0, 6], [9, 9, 8, 8]),
        ([2**32 - 2], [9]),
        ([], []),
    ],
    ids=str,
)
def test_births_in_a_row_or_not_have_the_words_that_are_theirs(k: list[int], key: list[int]) -> None:
    n, seed, blocks, lanes = (
        len(k),
        np.uint64(2**40 + 3),
        np.array([7, 2**31, 0]),
        np.array([SEVERAL, 2, SEVERAL]),
    )
    of_birth = np.array([*k, 77], np.uint32), np.array([*key, 77], np.uint32)
    words, expected = np.zeros((3, 4, n + 1), np.uint32), np.zeros((3, 4, n + 1), np.uint32)
    for slot in (1, 2):
        fill_words(*of_birth, n, blocks[slot], 5, seed, slot, expected)
    expected[1, [0, 1, 3]] = 0
    fill_blocks(blocks, lanes, 1, 3, *of_birth, n, 5, seed, words)
    assert np.array_equal(words, expected)


def test_nothing_is_looked_up_for_no_births(world: Packed) -> None:
    look_ups = look_ups_of(world, np.arange(world.n_variables))
    far = np.full(8, 2**32 - 1, np.uint32)
    words, levels = np.zeros((look_ups.blocks.size, 4, 8), np.uint32), np.full((99, 8), 9, np.uint8)
    for one_stratum in (True, False):
        work_out(
            *(look_ups.first, look_ups.reads, look_ups.thresholds, look_ups.guide),
            *(one_stratum, 0, words, far, levels),
        )
    assert (levels == 9).all() and (far == 2**32 - 1).all()


@pytest.mark.parametrize("one_stratum", [True, False])
def test_a_word_on_a_threshold_is_past_it_and_the_one_below_is_not(world: Packed, one_stratum: bool) -> None:
    look_ups, rng = look_ups_of(world, np.arange(world.n_variables)), np.random.default_rng(4)
    variables = world.column[0].tolist()  # a step without a policy stands in the column of what it repeats
    for look_up in look_ups.first:
        v, slot, lane = variables.index(look_up[COLUMN]), look_up[SLOT], look_up[LANE]
        levels = np.zeros((look_ups.n_columns + 1, 24), np.uint8)
        words = np.zeros((look_ups.blocks.size, 4, 24), np.uint32)
        expected = []
        for birth in range(24):
            levels[variables[:v], birth] = rng.integers(world.n_levels[:v])
            levels[:2, birth], levels[-1] = [1, 2], 0
            limits = reference.thresholds(world, 0, v, levels[variables[:v], birth].tolist())
            u = min(max(int(rng.choice([0, *limits])) - birth % 2, 0), LARGEST_WORD)
            expected.append(sum(u >= limit for limit in limits))
            words[slot, lane, birth] = u
        work_out(
            *(look_up[None], look_ups.reads, look_ups.thresholds, look_ups.guide),
            *(one_stratum, 24, words, np.empty(24, np.uint32), levels),
        )
        assert levels[look_up[COLUMN]].tolist() == expected


def sliced(slices: int, births: list[int]) -> Packed:
    """A program that is given nothing but the slice, and draws one variable by it."""
    start, parents = np.array([[0, 0], [0, 0]]), np.array([[-1], [0]])
    return Packed(
        n_given=1,
        n_levels=np.array([slices, 2]),
        parents=parents,
        strides=np.array([[0], [1]]),
        decision=np.array([-1, 5]),
        thresholds=np.linspace(0, 2**32 - 1, slices).astype(np.uint32),
        table_start=start,
        repeats=np.full((2, 2), OWN),
        column=share_columns(start, parents, 1),
        stratum_start=np.append(0, np.cumsum(births)),
        stratum_levels=np.zeros((len(births), 0)),
        stratum_key=np.array([2**32 - 2, 7, 2**31][: len(births)]),
        profile_vars=np.array([0, 1]),
        profile_strides=np.array([2, 1]),
    )


@pytest.mark.parametrize("slices", [1, 2, 3, 4, 7, 8, 255])
def test_births_fall_into_slices_in_turn_from_the_stratums_key_on(slices: int) -> None:
    world = sliced(slices, [40, 0, 25])
    counts = count_profiles(world, 0, 0)
    expected = np.zeros((slices, 2), int)
    for position in range(65):
        expected[*reference.Birth(world, 0, 0, position).levels(0)] += 1
    assert np.array_equal(counts, [expected.ravel()] * 2)


def test_the_variable_beside_the_clocks_has_the_fourth_word_of_their_first_block() -> None:
    assert BESIDE_CLOCKS == 4 * reference.CLOCK_BLOCKS + 3
