"""Births in blocks: who they are."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.block import FIRST, block_kernel
from simcore.kernels.packed import Packed

BLOCK = 2048
"""Births in a block. Any number gives the same answers; this one fits the cache."""
ENOUGH = 512
"""Births of one stratum that are worth a block of their own: tables that only strata tell apart are then constants."""


class Strata(NamedTuple):
    """The births of a program as kernels take them."""

    start: Ints  # [strata + 1] cumulative births
    key: Words  # [strata]
    levels: Ints  # [strata, given variables but the slice]
    slices: int


def strata_of(packed: Packed) -> Strata:
    """Who the births of a program are."""
    slices = int(packed.n_levels[packed.n_given - 1])
    return Strata(packed.stratum_start, packed.stratum_key, packed.stratum_levels, slices)


class Room(NamedTuple):
    """Where a block of births is worked out: small arrays that stay in the cache."""

    k: Words  # [block] number of the birth within its stratum
    key: Words  # [block] the stratum's key
    stratum: Ints  # [block] the stratum's index
    words: npt.NDArray[np.uint32]  # [slots, 4, block] luck
    row: Words  # [block] scratch
    levels: npt.NDArray[np.uint8]  # [columns + 1, block]; the last column is the first level of everything


@njit(cache=True, nogil=True)
def make_room(n_slots, n_columns):
    """A room for one block; its levels start at zero."""
    return Room(
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.int64),
        np.empty((n_slots, 4, BLOCK), np.uint32),
        np.empty(BLOCK, np.uint32),
        np.zeros((n_columns + 1, BLOCK), np.uint8),
    )


def checked_range(
    packed: Packed, seed: int, draw: int, first: int, last: int | None
) -> tuple[np.uint64, int, int]:
    """Seed and range of births as kernels take them.

    Raises
    ------
    ValueError
        When the births are not within the program, or seed or draw are out of range.
    """
    last = packed.n_births if last is None else last
    if not 0 <= first <= last <= packed.n_births:
        raise ValueError(f"births {first} to {last} are not within 0 to {packed.n_births}")
    if not (0 <= seed < 2**64 and 0 <= draw < 2**32):
        raise ValueError(f"seed {seed} and draw {draw} must be within 64 and 32 bits, not negative")
    return np.uint64(seed), int(first), int(last)


@block_kernel
def stratum_at(position, stratum_start):
    """The stratum of a birth by its position, found by halves."""
    s, above = 0, stratum_start.size - 1  # stratum_start[s] <= position < stratum_start[above]
    while above - s > 1:
        middle = (s + above) // 2
        if stratum_start[middle] <= position:
            s = middle
        else:
            above = middle
    return s


@block_kernel
def locate(first, last, stratum_start, stratum_key, k, key, stratum):
    """Identify a block of births from position ``first`` on: number in the stratum, its key, its index.

    Writes ``k`` uint32[block], ``key`` uint32[block], ``stratum`` int64[block] and returns how many births are
    in the block. A block ends with its first stratum if that has `ENOUGH` births in it.
    """
    n = min(BLOCK, last - first)
    s = stratum_at(first, stratum_start)
    done = FIRST
    while done < n:
        here = min(n, stratum_start[s + 1] - first)  # below `done` where a stratum has no births
        if here > done:
            _identify(first - stratum_start[s], stratum_key[s], s, done, here, k, key, stratum)
        if done == 0 and here >= ENOUGH:
            return here
        done = max(done, here)
        s += 1
    return n


@block_kernel
def _identify(offset, key_here, s, begin, end, k, key, stratum):
    """Births ``begin`` to ``end`` of a block, all of stratum ``s``."""
    key[begin:end] = key_here
    stratum[begin:end] = s
    first = np.uint32(offset)
    for i in range(
        np.uint64(begin), np.uint64(end)
    ):  # a signed index could be negative: it would not vectorise
        k[i] = first + np.uint32(i)


@block_kernel
def fill_given(stratum_levels, slices, k, key, stratum, n, levels):
    """Columns of the given variables, which come first: the stratum's levels, then the slice.

    That is ``(k + key) % slices``, so that the odd births of a stratum fall into other slices than those of the
    next.
    """
    last = stratum_levels.shape[1]
    for v in range(last):
        if stratum[0] == stratum[n - 1]:  # births come in order, so this is one stratum
            levels[v, :n] = np.uint8(stratum_levels[stratum[0], v])
        else:
            for i in range(n):
                levels[v, i] = np.uint8(stratum_levels[stratum[i], v])
    if slices & (slices - 1) == 0:  # a power of two: the low bits, whatever overflows above them
        mask = np.uint32(slices - 1)
        for i in range(n):
            levels[last, i] = np.uint8((k[i] + key[i]) & mask)
    else:
        for i in range(n):
            levels[last, i] = np.uint8((np.uint64(k[i]) + np.uint64(key[i])) % np.uint64(slices))
