"""Counting profiles, and the levels of single births: integers out, for all arms in one pass."""

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.cohort import BLOCK, add_scaled, checked_range, evaluate, locate, program_of
from simcore.kernels.packed import Ints, Packed


@njit(cache=True, nogil=True)
def _count(first, last, draw, seed, program, profile_vars, profile_strides, counts):
    k = np.empty(BLOCK, np.uint32)
    key = np.empty(BLOCK, np.uint32)
    stratum = np.empty(BLOCK, np.int64)
    index = np.empty(BLOCK, np.uint32)
    words = np.empty((program.blocks.size, 4, BLOCK), np.uint32)
    levels = np.empty((program.n_columns, BLOCK), np.uint8)
    start = first
    while start < last:
        n = locate(start, last, program, k, key, stratum)
        evaluate(program, k, key, stratum, n, draw, seed, words, index, levels)
        for arm in range(counts.shape[0]):
            index[:n] = np.uint32(0)
            for q in range(profile_vars.size):
                add_scaled(levels[program.column[arm, profile_vars[q]]], profile_strides[q], n, index)
            tally = counts[arm]
            for i in range(n):
                tally[index[i]] += 1
        start += n


@njit(cache=True, nogil=True)
def _levels(first, last, draw, seed, program, out):
    k = np.empty(BLOCK, np.uint32)
    key = np.empty(BLOCK, np.uint32)
    stratum = np.empty(BLOCK, np.int64)
    place = np.empty(BLOCK, np.uint32)
    words = np.empty((program.blocks.size, 4, BLOCK), np.uint32)
    levels = np.empty((program.n_columns, BLOCK), np.uint8)
    start = first
    while start < last:
        n = locate(start, last, program, k, key, stratum)
        evaluate(program, k, key, stratum, n, draw, seed, words, place, levels)
        for arm in range(out.shape[0]):
            for v in range(out.shape[1]):
                for i in range(n):
                    out[arm, v, start - first + i] = levels[program.column[arm, v], i]
        start += n


def count_profiles(
    packed: Packed, seed: int, draw: int, first_birth: int = 0, last_birth: int | None = None
) -> Ints:
    """Count the births of each profile in each arm.

    Any split of the births into ranges adds up to the same counts, and releases the interpreter lock.

    Parameters
    ----------
    packed : Packed
    seed : int
        0 to 2**64 - 1.
    draw : int
        Number of the parameter draw, 0 to 2**32 - 1: part of every birth's luck.
    first_birth, last_birth : int
        Positions in the program's order of births, the last not included; all of them unless given.

    Returns
    -------
    int64[arms, profiles]
        Profile ``sum(profile_strides * level(profile_vars))``.

    Raises
    ------
    ValueError
        When births, seed or draw are out of range.
    """
    key, first, last = checked_range(packed, seed, draw, first_birth, last_birth)
    counts = np.zeros((packed.n_arms, packed.n_profiles), np.int64)
    _count(
        first, last, int(draw), key, program_of(packed), packed.profile_vars, packed.profile_strides, counts
    )
    return counts


def evaluate_births(
    packed: Packed, seed: int, draw: int, first_birth: int = 0, last_birth: int | None = None
) -> npt.NDArray[np.uint8]:
    """Every variable of every birth in every arm, for a table of births.

    Arguments and errors as `count_profiles`.

    Returns
    -------
    uint8[arms, variables, births]
    """
    key, first, last = checked_range(packed, seed, draw, first_birth, last_birth)
    levels = np.empty((packed.n_arms, packed.n_variables, last - first), np.uint8)
    _levels(first, last, int(draw), key, program_of(packed), levels)
    return levels
