"""Risk of death at the frontier, worked out for those combinations of levels that births meet, once each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simcore.hazards import Hazards
from simcore.kernels.cells import deaths_apart, risk_of_cells
from simcore.network import Array, needed_for
from simcore.numbering import Numbering, numbered
from simcore.rows import Rows, side_by_side
from simcore.worlds import World

Ints = NDArray[np.int64]

AT_ONCE = 2**15
"""Cells whose later levels are spread at once: it sets memory, and no number."""


class CellRisk:
    """Probability of death by cause and age band of one world, given the variables before its frontier.

    What a cell holds depends on its levels and its draw alone, never on which other cells were asked for.

    Parameters
    ----------
    plain
        The risk without what the arm itself multiplies hazards by, and its axes by the names of this world: cells
        that the arm leaves alone are looked up there, so that arms share them.
    """

    def __init__(self, world: World, draws: int, plain: tuple[CellRisk, Sequence[str]] | None = None) -> None:
        network, self.draws = world.network, draws
        order = (*network.strata, *_in_order_of_file(world))
        self._after = network.nodes[world.frontier :]
        names = {node.name for node in self._after}
        hangs_on = needed_for(self._after, world.hazards.axes(order))
        self.axes = tuple(name for name in order if name in hangs_on and name not in names)
        # in the order in which births are spread over them
        self._late = world.hazards.axes([node.name for node in self._after])
        self._sizes = [len(network.levels(name)) for name in self.axes]
        self._tables = FactorTables(
            world.hazards,
            {name: len(network.levels(name)) for name in (*self.axes, *self._late)},
            self._late,
        )
        self._plain = None if plain is None else Untouched(world, self.axes, *plain)
        self._known, self._n = Numbering(), 0
        self._values, self._infant = np.empty((0, self._tables.columns)), np.empty(0)

    def places(self, draw: Ints, levels: Sequence[Ints]) -> Ints:
        """Where in :attr:`values` each cell stands, those not met before worked out now.

        ``levels`` are in the order of :attr:`axes`.
        """
        return self.places_of(numbered(draw, self._sizes, levels))

    def places_of(self, cells: Ints) -> Ints:
        """The same of cells by number: the draw, then :attr:`axes`, the last one fastest."""
        places, new = self._known.places(cells)
        self._make_room(self._n + new.size)
        for begin in range(0, new.size, AT_ONCE):
            some = new[begin : begin + AT_ONCE]
            here = slice(self._n, self._n + some.size)
            self._fill(some, self._values[here])
            self._infant[here] = self._values[here].sum(axis=1)
            self._n += some.size
        return places

    @property
    def values(self) -> Array:
        """``float64[cells met, causes x age bands]``."""
        return self._values[: self._n]

    @property
    def infant(self) -> Array:
        """``float64[cells met]``: of any cause at any age."""
        return self._infant[: self._n]

    def forget(self) -> None:
        """Drop every cell, and keep the room."""
        self._known, self._n = Numbering(), 0

    def _make_room(self, cells: int) -> None:
        """For so many in all; room is doubled, so that little is ever moved."""
        if cells > self._infant.size:
            room = max(cells, 2 * self._infant.size)
            values, infant = np.empty((room, self._tables.columns)), np.empty(room)
            values[: self._n], infant[: self._n] = self.values, self.infant
            self._values, self._infant = values, infant

    def _fill(self, cells: Ints, out: Array) -> None:
        """Fill ``out`` float64[cells, causes x age bands]."""
        draw, *levels = np.unravel_index(cells, (self.draws, *self._sizes))
        at = dict(zip(self.axes, levels, strict=True))
        if self._plain is None:
            self._work_out(draw, at, out)
            return
        alone = self._plain.alone(cells.size, at)
        out[alone] = self._plain.risk_of(draw[alone], {name: level[alone] for name, level in at.items()})
        touched = np.empty((cells.size - np.count_nonzero(alone), out.shape[1]))
        self._work_out(draw[~alone], {name: level[~alone] for name, level in at.items()}, touched)
        out[~alone] = touched

    def _work_out(self, draw: Ints, at: Mapping[str, Ints], out: Array) -> None:
        rows = Rows(self.draws, draw, at, np.ones(draw.size))
        way, shares = rows.ways(self._after, self._late)
        self._tables.risk(rows, side_by_side(shares.values), way, out)


class Untouched:
    """Cells whose hazards an arm leaves alone: at their levels, all that it multiplies by is 1."""

    def __init__(self, world: World, axes: Sequence[str], plain: CellRisk, names: Sequence[str]) -> None:
        self._plain, self._names = plain, names
        self._edits = []
        for factor in world.hazards.factors[len(world.unedited.factors) :]:
            known = [i for i, name in enumerate(factor.axes, start=1) if name in axes]
            others = tuple(i for i in range(factor.values.ndim) if i not in known)
            self._edits.append(([factor.axes[i - 1] for i in known], (factor.values == 1.0).all(axis=others)))

    def alone(self, cells: int, at: Mapping[str, Ints]) -> NDArray[np.bool_]:
        """Of each cell, whether it is left alone."""
        found = np.ones(cells, bool)
        for names, one in self._edits:
            found &= one[tuple(at[name] for name in names)]
        return found

    def risk_of(self, draw: Ints, at: Mapping[str, Ints]) -> Array:
        """``float64[cells, causes x age bands]``: as though the arm had not touched any hazard."""
        places = self._plain.places(draw, [at[name] for name in self._names])
        return self._plain.values[places]


def _in_order_of_file(world: World) -> list[str]:
    """Every node, one that carries a variable's value at the place of that variable.

    A policy may stand behind variables that come after what it changes. Where arms share their risk the first of
    them asks for it, and no bit may hang on which one that is.
    """
    place = {name: at for at, pair in enumerate(world.carriers.items()) for name in pair}
    return sorted((node.name for node in world.network.nodes), key=lambda name: place.get(name, len(place)))


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
        # a factor that hangs on later levels alone has the same content in rows that are alike, whatever the cell
        alone = [not self._strides[f] for f in self._order]
        rows[:, alone] = self._alike[rows[:, alone]]
        # and combinations that they do not tell apart stand side by side
        self._combinations = np.lexsort((*rows.T[::-1], *self._alike[rows].T[::-1]))
        self._of_combination = rows[self._combinations]
        differ = (self._of_combination[1:] != self._of_combination[:-1]).any(axis=1)
        self._told_apart = np.flatnonzero(np.concatenate([[True], differ]))

    def risk(self, cells: Rows, shares: Array, way: Ints, out: Array | None = None) -> Array:
        """``float64[cells, causes x age bands]``, averaged over later levels as ``shares`` [ways, levels] says.

        ``way`` is the one that each cell goes; the answer is put into ``out``, if given.
        """
        told_apart = np.add.reduceat(shares[:, self._combinations], self._told_apart, axis=1)
        of_combination = self._of_combination[self._told_apart]
        risk = risk_of_cells(
            self._tables, cells.draw, self._of_cell(cells), of_combination, self._alike, told_apart[way], out
        )
        return side_by_side(risk)

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
