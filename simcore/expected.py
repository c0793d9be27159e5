"""Expected deaths: births drawn up to the cut (or none drawn at all), the rest summed out exactly.

Weights of births go forward through everything that differs between arms or years; risk comes back
through everything that does not, once for all arms. They meet at the *frontier*.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simcore.arms import Worlds
from simcore.network import Array, Labelled, Node, pull_back, push_forward


class ExpectedDeaths:
    """Deaths by stratum, cause and age band for every arm of one block of draws.

    The risk tables are worked out once, on construction, and shared by every call.

    Parameters
    ----------
    worlds
        The arms.
    start
        Position in the causal order from which variables are summed out: the cut for drawn births,
        0 for the exact estimator.
    """

    def __init__(self, worlds: Worlds, start: int) -> None:
        self.worlds, self.start = worlds, start
        self.frontier = max(_frontier(worlds), start)
        self._values: dict[tuple[int, ...], Labelled] = {}

    def deaths(self, arm: int, weights: Labelled) -> Array:
        """Expected deaths of one arm.

        Parameters
        ----------
        weights
            Births by stratum dimensions and by the variables before ``start`` that later ones need.

        Returns
        -------
        float64[draws, *strata, causes, age bands]
        """
        worlds = self.worlds
        strata = tuple(worlds.network.strata)
        values = self._risk(arm)
        between = worlds.network.nodes[self.start : self.frontier]
        weights = push_forward(weights, between, arm, {*strata, *values.axes})
        totals = _contract(weights, values, strata)
        hazards = worlds.hazards_in(arm)
        return totals.reshape(*totals.shape[:-1], len(hazards.causes), len(hazards.age_bands))

    def risk_before_cut(self, arm: int) -> Labelled:
        """Probability of infant death given the stratum and the variables before ``start``."""
        values = self._risk(arm)
        total = Labelled(values.axes, values.values.sum(axis=-1, keepdims=True))
        back = pull_back(total, self.worlds.network.nodes[self.start : self.frontier], arm)
        return Labelled(back.axes, back.values[..., 0])

    def _risk(self, arm: int) -> Labelled:
        """Risk given everything before the frontier; arms with the same tables after it share it."""
        worlds = self.worlds
        after = worlds.network.nodes[self.frontier :]
        key = (worlds.hazards_of_arm[arm], *(node.table_of_arm[arm] for node in after))
        if key not in self._values:
            order = (*worlds.network.strata, *(node.name for node in worlds.network.nodes))
            hazards = worlds.hazards_in(arm)
            axes = hazards.axes(order)
            risk = hazards.risk(axes, [len(worlds.network.levels(axis)) for axis in axes])
            self._values[key] = pull_back(risk, after, arm)
        return self._values[key]


def exact_weights(births: Array, strata: Sequence[str]) -> Labelled:
    """Births of every stratum, nothing drawn: what the exact estimator starts from."""
    return Labelled(tuple(strata), births[None])


def _frontier(worlds: Worlds) -> int:
    """The position after the last variable whose table differs between arms or years."""
    last = 0
    for i, node in enumerate(worlds.network.nodes):
        if _differs(node) or "year" in node.parents:
            last = i + 1
    return last


def _differs(node: Node) -> bool:
    return len(set(node.table_of_arm)) > 1


def _contract(weights: Labelled, values: Labelled, keep: tuple[str, ...]) -> Array:
    """Sum of weight times value over all axes but ``keep``: ``float64[draws, *keep, outcomes]``."""
    shared = [axis for axis in values.axes if axis in keep]
    summed = [axis for axis in values.axes if axis not in keep]
    free = [axis for axis in keep if axis not in values.axes]
    w = weights.total(*shared, *free, *summed)
    sizes = w.values.shape[1:]
    n_shared, n_free = len(shared), len(free)
    batch = sizes[:n_shared]
    left = w.values.reshape(w.values.shape[0], *batch, int(np.prod(sizes[n_shared : n_shared + n_free])), -1)
    order = [0, *(1 + values.axes.index(a) for a in shared), *(1 + values.axes.index(a) for a in summed)]
    right = values.values.transpose(*order, values.values.ndim - 1)
    right = right.reshape(right.shape[0], *batch, -1, right.shape[-1])
    product = np.matmul(left, right)
    product = product.reshape(product.shape[0], *batch, *sizes[n_shared : n_shared + n_free], product.shape[-1])
    now = [*shared, *free]
    return product.transpose(0, *(1 + now.index(axis) for axis in keep), product.ndim - 1)
