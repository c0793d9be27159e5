"""What the model returns over its reference years: deaths by cell, and contrasts under ``do``.

Each contrast is two more worlds for the same births: the exposure set to one level and to the other,
what follows from it following.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simcore.arms import Arm, Step
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, multiply, pull_back, push_forward
from simcore.program import Recompiler
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
    before is pushed forward once; each round pulls the risk back to it.
    """

    def __init__(self, model: Model, structure: Structure, block: DrawBlock) -> None:
        self.model, self.structure = model, structure
        moving = {contrast.solves for contrast in structure.contrasts.values()}
        self.recompiler = Recompiler(model, structure, block, moving)
        self.arms = contrast_arms(model, structure)
        self._weights: list[Labelled] = []

    def evaluate(self, block: DrawBlock) -> Fit:
        """Deaths by cell and by stratum, and every contrast, with the unknowns as they stand."""
        worlds = lay_arms(self.recompiler.compile(block), self.arms)
        return _Evaluation(self, worlds).fit()

    def weights(self, worlds: Worlds, first_moving: int, axes: tuple[str, ...]) -> list[Labelled]:
        """Births of each world over ``axes``; the same in every round, so worked out once."""
        if not self._weights:
            contrasts = [c for c in self.structure.contrasts.values() for _ in (0, 1)]
            for arm, contrast in enumerate([None, *contrasts]):
                self._weights.append(self._births(worlds, arm, first_moving, axes, contrast))
        return self._weights

    def _births(
        self, worlds: Worlds, arm: int, stop: int, axes: tuple[str, ...], contrast: Contrast | None
    ) -> Labelled:
        network = worlds.network
        strata = tuple(network.strata)
        among = contrast.among if contrast is not None else {}
        births = self.model.births_in(network.strata)[None]
        keep = tuple(dict.fromkeys((*strata, *among, *axes))) if among else axes
        weights = push_forward(Labelled(strata, births), network.nodes[:stop], arm, keep).total(*keep)
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
        self.world, self.worlds, self.model = world, worlds, world.model
        network = worlds.network
        natural = list(self.model.spec.variables)
        first = world.recompiler.first_moving
        self.stop = network.position(natural[first]) if first < len(natural) else len(network.nodes)
        self.hazards = worlds.hazards_in(0)
        self.axes = self.hazards.axes((*network.strata, *(node.name for node in network.nodes)))
        self.risk = self.hazards.risk(self.axes, [len(network.levels(axis)) for axis in self.axes])
        after = network.nodes[self.stop :]
        needed = {parent for node in after for parent in node.parents} | set(self.axes)
        before = (*network.strata, *(node.name for node in network.nodes[: self.stop]))
        self.before = tuple(name for name in before if name in needed)
        self.weights = world.weights(worlds, self.stop, self.before)

    def fit(self) -> Fit:
        deaths = self.model.spec.deaths
        causes, bands = len(deaths.causes), len(deaths.age_bands)
        after = self.worlds.network.nodes[self.stop :]
        births = push_forward(self.weights[0], after, 0, self.axes).total(*self.axes)
        carrier = self.worlds.network.carrier
        by = tuple(carrier(name) for name in deaths.baseline.by)
        acting = {carrier(name): levels for name, levels in deaths.ratios_act_within.items()}
        residual_by = () if deaths.residual is None else (deaths.residual.by,)
        counted = multiply(self.risk, births, {*by, *acting, *residual_by})
        cells = counted.total(*by).values
        cells = cells.reshape(*cells.shape[:-1], causes, bands)
        alive = births.total(*by).values
        strata = within = np.zeros((1, 0, 0))
        if residual_by:
            per_period = Labelled(
                counted.axes, counted.values @ self._period_columns(tuple(deaths.age_periods))
            )
            strata = per_period.total(*residual_by).values.swapaxes(1, 2)
            for name, levels in acting.items():
                per_period = _only(
                    per_period, name, [level in levels for level in self.worlds.network.levels(name)]
                )
            within = per_period.total(*residual_by).values.swapaxes(1, 2)
        return Fit(alive, cells, strata, within, self._measures())

    def _period_columns(self, periods: Sequence[str]) -> Array:
        """What sums cells into age periods: ``float64[causes x bands, periods]``."""
        deaths = self.model.spec.deaths
        columns = [
            [float(b in deaths.age_periods.get(p, tuple(deaths.age_bands))) for p in periods]
            for b in deaths.age_bands
        ]
        return np.tile(np.array(columns), (len(deaths.causes), 1))

    def _measures(self) -> dict[str, Array]:
        """Every contrast as published: ``float64[draws]`` each."""
        contrasts = self.world.structure.contrasts
        periods = (*self.model.spec.deaths.age_periods, "infant")
        by_period = Labelled(self.axes, self.risk.values @ self._period_columns(periods))
        after = self.worlds.network.nodes[self.stop :]
        pulled: dict[tuple[object, ...], Labelled] = {}
        measures = {}
        for i, (name, contrast) in enumerate(contrasts.items()):
            outcome = contrast.outcome
            shares = []
            for arm in (1 + 2 * i, 2 + 2 * i):
                deaths = isinstance(outcome, DeathsOutcome)
                key = (None if deaths else outcome, *(node.table_of_arm[arm] for node in after))
                if key not in pulled:
                    pulled[key] = pull_back(by_period if deaths else self._indicator(outcome), after, arm)
                column = periods.index(outcome.deaths) if isinstance(outcome, DeathsOutcome) else 0
                shares.append(_mean(pulled[key], column, self.weights[arm]))
            exposed, unexposed = shares
            if contrast.measure == "risk_difference":
                measures[name] = (exposed - unexposed) * contrast.per
            elif contrast.measure == "odds_ratio":
                measures[name] = exposed / (1 - exposed) / (unexposed / (1 - unexposed))
            else:
                measures[name] = exposed / unexposed
        return measures

    def _indicator(self, outcome: DeathsOutcome | LevelOutcome) -> Labelled:
        """One at the levels of the outcome, zero at the others."""
        assert isinstance(outcome, LevelOutcome)
        chosen = [float(level in outcome.levels) for level in self.model.levels(outcome.variable)]
        return Labelled((self.worlds.network.carrier(outcome.variable),), np.array(chosen)[None, :, None])


def _mean(values: Labelled, column: int, weights: Labelled) -> Array:
    """Mean of one column of values over births: ``float64[draws]``."""
    matched = weights.total(*values.axes).values
    one = values.values[..., column]
    total = (matched * one).reshape(max(matched.shape[0], one.shape[0]), -1).sum(axis=1)
    return np.asarray(total / matched.reshape(matched.shape[0], -1).sum(axis=1))


def _only(values: Labelled, name: str, kept: Sequence[bool]) -> Labelled:
    """Values at some levels of a variable, those at others set to zero."""
    axis = 1 + values.axes.index(name)
    mask = np.array(kept, dtype=np.float64).reshape(
        [-1 if i == axis else 1 for i in range(values.values.ndim)]
    )
    return Labelled(values.axes, values.values * mask)
