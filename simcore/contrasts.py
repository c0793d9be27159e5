"""What the model returns over its reference years: deaths by cell, and contrasts under ``do``.

Each contrast is two more worlds for the same births: the exposure set to one level and to the other,
what follows from it following.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simcore.alike import Alike, all_different
from simcore.arms import Arm, Step
from simcore.cell_risk import FactorTables
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, needed_for, push_forward
from simcore.program import Recompiler
from simcore.rows import Rows, summed_by
from simcore.spec import Contrast, DeathsOutcome, LevelOutcome
from simcore.worlds import Worlds, lay_arms

DO_DECISION = 2**33
"""Decision numbers of ``do``: never drawn, since contrasts are summed exactly."""


@dataclass(frozen=True)
class Fit:
    """What the model returns with some unknowns, beside what it should."""

    births: Array
    """By the variables that the baseline hangs on: ``float64[draws or 1, *by]``."""
    cells: Array
    strata: Array
    strata_within: Array
    measures: dict[str, Array]

    def over(self, other: Fit) -> Fit:
        """How many times those of another fit these are: one where there are none."""
        return self._each(
            other, lambda mine, theirs: np.divide(mine, theirs, out=np.ones_like(mine), where=theirs != 0)
        )

    def times(self, ratio: Fit) -> Fit:
        """All of it multiplied."""
        return self._each(ratio, np.multiply)

    def _each(self, other: Fit, do: Callable[[Array, Array], Array]) -> Fit:
        return Fit(
            do(self.births, other.births),
            do(self.cells, other.cells),
            do(self.strata, other.strata),
            do(self.strata_within, other.strata_within),
            {name: do(self.measures[name], other.measures[name]) for name in self.measures},
        )


def contrast_arms(model: Model, structure: Structure) -> list[Arm]:
    """The natural world, then two worlds for each contrast: exposed and not."""
    arms = [Arm("natural")]
    for name, contrast in structure.contrasts.items():
        for level in (contrast.to, contrast.from_):
            do = {contrast.set: level, **contrast.holding}
            arms.append(
                Arm(f"{name}={level}", tuple(do_step(model, variable, at) for variable, at in do.items()))
            )
    return arms


def do_step(model: Model, variable: str, level: str) -> Step:
    """The variable set to one level whatever led to it; its natural value stays as it is."""
    levels = model.levels(variable)
    table = np.zeros((1, len(levels), len(levels)))
    table[:, :, levels.index(level)] = 1.0
    number = DO_DECISION + list(model.spec.variables).index(variable)
    return Step(f"do {variable}", levels, (variable,), table, number, replaces=variable)


class ReferenceYears:
    """Births of the reference years in the natural world and under every contrast, before what moves.

    The unknown effects change only variables from the first moving one on, and hazards. What comes
    before is pushed forward once, and held as the cells that births meet.

    Levels of variables that are to be told ``apart`` are, though risk may not hang on them. Worlds under ``do`` can be
    left out: they are most of the work.
    """

    def __init__(
        self,
        model: Model,
        structure: Structure,
        block: DrawBlock,
        apart: Collection[str] = (),
        natural_alone: bool = False,
    ) -> None:
        self.model, self.structure = model, structure
        moving = {contrast.solves for contrast in structure.contrasts.values()}
        self.recompiler = Recompiler(model, structure, block, moving)
        contrasts = [] if natural_alone else list(structure.contrasts.values())
        self.arms = contrast_arms(model, structure)[: 1 + 2 * len(contrasts)]
        worlds = self._worlds(block)
        network, natural = worlds.network, list(model.spec.variables)
        first = self.recompiler.first_moving
        self.stop = network.position(natural[first]) if first < len(natural) else len(network.nodes)
        after = network.nodes[self.stop :]
        outcomes = {
            network.carrier(contrast.outcome.variable)
            for contrast in contrasts
            if isinstance(contrast.outcome, LevelOutcome)
        }
        order = (*network.strata, *(node.name for node in network.nodes))
        hangs_on = needed_for(after, {*worlds.hazards_in(0).axes(order), *outcomes, *apart})
        late = {node.name for node in after}
        hazards = worlds.hazards_in(0).axes(order)
        self.late = tuple(name for name in hazards if name in late)
        before = tuple(name for name in order if name in hangs_on and name not in late)
        alike = Alike(self._worlds(all_different(block)), self.stop, before, apart)
        weights = [
            alike.merged(self._births(worlds, arm, before, contrast))
            for arm, contrast in enumerate([None, *(contrast for contrast in contrasts for _ in (0, 1))])
        ]
        somewhere = Labelled(before, np.add.reduce(np.broadcast_arrays(*(w.values for w in weights))))
        self.cells = alike.first(Rows.of(somewhere, block.size, range(block.size)))
        at = alike.numbers(self.cells)
        self.kept: tuple[NDArray[np.int64], Array] | None = None
        """Which of all cells these are, and the part of such cells that each stands for; none if they are all."""
        self.births = [
            weight.values[(self.cells.draw if weight.values.shape[0] > 1 else 0, *at)] for weight in weights
        ]

    def thinned(self, most: int) -> ReferenceYears:
        """The same with about ``most`` cells a draw that stand for all: the largest, and every so many of the others.

        A cell is kept in proportion to its births in any world, and stands for so many more.
        """
        draw, n = self.cells.draw, self.cells.draws
        if draw.size <= most * n:
            return self
        size = sum(births / summed_by(draw, births, n)[draw] for births in self.births)
        kept = np.minimum(1.0, most * size / len(self.births))
        along = np.cumsum(kept)
        along -= (along - kept)[np.searchsorted(draw, np.arange(n))][draw]
        chosen = np.flatnonzero(np.floor(along + 0.5) > np.floor(along - kept + 0.5))
        return self.only(chosen, kept[chosen])

    def only(self, chosen: NDArray[np.int64], kept: Array) -> ReferenceYears:
        """The same with some of the cells, each standing for one over the part of such cells that is ``kept``."""
        thin = copy(self)
        at = {name: levels[chosen] for name, levels in self.cells.at.items()}
        thin.cells = Rows(self.cells.draws, self.cells.draw[chosen], at, self.cells.births[chosen])
        thin.births = [births[chosen] / kept for births in self.births]
        thin.kept = chosen, kept
        return thin

    def repeated(self, draws: int) -> ReferenceYears:
        """The births of its one draw for so many draws."""
        many = copy(self)
        draw = np.repeat(np.arange(draws), self.cells.draw.size)
        at = {name: np.tile(levels, draws) for name, levels in self.cells.at.items()}
        many.cells = Rows(draws, draw, at, np.tile(self.cells.births, draws))
        many.births = [np.tile(births, draws) for births in self.births]
        return many

    def evaluate(self, block: DrawBlock) -> Fit:
        """Deaths by cell and by stratum, and every contrast, with the unknowns as they stand."""
        return _Evaluation(self, self._worlds(block)).fit()

    def deaths_by(self, block: DrawBlock, arms: Sequence[int], by: Sequence[str]) -> Array:
        """Deaths of some arms over the variables named: ``float64[arms, draws, *by, causes, age bands]``."""
        evaluation = _Evaluation(self, self._worlds(block))
        return np.stack([evaluation.counted(arm, by)[0] for arm in arms])

    def _worlds(self, block: DrawBlock) -> Worlds:
        return lay_arms(self.recompiler.compile(block), self.arms)

    def _births(self, worlds: Worlds, arm: int, axes: tuple[str, ...], contrast: Contrast | None) -> Labelled:
        network = worlds.network
        strata = tuple(network.strata)
        among = contrast.among if contrast is not None else {}
        births = self.model.births_in(network.strata)[None]
        keep = tuple(dict.fromkeys((*strata, *among, *axes))) if among else axes
        weights = push_forward(Labelled(strata, births), network.nodes[: self.stop], arm, keep).total(*keep)
        if among:
            for name, level in among.items():
                weights = _only(weights, name, [label == level for label in self.model.levels(name)])
            # each stratum keeps its weight, however many of its births stand `among`
            left = weights.total(*strata).values
            scale = np.where(left > 0, births / np.where(left > 0, left, 1.0), 0.0)
            weights = Labelled(
                keep, weights.values * scale.reshape(*scale.shape, *[1] * (len(keep) - len(strata)))
            )
        return weights.total(*axes)


class _Evaluation:
    """One round: the tables as they stand, and what they return."""

    def __init__(self, world: ReferenceYears, worlds: Worlds) -> None:
        self.world, self.worlds, self.model, self.cells = world, worlds, world.model, world.cells
        self.sizes = [len(worlds.network.levels(name)) for name in world.late]
        grid = np.indices(self.sizes).reshape(len(self.sizes), math.prod(self.sizes))
        self.later = dict(zip(world.late, grid, strict=True))
        self.periods = (*self.model.spec.deaths.age_periods, None)
        self._shares: dict[tuple[object, ...], Array] = {}

    def fit(self) -> Fit:
        deaths, n = self.model.spec.deaths, self.cells.draws
        counted, by_part = self.counted(0, deaths.baseline.by)
        _, wholes = self._parts()
        by_period = by_part @ wholes
        births = self._weights(0)
        of_cell, of_later, shape = self._groups(deaths.baseline.by)
        groups = n * math.prod(shape)
        alive = summed_by((of_cell[:, None] + of_later).ravel(), births.ravel(), groups).reshape(n, *shape)
        strata, within = self._strata(births, by_period)
        return Fit(alive, counted, strata, within, self._measures(by_period))

    def counted(self, arm: int, by: Sequence[str]) -> tuple[Array, Array]:
        """Deaths of one arm, ``float64[draws, *by, causes, age bands]``; and the risk by part of the year."""
        hazards = self.worlds.hazards_in(0)
        names = dict.fromkeys((*hazards.axes((*self.cells.at, *self.later)), *self.later))
        sizes = {name: len(self.worlds.network.levels(name)) for name in names}
        of_cell, of_later, shape = self._groups(by)
        groups = self.cells.draws * math.prod(shape)
        tables = FactorTables(hazards, sizes, tuple(self.later))
        part_of, _ = self._parts()
        counted, by_part = tables.apart(self.cells, self._weights(arm), of_cell, of_later, groups, part_of)
        return np.asarray(counted.reshape(self.cells.draws, *shape, *hazards.shape), np.float64), by_part

    def _weights(self, arm: int) -> Array:
        """Births of one arm: ``float64[cells, later levels]``."""
        return np.asarray(self.world.births[arm][:, None] * self._share(arm), dtype=np.float64)

    def _groups(self, by: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
        """The group of each cell and of its later levels, which add up, and how many levels each axis has."""
        by = tuple(self.worlds.network.carrier(name) for name in by)
        shape = [len(self.worlds.network.levels(name)) for name in by]
        of_cell, of_later = self.cells.draw, np.zeros(math.prod(self.sizes), np.int64)
        for name, size in zip(by, shape, strict=True):
            of_cell, of_later = of_cell * size, of_later * size
            if name in self.later:
                of_later = of_later + self.later[name]
            else:
                of_cell = of_cell + self.cells.at[name]
        return of_cell, of_later, shape

    def _share(self, arm: int, of: tuple[str, ...] | None = None) -> Array:
        """How births of each cell spread over later levels in one arm: ``float64[cells, later levels]``.

        Later levels are those of the variables that hazards hang on, unless others are named.
        """
        names = self.world.late if of is None else of
        after = self.worlds.network.nodes[self.world.stop :]
        tables = tuple(node.table_of_arm[arm] for node in after)
        key = (names, *tables)
        if key not in self._shares:
            own = [node.holding(node.tables[which]) for node, which in zip(after, tables, strict=True)]
            spread = replace(self.cells, births=np.ones(self.cells.draw.size)).forward(own, names)
            self._shares[key] = spread.values.reshape(self.cells.draw.size, -1)
        return self._shares[key]

    def _parts(self) -> tuple[NDArray[np.int64], Array]:
        """The part of the year of each band, and what adds parts up to age periods, the whole year last."""
        deaths = self.model.spec.deaths
        inside = [
            [period is None or band in deaths.age_periods[period] for period in self.periods]
            for band in deaths.age_bands
        ]
        parts = sorted(set(map(tuple, inside)))
        of_band = [parts.index(tuple(row)) for row in inside]
        return np.array(of_band), np.array(parts, dtype=np.float64)

    def _strata(self, births: Array, by_period: Array) -> tuple[Array, Array]:
        """Deaths by age period and level of the residual, all of them and where ratios act."""
        deaths, n = self.model.spec.deaths, self.cells.draws
        if deaths.residual is None:
            return np.zeros((1, 0, 0)), np.zeros((1, 0, 0))
        by = deaths.residual.by
        size = len(self.worlds.network.levels(by))
        acts_cell, acts_later = np.ones(births.shape[0]), np.ones(births.shape[1])
        for name, levels in deaths.ratios_act_within.items():
            held = self.worlds.network.carrier(name)
            inside = np.array(
                [level in levels for level in self.worlds.network.levels(held)], dtype=np.float64
            )
            if held in self.later:
                acts_later = acts_later * inside[self.later[held]]
            else:
                acts_cell = acts_cell * inside[self.cells.at[held]]
        group = self.cells.draw * size + self.cells.at[by]
        found = []
        for acting in (births, births * acts_later * acts_cell[:, None]):
            died = np.einsum("cm,cmp->cp", acting, by_period[..., :-1])
            each = [summed_by(group, column, n * size).reshape(n, size) for column in died.T]
            found.append(np.stack(each, axis=1))
        return found[0], found[1]

    def _measures(self, by_period: Array) -> dict[str, Array]:
        """Every contrast as published: ``float64[draws]`` each."""
        died: dict[int, Array] = {}
        measures = {}
        for i, (name, contrast) in enumerate(self.world.structure.contrasts.items()):
            outcome = contrast.outcome
            shares = []
            for arm in (1 + 2 * i, 2 + 2 * i):
                if isinstance(outcome, DeathsOutcome):
                    share = self._share(arm)
                    if id(share) not in died:
                        died[id(share)] = np.einsum("cm,cmp->cp", share, by_period)
                    period = None if outcome.deaths == "infant" else outcome.deaths
                    risk = died[id(share)][:, self.periods.index(period)]
                else:
                    risk = self._at_levels(outcome, arm)
                shares.append(self._mean(risk, self.world.births[arm]))
            exposed, unexposed = shares
            if contrast.measure == "risk_difference":
                measures[name] = (exposed - unexposed) * contrast.per
            elif contrast.measure == "odds_ratio":
                measures[name] = exposed / (1 - exposed) / (unexposed / (1 - unexposed))
            else:
                measures[name] = exposed / unexposed
        return measures

    def _at_levels(self, outcome: LevelOutcome, arm: int) -> Array:
        """The chance of each cell to be at the levels of an outcome."""
        held = self.worlds.network.carrier(outcome.variable)
        chosen = np.array([float(level in outcome.levels) for level in self.model.levels(outcome.variable)])
        return chosen[self.cells.at[held]] if held in self.cells.at else self._share(arm, (held,)) @ chosen

    def _mean(self, risk: Array, births: Array) -> Array:
        """Mean risk over births: ``float64[draws]``."""
        n, draw = self.cells.draws, self.cells.draw
        return summed_by(draw, births * risk, n) / summed_by(draw, births, n)


def _only(values: Labelled, name: str, kept: Sequence[bool]) -> Labelled:
    """Values at some levels of a variable, those at others set to zero."""
    axis = 1 + values.axes.index(name)
    mask = np.array(kept, dtype=np.float64).reshape(
        [-1 if i == axis else 1 for i in range(values.values.ndim)]
    )
    return Labelled(values.axes, values.values * mask)
