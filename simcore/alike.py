"""Levels that nothing later tells apart, added up: the same sums over fewer cells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simcore.draws import DrawBlock
from simcore.network import Array, Labelled
from simcore.rows import Rows
from simcore.worlds import Worlds


class Alike:
    """Levels of each axis that neither hazards nor later variables tell apart: worked out once.

    They are told by a block whose parameters all differ, so that no two levels look alike by chance. On axes that
    are told ``apart`` every level is of its own.
    """

    def __init__(self, worlds: Worlds, stop: int, axes: tuple[str, ...], apart: Collection[str] = ()) -> None:
        self.axes = axes
        tables = [*worlds.hazards_in(0).factors, *(node.table(0) for node in worlds.network.nodes[stop:])]
        self.kinds = []
        for axis in axes:
            size = len(worlds.network.levels(axis))
            slices = [
                np.moveaxis(table.values, 1 + table.axes.index(axis), 0).reshape(size, -1)
                for table in tables
                if axis in table.axes
            ]
            each = [b"".join(part[level].tobytes() for part in slices) for level in range(size)]
            if axis in apart:
                each = [str(level).encode() for level in range(size)]
            self.kinds.append(np.array([each.index(mine) for mine in each]))

    def merged(self, weights: Labelled) -> Labelled:
        """Weights with those of levels that are alike added up at the first of them, in a table without the others."""
        values = weights.values
        for axis, kinds in enumerate(self.kinds, start=1):
            firsts = np.unique(kinds)
            values = np.stack(
                [values.compress(kinds == first, axis=axis).sum(axis=axis) for first in firsts], axis
            )
        return Labelled(weights.axes, values)

    def first(self, rows: Rows) -> Rows:
        """Rows of a merged table, each at the first of its levels."""
        at = {
            axis: np.unique(kinds)[rows.at[axis]] for axis, kinds in zip(self.axes, self.kinds, strict=True)
        }
        return Rows(rows.draws, rows.draw, at, rows.births)

    def numbers(self, rows: Rows) -> list[NDArray[np.int64]]:
        """Places in a merged table."""
        return [
            np.searchsorted(np.unique(kinds), rows.at[axis])
            for axis, kinds in zip(self.axes, self.kinds, strict=True)
        ]


def all_different(block: DrawBlock) -> DrawBlock:
    """A block in which no two numbers are equal."""
    numbers = np.random.default_rng(0)

    def differ(values: Array | None) -> Array | None:
        return None if values is None else values * numbers.uniform(0.9, 1.1, values.shape)

    parameters = {name: values * numbers.uniform(0.9, 1.1) for name, values in block.parameters.items()}
    return replace(
        block, parameters=parameters, baseline=differ(block.baseline), residual=differ(block.residual)
    )
