"""Risk of death at the frontier, worked out for those combinations of levels that births meet, once each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.hazards import Hazards
from simcore.kernels.cells import deaths_apart, risk_of_cells
from simcore.network import Array, needed_for
from simcore.numbering import Numbering
from simcore.rows import Rows
from simcore.worlds import World

Ints = NDArray[np.int64]

AT_ONCE = 2**15
"""Cells whose later levels are spread at once: it sets memory, and no number."""


class CellRisk:
    """Probability of death by cause and age band of one world, given the variables before its frontier.

    What a cell holds depends on its levels and its draw alone, never on which other cells were asked for.
    """

    def __init__(self, world: World, draws: int) -> None:
        network, self.draws = world.network, draws
        order = (*network.strata, *(node.name for node in network.nodes))
        self._after = network.nodes[world.frontier :]
        names = {node.name for node in self._after}
        hangs_on = needed_for(self._after, world.hazards.axes(order))
        self.axes = tuple(name for name in order if name in hangs_on and name not in names)
        self._late = tuple(name for name in order if name in world.hazards.axes(order) and name in names)
        self._sizes = [len(network.levels(name)) for name in self.axes]
        self._tables = FactorTables(
            world.hazards,
            {name: len(network.levels(name)) for name in (*self.axes, *self._late)},
            self._late,
        )
        self._known = Numbering(draws * math.prod(self._sizes))
        self._parts: list[Array] = []
        self._whole: Array | None = None

    def places(self, draw: Ints, levels: Sequence[Ints]) -> Ints:
        """Where in :attr:`values` each cell stands, those not met before worked out now.

        ``levels`` are in the order of :attr:`axes`.
        """
        cells = draw.copy()
        for level, size in zip(levels, self._sizes, strict=True):
            cells = cells * size + level
        places, new = self._known.places(cells)
        for begin in range(0, new.size, AT_ONCE):
            self._parts.append(self._risk(new[begin : begin + AT_ONCE]))
            self._whole = None
        return places

    @property
    def values(self) -> Array:
        """``float64[cells met, causes x age bands]``."""
        if self._whole is None:
            self._whole = np.concatenate(self._parts) if self._parts else np.empty((0, self._tables.columns))
            self._parts = [self._whole]
        return self._whole

    def _risk(self, cells: Ints) -> Array:
        draw, *levels = np.unravel_index(cells, (self.draws, *self._sizes))
        rows = Rows(self.draws, draw, dict(zip(self.axes, levels, strict=True)), np.ones(cells.size))
        share = rows.forward(self._after, self._late).values.reshape(cells.size, -1)
        return self._tables.risk(rows, share)


class FactorTables:
    """Hazard factors below each other, and the row of each that a cell and its later levels take."""

    def __init__(self, hazards: Hazards, sizes: Mapping[str, int], late: Sequence[str]) -> None:
        draws = max(factor.values.shape[0] for factor in hazards.factors)
        cells = len(hazards.causes), len(hazards.age_bands)
        self.columns = math.prod(cells)
        combinations = math.prod(sizes[name] for name in late)
        grid = np.indices([sizes[name] for name in late]).reshape(len(late), combinations)
        later = dict(zip(late, grid, strict=True))
        tables, self._strides, start = [], [], 0
        of_combination = np.zeros((combinations, len(hazards.factors)), np.int64)
        for f, factor in enumerate(hazards.factors):
            flat = factor.values.reshape(factor.values.shape[0], -1, *cells)
            tables.append(np.broadcast_to(flat, (draws, *flat.shape[1:])))
            of_combination[:, f], strides, stride = start, {}, 1
            for name in reversed(factor.axes):
                if name in later:
                    of_combination[:, f] += stride * later[name]
                else:
                    strides[name] = stride
                stride *= sizes[name]
            self._strides.append(strides)
            start += flat.shape[1]
        self._tables = np.ascontiguousarray(np.concatenate(tables, axis=1))
        self._alike = _alike(self._tables)
        # factors that change least, from cell to cell and between combinations, come first: their product is kept
        order, every = list(sizes), range(len(hazards.factors))
        apart = [len(np.unique(self._alike[of_combination[:, f]])) for f in every]
        fastest = [max((order.index(name) for name in strides), default=-1) for strides in self._strides]
        self._order = sorted(every, key=lambda f: (apart[f], fastest[f], f))
        rows = of_combination[:, self._order]
        # and combinations that they do not tell apart stand side by side
        self._combinations = np.lexsort(self._alike[rows].T[::-1])
        self._of_combination = rows[self._combinations]

    def risk(self, cells: Rows, share: Array) -> Array:
        """``float64[cells, causes x age bands]``, averaged over later levels as ``share`` [cells, levels] says."""
        share = np.broadcast_to(share, (cells.draw.size, self._combinations.size))[:, self._combinations]
        risk = risk_of_cells(
            self._tables, cells.draw, self._of_cell(cells), self._of_combination, self._alike, share
        )
        return risk.reshape(cells.draw.size, -1)

    def apart(
        self,
        cells: Rows,
        births: Array,
        group_of_cell: Ints,
        group_of_later: Ints,
        groups: int,
        part_of: Ints,
    ) -> tuple[Array, Array]:
        """Deaths by group, ``float64[groups, causes, age bands]``, and ``float64[cells, later levels, parts]``.

        ``births`` is ``float64[cells, later levels]``; a group is that of the cell and of its later levels added.
        """
        deaths, by_part = deaths_apart(
            self._tables,
            cells.draw,
            self._of_cell(cells),
            self._of_combination,
            self._alike,
            births[:, self._combinations],
            group_of_cell,
            group_of_later[self._combinations],
            groups,
            part_of,
        )
        return deaths, by_part[:, np.argsort(self._combinations)]

    def _of_cell(self, cells: Rows) -> Ints:
        of_cell = np.zeros((cells.draw.size, len(self._order)), np.int64)
        for place, f in enumerate(self._order):
            for name, stride in self._strides[f].items():
                of_cell[:, place] += stride * cells.at[name]
        return of_cell


def _alike(tables: Array) -> Ints:
    """For each row of ``float64[draws, rows, ...]`` the first one with the same content in every draw."""
    rows = np.ascontiguousarray(tables.swapaxes(0, 1)).reshape(tables.shape[1], -1)
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(row.tobytes(), i) for i, row in enumerate(rows)], dtype=np.int64)
