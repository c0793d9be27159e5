"""Numbers for those cells of a large table that occur, in the order in which they are first met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.numbers import NOBODY, find_slots

Ints = NDArray[np.int64]


class Numbering:
    """Cells numbered in the order in which they are first met; those met together, by size.

    >>> numbering = Numbering()
    >>> numbering.places(np.array([7, 3, 7]))
    (array([1, 0, 1]), array([3, 7]))
    >>> numbering.places(np.array([9, 3]))
    (array([2, 0]), array([9]))
    """

    def __init__(self) -> None:
        self._cell = np.full(2, NOBODY)
        self._number = np.zeros(2, np.int64)
        self._met = 0

    def places(self, cells: Ints) -> tuple[Ints, Ints]:
        """The number of each cell, and the cells among them that are new, in the order of their numbers."""
        self._make_room(self._met + cells.size)
        slot, new = find_slots(cells, self._cell)
        new.sort()
        self._number[find_slots(new, self._cell)[0]] = np.arange(self._met, self._met + new.size)
        self._met += new.size
        return self._number[slot], new

    def _make_room(self, cells: int) -> None:
        """As many slots as keep more than half of them empty, a power of two; those known move over."""
        if 2 * (cells + 1) <= self._cell.size:
            return
        held = self._cell != NOBODY
        known, number = self._cell[held], self._number[held]
        size = 1 << (2 * cells + 1).bit_length()
        self._cell, self._number = np.full(size, NOBODY), np.zeros(size, np.int64)
        self._number[find_slots(known, self._cell)[0]] = number


def numbered(start: Ints, sizes: Sequence[int], levels: Sequence[Ints | int]) -> Ints:
    """The number of each combination of levels, the last one fastest; ``start`` counts the slowest.

    Numbers add up: that of some levels, all others 0, and that of the others.

    >>> numbered(np.array([0, 1]), [10, 3], [np.array([7, 0]), 2])
    array([23, 32])
    """
    number = start
    for size, level in zip(sizes, levels, strict=True):
        number = number * size + level
    return number
