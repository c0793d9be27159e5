"""Guide tables: for each row of a table and each top byte of a word, the level, where the byte alone tells it.

One look-up then stands for a comparison with every threshold. Worth it from three thresholds on, and while the
guide fits the cache.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from simcore.kernels.arrays import Ints
from simcore.kernels.packed import Packed

UNSURE = np.uint8(255)
"""Stands where a threshold lies within the byte; no level is that high."""
LEAST_THRESHOLDS = 3
MOST_BYTES = 2**16
"""Of one table's guide."""


@njit(cache=True, nogil=True)
def _fill(thresholds, n_thresholds, guide):
    """``guide`` uint8[rows, 256] from ``thresholds`` uint32[rows x n_thresholds]."""
    for row in range(guide.shape[0]):
        level = np.uint8(0)
        at = row * n_thresholds
        for byte in range(256):
            first = np.uint32(byte) << np.uint32(24)
            while level < n_thresholds and thresholds[at + level] <= first:
                level += np.uint8(1)
            within = level < n_thresholds and thresholds[at + level] <= first + np.uint32(2**24 - 1)
            guide[row, byte] = UNSURE if within else level


def guides_of(packed: Packed, tasks: Ints) -> tuple[npt.NDArray[np.uint8], Ints]:
    """Guides of the tables of ``tasks`` (arm, variable), where they pay.

    Returns
    -------
    uint8[bytes], int64[arms, variables]
        All guides, and where each begins; -1 where there is none.
    """
    starts = np.full((packed.n_arms, packed.n_variables), -1, np.int64)
    guides: list[npt.NDArray[np.uint8]] = []
    known: dict[tuple[int, int], int] = {}
    size = 0
    for arm, v in tasks:
        n_thresholds, rows = int(packed.n_levels[v]) - 1, packed.rows[v]
        table = (int(v), int(packed.table_start[arm, v]))
        if n_thresholds < LEAST_THRESHOLDS or rows * 256 > MOST_BYTES:
            continue
        if table not in known:
            guide = np.empty((rows, 256), np.uint8)
            _fill(packed.thresholds[table[1] :], n_thresholds, guide)
            known[table] = size
            guides.append(guide.ravel())
            size += guide.size
        starts[arm, v] = known[table]
    return np.concatenate(guides) if guides else np.zeros(1, np.uint8), starts
