"""The loop that realises deaths: the earliest clock within the last band edge is the death.

Most births are passed over by the screen (`simcore.kernels.screen`); the others are gathered into full blocks
and go through the same columnar code as profile counts. Of those again most are seen to survive from the high
halves of their clocks and a bound on their own hazards; only what is left is worked out clock by clock.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.apart import narrow, pick, set_apart, take_words
from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import FIRST, block_kernel
from simcore.kernels.clocks import death_of, fill_factor_rows, flag_clocks
from simcore.kernels.cohort import BLOCK, fill_given, make_room, stratum_at
from simcore.kernels.levels import READ, STRIDE, fill_blocks, work_out
from simcore.kernels.queue import join_all, join_queue, leave_queue, make_queue, move_up
from simcore.kernels.rng import fill_stretch, fill_words
from simcore.kernels.sift import gather, sift


class _Bench(NamedTuple):
    """Where the clocks of a block of births are looked at: scratch."""

    high: npt.NDArray[np.uint32]  # [slots, 4, block]
    low: npt.NDArray[np.uint32]  # [slots, 4, block] of those that may die
    rows: npt.NDArray[np.uint32]  # [most factors, block]
    bound: npt.NDArray[np.float32]  # [block]
    flags: npt.NDArray[np.uint8]  # [block]
    maybe: Ints  # [block] births that may die
    k: Words  # [block] of those
    key: Words  # [block]
    fate: npt.NDArray[np.int32]  # [3, block] cause, band, day


@njit(cache=True, nogil=True)
def _make_bench(n_slots, n_factors):
    return _Bench(
        np.empty((n_slots, 4, BLOCK), np.uint32),
        np.empty((n_slots, 4, BLOCK), np.uint32),
        np.empty((n_factors, BLOCK), np.uint32),
        np.empty(BLOCK, np.float32),
        np.empty(BLOCK, np.uint8),
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty((3, BLOCK), np.int32),
    )


class _Scratch(NamedTuple):
    """Where births are screened, and which of those that pass are worked out again."""

    words: npt.NDArray[np.uint32]  # [slots, 4, block]
    limit: Words  # [block]
    passes: npt.NDArray[np.uint8]  # [2 * block]
    flags: npt.NDArray[np.uint8]  # [block]
    passing: Ints  # [block]
    chosen: Words  # [block]
    again: Words  # [block]


@njit(cache=True, nogil=True)
def _make_scratch(n_slots):
    return _Scratch(
        np.empty((max(n_slots, 1), 4, BLOCK), np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(2 * BLOCK, np.uint8),
        np.empty(BLOCK, np.uint8),
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )


@block_kernel
def _judge(clocks, arm, n, draw, seed, room, bench):
    """Fate of the first ``n`` births of a room in one arm, into ``bench.fate``; ``bench.high`` is there."""
    places, factors_of, total, most = clocks.places, clocks.factors_of, clocks.total, clocks.most
    high, low, rows, maybe, fate = bench.high, bench.low, bench.rows, bench.maybe, bench.fate
    fill_factor_rows(factors_of, clocks.reads, arm, n, room.levels, rows)
    flag_clocks(places, factors_of, total, clocks.greatest, arm, n, high, rows, bench.bound, bench.flags)
    fate[:, :n] = np.int32(-1)
    few = gather(bench.flags, n, maybe, bench.k)
    for j in range(few):
        bench.k[j], bench.key[j] = room.k[maybe[j]], room.key[maybe[j]]
    for b in range(clocks.low_blocks.size):
        fill_words(bench.k, bench.key, few, clocks.low_blocks[b], draw, seed, b, low)
    for j in range(few):
        i = maybe[j]
        fate[0, i], fate[1, i], fate[2, i] = death_of(
            places, clocks.edges, factors_of, clocks.factors, total, most, arm, high, i, low, j, rows
        )


@block_kernel
def _add_deaths(cells, reads, arm, n, levels, fate, deaths):
    """Count the deaths of ``n`` births in their cells."""
    for i in range(n):
        if fate[0, i] >= 0:
            deaths[arm, cell_of(cells, reads, arm, levels, i), fate[0, i], fate[1, i]] += 1


@block_kernel
def _move_deaths(cells, reads, arm, chosen, m, levels, fate, levels_apart, fate_apart, deaths):
    """Take the deaths of chosen births from where they are in arm 0 to where they are here."""
    for j in range(m):
        i = np.int64(chosen[j])
        if fate[0, i] >= 0:
            deaths[arm, cell_of(cells, reads, FIRST, levels, i), fate[0, i], fate[1, i]] -= 1
        if fate_apart[0, j] >= 0:
            cell = cell_of(cells, reads, arm, levels_apart, j)
            deaths[arm, cell, fate_apart[0, j], fate_apart[1, j]] += 1


@block_kernel
def cell_of(cells, reads, arm, levels, i):
    """The cell that a birth is counted in: ``cells`` int64[arms, 2] says which reads make it up."""
    cell = 0
    for r in range(cells[arm, 0], cells[arm, 1]):
        cell += reads[r, STRIDE] * np.int64(levels[reads[r, READ], i])
    return cell


@block_kernel
def _keep_all(position, n, block, fate):
    """Fates of a block in arm 0, for every arm: those that differ are put right after."""
    for part in range(3):
        for arm in range(fate.shape[1]):
            for i in range(n):
                fate[part, arm, position[i]] = block[part, i]


@block_kernel
def _keep_chosen(position, arm, chosen, m, block, fate):
    for part in range(3):
        for j in range(m):
            fate[part, arm, position[chosen[j]]] = block[part, j]


@njit(cache=True, nogil=True)
def realise(
    first, last, draw, seed, strata, look_ups, suspects, clocks, sieve, cells, cell_reads, deaths, keep, fate
):
    """Fill ``deaths`` int64[arms, cells, causes, bands] and, if asked, ``fate``; returns how many births passed.

    Deaths of other arms than the first are how they differ from it.
    """
    high_blocks, n_factors = clocks.high_blocks, clocks.factors_of.shape[1]
    n_slots, n_columns = look_ups.blocks.size, look_ups.n_columns
    return _realise_blocks(
        first, last, draw, seed, strata, look_ups, suspects, clocks, sieve, cells, cell_reads, deaths, keep, fate,
        make_room(n_slots, n_columns), make_room(n_slots, n_columns), _make_bench(high_blocks.size, n_factors),
        _make_bench(high_blocks.size, n_factors), make_queue(), _make_scratch(sieve.blocks.size),
    )  # fmt: skip


@block_kernel
def _realise_blocks(
    first, last, draw, seed, strata, look_ups, suspects, clocks, sieve, cells, cell_reads, deaths, keep, fate,
    here, apart, bench, other, waiting, scratch
):  # fmt: skip
    """As `realise`, in rooms and on benches for the births of arm 0 and for those of the others."""
    stratum_start, stratum_key, stratum_levels, slices = strata
    mine, further, reads, thresholds, guide, _, blocks, lanes, n_first, _ = look_ups
    by_row, by_word, by_row_again, by_word_again, differs, bounds, questions = suspects[:7]
    asked, asked_words, carried, carried_words, drawn_words = suspects[7:]
    high_blocks, halves = clocks.high_blocks, clocks.halves
    words, limit, passes, flags, passing, chosen, again = scratch
    row = here.row
    queued, passed = FIRST, FIRST  # births that pass wait until they fill a block
    start = first
    while start < last:
        s = stratum_at(start, stratum_start)
        k, n = start - stratum_start[s], min(BLOCK, min(last, stratum_start[s + 1]) - start)
        if sieve.screens:
            for b in range(sieve.blocks.size):
                fill_stretch(k, stratum_key[s], n, sieve.blocks[b], draw, seed, b, words)
            sift(
                sieve.slot, sieve.lane, sieve.used, sieve.edges, sieve.limits, n, words, words.view(np.uint16),
                limit, limit.view(np.uint16), passes, passes.view(np.uint16), flags,
            )  # fmt: skip
            found = gather(flags, n, passing, chosen)
            queued = join_queue(waiting, queued, passing, found, k, stratum_key[s], s, start - first)
        else:
            queued = join_all(waiting, queued, n, k, stratum_key[s], s, start - first)
        start += n
        while queued >= BLOCK or (start == last and queued > 0):
            full = min(queued, BLOCK)
            leave_queue(waiting, full, here)
            one_stratum = here.stratum[0] == here.stratum[full - 1]
            fill_given(stratum_levels, slices, here.k, here.key, here.stratum, full, here.levels)
            fill_blocks(blocks, lanes, FIRST, n_first, here.k, here.key, full, draw, seed, here.words)
            work_out(mine, reads, thresholds, guide, one_stratum, full, here.words, row, here.levels)
            for b in range(high_blocks.size):
                fill_words(here.k, here.key, full, high_blocks[b], draw, seed, b, bench.high)
            _judge(clocks, FIRST, full, draw, seed, here, bench)
            _add_deaths(cells, cell_reads, FIRST, full, here.levels, bench.fate, deaths)
            if keep:
                _keep_all(waiting.position, full, bench.fate, fate)
            m = pick(
                by_row, differs, by_word, bounds, questions, full, here.words, here.levels, row, flags, chosen
            )  # fmt: skip
            if m > 0:
                set_apart(chosen, m, asked, asked_words, here, apart)
                fill_blocks(
                    blocks, lanes, n_first, blocks.size, apart.k, apart.key, m, draw, seed, apart.words
                )
                m = narrow(
                    by_row_again, differs, by_word_again, bounds, questions, m, carried, carried_words,
                    drawn_words, here, apart, flags, again, chosen,
                )  # fmt: skip
                take_words(chosen, m, halves, bench.high, other.high)
                work_out(further, reads, thresholds, guide, one_stratum, m, apart.words, row, apart.levels)
                for arm in range(1, deaths.shape[0]):
                    _judge(clocks, arm, m, draw, seed, apart, other)
                    _move_deaths(
                        cells, cell_reads, arm, chosen, m, here.levels, bench.fate, apart.levels, other.fate, deaths
                    )  # fmt: skip
                    if keep:
                        _keep_chosen(waiting.position, arm, chosen, m, other.fate, fate)
            queued = move_up(waiting, queued, full)
            passed += full
    return passed
