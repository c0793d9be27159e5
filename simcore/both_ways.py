"""Births forward and risk back through one network: where the two meet at a variable are the deaths by its levels.

One pass carries births from causes to consequences, the other the risk of death from consequences to causes. Both
hold at each variable only what the rest hangs on, and together they tell deaths apart by every variable at once, at
the cost of two sums and not of one for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from simcore.network import Array, Labelled, Network, Node, multiply, pull_back
from simcore.risk_table import RiskTable
from simcore.worlds import World


class ByLevel(NamedTuple):
    """Births and deaths at each level: ``float64[levels]`` each."""

    births: Array
    deaths: Array


class BothWays:
    """Both passes over the natural world of one draw.

    Parameters
    ----------
    births : float64[*strata]

    Examples
    --------
    >>> import numpy as np
    >>> from simcore.hazards import Hazards
    >>> smoke = Node("smoke", ("no", "yes"), ("town",), 0, (np.array([[[0.9, 0.1], [0.5, 0.5]]]),), (0,))
    >>> network = Network({"town": ("east", "west")}, (smoke,))
    >>> hazard = Labelled(("smoke",), np.array([0.01, 0.02]).reshape(1, 2, 1, 1))
    >>> risk = RiskTable.of(network, Hazards(("any",), ("year",), (hazard,)))
    >>> both = BothWays(network, risk, np.array([100.0, 10.0]))
    >>> for name in ("smoke", "town"):
    ...     print(name, *(values.round(3).tolist() for values in both.by_level(name)))
    smoke [95.0, 15.0] [0.945, 0.297]
    town [100.0, 10.0] [1.094, 0.149]
    """

    def __init__(self, network: Network, risk: RiskTable, births: Array) -> None:
        self._merged = risk.merged
        self._births = Labelled(tuple(network.strata), births[None])
        self._nodes = with_merged(network.nodes, risk.merged)
        self._risk = [risk.values]
        for node in reversed(self._nodes):
            self._risk.insert(0, pull_back(self._risk[0], [node], 0))
        self._joint = self._forward()

    def by_level(self, name: str) -> ByLevel:
        """Births and deaths at every level of a variable or a stratum dimension."""
        if name in self._births.axes:
            births, risk = self._births, self._risk[0]
        else:
            births, risk = self._joint[name], self._risk[self._position(name) + 1]
        return ByLevel(births.total(name).values[0], multiply(births, risk, {name}).values[0])

    def deaths_under(self, world: World, name: str) -> Array:
        """Deaths in a world with this variable replaced, by its natural level: ``float64[levels]``.

        Nothing else may differ in that world. What follows the variable is as here, so that risk is carried back
        only where the new value has a part in it.
        """
        nature, holder = f"{name} by nature", world.carriers[name]
        names = {name: nature, holder: name}
        renamed = [_renamed(node, names) for node in world.network.nodes]
        nodes = with_merged(renamed, self._merged)
        alike = 0
        while _same(nodes[-1 - alike], self._nodes[-1 - alike]):
            alike += 1
        stop = next(place for place, node in enumerate(nodes) if node.name == nature) + 1
        risk = pull_back(self._risk[len(self._nodes) - alike], nodes[stop : len(nodes) - alike], 0)
        axes = tuple(name if axis == nature else axis for axis in risk.axes)
        deaths: Array = multiply(self._joint[name], Labelled(axes, risk.values), {name}).values[0]
        return deaths

    def _forward(self) -> dict[str, Labelled]:
        """For every variable, births by it and by all that what comes later hangs on."""
        joint, weights = {}, self._births
        later: list[set[str]] = [set(self._risk[-1].axes)]
        for node in reversed(self._nodes):
            later.insert(0, {*later[0], *node.parents})
        for node, keep in zip(self._nodes, later[1:], strict=True):
            joint[node.name] = multiply(weights, node.table(0), {*keep, node.name})
            weights = joint[node.name].total(*(axis for axis in joint[node.name].axes if axis in keep))
        return joint

    def _position(self, name: str) -> int:
        return next(place for place, node in enumerate(self._nodes) if node.name == name)


def with_merged(nodes: Sequence[Node], merged: Mapping[str, Node]) -> list[Node]:
    """Each group of levels as a variable of its own, right after the last variable that tells the levels apart."""
    found = list(nodes)
    for name, node in merged.items():
        last = max((place for place, at in enumerate(found) if name in (at.name, *at.parents)), default=-1)
        found.insert(last + 1, node)
    return found


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    name, parents = names.get(node.name, node.name), tuple(names.get(p, p) for p in node.parents)
    return node if (name, parents) == (node.name, node.parents) else replace(node, name=name, parents=parents)


def _same(one: Node, other: Node) -> bool:
    return one.name == other.name and one.parents == other.parents and one.tables[0] is other.tables[0]
