"""Births as rows, one for each combination of levels that occurs, so that sums cost what there is.

A table over everything that risk hangs on grows as the product of all levels, and most of it is empty. Rows hold the
occupied part. To sums over a network they stand where draws do: :meth:`Rows.given` turns each conditional table into
one table a row, and :func:`simcore.network.push_forward` does the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simcore.network import Array, Labelled, Node, push_forward
from simcore.numbering import Numbering
from simcore.pack import Packer

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

    def forward(self, nodes: Sequence[Node], keep: Collection[str]) -> Labelled:
        """Births of each row over those of ``keep`` that are not known of it: ``float64[rows, *axes]``."""
        wanted = [node.name for node in nodes if node.name in keep]
        needed = set(wanted)
        for node in reversed(nodes):
            if node.name in needed:
                needed.update(node.parents)
        led_to = [self.given(node) for node in nodes if node.name in needed]
        return push_forward(Labelled((), self.births), led_to, 0, wanted).total(*wanted)


def summed_by(group: Ints, values: Array, groups: int) -> Array:
    """Sums of values by group, in the order of the values: ``float64[groups]``."""
    return np.asarray(np.bincount(group, values, minlength=groups), np.float64)


@dataclass(frozen=True)
class DrawnRows(Rows):
    """Births that were drawn and counted, with the part of each row that fell into each slice."""

    in_slices: Array
    """``float64[rows, slices]``: adds up to ``births``."""
    stratum: Ints
    """``int64[rows]``."""

    @classmethod
    def counted(
        cls, profiles: Sequence[NDArray[np.uint32]], draws: int, here: range, packer: Packer, scale: Array
    ) -> DrawnRows:
        """Rows of the profiles of single births, one array for each draw ``here``.

        ``scale`` is ``float64[*strata]``: real births that a simulated one stands for.
        """
        *sizes, slices = packer.shape()[: 1 + len(packer.profile)]
        strata = scale.size
        parts = []
        for z, profile in zip(here, profiles, strict=True):
            known, rest = np.divmod(profile.astype(np.int64), slices * strata)
            in_slice, stratum = np.divmod(rest, strata)
            row, cells = Numbering(int(np.prod(sizes)) * strata).places(known * strata + stratum)
            count = np.bincount(row * slices + in_slice, minlength=cells.size * slices)
            parts.append((np.full(cells.size, z), cells, count.reshape(-1, slices)))
        draw, cells, count = (np.concatenate(part) for part in zip(*parts, strict=True))
        profile, stratum = np.divmod(cells, strata)
        at = dict(zip(packer.worlds.network.strata, np.unravel_index(stratum, scale.shape), strict=True))
        at.update(zip(packer.profile, np.unravel_index(profile, sizes) if sizes else (), strict=True))
        in_slices = count * scale.ravel()[stratum][:, None]
        return cls(draws, draw, at, in_slices.sum(axis=1), in_slices, stratum)

    def by_slice(self, deaths: Array, strata: tuple[int, ...]) -> Array:
        """Deaths of each row told apart by slice: ``float64[draws, *strata, slices]``."""
        rate = deaths / self.births
        group = self.draw * int(np.prod(strata)) + self.stratum
        groups = self.draws * int(np.prod(strata))
        each = [summed_by(group, rate * part, groups) for part in self.in_slices.T]
        return np.stack(each, axis=-1).reshape(self.draws, *strata, -1)
