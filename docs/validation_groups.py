"""Births and deaths of groups, by cause and age at death, as the model has them: exact sums, draw by draw."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from validation_tools import Array

from simcore.arms import Arm
from simcore.cell_risk import CellRisk
from simcore.dims import YEAR
from simcore.draws import DrawBlock
from simcore.expected import exact_weights
from simcore.model import Model, Structure
from simcore.network import Labelled, Network, push_forward
from simcore.program import Compiler, Program
from simcore.worlds import World, lay_arm

Ints = NDArray[np.int64]

BLOCK = 4
"""Draws counted together: it sets memory, and no number."""

Asked = tuple[tuple[str, ...], tuple[int, ...]]
"""Factors (variables or stratum dimensions) and the years that are counted together."""


@dataclass(frozen=True)
class Groups:
    """Births and deaths at every combination of levels of some factors.

    Attributes
    ----------
    births : float64[draws, *factors]
    deaths : float64[draws, *factors, causes, age bands]
    """

    births: Array
    deaths: Array

    @classmethod
    def join(cls, parts: Sequence[Groups]) -> Groups:
        """Several blocks of draws as one."""
        births, deaths = (np.concatenate([getattr(p, name) for p in parts]) for name in ("births", "deaths"))
        return cls(births, deaths)


def count_groups(
    model: Model, structure: Structure, draws: DrawBlock, years: Sequence[int], *factors: str
) -> Groups:
    """Every combination of levels of the factors, in some years together."""
    asked = factors, tuple(years)
    return count_each(model, structure, draws, [asked])[asked]


def count_births(
    model: Model, structure: Structure, draws: DrawBlock, asked: Iterable[Asked]
) -> dict[Asked, Array]:
    """Births alone at every combination of levels: ``float64[draws or 1, *factors]`` each."""
    wanted = list(dict.fromkeys(asked))
    years = sorted({year for _, years in wanted for year in years})
    natural = Natural(Compiler(model, structure, years).compile(draws), draws.size)
    return {(factors, years): natural.births(years, factors) for factors, years in wanted}


def count_each(
    model: Model, structure: Structure, draws: DrawBlock, asked: Iterable[Asked]
) -> dict[Asked, Groups]:
    """Several tables of groups; what they share is worked out once."""
    wanted = list(dict.fromkeys(asked))
    compiler = Compiler(model, structure, sorted({year for _, years in wanted for year in years}))
    found: dict[Asked, list[Groups]] = {one: [] for one in wanted}
    for start in range(0, draws.size, BLOCK):
        block = draws.rows(slice(start, start + BLOCK))
        natural = Natural(compiler.compile(block), block.size)
        for factors, years in wanted:
            found[factors, years].append(natural.groups(years, factors))
    return {one: Groups.join(parts) for one, parts in found.items()}


class Natural:
    """The world without policy of some draws: the risk of every combination that it hangs on, worked out once.

    Births of any years and groups are laid over these combinations. Those of variables after the frontier, where
    risk is averaged over what comes later, are told apart by the risk of one of their levels alone.
    """

    def __init__(self, program: Program, draws: int) -> None:
        self.program, self.draws = program, draws
        self.world = lay_arm(program, Arm("natural"))
        self._risks: dict[tuple[tuple[str, int], ...], Risk] = {}

    def births(self, years: Sequence[int], factors: Sequence[str]) -> Array:
        """Births at every combination: ``float64[draws or 1, *factors]``."""
        return (
            push_forward(self._born(years), self.world.network.nodes, 0, set(factors)).total(*factors).values
        )

    def groups(self, years: Sequence[int], factors: Sequence[str]) -> Groups:
        """Births and deaths at every combination."""
        network, frontier = self.world.network, self.world.frontier
        late = [f for f in factors if f not in network.strata and network.position(f) >= frontier]
        early = [f for f in factors if f not in late]
        at_late = [range(len(network.levels(name))) for name in late]
        each = [
            self._deaths(years, early, tuple(zip(late, levels, strict=True)))
            for levels in itertools.product(*at_late)
        ]
        deaths = np.stack(each, axis=1).reshape(self.draws, *map(len, at_late), *each[0].shape[1:])
        deaths = Labelled((*late, *early), deaths).total(*factors).values
        births = self.births(years, factors)
        return Groups(np.broadcast_to(births, (self.draws, *births.shape[1:])), deaths)

    def _born(self, years: Sequence[int]) -> Labelled:
        world, model = self.world, self.program.model
        births = model.births_in(world.network.strata)
        if YEAR in world.network.strata:
            inside = np.isin(world.network.strata[YEAR], [str(year) for year in years])
            place = list(world.network.strata).index(YEAR)
            births = births * inside.reshape([-1 if i == place else 1 for i in range(births.ndim)])
        return exact_weights(world, births)

    def _deaths(self, years: Sequence[int], early: Sequence[str], late: tuple[tuple[str, int], ...]) -> Array:
        """Deaths at some levels of later variables: ``float64[draws, *early, causes, age bands]``."""
        risk = self._risk(late)
        network = self.world.network
        inside = [name for name in risk.axes if name in early]
        rest = [name for name in risk.axes if name not in early]
        further = [name for name in early if name not in risk.axes]
        keep = (*inside, *further, *rest)
        nodes = network.nodes[: self.world.frontier]
        weights = push_forward(self._born(years), nodes, 0, set(keep)).total(*keep)
        flat = [math.prod(len(network.levels(name)) for name in names) for names in (inside, further)]
        laid = risk.at_levels(inside).total(*inside, *rest).values
        merged = risk.merged(weights, rest).values
        died = merged.reshape(-1, *flat, merged.size // (merged.shape[0] * math.prod(flat))) @ laid.reshape(
            self.draws, flat[0], -1, laid.shape[-1]
        )
        sizes = [len(network.levels(name)) for name in (*inside, *further)]
        died = died.reshape(self.draws, *sizes, *self.world.hazards.shape)
        return Labelled((*inside, *further), died).total(*early).values

    def _risk(self, late: tuple[tuple[str, int], ...]) -> Risk:
        if late not in self._risks:
            world = self.world
            for name, level in late:
                world = _only(world, name, level)
            self._risks[late] = Risk.of(world, self.draws)
        return self._risks[late]


@dataclass(frozen=True)
class Risk:
    """Risk of death at the frontier, of levels that are alike once.

    Attributes
    ----------
    axes
        What it hangs on.
    values : float64[draws, *kinds of each axis, causes x age bands]
    kinds
        ``int64[levels]`` for each axis: the place of a level among those that are told apart.
    """

    axes: tuple[str, ...]
    values: Array
    kinds: dict[str, Ints]

    @classmethod
    def of(cls, world: World, draws: int) -> Risk:
        """Every combination of one world."""
        risk = CellRisk(world, draws)
        tables = [*world.hazards.factors, *(node.table(0) for node in world.network.nodes[world.frontier :])]
        kinds, firsts = {}, []
        for axis in risk.axes:
            slices = [np.moveaxis(t.values, 1 + t.axes.index(axis), 0) for t in tables if axis in t.axes]
            each = [b"".join(part[level].tobytes() for part in slices) for level in range(len(slices[0]))]
            first = sorted({each.index(one) for one in each})
            kinds[axis] = np.array([first.index(each.index(one)) for one in each])
            firsts.append(first)
        draw, *levels = (at.ravel() for at in np.meshgrid(range(draws), *firsts, indexing="ij"))
        places = risk.places(draw, levels)
        return cls(risk.axes, risk.values[places].reshape(draws, *map(len, firsts), -1), kinds)

    def at_levels(self, names: Sequence[str]) -> Labelled:
        """With every level of some axes, however alike."""
        values = self.values
        for name in names:
            values = values.take(self.kinds[name], axis=1 + self.axes.index(name))
        return Labelled(self.axes, values)

    def merged(self, weights: Labelled, names: Sequence[str]) -> Labelled:
        """Weights with those of alike levels of some axes added up."""
        values = weights.values
        for name in names:
            kinds, axis = self.kinds[name], 1 + weights.axes.index(name)
            if kinds.max() + 1 < kinds.size:
                each = [values.compress(kinds == kind, axis).sum(axis) for kind in range(kinds.max() + 1)]
                values = np.stack(each, axis)
        return Labelled(weights.axes, values)


def _only(world: World, name: str, level: int) -> World:
    """The world with births of one level alone of a variable after the frontier; their weights do not sum to one."""
    network = world.network
    node = network[name]
    alone = node.holding(node.tables[0] * (np.arange(len(node.levels)) == level))
    nodes = tuple(alone if other is node else other for other in network.nodes)
    # one throughout: so that no variable is passed over that risk does not hang on
    ones = np.ones((1, len(node.levels), *world.hazards.shape))
    hazards = world.hazards.with_factor(Labelled((name,), ones))
    return replace(world, network=Network(network.strata, nodes), hazards=hazards)
