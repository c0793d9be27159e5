"""Baseline hazards, residuals and direct effects, solved per draw ahead of any comparison.

The model is asked to return what was observed: deaths by cause, age and gestation, deaths by stratum,
and each published total effect as a contrast under ``do``. Unknown baselines and residuals are fitted
by proportional steps, unknown effects by a quasi-Newton step between them. A comparison never solves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simcore.arms import Arm, Step, lay_arms
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, push_forward
from simcore.program import compile_natural
from simcore.spec import Contrast, DeathsOutcome

TOLERANCE = 1e-6
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
            arms.append(Arm(f"{name}={level}", tuple(_do(model, variable, at) for variable, at in do.items())))
    return arms


def _do(model: Model, variable: str, level: str) -> Step:
    """The variable set to one level whatever led to it; its natural value stays as it is."""
    levels = model.levels(variable)
    table = np.zeros((1, len(levels), len(levels)))
    table[:, :, levels.index(level)] = 1.0
    number = DO_DECISION + list(model.spec.variables).index(variable)
    return Step(f"do {variable}", levels, (variable,), table, number, replaces=variable)


class Evaluation:
    """Expected deaths and contrasts of one block of draws over the reference years."""

    def __init__(self, model: Model, structure: Structure, block: DrawBlock) -> None:
        self.model, self.structure = model, structure
        program = compile_natural(model, structure, block, model.spec.reference_years or None)
        self.worlds = lay_arms(program, contrast_arms(model, structure))
        self.births = model.births_in(program.network.strata)
        self.hazards = self.worlds.hazards_in(0)
        order = (*self.worlds.network.strata, *(node.name for node in self.worlds.network.nodes))
        self.axes = self.hazards.axes(order)
        sizes = [len(self.worlds.network.levels(axis)) for axis in self.axes]
        self.risk = self.hazards.risk(self.axes, sizes)

    def weights(self, arm: int, keep: tuple[str, ...]) -> Labelled:
        """Births over some variables in one world."""
        network = self.worlds.network
        births = Labelled(tuple(network.strata), self.births[None])
        return push_forward(births, network.nodes, arm, keep)

    def fit(self) -> Fit:
        """Deaths by cell and by stratum, and every contrast."""
        deaths = self.model.spec.deaths
        causes, bands = len(deaths.causes), len(deaths.age_bands)
        weights = self.weights(0, self.axes).total(*self.axes).values
        counted = weights[..., None] * self.risk.values
        carrier = self.worlds.network.carrier
        by = tuple(carrier(name) for name in deaths.baseline.by)
        labelled = Labelled(self.axes, counted)
        cells = labelled.total(*by).values
        cells = cells.reshape(*cells.shape[:-1], causes, bands)
        strata = within = np.zeros((1, 0, 0))
        if deaths.residual is not None:
            strata = self._by_period(labelled, deaths.residual.by)
            inside = counted * self._acting()[..., None]
            within = self._by_period(Labelled(self.axes, inside), deaths.residual.by)
        measures = {name: self._measure(i, c) for i, (name, c) in enumerate(self.structure.contrasts.items())}
        return Fit(cells, strata, within, measures)

    def _acting(self) -> Array:
        """One where hazard ratios act, zero elsewhere, over the risk's axes."""
        acting = np.ones([1, *(len(self.worlds.network.levels(axis)) for axis in self.axes)])
        for name, levels in self.model.spec.deaths.ratios_act_within.items():
            axis = 1 + self.axes.index(self.worlds.network.carrier(name))
            inside = np.array([level in levels for level in self.model.levels(name)], dtype=np.float64)
            acting = acting * inside.reshape([-1 if i == axis else 1 for i in range(acting.ndim)])
        return acting

    def _by_period(self, labelled: Labelled, by: str) -> Array:
        """Deaths by age period and stratum: ``float64[draws, periods, levels]``."""
        deaths = self.model.spec.deaths
        totals = labelled.total(by).values
        totals = totals.reshape(*totals.shape[:2], len(deaths.causes), len(deaths.age_bands)).sum(axis=2)
        return np.stack([totals[:, :, self._bands(period)].sum(axis=-1) for period in deaths.age_periods], axis=1)

    def _bands(self, period: str) -> list[int]:
        deaths = self.model.spec.deaths
        names = list(deaths.age_bands)
        return [names.index(band) for band in deaths.age_periods.get(period, tuple(names))]

    def _measure(self, index: int, contrast: Contrast) -> Array:
        """The contrast as published: ``float64[draws]``."""
        exposed, unexposed = (self._outcome(1 + 2 * index + world, contrast) for world in (0, 1))
        if contrast.measure == "risk_difference":
            return (exposed - unexposed) * contrast.per
        if contrast.measure == "odds_ratio":
            return exposed / (1 - exposed) / (unexposed / (1 - unexposed))
        return exposed / unexposed

    def _outcome(self, arm: int, contrast: Contrast) -> Array:
        """Probability of the outcome in one world: ``float64[draws]``."""
        network, outcome = self.worlds.network, contrast.outcome
        strata = tuple(network.strata)
        axes = self.axes if isinstance(outcome, DeathsOutcome) else (network.carrier(outcome.variable),)
        # each stratum keeps its weight however many of its births stand `among`
        among = contrast.among
        grouped = strata if among else ()
        keep = tuple(dict.fromkeys((*grouped, *among, *axes)))
        weights = self.weights(arm, keep).total(*keep)
        for name, level in among.items():
            weights = _only(weights, name, self.model.levels(name).index(level))
        if among:
            share = weights.total(*strata).values
            scale = np.where(share > 0, self.births[None] / np.where(share > 0, share, 1.0), 0.0)
            weights = _scaled(weights, strata, scale)
        flat = weights.total(*axes).values
        total = flat.reshape(flat.shape[0], -1).sum(axis=1)
        if isinstance(outcome, DeathsOutcome):
            deaths = self.model.spec.deaths
            per_band = self.risk.values.reshape(*self.risk.values.shape[:-1], len(deaths.causes), len(deaths.age_bands))
            risk = per_band[..., self._bands(outcome.deaths)].sum(axis=(-1, -2))
            return np.asarray((flat * risk).reshape(risk.shape[0], -1).sum(axis=1) / total)
        chosen = [self.model.levels(outcome.variable).index(level) for level in outcome.levels]
        return np.asarray(flat[:, chosen].sum(axis=1) / total)


def _only(weights: Labelled, name: str, level: int) -> Labelled:
    """Weights at one level of a variable, its axis dropped to that level (others set to zero)."""
    axis = 1 + weights.axes.index(name)
    mask = np.zeros(weights.values.shape[axis])
    mask[level] = 1.0
    return Labelled(weights.axes, weights.values * mask.reshape([-1 if i == axis else 1 for i in range(weights.values.ndim)]))


def _scaled(weights: Labelled, strata: tuple[str, ...], scale: Array) -> Labelled:
    """Weights times a factor for each stratum (the strata are the first axes)."""
    extra = weights.values.ndim - scale.ndim
    return Labelled(weights.axes, weights.values * scale.reshape(*scale.shape, *[1] * extra))


def solve_block(
    model: Model,
    structure: Structure,
    priors: DrawBlock,
    targets: Targets,
    start: DrawBlock | None = None,
    on_round: Callable[[int, float], None] | None = None,
) -> DrawBlock:
    """Solve every unknown of a block of draws.

    Parameters
    ----------
    priors
        Sampled parameters; published totals are multiplied as the structure says.
    start
        Solved central draw to begin from; the plain start values of the contrasts if not given.

    Raises
    ------
    NoSolution
        If the published totals are not returned within :data:`TOLERANCE`.
    """
    return _Solver(model, structure, priors, targets, start).run(on_round)


class _Solver:
    """The unknowns of one block, and how they are moved."""

    def __init__(
        self, model: Model, structure: Structure, priors: DrawBlock, targets: Targets, start: DrawBlock | None
    ) -> None:
        self.model, self.structure, self.priors, self.targets = model, structure, priors, targets
        self.contrasts = structure.contrasts
        n, deaths = priors.size, model.spec.deaths
        wanted = {name: priors[c.value] * structure.times(c.value) for name, c in self.contrasts.items()}
        self.wanted = wanted
        if start is None:
            logs = [np.full(n, np.log(c.start)) for c in self.contrasts.values()]
            self.baseline = np.full((n, *model.baseline.shape), 1e-3) * (targets.cells > 0)
            self.residual = np.ones((n, *(targets.strata.shape[1:] if targets.strata is not None else (0, 0))))
        else:
            logs = [np.repeat(np.log(start[c.solves]), n) for c in self.contrasts.values()]
            self.baseline = np.repeat(start.baseline, n, axis=0)
            self.residual = np.repeat(start.residual, n, axis=0) if start.residual is not None else np.ones((n, 0, 0))
        self.theta = np.stack(logs, axis=1) if logs else np.zeros((n, 0))
        self.has_residual = deaths.residual is not None
        self.births = self._births_by_cell()

    def run(self, on_round: Callable[[int, float], None] | None) -> DrawBlock:
        fit = self._settle(6)
        inverse = self._inverse_jacobian(fit)
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
            fit = self._settle(2)
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
        return [] if solve is None else [c for name, c in solve.contrasts.items() if name not in self.contrasts]

    def _evaluate(self) -> Fit:
        return Evaluation(self.model, self.structure, self._block(self.theta)).fit()

    def _settle(self, sweeps: int) -> Fit:
        """Move baselines and residuals towards the observed deaths, effects held."""
        fit = self._evaluate()
        for _ in range(sweeps):
            self._move_baseline(fit)
            self._move_residual(fit)
            fit = self._evaluate()
        return fit

    def _births_by_cell(self) -> Array:
        """Births by the variables the baseline hangs on: ``float64[draws or 1, *by]``."""
        evaluation = Evaluation(self.model, self.structure, self._block(self.theta))
        by = tuple(evaluation.worlds.network.carrier(name) for name in self.model.spec.deaths.baseline.by)
        return evaluation.weights(0, by).total(*by).values

    def _move_baseline(self, fit: Fit) -> None:
        """Scale each hazard so that the conditional probability of death in its band is as observed.

        Exact at once where all births of a cell share one hazard, even when nearly all of them die.
        """
        wanted = _conditional(self.targets.cells, self.births)
        got = _conditional(fit.cells, self.births)
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
        mean = (residual * fit.strata_within).sum(axis=-1, keepdims=True) / fit.strata_within.sum(axis=-1, keepdims=True)
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

    def _inverse_jacobian(self, fit: Fit) -> Array:
        """Inverse of d gap / d theta by finite differences, baselines refitted."""
        k, step = self.theta.shape[1], 0.02
        jacobian = np.zeros((self.priors.size, k, k))
        before = self._gap(fit)
        kept = self.theta, self.baseline, self.residual
        for i in range(k):
            self.theta = kept[0] + step * np.eye(k)[i]
            jacobian[:, :, i] = (self._gap(self._settle(2)) - before) / step
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
    return np.clip(by_band / np.maximum(alive, 1e-12), 0.0, 1.0 - 1e-12)


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
    return inverse + factor[:, None, None] * left[:, :, None] * right[:, None, :]


def observed(model: Model) -> Targets:
    """The targets as published, for the central draw."""
    strata = model.targets.get("residual")
    return Targets(model.targets["baseline"].deaths[None], None if strata is None else strata.deaths[None])

