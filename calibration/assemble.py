"""Draws of a fit -> parameters, baselines, residuals and effects of years, as a run of scenarios takes them.

Coordinates say where ratios, deaths by stratum and paths over the years stand. What is left follows from them: the
residual is what ratios leave of the deaths by stratum, and baselines return the deaths observed by cause, age and what
baselines hang on, each draw with counts as they might have been instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.density import Posterior
from calibration.expected import Settled
from calibration.forecast import Forecast, named_normals
from calibration.settle import Margins, settled
from simcore.counting import joint_counts
from simcore.draws import DrawBlock, central, sample_priors
from simcore.network import Array
from simcore.solve import conditional


@dataclass(frozen=True)
class Assembled:
    """What a fit hands over: draws numbered across chains, one in the middle, and what later years are told from."""

    block: DrawBlock
    central: DrawBlock
    forecast: Forecast


def assemble(posterior: Posterior, draws: Array) -> Assembled:
    """Draws as runs take them.

    Parameters
    ----------
    draws : float64[chains, draws, coordinates]
    """
    z = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
    model, engine = posterior.engine.model, posterior.engine
    observed = model.targets["baseline"].deaths[None]
    forecast = Forecast.of(posterior, z, draws.shape[0])
    every = [posterior.at(point) for point in z]
    known = sample_priors(model, len(every))
    block = _block(posterior, z, every, known, joint_counts(model, engine.births_by_cell, len(every)))
    block = DrawBlock(
        block.index,
        block.parameters,
        block.baseline,
        block.residual,
        _year_effects(posterior, forecast, every),
    )
    middle = z.mean(axis=0)[None]
    return Assembled(
        block, _block(posterior, middle, [posterior.at(middle[0])], central(model), observed), forecast
    )


def _block(
    posterior: Posterior, z: Array, every: list[Settled], known: DrawBlock, counts: Array
) -> DrawBlock:
    """Draws of some points, without effects of years.

    ``known`` holds the parameters as they are beforehand, ``counts`` the joint table, ``[draws, *by, causes, bands]``.
    """
    layout, kinds = posterior.layout, posterior.engine.kinds
    level = np.stack([part.level for part in layout.paths.parts(layout.parts(z)[2])], axis=-1)
    wanted = posterior.deaths.observed * np.exp(layout.gradient(z) - posterior.origin_gradient)
    wanted *= (posterior.deaths.observed.sum(axis=-1) / wanted.sum(axis=-1) * np.exp(level))[..., None]
    cells = _to_totals(posterior, counts, wanted.sum(axis=-1))
    by_kind = kinds.summed(_flat(cells, kinds.of.ndim))
    numbers = np.stack([now.numbers for now in every])

    def baseline(rows: slice, factor: Array) -> Array:
        return _baseline(posterior, cells[rows], by_kind[rows], factor)

    margins = Margins(numbers, wanted, by_kind)
    residual, factor = settled(posterior.deaths, margins, baseline, posterior.engine.threads)
    return DrawBlock(
        np.arange(len(every)),
        _parameters(posterior, z, every, known),
        baseline(slice(None), factor),
        residual,
    )


def _parameters(posterior: Posterior, z: Array, every: list[Settled], known: DrawBlock) -> dict[str, Array]:
    """Every parameter of the model: fitted, returned by a contrast, or as known beforehand."""
    model, structure = posterior.engine.model, posterior.engine.structure
    parameters = dict(known.parameters)
    if model.spec.solve is not None:
        parameters |= {c.solves: np.ones(len(every)) for c in model.spec.solve.contrasts.values()}
    moved = posterior.layout.moved(z)
    for i, number in enumerate(posterior.layout.numbers):
        parameters[number.name] = number.value(moved[:, i])
    totals = [posterior.contrasts.measures(now) for now in every]
    for name, contrast in structure.contrasts.items():
        found = np.array([measures[name] for measures in totals])
        parameters[contrast.value] = found / structure.times(contrast.value)
    return parameters


def _to_totals(posterior: Posterior, cells: Array, wanted: Array) -> Array:
    """Cells where ratios act scaled so that each period has the deaths ``wanted``, ``[draws, periods]``."""
    kinds = posterior.engine.kinds
    flat = _flat(cells, kinds.of.ndim)
    by_kind = kinds.summed(flat)
    scale = np.ones_like(by_kind)
    for period in range(wanted.shape[1]):
        inside = kinds.acting & (kinds.period == period)
        scale[:, inside] = (wanted[:, period] / by_kind[:, inside].sum(axis=1))[:, None]
    spread = np.where(kinds.of >= 0, scale[:, np.maximum(kinds.of, 0)], 1.0)
    return np.asarray((flat * spread).reshape(cells.shape))


def _baseline(posterior: Posterior, cells: Array, by_kind: Array, factor: Array) -> Array:
    """Hazards that return the deaths of ``cells``, ``[draws, *by, causes, bands]``.

    Those of the reference, times how the hazard changes where all births of a cell share it, times what ratios and
    residuals, moved from the reference, leave of the hazards of each kind.
    """
    engine = posterior.engine
    kinds, reference, births = engine.kinds, engine.reference.baseline, engine.births_by_cell[None]
    assert reference is not None

    def hazard(deaths: Array) -> Array:
        by_cause = deaths / np.maximum(deaths.sum(axis=-2, keepdims=True), 1e-300)
        return np.asarray(-np.log1p(-conditional(deaths, births))[..., None, :] * by_cause)

    before = hazard(engine.model.targets["baseline"].deaths[None])
    change = np.divide(hazard(cells), before, out=np.zeros_like(cells), where=before > 0)
    # how many die of each kind is in the change already
    left = factor * kinds.observed / by_kind
    return np.asarray(reference * change * left[:, np.maximum(kinds.of, 0)].reshape(-1, *reference.shape[1:]))


def _year_effects(posterior: Posterior, forecast: Forecast, every: list[Settled]) -> Array:
    """What hazards are multiplied by in every year of the model: ``float64[draws, periods, years]``.

    In years fitted, the path over what changing exposures explain. After them the walk goes on from where the config
    says, flat in the middle and less and less sure; before them, as in the first.
    """
    model, fitted = posterior.engine.model, forecast.years
    explained = np.stack([posterior.deaths.explained(now.numbers, now.residual) for now in every])
    after = [year for year in model.years if year > fitted[-1]]
    effects = np.empty((len(every), len(forecast.periods), len(model.years)))
    for p, period in enumerate(forecast.periods):
        walk = forecast.later(period, after, named_normals(model.name, len(every)))
        for at, year in enumerate(model.years):
            if year in walk:
                effects[:, p, at] = np.exp(walk[year])
            else:
                path = forecast.path[:, p, max(0, year - fitted[0])]
                effects[:, p, at] = np.exp(path) / explained[:, p, at]
    return effects


def _flat(cells: Array, kept: int) -> Array:
    """``[draws, *by, causes, bands]`` with what baselines hang on in one axis."""
    return cells.reshape(cells.shape[0], -1, *cells.shape[cells.ndim - kept + 1 :])
