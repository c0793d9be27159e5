"""Baseline hazards, residuals and direct effects, solved per draw ahead of any comparison.

The model is asked to return what was observed: deaths by cause, age and gestation, deaths by stratum,
and each published total effect as a contrast under ``do``. Unknown baselines and residuals are fitted
by proportional steps, unknown effects by a quasi-Newton step between them. A comparison never solves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simcore.arms import Arm, Step, Worlds, lay_arms
from simcore.draws import DrawBlock, central
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, multiply, pull_back, push_forward
from simcore.program import Recompiler
from simcore.spec import Contrast, DeathsOutcome, LevelOutcome

TOLERANCE = 1e-5
SWEEPS = 3
MAX_ROUNDS = 60
DO_DECISION = 2**33
"""Decision numbers of ``do``: never drawn, since contrasts are summed exactly."""


class NoSolution(RuntimeError):
    """No direct effects return the published totals for some draw: the message says which and how far."""


@dataclass(frozen=True)
class Targets:
    """Observed deaths of one block of draws.

    ``cells`` is ``float64[draws, *by, causes, bands]``; ``strata`` is ``float64[draws, periods, levels]``.
    """

    cells: Array
    strata: Array | None


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
                Arm(f"{name}={level}", tuple(_do(model, variable, at) for variable, at in do.items()))
            )
    return arms


def _do(model: Model, variable: str, level: str) -> Step:
    """The variable set to one level whatever led to it; its natural value stays as it is."""
    levels = model.levels(variable)
    table = np.zeros((1, len(levels), len(levels)))
    table[:, :, levels.index(level)] = 1.0
    number = DO_DECISION + list(model.spec.variables).index(variable)
    return Step(f"do {variable}", levels, (variable,), table, number, replaces=variable)


class World:
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

    def __init__(self, world: World, worlds: Worlds) -> None:
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


Progress = Callable[[int, float], None]
"""Called after each round with its number and the greatest distance left."""


@dataclass(frozen=True)
class Centre:
    """The solved central draw, and the slopes from which every other draw starts."""

    block: DrawBlock
    births: Array
    """Births of the reference years by the variables that the baseline hangs on: ``float64[*by]``."""
    inverse: Array
    """Inverse of d gap / d log effect: ``float64[1, contrasts, contrasts]``."""


def solve_central(model: Model, structure: Structure, on_round: Progress | None = None) -> Centre:
    """Every unknown at the central values of the parameters and the observed deaths as published.

    Raises
    ------
    NoSolution
        If the published totals are not returned within :data:`TOLERANCE`.
    """
    solver = _Solver(model, structure, central(model), observed(model), None)
    block = solver.run(on_round)
    fit = solver.world.evaluate(block)
    return Centre(block, fit.births[0], solver.inverse_jacobian(fit))


def solve_block(
    model: Model,
    structure: Structure,
    priors: DrawBlock,
    targets: Targets,
    centre: Centre,
    on_round: Progress | None = None,
) -> DrawBlock:
    """Every unknown of a block of draws, from the centre outwards.

    Published totals in ``priors`` are multiplied as the structure says. Raises :class:`NoSolution`.
    """
    return _Solver(model, structure, priors, targets, centre).run(on_round)


class _Solver:
    """The unknowns of one block, and how they are moved."""

    def __init__(
        self, model: Model, structure: Structure, priors: DrawBlock, targets: Targets, centre: Centre | None
    ) -> None:
        self.model, self.structure, self.priors, self.targets = model, structure, priors, targets
        self.contrasts = structure.contrasts
        n, deaths = priors.size, model.spec.deaths
        wanted = {name: priors[c.value] * structure.times(c.value) for name, c in self.contrasts.items()}
        self.wanted = wanted
        self.inverse = None if centre is None else np.repeat(centre.inverse, n, axis=0)
        if centre is None:
            logs = [np.full(n, np.log(c.start)) for c in self.contrasts.values()]
            self.baseline = np.full((n, *model.baseline.shape), 1e-3) * (targets.cells > 0)
            self.residual = np.ones(
                (n, *(targets.strata.shape[1:] if targets.strata is not None else (0, 0)))
            )
        else:
            start = centre.block
            logs = [np.repeat(np.log(start[c.solves]), n) for c in self.contrasts.values()]
            self.baseline = np.repeat(_solved(start.baseline), n, axis=0)
            self.residual = (
                np.ones((n, 0, 0)) if start.residual is None else np.repeat(start.residual, n, axis=0)
            )
        self.theta = np.stack(logs, axis=1) if logs else np.zeros((n, 0))
        self.has_residual = deaths.residual is not None
        self.world = World(model, structure, self._block(self.theta))

    def run(self, on_round: Progress | None) -> DrawBlock:
        fit = self._settle(SWEEPS)
        inverse = self.inverse_jacobian(fit) if self.inverse is None else self.inverse
        error = np.inf
        for round_ in range(MAX_ROUNDS):
            gap = self._gap(fit)
            error = max(self._misfit(fit), float(np.abs(gap).max(initial=0.0)))
            if on_round is not None:
                on_round(round_, error)
            if error < TOLERANCE:
                return self._block(self.theta)
            step = np.clip(-np.einsum("zij,zj->zi", inverse, gap), -0.7, 0.7)
            self.theta = self.theta + step
            fit = self._settle(SWEEPS)
            inverse = _broyden(inverse, step, self._gap(fit) - gap)
        raise NoSolution(
            f"{self.model.name} ({self.structure.label}): draws {self._worst(fit)} are still {error:.1e} from the "
            f"published totals after {MAX_ROUNDS} rounds; widen a prior or change where an effect may act"
        )

    def _block(self, theta: Array) -> DrawBlock:
        solved = {c.solves: np.exp(theta[:, i]) for i, c in enumerate(self.contrasts.values())}
        off = {c.solves: np.ones(self.priors.size) for c in self._silent()}
        parameters = {**self.priors.parameters, **off, **solved}
        residual = self.residual if self.has_residual else None
        return DrawBlock(self.priors.index, parameters, self.baseline, residual)

    def _silent(self) -> list[Contrast]:
        """Contrasts that this structure does not ask for: their unknown has no effect."""
        solve = self.model.spec.solve
        return (
            [] if solve is None else [c for name, c in solve.contrasts.items() if name not in self.contrasts]
        )

    def _evaluate(self) -> Fit:
        return self.world.evaluate(self._block(self.theta))

    def _settle(self, sweeps: int) -> Fit:
        """Move baselines and residuals towards the observed deaths, effects held."""
        fit = self._evaluate()
        for _ in range(sweeps):
            self._move_baseline(fit)
            self._move_residual(fit)
            fit = self._evaluate()
        return fit

    def _move_baseline(self, fit: Fit) -> None:
        """Scale each hazard so that the conditional probability of death in its band is as observed.

        Exact at once where all births of a cell share one hazard, even when nearly all of them die.
        """
        wanted = _conditional(self.targets.cells, fit.births)
        got = _conditional(fit.cells, fit.births)
        with np.errstate(divide="ignore", invalid="ignore"):
            bands = np.log1p(-wanted) / np.log1p(-got)
            causes = (self.targets.cells / self.targets.cells.sum(axis=-2, keepdims=True)) / (
                fit.cells / fit.cells.sum(axis=-2, keepdims=True)
            )
            factor = bands[..., None, :] * causes
        self.baseline = self.baseline * np.where(self.targets.cells > 0, np.nan_to_num(factor, nan=1.0), 0.0)

    def _move_residual(self, fit: Fit) -> None:
        if not self.has_residual or self.targets.strata is None:
            return
        outside = fit.strata - fit.strata_within
        factor = (self.targets.strata - outside) / fit.strata_within
        residual = self.residual * np.clip(factor, 0.2, 5.0)
        # the level belongs to the baseline: the residual has mean one over deaths
        mean = (residual * fit.strata_within).sum(axis=-1, keepdims=True) / fit.strata_within.sum(
            axis=-1, keepdims=True
        )
        self.residual = residual / mean

    def _gap(self, fit: Fit) -> Array:
        """Distance from each published total, as a proportion: ``float64[draws, contrasts]``."""
        if not self.contrasts:
            return np.zeros((self.priors.size, 0))
        rows = []
        for name, contrast in self.contrasts.items():
            if contrast.measure == "risk_difference":
                scale = np.maximum(np.abs(self.wanted[name]), 0.05 * np.abs(self.wanted[name]).mean())
                rows.append((fit.measures[name] - self.wanted[name]) / scale)
            else:
                rows.append(np.log(fit.measures[name] / self.wanted[name]))
        return np.stack(rows, axis=1)

    def _misfit(self, fit: Fit) -> float:
        cells = np.abs(fit.cells - self.targets.cells).max() / self.targets.cells.max()
        if not self.has_residual or self.targets.strata is None:
            return float(cells)
        return float(max(cells, np.abs(fit.strata / self.targets.strata - 1).max()))

    def inverse_jacobian(self, fit: Fit) -> Array:
        """Inverse of d gap / d theta by finite differences, baselines refitted."""
        k, step = self.theta.shape[1], 0.02
        jacobian = np.zeros((self.priors.size, k, k))
        before = self._gap(fit)
        kept = self.theta, self.baseline, self.residual
        for i in range(k):
            self.theta = kept[0] + step * np.eye(k)[i]
            jacobian[:, :, i] = (self._gap(self._settle(SWEEPS)) - before) / step
            self.theta, self.baseline, self.residual = kept
        return np.linalg.inv(jacobian) if k else jacobian

    def _worst(self, fit: Fit) -> str:
        bad = np.flatnonzero(np.abs(self._gap(fit)).max(axis=1, initial=0.0) > TOLERANCE)
        return ", ".join(str(int(i)) for i in self.priors.index[bad][:10])


def _conditional(deaths: Array, births: Array) -> Array:
    """Probability of dying in each band among those alive at its start: ``[..., bands]``."""
    by_band = deaths.sum(axis=-2)
    died_before = np.cumsum(by_band, axis=-1) - by_band
    alive = births[..., None] - died_before
    return np.asarray(np.clip(by_band / np.maximum(alive, 1e-12), 0.0, 1.0 - 1e-12))


def _broyden(inverse: Array, step: Array, change: Array) -> Array:
    """Broyden's update of the inverse Jacobian, draw by draw (Sherman-Morrison form)."""
    if step.shape[1] == 0:
        return inverse
    moved = np.einsum("zij,zj->zi", inverse, change)
    left = step - moved
    right = np.einsum("zi,zij->zj", step, inverse)
    scale = np.einsum("zi,zi->z", step, moved)
    safe = np.abs(scale) > 1e-14
    factor = np.where(safe, 1.0 / np.where(safe, scale, 1.0), 0.0)
    return np.asarray(inverse + factor[:, None, None] * left[:, :, None] * right[:, None, :])


def observed(model: Model) -> Targets:
    """The targets as published, for the central draw."""
    strata = model.targets.get("residual")
    return Targets(model.targets["baseline"].deaths[None], None if strata is None else strata.deaths[None])


def _solved(baseline: Array | None) -> Array:
    if baseline is None:
        raise ValueError("the centre has no baseline")
    return baseline
