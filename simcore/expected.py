"""Expected deaths: births drawn up to the cut (or none drawn at all), the rest summed out exactly.

Births go forward, arm by arm, through everything a policy can change; risk comes back through everything else, once
for all arms that share it. They meet at the *frontier* of the model, which no arm moves, and only where births
are. Each arm is worked out from its own tables alone and always in the same order, so that its bits do not depend on
which other arms are compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simcore.cell_risk import CellRisk
from simcore.everyone import Everyone
from simcore.kernels.cells import add_up
from simcore.network import Array, Labelled, Node, needed_for, push_forward
from simcore.numbering import numbered
from simcore.readings import read_apart
from simcore.rows import Rows, side_by_side, summed_by
from simcore.worlds import World

Ints = NDArray[np.int64]


class RiskCache:
    """Risk at the frontier of a block of draws, shared by arms with the same tables after it."""

    def __init__(self, draws: int) -> None:
        self.draws = draws
        self._kept: dict[tuple[object, ...], tuple[World, CellRisk]] = {}

    def risk(self, world: World) -> tuple[CellRisk, tuple[str, ...]]:
        """The risk of a world, and the names that its axes have in this world's network."""
        if world.severed:
            return self._risk_apart(world)
        after = world.network.nodes[world.frontier :]
        key = (
            *_contents(world, after),
            # what is only associated with a natural value must not follow another arm's policy
            *(world.carriers.items() if any(node.natural_parents for node in after) else ()),
            # nor what hangs on the dimension that births are counted in, where another arm replaces it
            *((dim, world.carriers[dim]) for dim in world.network.strata if world.carriers[dim] != dim),
        )
        if key not in self._kept:
            plain = None
            if world.hazards is not world.unedited:
                plain = self.risk(replace(world, hazards=world.unedited))
            self._kept[key] = world, CellRisk(world, self.draws, plain)
        first, risk = self._kept[key]
        names = {holder: world.carriers[natural] for natural, holder in first.carriers.items()}
        return risk, tuple(names.get(axis, axis) for axis in risk.axes)

    def forget(self) -> None:
        """Drop the cells met so far; what was prepared for them stays."""
        for _, risk in self._kept.values():
            risk.forget()

    def _risk_apart(self, world: World) -> tuple[CellRisk, tuple[str, ...]]:
        """The same where arrows are severed: shared by arms that read other nodes by the same names."""
        apart, node_of = read_apart(world)
        after = apart.network.nodes[apart.frontier :]
        key = (
            "apart",
            *_contents(apart, after),
            *(node.parents for node in after),
            *(factor.axes for factor in apart.hazards.factors),
        )
        if key not in self._kept:
            self._kept[key] = apart, CellRisk(apart, self.draws)
        risk = self._kept[key][1]
        return risk, tuple(node_of.get(axis, axis) for axis in risk.axes)

    def hangs_on(self, world: World, start: int, by: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Variables before ``start`` that risk, and those of ``by``, hang on, in causal order."""
        return needed_before(world, start, (*self.risk(world)[1], *by))


def _contents(world: World, after: Sequence[Node]) -> tuple[int, ...]:
    """Which tables risk is made of."""
    return *(id(f.values) for f in world.hazards.factors), *(id(node.tables[0]) for node in after)


@dataclass(frozen=True)
class Met:
    """Births of one arm where they meet their risk: entries, several of a row where a policy parts it."""

    rows: Rows
    risk: CellRisk
    row: Ints
    """``int64[entries]``: the row that an entry is part of."""
    place: Ints
    """``int64[entries]``: where its risk stands among the cells met."""
    births: Array
    """``float64[entries]``."""
    by: Ints
    """``int64[entries]``: its combination of draw, strata and the variables that deaths are told apart by."""
    shape: tuple[int, ...]
    """Draws, strata, those variables, causes, age bands."""

    @property
    def deaths(self) -> Array:
        """``float64[draws, *strata, *by, causes, age bands]``."""
        groups = int(np.prod(self.shape[:-2]))
        return add_up(self.risk.values, self.place, self.births, self.by, groups).reshape(self.shape)

    @cached_property
    def deaths_of_row(self) -> Array:
        """Infant deaths of each row: ``float64[rows]``."""
        each = self.births * self.risk.infant[self.place]
        return summed_by(self.row, each, self.rows.births.size)


def meet(world: World, start: int, rows: Rows, cache: RiskCache, by: tuple[str, ...] = ()) -> Met:
    """Births of one arm, carried from ``start`` to the frontier.

    Parameters
    ----------
    start
        Position in the causal order from which variables are summed out: ``world.cut`` for drawn
        births, 0 for the exact estimator.
    rows
        Births by stratum and by the variables before ``start`` that later ones need.
    by
        Variables that deaths are told apart by, beside the strata; they stand before the frontier.

    Raises
    ------
    ValueError
        If a variable of ``by`` is summed out before it could be told apart.
    """
    network = world.network
    for name in by:
        if network.position(name) >= world.frontier:
            raise ValueError(f"{name} is summed out after the frontier and deaths cannot be told apart by it")
    risk, axes = cache.risk(world)
    apart = (*network.strata, *by)
    way, shares = rows.ways(network.nodes[start : world.frontier], {*axes, *by})
    # parts: what occurs of the combinations of each way; entries: the parts of each row
    flat = side_by_side(shares.values)
    of_way, part = np.nonzero(flat)
    levels = np.unravel_index(part, shares.values.shape[1:]) if shares.axes else ()
    inner = dict(zip(shares.axes, levels, strict=True))
    row, entry = _parts_of_rows(way, of_way)

    def number(names: Sequence[str]) -> Ints:
        """Of each entry, that of its draw and these levels: what is known of its row, and what of its part."""
        sizes = [len(network.levels(name)) for name in names]
        of_row = numbered(rows.draw, sizes, [rows.at.get(name, 0) for name in names])
        of_part = numbered(np.zeros_like(part), sizes, [inner.get(name, 0) for name in names])
        return np.asarray(of_row[row] + of_part[entry])

    place = risk.places_of(number(axes))
    share = flat[of_way, part]
    sizes = [len(network.levels(name)) for name in apart]
    shape = (rows.draws, *sizes, len(world.hazards.causes), len(world.hazards.age_bands))
    return Met(rows, risk, row, place, rows.births[row] * share[entry], number(apart), shape)


def _parts_of_rows(way: Ints, of_way: Ints) -> tuple[Ints, Ints]:
    """Every part of every row: the row, and the part. ``of_way`` is the way of each part, in order.

    >>> _parts_of_rows(np.array([1, 0, 1]), np.array([0, 1, 1]))
    (array([0, 0, 1, 2, 2]), array([1, 2, 0, 1, 2]))
    """
    parts = np.bincount(of_way, minlength=way.max(initial=-1) + 1)
    first = np.cumsum(parts) - parts
    many = parts[way]
    row = np.repeat(np.arange(way.size), many)
    begin = np.repeat(first[way] - (np.cumsum(many) - many), many)
    return row, np.arange(row.size) + begin


def expected_deaths(
    world: World, start: int, rows: Rows, cache: RiskCache, by: tuple[str, ...] = ()
) -> Array:
    """Expected deaths of one arm, ``float64[draws, *strata, *by, causes, age bands]``; arguments as :func:`meet`."""
    return meet(world, start, rows, cache, by).deaths


def births_at(world: World, step: str, births: Everyone) -> Array:
    """Births at the last level of a step (reached, accepts), of all births by stratum: ``float64[draws, *strata]``."""
    strata = tuple(world.network.strata)
    before = world.network.nodes[: world.network.position(step) + 1]
    return births.over(before, {step}).total(*strata, step).values[..., -1]


def births_moved(world: World, step: str, births: Everyone) -> Array:
    """Births whose value a replacing step changes, of all births by stratum: ``float64[draws, *strata]``."""
    strata = tuple(world.network.strata)
    place = world.network.position(step)
    was = world.network.nodes[place].parents[0]
    keep = (*strata, step) if was in strata else (*strata, was, step)
    at = births.over(world.network.nodes[: place + 1], keep).total(*keep).values
    if was not in strata:
        return np.asarray(at.sum(axis=(-1, -2)) - np.trace(at, axis1=-2, axis2=-1))
    shape = np.ones(at.ndim, np.int64)
    shape[[1 + strata.index(was), -1]] = at.shape[-1]
    return np.asarray((at * (1.0 - np.eye(at.shape[-1]).reshape(shape))).sum(axis=-1))


def exact_weights(world: World, births: Array) -> Labelled:
    """Births of every stratum, nothing drawn: what the exact estimator starts from."""
    return Labelled(tuple(world.network.strata), births[None])


def exact_rows(
    world: World, births: Array, cache: RiskCache, by: tuple[str, ...] = (), here: range | None = None
) -> Rows:
    """Births of every combination that risk before the cut hangs on, nothing drawn, for the draws ``here``."""
    here = range(cache.draws) if here is None else here
    strata = tuple(world.network.strata)
    before = [_at_draws(node, here) for node in world.network.nodes[: world.cut]]
    keep = (*strata, *needed_before(world, world.cut, (*cache.risk(world)[1], *by)))
    return Rows.of(
        push_forward(exact_weights(world, births), before, 0, keep).total(*keep), cache.draws, here
    )


def _at_draws(node: Node, here: range) -> Node:
    table = node.tables[0]
    return node if table.shape[0] == 1 else node.holding(table[here.start : here.stop])


def needed_before(world: World, start: int, goals: Collection[str]) -> tuple[str, ...]:
    """Variables before ``start`` that ``goals`` hang on, in causal order."""
    needed = needed_for(world.network.nodes[start:], goals)
    return tuple(node.name for node in world.network.nodes[:start] if node.name in needed)
