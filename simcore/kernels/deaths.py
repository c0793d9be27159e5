"""Realised deaths: the earliest clock within the last band edge is the death.

Most births are passed over by the screen (`simcore.kernels.screen`); the others are gathered into full blocks
and go through the same columnar code as profile counts. Of those again most are seen to survive from the high
halves of their clocks and a bound on their own hazards; only what is left is worked out clock by clock. The
deaths are the same, birth for birth, with and without all this.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Floats, Ints, Words
from simcore.kernels.clocks import clocks_of, death_of, flag_clocks
from simcore.kernels.cohort import BLOCK, checked_range, locate, make_room
from simcore.kernels.differing import pick, set_apart, suspects_of
from simcore.kernels.levels import Program, program_of, row_of, work_out_first
from simcore.kernels.packed import Packed
from simcore.kernels.rng import fill_words
from simcore.kernels.screen import MOST_PASSING, Screen, screen_of, sieve_of
from simcore.kernels.sift import gather, sift


class Realised(NamedTuple):
    """What became of each birth in each arm; -1 throughout for those who live."""

    cause: npt.NDArray[np.int8]  # [arms, births]
    band: npt.NDArray[np.int8]  # [arms, births]
    day: npt.NDArray[np.int32]  # [arms, births] completed days of life


class _Bench(NamedTuple):
    """Where the clocks of a block are looked at: scratch."""

    high: npt.NDArray[np.uint32]  # [slots, 4, block]
    low: npt.NDArray[np.uint32]  # [slots, 4, block]
    rows: npt.NDArray[np.uint32]  # [most factors, block]
    bound: Floats  # [block]
    flags: npt.NDArray[np.uint8]  # [block]
    maybe: Ints  # [block] births that may die
    k: Words  # [block] of those
    key: Words  # [block]
    fate: npt.NDArray[np.int32]  # [3, block] cause, band, day


@njit(cache=True, nogil=True)
def _make_bench(clocks):
    slots, factors = clocks.high_blocks.size, clocks.of_arm.shape[1]
    return _Bench(
        np.empty((slots, 4, BLOCK), np.uint32),
        np.empty((slots, 4, BLOCK), np.uint32),
        np.empty((factors, BLOCK), np.uint32),
        np.empty(BLOCK, np.float64),
        np.empty(BLOCK, np.uint8),
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty((3, BLOCK), np.int32),
    )


@njit(cache=True, nogil=True)
def _judge(program, clocks, arm, room, n, draw, seed, bench):
    """Fate of the first ``n`` births of a room in one arm, into ``bench.fate``; ``bench.high`` is filled."""
    columns = program.column[arm]
    for f in range(clocks.of_arm.shape[1]):
        factor = clocks.of_arm[arm, f]
        if factor >= 0:
            variables, strides = clocks.factor_vars[factor], clocks.factor_strides[factor]
            row_of(columns, variables, strides, clocks.factor_start[factor], n, room.levels, bench.rows[f])
    flag_clocks(clocks, arm, n, bench.high, bench.rows, bench.bound, bench.flags)
    bench.fate[:, :n] = np.int32(-1)
    few = gather(bench.flags, n, bench.maybe)
    for j in range(few):
        i = bench.maybe[j]
        bench.k[j], bench.key[j] = room.k[i], room.key[i]
    for s in range(clocks.low_blocks.size):
        fill_words(bench.k, bench.key, few, clocks.low_blocks[s], draw, seed, bench.low[s])
    for j in range(few):
        i = bench.maybe[j]
        cause, band, day = death_of(clocks, arm, bench.high, i, bench.low, j, bench.rows, i)
        bench.fate[0, i], bench.fate[1, i], bench.fate[2, i] = cause, band, day


@njit(cache=True, nogil=True)
def _cell(program, clocks, arm, levels, i):
    cell = 0
    for q in range(clocks.cell_vars.size):
        cell += clocks.cell_strides[q] * np.int64(levels[program.column[arm, clocks.cell_vars[q]], i])
    return cell


@njit(cache=True, nogil=True)
def _settle(
    program, suspects, clocks, here, apart, n, draw, seed, bench, other, chosen, position, deaths, keep, fate
):
    """Deaths of ``n`` births in every arm: of other arms than the first, how they differ from it."""
    work_out_first(program, here, n, draw, seed)
    for s in range(clocks.high_blocks.size):
        fill_words(here.k, here.key, n, clocks.high_blocks[s], draw, seed, bench.high[s])
    _judge(program, clocks, 0, here, n, draw, seed, bench)
    for i in range(n):
        if bench.fate[0, i] >= 0:
            deaths[0, _cell(program, clocks, 0, here.levels, i), bench.fate[0, i], bench.fate[1, i]] += 1
    if keep:
        for i in range(n):
            for arm in range(deaths.shape[0]):
                fate[:, arm, position[i]] = bench.fate[:, i]
    m = pick(suspects, here.levels, n, here.row, bench.flags, chosen) if deaths.shape[0] > 1 else 0
    if m == 0:
        return
    in_place, m = set_apart(program, suspects, here, apart, chosen, n, m, draw, seed)
    room = here if in_place else apart
    for s in range(clocks.high_blocks.size):
        for word in range(4):
            for j in range(m):
                other.high[s, word, j] = bench.high[s, word, chosen[j]]
    for arm in range(1, deaths.shape[0]):
        _judge(program, clocks, arm, room, m, draw, seed, other)
        for j in range(m):
            i = chosen[j]
            if bench.fate[0, i] >= 0:
                deaths[
                    arm, _cell(program, clocks, 0, here.levels, i), bench.fate[0, i], bench.fate[1, i]
                ] -= 1
            if other.fate[0, j] >= 0:
                deaths[
                    arm, _cell(program, clocks, arm, room.levels, j), other.fate[0, j], other.fate[1, j]
                ] += 1
            if keep:
                fate[:, arm, position[i]] = other.fate[:, j]


@njit(cache=True, nogil=True)
def _realise(first, last, draw, seed, program, suspects, clocks, sieve, deaths, keep, fate):
    """Fill ``deaths`` int64[arms, cells, causes, bands] and, if asked, ``fate``; returns how many births passed."""
    k, key, stratum = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    words = np.empty((sieve.blocks.size, 4, BLOCK), np.uint32)
    flags, passing = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.int64)
    here = make_room(program.blocks.size, program.n_columns)
    apart = make_room(program.blocks.size, program.n_columns)
    bench, other = _make_bench(clocks), _make_bench(clocks)
    chosen, position = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    # births that passed wait here until they fill a block; there is room for one block more
    k_in, key_in = np.empty(2 * BLOCK, np.uint32), np.empty(2 * BLOCK, np.uint32)
    stratum_in, position_in = np.empty(2 * BLOCK, np.int64), np.empty(2 * BLOCK, np.int64)
    waiting, passed = 0, 0
    start = first
    while start < last:
        n = locate(start, last, program, k, key, stratum)
        for s in range(sieve.blocks.size):
            fill_words(k, key, n, sieve.blocks[s], draw, seed, words[s])
        sift(sieve, words, n, flags)
        found = gather(flags, n, passing)
        for j in range(found):
            i = passing[j]
            k_in[waiting + j], key_in[waiting + j] = k[i], key[i]
            stratum_in[waiting + j], position_in[waiting + j] = stratum[i], start - first + i
        waiting += found
        while waiting >= BLOCK or (start + n == last and waiting > 0):
            full = min(waiting, BLOCK)
            here.k[:full], here.key[:full] = k_in[:full], key_in[:full]
            here.stratum[:full], position[:full] = stratum_in[:full], position_in[:full]
            _settle(
                program, suspects, clocks, here, apart, full, draw, seed, bench, other, chosen, position,
                deaths, keep, fate,
            )  # fmt: skip
            passed += full
            waiting -= full
            for i in range(waiting):
                k_in[i], key_in[i] = k_in[full + i], key_in[full + i]
                stratum_in[i], position_in[i] = stratum_in[full + i], position_in[full + i]
        start += n
    return passed


def _run(
    packed: Packed,
    seed: int,
    draw: int,
    first: int,
    last: int | None,
    skip: bool,
    screen: Screen | None,
    keep: bool,
) -> tuple[Ints, npt.NDArray[np.int32], int]:
    key, begin, end = checked_range(packed, seed, draw, first, last)
    if not skip:
        screen = None
    elif screen is None:
        found = screen_of(packed)
        screen = found if found.share <= MOST_PASSING else None
    outcome = packed.deaths
    deaths = np.zeros((packed.n_arms, packed.n_cells, outcome.n_causes, outcome.n_bands), np.int64)
    fate = np.full((3, packed.n_arms, end - begin if keep else 0), -1, np.int32)
    read = np.unique(np.concatenate([outcome.factor_vars.ravel(), outcome.cell_vars]))
    wanted = read[read >= 0]
    program: Program = program_of(packed, wanted)
    suspects = suspects_of(packed, program, wanted, with_hazards=True)
    passed = _realise(
        begin, end, int(draw), key, program, suspects, clocks_of(outcome), sieve_of(packed, screen), deaths,
        keep, fate,
    )  # fmt: skip
    deaths[1:] += deaths[0]
    return deaths, fate, int(passed)


def count_deaths(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    skip: bool = True,
    screen: Screen | None = None,
) -> Ints:
    """Count realised deaths by arm, cell, cause and band.

    Any split of the births adds up to the same counts; ``skip`` changes the time only.

    Parameters
    ----------
    packed : Packed
        With an outcome.
    seed, draw, first_birth, last_birth
        As `simcore.kernels.profiles.count_profiles`.
    skip : bool
        Pass over births that a screen shows to survive in every arm, unless more than `MOST_PASSING` would
        pass.
    screen : Screen, optional
        `screen_of` the same program, to serve several calls. A screen that is given is used whatever its
        share.

    Returns
    -------
    int64[arms, cells, causes, bands]

    Raises
    ------
    ValueError
        When the program has no outcome, or births, seed or draw are out of range.
    """
    return _run(packed, seed, draw, first_birth, last_birth, skip, screen, False)[0]


def realise_births(
    packed: Packed,
    seed: int,
    draw: int,
    first_birth: int = 0,
    last_birth: int | None = None,
    *,
    skip: bool = True,
) -> Realised:
    """Cause, band and day of death of every birth in every arm. Arguments and errors as `count_deaths`."""
    cause, band, day = _run(packed, seed, draw, first_birth, last_birth, skip, None, True)[1]
    return Realised(cause.astype(np.int8), band.astype(np.int8), day)


def pass_share(
    packed: Packed, seed: int, draw: int, first_birth: int = 0, last_birth: int | None = None
) -> float:
    """Share of these births that the screen lets pass to be worked out. Errors as `count_deaths`."""
    births = (packed.n_births if last_birth is None else last_birth) - first_birth
    return _run(packed, seed, draw, first_birth, last_birth, True, None, False)[2] / max(births, 1)
