"""From tables with names to the plain arrays that kernels take.

Shapes and strides are the same for every draw of a block; only the thresholds change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.dims import SLICE
from simcore.kernels.arrays import row_major
from simcore.kernels.packed import FIRST_LEVEL, OWN, Packed, share_columns
from simcore.kernels.thresholds import fill_thresholds
from simcore.network import Array, Node
from simcore.pack_hazards import pack_outcome
from simcore.strata import stratum_keys
from simcore.worlds import Worlds


def apportion(births: Array, simulated: int) -> NDArray[np.int64]:
    """Simulated births for each stratum, in proportion to its births, by largest remainder.

    A stratum that has births is given one at least, so that none is left out of the answer.

    >>> apportion(np.array([[10.0, 20.0, 30.0]]), 7)
    array([[1, 2, 4]])
    """
    exact = births / births.sum() * simulated
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole).ravel(), kind="stable")
    whole.ravel()[order[: simulated - int(whole.sum())]] += 1
    whole = np.maximum(whole, (births > 0).astype(np.int64))
    return np.asarray(whole)


@dataclass(frozen=True)
class Packer:
    """The packed program of a block of draws.

    ``profile`` names the variables that births are counted by, beside the slice and the strata; ``cells`` those
    that deaths are counted by, beside the same.
    """

    worlds: Worlds
    nodes: tuple[Node, ...]
    simulated: NDArray[np.int64]
    slices: int
    profile: tuple[str, ...] = ()
    edges: tuple[int, ...] = ()
    clocks: tuple[int, ...] = ()
    cells: tuple[str, ...] = ()

    def shape(self) -> tuple[int, ...]:
        """Axes of a table of counts: profile variables, slice, strata.

        Strata stand last: sums over profile variables then run along whole rows of strata in memory.
        """
        network = self.worlds.network
        strata = [len(levels) for levels in network.strata.values()]
        return (*(len(network.levels(name)) for name in self.profile), self.slices, *strata)

    def outline(self) -> tuple[object, ...]:
        """Everything that a plan hangs on: packers with the same outline have the same plan."""
        nodes = (
            (
                *(node.name, len(node.levels), node.parents, node.decision, node.stands_for),
                *(node.table_of_arm, node.inert, tuple(table[0].size for table in node.tables)),
            )
            for node in self.nodes
        )
        strata = tuple(self.worlds.network.strata.items())
        return strata, self.simulated.tobytes(), self.slices, self.profile, tuple(nodes)

    def plan(self) -> Packed:
        """Everything but one draw's thresholds (those of the first draw stand in for them)."""
        network = self.worlds.network
        given = [*network.strata, SLICE]
        names, sizes = list(self.sizes()), list(self.sizes().values())
        width = max([len(node.parents) for node in self.nodes] + [1])
        parents = np.full((len(names), width), -1, np.int64)
        strides = np.zeros((len(names), width), np.int64)
        for v, node in enumerate(self.nodes, start=len(given)):
            stride = 1
            for p in range(len(node.parents) - 1, -1, -1):
                parents[v, p] = names.index(node.parents[p])
                strides[v, p] = stride
                stride *= sizes[names.index(node.parents[p])]
        starts, repeats = self._table_starts(len(given)), self._repeats(names)
        counted = [*self.profile, SLICE, *network.strata]
        return Packed(
            n_given=len(given),
            n_levels=np.array(sizes),
            parents=parents,
            strides=strides,
            decision=np.array([-1] * len(given) + [node.decision for node in self.nodes]),
            thresholds=self.thresholds(0),
            table_start=starts,
            repeats=repeats,
            column=share_columns(starts, parents, len(given), repeats),
            stratum_start=np.concatenate([[0], np.cumsum(self.simulated.ravel())]),
            stratum_levels=np.indices(self.simulated.shape).reshape(self.simulated.ndim, -1).T,
            stratum_key=stratum_keys(network.strata),
            profile_vars=np.array([names.index(name) for name in counted]),
            profile_strides=np.array(row_major(self.shape())),
        )

    def of_draw(self, plan: Packed, draw: int) -> Packed:
        """The plan with one draw's thresholds."""
        return plan.with_thresholds(self.thresholds(draw))

    def with_deaths(self, plan: Packed, draw: int) -> Packed:
        """One draw's thresholds and hazards, for realised deaths by the cells' variables."""
        outcome = pack_outcome(self.worlds, self.sizes(), draw, self.clocks, self.edges, self._cells())
        return replace(self.of_draw(plan, draw), outcome=outcome)

    def cell_shape(self) -> tuple[int, ...]:
        """Axes of a table of deaths, causes and age bands apart: the strata, the slice, then ``cells``."""
        sizes = self.sizes()
        return tuple(sizes[name] for name in self._cells())

    def _cells(self) -> tuple[str, ...]:
        return (*self.worlds.network.strata, SLICE, *self.cells)

    def sizes(self) -> dict[str, int]:
        """Levels of every variable, given and drawn, in their order."""
        strata = {dim: len(levels) for dim, levels in self.worlds.network.strata.items()}
        return {**strata, SLICE: self.slices, **{node.name: len(node.levels) for node in self.nodes}}

    def thresholds(self, draw: int) -> NDArray[np.uint32]:
        """Every distinct table of one draw, flat."""
        return np.asarray(self._words[draw if self._words.shape[0] > 1 else 0])

    @cached_property
    def _words(self) -> NDArray[np.uint32]:
        """The same for every draw: ``uint32[draws or 1, words]``."""
        tables = [table for node in self.nodes for table in node.tables]
        sizes = [table[0].size // table.shape[-1] * (table.shape[-1] - 1) for table in tables]
        words = np.empty((max([t.shape[0] for t in tables], default=1), sum(sizes)), np.uint32)
        at = 0
        for table in tables:
            at = fill_thresholds(table.reshape(table.shape[0], -1, table.shape[-1]), words, at)
        return words

    def _repeats(self, names: list[str]) -> NDArray[np.int64]:
        """What arms without a policy step do in its place: they take the value it stands for, or are not at it."""
        repeats = np.full((len(self.worlds.names), len(names)), OWN, np.int64)
        for node in self.nodes:
            if node.inert is not None:
                without = np.array(node.table_of_arm) == node.inert
                instead = FIRST_LEVEL if node.stands_for is None else names.index(node.parents[0])
                repeats[without, names.index(node.name)] = instead
        return repeats

    def _table_starts(self, n_given: int) -> NDArray[np.int64]:
        n_arms = len(self.worlds.names)
        starts = np.zeros((n_arms, n_given + len(self.nodes)), np.int64)
        at = 0
        for v, node in enumerate(self.nodes, start=n_given):
            of_table = []
            for table in node.tables:
                of_table.append(at)
                at += table[0].size // len(node.levels) * (len(node.levels) - 1)
            starts[:, v] = [of_table[which] for which in node.table_of_arm]
        return starts


class Plans:
    """Plans of a run: its blocks differ in numbers, and hardly ever in outline."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Packed] = {}

    def of(self, packer: Packer) -> Packed:
        """The plan of a packer, or of an earlier one with the same outline."""
        outline = packer.outline()
        if outline not in self._known:
            # two threads may both make it, and make the same
            self._known[outline] = packer.plan()
        return self._known[outline]
