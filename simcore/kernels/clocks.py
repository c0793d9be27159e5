"""The clocks of causes: a word each from two halves, and when the earliest rings.

The clock of a cause has the word ``u = (word + 1/2) / 2**32`` and rings when its cumulative hazard reaches
``-log(1 - u)``: a small word rings early. Within a band the hazard is constant, so the time is linear in it.
Ties go to the cause of the lower number. A policy that acts on one cause leaves the other clocks alone.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.block import block_kernel
from simcore.kernels.levels import fill_row, reads_of
from simcore.kernels.outcome import CLOCK_BLOCKS, CLOCKS_A_BLOCK
from simcore.kernels.packed import Packed

Shorts = npt.NDArray[np.float32]
BEGIN, FIRST_READ, END_READ = range(3)
"""What is known of a factor of an arm: where its table begins, and its part of the reads."""
_WORD = 1.0 / 4294967296.0
_HALF = np.uint32(16)
_LOW_HALF = np.uint32(0xFFFF)
_ROUNDING = 1.0 + 1e-5
"""Bounds on hazards are products in another order than the hazards, of short floats: they are widened by more than
that can matter."""


class Clocks(NamedTuple):
    """Clocks and hazards as kernels take them."""

    high_blocks: Ints  # [slots] Philox blocks of the high halves
    low_blocks: Ints  # [slots] and of the low ones
    halves: Ints  # [n, 2] slot and lane of each word that holds halves
    places: Ints  # [causes, 2] slot of the clock's halves, and which half
    edges: Floats  # [bands + 1] days
    factors_of: Ints  # [arms, most factors, 3] as above; -1 throughout where an arm has fewer
    reads: Ints  # [reads, 3] as `LookUps` has them
    factors: Floats  # [rows, causes, bands]
    total: Shorts  # [causes, rows] factors added up over bands, times 2**16
    most: Shorts  # [causes, rows] the greatest factor of any band
    greatest: Shorts  # [causes, rows] the same; or [1, rows], the greatest of any cause and band


def clocks_of(packed: Packed, *, together: bool) -> Clocks:
    """The kernels' view of the outcome of a program.

    Bounds on hazards can be looked up for all causes ``together``: looser, so that more births are worked out clock
    by clock, and a look-up a factor in place of one for each cause. That pays where most births are at little risk.
    """
    outcome = packed.deaths
    pairs, slot = np.unique(outcome.clock // CLOCKS_A_BLOCK, return_inverse=True)
    places = np.stack([slot.astype(np.int64), outcome.clock % CLOCKS_A_BLOCK], axis=1)
    factors_of = np.full((*outcome.of_arm.shape, 3), -1, np.int64)
    reads: list[tuple[int, int, int]] = []
    for arm, place in np.argwhere(outcome.of_arm >= 0).tolist():
        f = outcome.of_arm[arm, place]
        begin = len(reads)
        reads += reads_of(packed, arm, outcome.factor_vars[f], outcome.factor_strides[f])
        factors_of[arm, place] = outcome.factor_start[f], begin, len(reads)
    most = _short(outcome.factors.max(axis=2))
    return Clocks(
        CLOCK_BLOCKS + 2 * pairs,
        CLOCK_BLOCKS + 2 * pairs + 1,
        np.unique(np.stack([places[:, 0], places[:, 1] // 2], axis=1), axis=0),
        places,
        outcome.edges,
        factors_of,
        np.array(reads, np.int64).reshape(-1, 3),
        outcome.factors,
        _short(outcome.factors.sum(axis=2) * 2.0**16 * _ROUNDING),
        most,
        most.max(axis=0, keepdims=True) if together else most,
    )


def _short(bounds: Floats) -> Shorts:
    """Bounds by cause, then row: half the size, for they are looked up more often than anything else."""
    with np.errstate(
        over="ignore"
    ):  # what is too large for a short float is infinite, and bounds all the same
        return np.ascontiguousarray(np.where(bounds > 0, np.maximum(bounds, 1e-37), 0.0).T, np.float32)


@njit(cache=True, forceinline=True)
def half_of(words, slot, half, i):
    """Half ``half`` of a birth's block of words: uint32[slots, 4, block]."""
    word = words[slot, half >> 1, i]
    return word & _LOW_HALF if half & 1 else word >> _HALF


@block_kernel
def fill_factor_rows(factors_of, reads, arm, n, levels, rows):
    """The row of each birth in each factor of an arm: ``rows`` uint32[most factors, block]."""
    for f in range(factors_of.shape[1]):
        if factors_of[arm, f, BEGIN] >= 0:
            first, end = factors_of[arm, f, FIRST_READ], factors_of[arm, f, END_READ]
            fill_row(reads, first, end, factors_of[arm, f, BEGIN], n, levels, rows[f])


@block_kernel
def _bound(factors_of, greatest, arm, c, n, rows, bound):
    """Upper bounds on what all factors but the first multiply hazards by, those of cause ``c`` or all: float32[block].

    Two look-ups a pass take half the time of one.
    """
    others = 0
    for f in range(1, factors_of.shape[1]):
        others += factors_of[arm, f, BEGIN] >= 0
    bound[:n] = np.float32(1)
    for f in range(1, others, 2):
        for i in range(n):
            bound[i] *= greatest[c, np.uint64(rows[f, i])] * greatest[c, np.uint64(rows[f + 1, i])]
    if others % 2 == 1:
        for i in range(n):
            bound[i] *= greatest[c, np.uint64(rows[others, i])]


@block_kernel
def flag_clocks(places, factors_of, total, greatest, arm, n, high, rows, bound, flags):
    """Flag the births one of whose clocks may ring within the last band, from its high half alone.

    Parameters
    ----------
    places, factors_of, total, greatest
        As `Clocks` has them.
    arm, n : int
    high : uint32[slots, 4, block]
        Words with the high halves.
    rows : uint32[most factors, block]
        The row of each of the arm's factors.
    bound : float32[block]
        Scratch.
    flags : uint8[block]
        Written.
    """
    flags[:n] = np.uint8(0)
    for c in range(places.shape[0]):
        if c < greatest.shape[0]:
            _bound(factors_of, greatest, arm, c, n, rows, bound)
        slot, word = places[c, 0], places[c, 1] >> 1
        above = np.uint32(0) if places[c, 1] & 1 else _HALF
        for i in range(n):
            most = total[c, np.uint64(rows[0, i])] * bound[i]
            flags[i] |= np.uint8(np.float32(high[slot, word, i] >> above & _LOW_HALF) <= most)


@block_kernel
def death_of(places, edges, factors_of, factors, total, most, arm, high, i, low, j, rows):
    """Cause, band and day of death, -1 where none, of birth ``i`` of its block.

    ``low`` has its low halves at place ``j``; the rest is as for `flag_clocks`.
    """
    cause, band, day, earliest = -1, -1, -1, np.inf
    others = 0
    for f in range(1, factors_of.shape[1]):
        others += factors_of[arm, f, BEGIN] >= 0
    for c in range(places.shape[0]):
        bound = total[c, rows[0, i]]
        for f in range(1, others + 1):
            bound *= most[c, rows[f, i]]
        upper = half_of(high, places[c, 0], places[c, 1], i)
        if np.float32(upper) > bound:  # the hazard needed is greater still: this clock does not ring
            continue
        word = upper << _HALF | half_of(low, places[c, 0], places[c, 1], j)
        u = (np.float64(word) + 0.5) * _WORD
        needed = -math.log1p(-u)
        reached = 0.0
        for b in range(edges.size - 1):
            hazard = factors[rows[0, i], c, b]
            for f in range(1, others + 1):
                hazard *= factors[rows[f, i], c, b]
            if needed < reached + hazard:
                time = edges[b] + (needed - reached) / hazard * (edges[b + 1] - edges[b])
                if time < earliest:
                    # rounding may carry a time to the very end of its band: the day stays within
                    cause, band, day, earliest = c, b, min(int(time), math.ceil(edges[b + 1]) - 1), time
                break
            reached += hazard
    return cause, band, day
