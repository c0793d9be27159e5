"""The clocks of causes: a word each from two halves, and when the earliest rings.

The clock of a cause has the word ``u = (word + 1/2) / 2**32`` and rings when its cumulative hazard reaches
``-log(1 - u)``: a small word rings early. Within a band the hazard is constant, so the time is linear in it.
Ties go to the cause of the lower number. A policy that acts on one cause leaves the other clocks alone.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.outcome import CLOCK_BLOCKS, CLOCKS_A_BLOCK, Outcome

_WORD = 1.0 / 4294967296.0
_HALF = np.uint32(16)
_LOW_HALF = np.uint32(0xFFFF)
_ROUNDING = 1.0 + 1e-9
"""Bounds on hazards are products in another order than the hazards: they are widened by more than that can matter."""


class Clocks(NamedTuple):
    """What kernels read of an `Outcome` (its docstring says what most of it means)."""

    high_blocks: Ints  # [slots] Philox blocks of the high halves
    low_blocks: Ints  # [slots] and of the low ones
    slot: Ints  # [causes] where the clock's halves stand in them
    half: Ints  # [causes] which half
    edges: Floats
    factor_vars: Ints
    factor_strides: Ints
    factor_start: Ints
    of_arm: Ints
    factors: Floats
    total: Floats  # [rows, causes] factors added up over bands
    most: Floats  # [rows, causes] the greatest factor of any band
    cell_vars: Ints
    cell_strides: Ints


def clocks_of(outcome: Outcome) -> Clocks:
    """The kernels' view of an outcome."""
    pairs, slot = np.unique(outcome.clock // CLOCKS_A_BLOCK, return_inverse=True)
    return Clocks(
        CLOCK_BLOCKS + 2 * pairs,
        CLOCK_BLOCKS + 2 * pairs + 1,
        slot.astype(np.int64),
        outcome.clock % CLOCKS_A_BLOCK,
        outcome.edges,
        outcome.factor_vars,
        outcome.factor_strides,
        outcome.factor_start,
        outcome.of_arm,
        outcome.factors,
        np.ascontiguousarray(outcome.factors.sum(axis=2)) * _ROUNDING,
        np.ascontiguousarray(outcome.factors.max(axis=2)),
        outcome.cell_vars,
        outcome.cell_strides,
    )


@njit(cache=True, forceinline=True)
def half_of(words, half, i):
    """Half ``half`` of birth ``i`` in a block of words uint32[4, block]."""
    word = words[half >> 1, i]
    return word & _LOW_HALF if half & 1 else word >> _HALF


@njit(cache=True, nogil=True)
def flag_clocks(clocks, arm, n, high_words, rows, bound, flags):
    """Flag the births one of whose clocks may ring within the last band, from its high half alone.

    The bound on a clock's hazard is the first factor added up over bands, times the greatest of each other.

    Parameters
    ----------
    clocks : Clocks
    arm, n : int
    high_words : uint32[slots, 4, block]
    rows : uint32[most factors, block]
        The row of each of the arm's factors.
    bound : float64[block]
        Scratch.
    flags : uint8[block]
        Written.
    """
    flags[:n] = np.uint8(0)
    for c in range(clocks.slot.size):
        first = rows[0]
        for i in range(n):
            bound[i] = clocks.total[np.uint64(first[i]), c]
        for f in range(1, clocks.of_arm.shape[1]):
            if clocks.of_arm[arm, f] >= 0:
                row = rows[f]
                for i in range(n):
                    bound[i] *= clocks.most[np.uint64(row[i]), c]
        word = high_words[clocks.slot[c], clocks.half[c] >> 1]
        if clocks.half[c] & 1:
            for i in range(n):
                flags[i] |= np.uint8(np.float64(word[i] & _LOW_HALF) <= bound[i] * 65536.0)
        else:
            for i in range(n):
                flags[i] |= np.uint8(np.float64(word[i] >> _HALF) <= bound[i] * 65536.0)


@njit(cache=True, nogil=True)
def death_of(clocks, arm, high_words, i, low_words, j, rows, at):
    """Cause, band and day of death, -1 where none, of birth ``i`` of its block (``j`` of the low halves').

    ``rows[f, at]`` is the row of factor ``f`` of the arm.
    """
    cause, band, day, earliest = -1, -1, -1, np.inf
    bands = clocks.edges.size - 1
    for c in range(clocks.slot.size):
        high = half_of(high_words[clocks.slot[c]], clocks.half[c], i)
        low = half_of(low_words[clocks.slot[c]], clocks.half[c], j)
        u = (np.float64(high << _HALF | low) + 0.5) * _WORD
        bound = clocks.total[rows[0, at], c]
        for f in range(1, clocks.of_arm.shape[1]):
            if clocks.of_arm[arm, f] >= 0:
                bound *= clocks.most[rows[f, at], c]
        if u > bound:  # -log(1 - u) is greater still: this clock does not ring
            continue
        needed = -math.log1p(-u)
        reached = 0.0
        for b in range(bands):
            hazard = 1.0
            for f in range(clocks.of_arm.shape[1]):
                if clocks.of_arm[arm, f] >= 0:
                    hazard *= clocks.factors[rows[f, at], c, b]
            if needed < reached + hazard:
                begin, end = clocks.edges[b], clocks.edges[b + 1]
                time = begin + (needed - reached) / hazard * (end - begin)
                if time < earliest:
                    # rounding may carry a time to the very end of its band: the day stays within
                    cause, band, day, earliest = c, b, min(int(time), math.ceil(end) - 1), time
                break
            reached += hazard
    return cause, band, day
