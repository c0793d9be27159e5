"""Risk of infant death over everything that it hangs on, levels that it does not tell apart taken as one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.cell_risk import AT_ONCE, FactorTables
from simcore.hazards import Hazards
from simcore.network import Array, Labelled, Network, Node
from simcore.rows import Rows

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RiskTable:
    """The chance to die in the first year, all causes and ages together, of one draw.

    Attributes
    ----------
    values
        ``float64[1, *axes]``. An axis is a variable or a stratum dimension; where risk tells some of its levels not
        apart, it is a variable of :attr:`merged` in place of it.
    merged
        By the name of such a variable, one that follows from it: groups of its levels.
    """

    values: Labelled
    merged: Mapping[str, Node]

    @classmethod
    def of(cls, network: Network, hazards: Hazards) -> RiskTable:
        """The table of one draw.

        Examples
        --------
        >>> age = Labelled(("age",), np.array([0.1, 0.2, 0.2]).reshape(1, 3, 1, 1))
        >>> network = Network({"age": ("young", "middle", "old")}, ())
        >>> table = RiskTable.of(network, Hazards(("any",), ("year",), (age,)))
        >>> table.values.values.round(4).tolist(), table.merged["age"].tables[0][0].tolist()
        ([[0.0952, 0.1813]], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        """
        order = (*network.strata, *(node.name for node in network.nodes))
        met = {name: sum(name in factor.axes for factor in hazards.factors) for name in order}
        # what most factors hang on changes least from cell to cell, so that products of factors are kept
        axes = sorted(hazards.axes(order), key=lambda name: -met[name])
        sizes = {name: len(network.levels(name)) for name in axes}
        groups = {name: _groups(hazards, name, size) for name, size in sizes.items()}
        merged = {
            name: _merged(name, group) for name, group in groups.items() if group.max() + 1 < group.size
        }
        # the first level of each group stands for it
        firsts = {name: np.unique(group, return_index=True)[1] for name, group in groups.items()}
        values = _risk(hazards, sizes, firsts)
        names = tuple(merged[name].name if name in merged else name for name in axes)
        return cls(Labelled(names, values.reshape(1, *(first.size for first in firsts.values()))), merged)


def _groups(hazards: Hazards, name: str, size: int) -> Ints:
    """The number of the group of each level: levels of a group are alike in every factor, to the last bit."""
    along = [
        np.moveaxis(factor.values, 1 + factor.axes.index(name), 0).reshape(size, -1)
        for factor in hazards.factors
        if name in factor.axes
    ]
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(row.tobytes(), len(seen)) for row in np.concatenate(along, axis=1)])


def _merged(name: str, group: Ints) -> Node:
    table = np.eye(int(group.max()) + 1)[group]
    levels = tuple(str(number) for number in range(table.shape[1]))
    return Node(f"{name}, as risk tells it apart", levels, (name,), 0, (table[None],), (0,))


def _risk(hazards: Hazards, sizes: Mapping[str, int], levels: Mapping[str, Ints]) -> Array:
    """Risk at every combination of the levels given: ``float64[combinations]``."""
    tables, shape = FactorTables(hazards, sizes, ()), tuple(chosen.size for chosen in levels.values())
    risk = np.empty(math.prod(shape))
    for begin in range(0, risk.size, AT_ONCE):
        cells = np.arange(begin, min(begin + AT_ONCE, risk.size))
        places = np.unravel_index(cells, shape) if shape else ()
        at = {name: levels[name][place] for name, place in zip(levels, places, strict=True)}
        rows = Rows(1, np.zeros(cells.size, np.int64), at, np.ones(cells.size))
        risk[cells] = np.einsum("ij->i", tables.risk(rows, np.ones((1, 1)), np.zeros(cells.size, np.int64)))
    return risk
