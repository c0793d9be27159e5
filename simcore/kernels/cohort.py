"""Births in blocks: who they are."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints, Words
from simcore.kernels.packed import Packed

BLOCK = 1024
"""Births in a block. Any number gives the same answers; this one fits the cache."""


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


@njit(cache=True, nogil=True)
def locate(first, last, program, k, key, stratum):
    """Identify a block of births from position ``first`` on: number in the stratum, its key, its index.

    Writes ``k`` uint32[block], ``key`` uint32[block], ``stratum`` int64[block] and returns how many births are
    in the block. A block that its first stratum fills by half ends with it: births of one stratum are cheaper
    together.
    """
    n = min(BLOCK, last - first)
    start = program.stratum_start
    s, above = 0, start.size - 1  # start[s] <= first < start[above], by halves
    while above - s > 1:
        middle = (s + above) // 2
        if start[middle] <= first:
            s = middle
        else:
            above = middle
    done = 0
    while done < n:
        here = min(n, start[s + 1] - first)  # below `done` where a stratum has no births
        offset = first - start[s]
        key_here = program.stratum_key[s]
        for i in range(done, here):
            k[i] = np.uint32(offset + i)
        for i in range(done, here):
            key[i] = key_here
        for i in range(done, here):
            stratum[i] = s
        if done == 0 and here >= BLOCK // 2:
            return here
        done = max(done, here)
        s += 1
    return n
