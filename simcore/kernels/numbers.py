"""Where each of many numbers stands in a table of those met: a hash, for there may be more numbers than memory."""

import numpy as np
from numba import njit

from simcore.kernels.arrays import Ints

NOBODY = np.int64(-1)
"""An empty slot."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(64)


@njit(cache=True, nogil=True)
def _find(cells, table, slots, new):
    """Fill ``slots``, and ``new`` with the cells that were not in the table; returns how many."""
    n, last, bits = 0, np.uint64(table.size - 1), np.uint64(0)
    while np.uint64(1) << bits < np.uint64(table.size):
        bits += np.uint64(1)
    for i in range(cells.size):
        slot = (np.uint64(cells[i]) * _GOLDEN) >> (_BITS - bits)
        while table[slot] != cells[i] and table[slot] != NOBODY:
            slot = (slot + np.uint64(1)) & last
        if table[slot] == NOBODY:
            table[slot] = cells[i]
            new[n] = cells[i]
            n += 1
        slots[i] = slot
    return n


def find_slots(cells: Ints, table: Ints) -> tuple[Ints, Ints]:
    """The slot of each cell in a table, where those not met before take one.

    Parameters
    ----------
    cells : int64[cells]
        Not negative.
    table : int64[slots]
        A power of two of them, at least 2, `NOBODY` where empty; more of them empty than there are cells.

    Returns
    -------
    int64[cells], int64[new]
        Cells that took a slot, each once, in the order in which they stand.

    Raises
    ------
    ValueError
        When the table has no room, or a cell is negative.

    Examples
    --------
    >>> table = np.full(8, NOBODY)
    >>> slots, new = find_slots(np.array([30, 5, 30]), table)
    >>> table[slots].tolist(), new.tolist()
    ([30, 5, 30], [30, 5])
    """
    cells = np.require(cells, np.int64, ["C", "W"])
    if table.dtype != np.int64 or table.ndim != 1 or table.size < 2 or table.size & (table.size - 1):
        raise ValueError(f"a table has a power of two slots of 64 bits, got {table.shape} of {table.dtype}")
    if np.count_nonzero(table == NOBODY) <= cells.size:
        raise ValueError(f"{cells.size} cells may not find room in a table of {table.size} slots")
    if cells.size and cells.min() < 0:
        raise ValueError("a cell is negative")
    slots, new = np.empty(cells.size, np.int64), np.empty(cells.size, np.int64)
    return slots, new[: _find(cells, table, slots, new)].copy()
