"""Births as rows, one for each combination of levels that occurs, so that sums cost what there is.

A table over everything that risk hangs on grows as the product of all levels, and most of it is empty. Rows hold the
occupied part. To sums over a network they stand where draws do: :meth:`Rows.given` turns each conditional table into
one table a row, and :func:`simcore.network.push_forward` does the rest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simcore.dims import SLICE
from simcore.kernels.cells import add_up
from simcore.network import Array, Labelled, Node, needed_for, push_forward
from simcore.numbering import Numbering, numbered
from simcore.slices import SLICES

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Weighted births of some draws, with the levels of what is known of them."""

    draws: int
    draw: Ints
    """``int64[rows]``: the draw each row belongs to."""
    at: Mapping[str, Ints]
    """``int64[rows]`` for each stratum dimension and variable known."""
    births: Array
    """``float64[rows]``."""

    @classmethod
    def of(cls, weights: Labelled, draws: int, here: range) -> Rows:
        """The occupied cells of a dense table for the draws ``here``, one table a draw or one for all of them."""
        draw, *levels = np.nonzero(weights.values)
        births = weights.values[(draw, *levels)]
        if weights.values.shape[0] == 1 < len(here):
            draw = np.repeat(np.arange(len(here)), births.size)
            births, levels = np.tile(births, len(here)), [np.tile(level, len(here)) for level in levels]
        return cls(draws, draw + here.start, dict(zip(weights.axes, levels, strict=True)), births)

    def given(self, node: Node) -> Node:
        """The variable with a table for each row: parents that are known of the rows are no axes any more."""
        table = node.tables[0]
        known = [p for p in node.parents if p in self.at]
        inner = [p for p in node.parents if p not in self.at]
        if not known:
            picked = table[self.draw] if table.shape[0] > 1 else table
        else:
            axes = [1 + node.parents.index(p) for p in (*known, *inner)]
            sizes = [table.shape[axis] for axis in axes]
            cells = int(np.prod(sizes[: len(known)]))
            flat = table.transpose(0, *axes, table.ndim - 1).reshape(
                table.shape[0] * cells, *sizes[len(known) :], table.shape[-1]
            )
            place = np.ravel_multi_index([self.at[p] for p in known], sizes[: len(known)])
            picked = flat[place + self.draw * cells if table.shape[0] > 1 else place]
        return replace(node, parents=tuple(inner), tables=(picked,), table_of_arm=(0,))

    def ways(self, nodes: Sequence[Node], keep: Collection[str]) -> tuple[Ints, Labelled]:
        """How the births of each row part over those of ``keep`` that are not known of it.

        Rows that no table tells apart go the same way, which is worked out once.

        Returns
        -------
        int64[rows]
            The way of each row.
        float64[ways, *axes]
            The share of births in each combination of levels. :func:`side_by_side` lays these out in one axis.
        """
        wanted = [node.name for node in nodes if node.name in keep]
        needed = needed_for(nodes, wanted)
        led_to = [node for node in nodes if node.name in needed]
        sizes = {
            parent: size
            for node in led_to
            for parent, size in zip(node.parents, node.tables[0].shape[1:], strict=False)
            if parent in self.at
        }
        if any(node.tables[0].shape[0] > 1 for node in led_to):
            start, draws = self.draw, self.draws
        else:
            start, draws = np.zeros_like(self.draw), 1
        number = numbered(start, list(sizes.values()), [self.at[name] for name in sizes])
        way, met = Numbering().places(number)
        draw, *levels = np.unravel_index(met, (draws, *sizes.values()))
        alike = Rows(self.draws, draw, dict(zip(sizes, levels, strict=True)), np.ones(met.size))
        given = [alike.given(node) for node in led_to]
        return way, push_forward(Labelled((), alike.births), given, 0, wanted).total(*wanted)

    def forward(self, nodes: Sequence[Node], keep: Collection[str]) -> Labelled:
        """Births of each row over those of ``keep`` that are not known of it: ``float64[rows, *axes]``."""
        way, shares = self.ways(nodes, keep)
        births = self.births.reshape(-1, *[1] * len(shares.axes))
        return Labelled(shares.axes, births * shares.values[way])


def side_by_side(values: Array) -> Array:
    """Everything but the first axis as one: ``float64[first, others]``, where there is none of the first, too."""
    return values.reshape(values.shape[0], math.prod(values.shape[1:]))


def summed_by(group: Ints, values: Array, groups: int) -> Array:
    """Sums of values by group, in the order of the values: ``float64[groups]``."""
    return np.asarray(np.bincount(group, values, minlength=groups), np.float64)


@dataclass(frozen=True)
class SingleBirths:
    """Births of some draws as they were drawn, one by one: every arm counts them by the variables that it needs."""

    names: tuple[str, ...]
    """The strata and the slice among them."""
    strata: tuple[str, ...]
    sizes: Mapping[str, int]
    """Levels of each name."""
    levels: Mapping[int, NDArray[np.uint8]]
    """``uint8[names, births]`` for each draw."""


@dataclass(frozen=True)
class DrawnRows(Rows):
    """Births that were drawn and counted, with the part of each row that fell into each slice."""

    in_slices: Array
    """``float64[rows, slices]``: adds up to ``births``."""
    stratum: Ints
    """``int64[rows]``."""

    @classmethod
    def counted(cls, births: SingleBirths, profile: Sequence[str], draws: int, scale: Array) -> DrawnRows:
        """Single births counted by stratum and the variables of a profile.

        ``scale`` is ``float64[*strata]``: real births that a simulated one stands for.
        """
        # strata first: sums then stay in one of them, and cells of risk are met in the order in which they lie
        dims = (*births.strata, *profile)
        shape = [births.sizes[name] for name in dims]
        parts = []
        for draw, levels in births.levels.items():
            at = dict(zip(births.names, levels, strict=True))
            number = numbered(np.zeros(levels.shape[1], np.int64), shape, [at[name] for name in dims])
            row, cells = Numbering().places(number)
            count = np.bincount(row * SLICES + at[SLICE], minlength=cells.size * SLICES)
            parts.append((np.full(cells.size, draw), cells, count.reshape(-1, SLICES)))
        draw_of, cells, count = (np.concatenate(part) for part in zip(*parts, strict=True))
        at_row = dict(zip(dims, np.unravel_index(cells, shape), strict=True))
        stratum = cells // math.prod(shape[len(births.strata) :])
        in_slices = count * scale.ravel()[stratum][:, None]
        return cls(draws, draw_of, at_row, in_slices.sum(axis=1), in_slices, stratum)

    def by_slice(self, deaths: Array, strata: tuple[int, ...]) -> Array:
        """Deaths of each row told apart by slice: ``float64[draws, *strata, slices]``."""
        rate = deaths / self.births
        group = self.draw * int(np.prod(strata)) + self.stratum
        groups = self.draws * int(np.prod(strata))
        by_slice = add_up(self.in_slices, np.arange(rate.size), rate, group, groups)
        return by_slice.reshape(self.draws, *strata, -1)
