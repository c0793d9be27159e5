"""A network of conditional probability tables, and exact sums over it.

Two sums are all that the exact answers need. :func:`push_forward` carries weights (births) from
causes to consequences; :func:`pull_back` carries values (the probability of death by cause and age)
from consequences to causes. Where they meet, a product and a sum give expected deaths.

Every array has the draws as its first axis, of length one where draws do not differ.
"""

from __future__ import annotations

import math
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LETTERS = string.ascii_letters
SMALL = 4096
"""Cells of a table that costs nothing beside the weights of births."""


@dataclass(frozen=True)
class Labelled:
    """An array whose axes have names.

    ``values`` is ``float64[draws or 1, *axes, *trailing]``; trailing axes (outcomes) have no name.
    """

    axes: tuple[str, ...]
    values: Array

    def total(self, *keep: str) -> Labelled:
        """Sum over all named axes but those in ``keep`` (in the order given)."""
        positions = {axis: i + 1 for i, axis in enumerate(self.axes)}
        dropped = tuple(positions[axis] for axis in self.axes if axis not in keep)
        summed = self.values.sum(axis=dropped) if dropped else self.values
        left = [axis for axis in self.axes if axis in keep]
        order = [0, *(left.index(axis) + 1 for axis in keep), *range(len(left) + 1, summed.ndim)]
        return Labelled(tuple(keep), summed.transpose(order))


@dataclass(frozen=True)
class Node:
    """One variable: its parents, and one table per distinct world.

    ``tables[i]`` is ``float64[draws or 1, *parents, levels]``, last axis summing to one;
    ``table_of_arm[a]`` says which one arm ``a`` uses. Arms that share a table share its bits.
    """

    name: str
    levels: tuple[str, ...]
    parents: tuple[str, ...]
    decision: int
    tables: tuple[Array, ...]
    table_of_arm: tuple[int, ...]
    natural_parents: frozenset[str] = frozenset()
    """Parents by association only: read as they would be without policy."""
    stands_for: str | None = None
    """The variable whose value under policy this node carries, when it is not the natural one."""
    inert: int | None = None
    """Of a policy step, the table of arms without it: it repeats the first parent, or the first level is certain."""

    def holding(self, table: Array) -> Node:
        """The same variable with this table in every arm."""
        return Node(
            self.name,
            self.levels,
            self.parents,
            self.decision,
            (table,),
            (0,),
            self.natural_parents,
            self.stands_for,
            self.inert,
        )

    def table(self, arm: int) -> Labelled:
        """The conditional probabilities of one arm, with the node's own axis last."""
        return Labelled((*self.parents, self.name), self.tables[self.table_of_arm[arm]])


@dataclass(frozen=True)
class Network:
    """Stratum dimensions, then variables in causal order, for several arms."""

    strata: Mapping[str, tuple[str, ...]]
    nodes: tuple[Node, ...]

    def __getitem__(self, name: str) -> Node:
        return self.nodes[self._places[name]]

    def levels(self, name: str) -> tuple[str, ...]:
        """Level names of a stratum dimension or a variable."""
        return self.strata[name] if name in self.strata else self[name].levels

    def position(self, name: str) -> int:
        """Place of a variable in the causal order."""
        return self._places[name]

    def carrier(self, variable: str) -> str:
        """The node that holds a variable's value after every policy step."""
        return self.carriers.get(variable, variable)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node.name: place for place, node in enumerate(self.nodes)}

    @cached_property
    def carriers(self) -> dict[str, str]:
        """For every variable, the node that holds its value after every policy step: later nodes take over."""
        holders: dict[str, str] = {}
        for node in self.nodes:
            holders[node.name] = node.name
            if node.stands_for is not None:
                holders[node.stands_for] = node.name
        return holders


def multiply(left: Labelled, right: Labelled, keep: Collection[str]) -> Labelled:
    """Product over shared axes, summed over every axis not in ``keep``.

    Only ``left`` may have a trailing (outcome) axis.

    >>> births = Labelled(("decile",), np.array([[100.0, 200.0]]))
    >>> smokes = Labelled(("decile", "smokes"), np.array([[[0.8, 0.2], [0.9, 0.1]]]))
    >>> multiply(births, smokes, {"smokes"}).values
    array([[260.,  40.]])
    """
    names = [*left.axes, *(axis for axis in right.axes if axis not in left.axes)]
    letter = dict(zip(names, LETTERS, strict=False))
    out = tuple(axis for axis in names if axis in keep)
    outcome = LETTERS[len(names)] if left.values.ndim > len(left.axes) + 1 else ""
    first, second, result = ("".join(letter[a] for a in axes) for axes in (left.axes, right.axes, out))
    values = np.einsum(f"...{first}{outcome},...{second}->...{result}{outcome}", left.values, right.values)
    return Labelled(out, np.asarray(values, dtype=np.float64))


def push_forward(weights: Labelled, nodes: Sequence[Node], arm: int, keep: Collection[str]) -> Labelled:
    """Weights of births over the variables in ``keep``, after drawing ``nodes`` in turn.

    ``weights`` must carry every earlier variable that ``nodes`` or ``keep`` need. Variables that
    neither lead to a later node nor stand in ``keep`` are summed out as soon as possible.
    """
    needed = needed_for(nodes, keep)
    tables = folded([(node.name, node.table(arm)) for node in nodes if node.name in needed], keep)
    for i, (_, table) in enumerate(tables):
        later = {*keep, *(axis for _, other in tables[i + 1 :] for axis in other.axes)}
        weights = multiply(weights, table, later)
    return (
        weights if set(weights.axes) <= set(keep) else weights.total(*(a for a in weights.axes if a in keep))
    )


def folded(tables: Sequence[tuple[str, Labelled]], keep: Collection[str]) -> list[tuple[str, Labelled]]:
    """Variables that lead to one other alone are summed out into its table, if small: weights then never carry them.

    ``tables`` are conditional probabilities by the variable that each is of; what is folded has its axes in any order.

    >>> cousins = Labelled(("group", "cousins"), np.array([[[0.9, 0.1], [1.0, 0.0]]]))
    >>> anomaly = Labelled(("cousins", "anomaly"), np.array([[[0.98, 0.02], [0.96, 0.04]]]))
    >>> [(name, table)] = folded([("cousins", cousins), ("anomaly", anomaly)], {"anomaly"})
    >>> name, table.axes, table.values.round(4).tolist()
    ('anomaly', ('anomaly', 'group'), [[[0.978, 0.98], [0.022, 0.02]]])
    """
    left = list(tables)
    for name, table in tables:
        if name in keep:
            continue
        children = [i for i, (other, later) in enumerate(left) if other != name and name in later.axes]
        if len(children) == 1:
            own = next(i for i, (other, _) in enumerate(left) if other == name)
            table = left[own][1]
            other, child = left[children[0]]
            sizes = dict(
                zip(
                    (*child.axes, *table.axes),
                    (*child.values.shape[1:], *table.values.shape[1:]),
                    strict=True,
                )
            )
            if math.prod(sizes.values()) <= SMALL:
                left[children[0]] = other, multiply(child, table, set(sizes) - {name})
                del left[own]
    return left


def pull_back(values: Labelled, nodes: Sequence[Node], arm: int) -> Labelled:
    """Mean of ``values`` over ``nodes``, given what comes before them (barren nodes cost nothing)."""
    for node in reversed(nodes):
        if node.name in values.axes:
            table = node.table(arm)
            kept = {*values.axes, *node.parents} - {node.name}
            values = multiply(values, table, kept)
    return values


def needed_for(nodes: Sequence[Node], keep: Collection[str]) -> set[str]:
    """Variables that ``keep`` depends on through ``nodes``, ``keep`` included."""
    needed = set(keep)
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.parents)
    return needed
