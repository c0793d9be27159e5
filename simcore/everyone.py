"""All births, nothing drawn: how many are at a step of a policy. What arms have in common is summed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np

from simcore.dims import YEAR
from simcore.network import Array, Labelled, Node, multiply, needed_for, push_forward
from simcore.program import Program

Sums = dict[tuple[tuple[str, ...], frozenset[str]], Labelled]
"""Births after some variables, by these and by what is kept of them."""


class Everyone:
    """Births of every stratum, carried through one arm after another.

    Sums begin with one birth of each stratum, so that what is the same in every year is summed once for all years;
    births come last.

    Parameters
    ----------
    program
        The world without policy of one block of draws: what an arm reads of it is kept for the next.
    births : float64[*strata]
    settled
        Sums that no draw moves, for all blocks of a run.
    """

    def __init__(self, program: Program, births: Array, settled: Sums) -> None:
        self._strata = tuple(program.network.strata)
        self._births = Labelled(self._strata, births[None])
        self._lean: dict[int, tuple[Array, Array | None]] = {}
        natural = {node.name: self._without_years(node) for node in program.network.nodes}

        def is_natural(node: Node) -> bool:
            own = natural.get(node.name)
            return own is not None and own.tables[0] is node.tables[0] and own.parents == node.parents

        def is_settled(node: Node) -> bool:
            return is_natural(node) and node.name in program.settled

        self._stages: list[tuple[Callable[[Node], bool], Sums]] = [(is_settled, settled), (is_natural, {})]

    def over(self, nodes: Sequence[Node], keep: Collection[str]) -> Labelled:
        """Births over the strata and the variables of ``keep``, after the nodes of one arm in turn."""
        nodes = [self._without_years(node) for node in nodes]
        wanted = {*keep, *self._strata}
        needed = needed_for(nodes, wanted)
        share = self._sum([node for node in nodes if node.name in needed], wanted, len(self._stages))
        return multiply(self._births, share, wanted)

    def _without_years(self, node: Node) -> Node:
        """The variable as of any year, where its table is the same in all of them: tables are then so much smaller."""
        if YEAR not in node.parents:
            return node
        table, axis = node.tables[0], 1 + node.parents.index(YEAR)
        if id(table) not in self._lean:
            first = np.asarray(table.take(0, axis=axis))
            same = bool((table == np.expand_dims(first, axis)).all())
            # the table is kept beside, so that no other takes its place in memory
            self._lean[id(table)] = table, first if same else None
        lean = self._lean[id(table)][1]
        if lean is None:
            return node
        parents = tuple(parent for parent in node.parents if parent != YEAR)
        return replace(node, parents=parents, tables=(lean,), table_of_arm=(0,), inert=None)

    def _sum(self, nodes: Sequence[Node], keep: Collection[str], stages: int) -> Labelled:
        """The first nodes as far as they belong to a stage are summed once, and the others after them."""
        if stages == 0:
            return push_forward(Labelled((), np.ones(1)), nodes, 0, keep)
        belongs, kept = self._stages[stages - 1]
        end = next((i for i, node in enumerate(nodes) if not belongs(node)), len(nodes))
        before, after = nodes[:end], nodes[end:]
        there = {*self._strata, *(node.name for node in before)}
        read = there.intersection(keep).union(*(there.intersection(node.parents) for node in after))
        key = tuple(node.name for node in before), frozenset(read)
        if key not in kept:
            kept[key] = self._sum(before, read, stages - 1)
        return push_forward(kept[key], after, 0, keep)
