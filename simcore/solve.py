"""Baseline hazards, residuals and direct effects, solved per draw ahead of any comparison.

The model is asked to return what was observed: deaths by cause, age and gestation, deaths by stratum,
and each published total effect as a contrast under ``do``. Unknown baselines and residuals are fitted
by proportional steps, unknown effects by a quasi-Newton step between them. A comparison never solves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simcore.contrasts import Fit, ReferenceYears
from simcore.draws import DrawBlock, central
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.spec import Contrast

TOLERANCE = 1e-5
SWEEPS = 3
MAX_ROUNDS = 60
MOST_CELLS = 6000
"""Births of a draw are thinned to about so many cells while effects are moved; what that changes is set right after."""
NEAR = 1e-4
"""How near all births come where thinned ones were solved to :data:`TOLERANCE`."""
MAX_CORRECTIONS = 30


class NoSolution(RuntimeError):
    """No direct effects return the published totals for some draw: the message says which and how far."""


@dataclass(frozen=True)
class Targets:
    """Observed deaths of one block of draws.

    ``cells`` is ``float64[draws, *by, causes, bands]``; ``strata`` is ``float64[draws, periods, levels]``.
    """

    cells: Array
    strata: Array | None


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
    births = solver.world.evaluate(block).births[0]
    return Centre(block, births, solver.inverse_jacobian(solver.fit()))


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
        bands = list(deaths.age_bands)
        self._bands_of_period = [
            [bands.index(band) for band in inside] for inside in deaths.age_periods.values()
        ]
        self.world = ReferenceYears(model, structure, self._block(self.theta))
        self.thin = self.world.thinned(MOST_CELLS)
        self.thinning: Fit | None = None
        """What all births return, over what the thinned ones do."""

    def run(self, on_round: Progress | None) -> DrawBlock:
        """Solve on the thinned births, look what all of them return, set right how these differ, and again."""
        if self.thin is self.world:
            self._solve_thinned(on_round)
            return self._block(self.theta)
        for _ in range(MAX_CORRECTIONS):
            block = self._block(self.theta)
            whole = self.world.evaluate(block)
            if self._error(whole) < NEAR:
                return block
            self.thinning = whole.over(self.thin.evaluate(block))
            self._solve_thinned(on_round)
        raise self._no_solution(whole, f"{MAX_CORRECTIONS} corrections for thinned births")

    def fit(self) -> Fit:
        """What the model returns with the unknowns as they stand."""
        fit = self.thin.evaluate(self._block(self.theta))
        if self.thinning is None:
            return fit
        fit = fit.times(self.thinning)
        # deaths by cell and by stratum are the same deaths, and stay so
        for p, bands in enumerate(self._bands_of_period if self.has_residual else ()):
            total = fit.cells[..., bands].reshape(fit.cells.shape[0], -1).sum(axis=1)
            scale = (total / fit.strata[:, p].sum(axis=1))[:, None]
            fit.strata[:, p] *= scale
            fit.strata_within[:, p] *= scale
        return fit

    def _solve_thinned(self, on_round: Progress | None) -> None:
        fit = self._settle(SWEEPS)
        if self.inverse is None:
            self.inverse = self.inverse_jacobian(fit)
        for round_ in range(MAX_ROUNDS):
            gap, error = self._gap(fit), self._error(fit)
            if on_round is not None:
                on_round(round_, error)
            if error < TOLERANCE:
                return
            step = np.clip(-np.einsum("zij,zj->zi", self.inverse, gap), -0.7, 0.7)
            self.theta = self.theta + step
            fit = self._settle(SWEEPS)
            self.inverse = _broyden(self.inverse, step, self._gap(fit) - gap)
        raise self._no_solution(fit, f"{MAX_ROUNDS} rounds")

    def _error(self, fit: Fit) -> float:
        return max(self._misfit(fit), float(np.abs(self._gap(fit)).max(initial=0.0)))

    def _no_solution(self, fit: Fit, after: str) -> NoSolution:
        return NoSolution(
            f"{self.model.name} ({self.structure.label}): draws {self._worst(fit)} are still {self._error(fit):.1e} "
            f"from the published totals after {after}; widen a prior or change where an effect may act"
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

    def _settle(self, sweeps: int) -> Fit:
        """Move baselines and residuals towards the observed deaths, effects held."""
        fit = self.fit()
        for _ in range(sweeps):
            self._move_baseline(fit)
            self._move_residual(fit)
            fit = self.fit()
        return fit

    def _move_baseline(self, fit: Fit) -> None:
        """Scale each hazard so that the conditional probability of death in its band is as observed.

        Exact at once where all births of a cell share one hazard, even when nearly all of them die.
        """
        wanted = conditional(self.targets.cells, fit.births)
        got = conditional(fit.cells, fit.births)
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
        still = np.flatnonzero(np.abs(jacobian).max(axis=(0, 2), initial=0.0) < TOLERANCE)
        if still.size:
            contrast = list(self.contrasts)[int(still[0])]
            solves = self.contrasts[contrast].solves
            raise NoSolution(
                f"no effect moves `{contrast}`; let {solves} act on the causes and ages of its outcome"
            )
        try:
            return np.linalg.inv(jacobian) if k else jacobian
        except np.linalg.LinAlgError:
            names = ", ".join(self.contrasts)
            raise NoSolution(f"{names} move together; let their effects act on different things") from None

    def _worst(self, fit: Fit) -> str:
        bad = np.flatnonzero(np.abs(self._gap(fit)).max(axis=1, initial=0.0) > TOLERANCE)
        return ", ".join(str(int(i)) for i in self.priors.index[bad][:10])


def conditional(deaths: Array, births: Array) -> Array:
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
