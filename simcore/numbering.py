"""Numbers for those cells of a large table that occur, in the order in which they are first met."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MOST_IN_TABLE = 2**24
"""Cells that are looked up in a table of all there could be; more are searched for among those met."""


class Numbering:
    """Cells numbered in the order in which they are first met; those met together, by size.

    >>> numbering = Numbering(100)
    >>> numbering.places(np.array([7, 3, 7]))
    (array([1, 0, 1]), array([3, 7]))
    >>> numbering.places(np.array([9, 3]))
    (array([2, 0]), array([9]))
    """

    def __init__(self, space: int) -> None:
        self._place = np.full(space, -1, np.int32) if space <= MOST_IN_TABLE else None
        self._sorted, self._number = np.empty(0, np.int64), np.empty(0, np.int64)
        self._met = 0

    def places(self, cells: Ints) -> tuple[Ints, Ints]:
        """The number of each cell, and the cells among them that are new, in the order of their numbers."""
        if self._place is not None:
            unknown = cells[self._place[cells] < 0]
            self._place[unknown] = -2
            new = np.flatnonzero(self._place == -2) if unknown.size else unknown
            self._place[new] = np.arange(self._met, self._met + new.size)
            self._met += new.size
            return self._place[cells].astype(np.int64), new
        met, inverse = np.unique(cells, return_inverse=True)
        at = np.searchsorted(self._sorted, met)
        known = at < self._sorted.size
        known[known] = self._sorted[at[known]] == met[known]
        new = met[~known]
        number = np.concatenate([self._number, np.arange(self._met, self._met + new.size)])
        merged = np.concatenate([self._sorted, new])
        order = np.argsort(merged, kind="stable")
        self._sorted, self._number = merged[order], number[order]
        self._met += new.size
        return self._number[np.searchsorted(self._sorted, met)][inverse], new
