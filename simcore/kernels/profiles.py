"""Counting profiles, and the levels of single births: integers out, for all arms in one pass."""

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints
from simcore.kernels.cohort import BLOCK, checked_range, locate, make_room
from simcore.kernels.differing import pick, set_apart, suspects_of
from simcore.kernels.levels import fill_blocks, program_of, row_of, work_out, work_out_first
from simcore.kernels.packed import Packed


@njit(cache=True, nogil=True)
def _count(first, last, draw, seed, program, suspects, profile_vars, profile_strides, counts):
    """Fill ``counts`` int64[arms, profiles]: of other arms than the first, how they differ from it."""
    here = make_room(program.blocks.size, program.n_columns)
    apart = make_room(program.blocks.size, program.n_columns)
    profile, flags = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint8)
    chosen = np.empty(BLOCK, np.int64)
    start = first
    while start < last:
        n = locate(start, last, program, here.k, here.key, here.stratum)
        work_out_first(program, here, n, draw, seed)
        row_of(program.column[0], profile_vars, profile_strides, 0, n, here.levels, profile)
        _tally(profile, n, counts[0])
        m = pick(suspects, here.levels, n, here.row, flags, chosen) if counts.shape[0] > 1 else 0
        if m > 0:
            in_place, m = set_apart(program, suspects, here, apart, chosen, n, m, draw, seed)
            room = here if in_place else apart
            for arm in range(1, counts.shape[0]):
                row_of(program.column[arm], profile_vars, profile_strides, 0, m, room.levels, room.row)
                _move(profile, chosen, room.row, m, counts[arm])
        start += n


@njit(cache=True, nogil=True)
def _tally(profile, n, counts):
    for i in range(n):
        counts[np.uint64(profile[i])] += 1


@njit(cache=True, nogil=True)
def _move(before, chosen, after, m, counts):
    """Take each chosen birth from its profile in arm 0 to the one it has here."""
    for j in range(m):
        counts[np.uint64(before[chosen[j]])] -= 1
        counts[np.uint64(after[j])] += 1


@njit(cache=True, nogil=True)
def _levels(first, last, draw, seed, program, out):
    room = make_room(program.blocks.size, program.n_columns)
    start = first
    while start < last:
        n = locate(start, last, program, room.k, room.key, room.stratum)
        work_out_first(program, room, n, draw, seed)
        fill_blocks(
            program, program.n_first_blocks, program.blocks.size, room.k, room.key, n, draw, seed, room.words
        )
        one_stratum = room.stratum[0] == room.stratum[n - 1]
        work_out(program, program.further, one_stratum, n, room.words, room.row, room.levels)
        for arm in range(out.shape[0]):
            for v in range(out.shape[1]):
                for i in range(n):
                    out[arm, v, start - first + i] = room.levels[program.column[arm, v], i]
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
    program = program_of(packed, packed.profile_vars)
    suspects = suspects_of(packed, program, packed.profile_vars, with_hazards=False)
    _count(
        first, last, int(draw), key, program, suspects, packed.profile_vars, packed.profile_strides, counts
    )
    counts[1:] += counts[0]
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
    _levels(first, last, int(draw), key, program_of(packed, np.arange(packed.n_variables)), levels)
    return levels
