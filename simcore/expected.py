"""Expected deaths: births drawn up to the cut (or none drawn at all), the rest summed out exactly.

Weights of births go forward, arm by arm, through everything a policy can change; risk comes back
through everything else, once for all arms that share it. They meet at the *frontier* of the model, which
no arm moves. Each arm is worked out from its own tables alone and always in the same
order, so that its bits do not depend on which other arms are compared.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from simcore.network import Array, Labelled, needed_for, pull_back, push_forward
from simcore.worlds import World


class RiskCache:
    """Risk at the frontier, shared by arms with the same tables after it; one for each block of draws."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[World, Labelled]] = {}

    def risk(self, world: World) -> Labelled:
        """Probability of death by cause and age band, given the variables before the frontier."""
        network = world.network
        after = network.nodes[world.frontier :]
        key = (
            *(id(f.values) for f in world.hazards.factors),
            *(id(node.tables[0]) for node in after),
            # what is only associated with a natural value must not follow another arm's policy
            *(world.carriers.items() if any(node.natural_parents for node in after) else ()),
        )
        if key not in self._kept:
            order = (*network.strata, *(node.name for node in network.nodes))
            hangs_on = needed_for(after, world.hazards.axes(order))
            late = {node.name for node in after}
            keep = tuple(name for name in order if name in hangs_on and name not in late)
            sizes = [len(network.levels(name)) for name in keep]
            axes = tuple(dict.fromkeys((*keep, *world.hazards.axes(order))))
            share = push_forward(Labelled(keep, np.ones((1, *sizes))), after, 0, axes).total(*axes)
            self._kept[key] = world, world.hazards.mixed_risk(share, keep)
        first, values = self._kept[key]
        names = {holder: world.carriers[natural] for natural, holder in first.carriers.items()}
        return Labelled(tuple(names.get(axis, axis) for axis in values.axes), values.values)


def expected_deaths(
    world: World, start: int, weights: Labelled, cache: RiskCache, by: tuple[str, ...] = ()
) -> Array:
    """Expected deaths of one arm.

    Parameters
    ----------
    start
        Position in the causal order from which variables are summed out: ``world.cut`` for drawn
        births, 0 for the exact estimator.
    weights
        Births by stratum and by the variables before ``start`` that later ones need.
    by
        Variables that deaths are told apart by, beside the strata; they stand before the frontier.

    Returns
    -------
    float64[draws, *strata, *by, causes, age bands]

    Raises
    ------
    ValueError
        If a variable of ``by`` is summed out before it could be told apart.
    """
    for name in by:
        if world.network.position(name) >= world.frontier:
            raise ValueError(f"{name} is summed out after the frontier and deaths cannot be told apart by it")
    keep = (*world.network.strata, *by)
    risk = cache.risk(world)
    between = world.network.nodes[start : world.frontier]
    weights = push_forward(weights, between, 0, {*keep, *risk.axes})
    totals = _contract(weights, risk, keep)
    return totals.reshape(*totals.shape[:-1], len(world.hazards.causes), len(world.hazards.age_bands))


def risk_before(world: World, start: int, cache: RiskCache) -> Labelled:
    """Probability of infant death given the stratum and the variables before ``start``."""
    risk = cache.risk(world)
    total = Labelled(risk.axes, risk.values.sum(axis=-1, keepdims=True))
    back = pull_back(total, world.network.nodes[start : world.frontier], 0)
    return Labelled(back.axes, back.values[..., 0])


def births_at(world: World, step: str, births: Labelled) -> Array:
    """Births at the last level of a step (reached, accepts), of all births by stratum: ``float64[draws, *strata]``."""
    strata = tuple(world.network.strata)
    before = world.network.nodes[: world.network.position(step) + 1]
    return push_forward(births, before, 0, {*strata, step}).total(*strata, step).values[..., -1]


def births_moved(world: World, step: str, births: Labelled) -> Array:
    """Births whose value a replacing step changes, of all births by stratum: ``float64[draws, *strata]``."""
    strata = tuple(world.network.strata)
    place = world.network.position(step)
    was = world.network.nodes[place].parents[0]
    keep = (*strata, was, step)
    at = push_forward(births, world.network.nodes[: place + 1], 0, keep).total(*keep).values
    return np.asarray(at.sum(axis=(-1, -2)) - np.trace(at, axis1=-2, axis2=-1))


def exact_weights(world: World, births: Array) -> Labelled:
    """Births of every stratum, nothing drawn: what the exact estimator starts from."""
    return Labelled(tuple(world.network.strata), births[None])


def needed_before(world: World, start: int, goals: Collection[str]) -> tuple[str, ...]:
    """Variables before ``start`` that ``goals`` hang on, in causal order."""
    needed = needed_for(world.network.nodes[start:], goals)
    return tuple(node.name for node in world.network.nodes[:start] if node.name in needed)


def _contract(weights: Labelled, values: Labelled, keep: tuple[str, ...]) -> Array:
    """Sum of weight times value over all axes but ``keep``: ``float64[draws, *keep, outcomes]``."""
    shared = [axis for axis in values.axes if axis in keep]
    summed = [axis for axis in values.axes if axis not in keep]
    free = [axis for axis in keep if axis not in values.axes]
    w = weights.total(*shared, *free, *summed)
    sizes = w.values.shape[1:]
    n_shared, n_free = len(shared), len(free)
    batch, spread = sizes[:n_shared], sizes[n_shared : n_shared + n_free]
    left = w.values.reshape(w.values.shape[0], *batch, int(np.prod(spread, dtype=np.int64)), -1)
    order = [0, *(1 + values.axes.index(a) for a in shared), *(1 + values.axes.index(a) for a in summed)]
    right = values.values.transpose(*order, values.values.ndim - 1)
    right = right.reshape(right.shape[0], *batch, -1, right.shape[-1])
    product = np.matmul(left, right)
    product = product.reshape(product.shape[0], *batch, *spread, product.shape[-1])
    now = [*shared, *free]
    return np.asarray(product.transpose(0, *(1 + now.index(axis) for axis in keep), product.ndim - 1))
