"""Guide tables: for each row of a table and each top byte of a word, the level, where the byte alone tells it.

One look-up then stands for a comparison with every threshold. Worth it from three thresholds on, and while the
guide fits the cache.
"""

import numpy as np
from numba import njit

from simcore.kernels.packed import Packed

UNSURE = np.uint8(255)
"""Stands where a threshold lies within the byte; no level is that high."""
LEAST_THRESHOLDS = 3
MOST_BYTES = 2**16
"""Of one table's guide."""


def is_guided(packed: Packed, v: int) -> bool:
    """Whether a guide to the tables of this variable pays."""
    return bool(packed.n_levels[v] > LEAST_THRESHOLDS and packed.rows[v] * 256 <= MOST_BYTES)


@njit(cache=True, nogil=True)
def fill_guide(thresholds, start, n_thresholds, guide, begin, rows):
    """Write the guide, from byte ``begin`` on, of the table that begins at ``start``: 256 bytes a row."""
    for row in range(rows):
        level = 0
        at = start + row * n_thresholds
        for byte in range(256):
            lowest = np.uint32(byte) << np.uint32(24)
            while level < n_thresholds and thresholds[at + level] <= lowest:
                level += 1
            unsure = level < n_thresholds and thresholds[at + level] <= lowest + np.uint32(2**24 - 1)
            guide[begin + 256 * row + byte] = UNSURE if unsure else np.uint8(level)
