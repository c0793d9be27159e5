"""Counting error of observed deaths: what the same years might have counted instead."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammaincinv

from simcore.draws import uniforms
from simcore.model import Model
from simcore.network import Array
from simcore.solve import Targets


def resample_targets(model: Model, births_by_cell: Array, n: int) -> Targets:
    """Observed deaths of ``n`` draws, each as uncertain as its counts.

    Deaths by stratum are gamma with the count as shape (a Poisson count seen once). In the joint table
    the probability of death of each cell of ``by`` is beta, so that it stays under one where death is
    near certain; the split over causes and age bands is a normalised gamma for each cell; both with the
    effective counts, and means as published.
    Among the cells where hazard ratios act, each age period is then scaled to the total over strata.

    Parameters
    ----------
    births_by_cell : float64[*by]
        Births of the reference years by the variables that the baseline hangs on.
    """
    target = model.targets["baseline"]
    cells = joint_counts(model, births_by_cell, n)
    strata = model.targets.get("residual")
    if strata is None:
        return Targets(cells, None)
    counts = _gamma(f"{model.name}/counts/strata", strata.effective, n) / np.maximum(strata.effective, 1e-300)
    by_stratum = strata.deaths * counts
    acts = _acting(model)
    deaths = model.spec.deaths
    names = list(deaths.age_bands)
    for period, bands in enumerate(deaths.age_periods.values()):
        columns = [names.index(band) for band in bands]
        per_cell = cells[..., columns].sum(axis=(-1, -2))
        axes = tuple(range(1, per_cell.ndim))
        outside = (per_cell * ~acts).sum(axis=axes)
        inside = (per_cell * acts).sum(axis=axes)
        factor = (by_stratum[:, period].sum(axis=1) - outside) / inside
        scale = np.where(acts, factor.reshape(-1, *[1] * len(axes)), 1.0)
        cells[..., columns] *= scale[..., None, None]
    assert cells.shape[1:] == target.deaths.shape
    return Targets(cells, by_stratum)


def joint_counts(model: Model, births: Array, n: int) -> Array:
    """Draws of the joint table, ``float64[n, *by, causes, bands]``.

    Beta for how many die, Dirichlet for of what and when.
    """
    target = model.targets["baseline"]
    effective = target.effective.sum(axis=(-1, -2))
    died = target.deaths.sum(axis=(-1, -2))
    share = died / births
    u = uniforms(f"{model.name}/counts/cells", n * effective.size).reshape(n, *effective.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        survivors = effective * (1 - share) / share
    total = np.where(
        effective > 0, betaincinv(np.maximum(effective, 1e-9), np.maximum(survivors, 1e-9), u), 0.0
    )
    # each cell keeps its mean: the effective count sets only how far it strays
    parts = target.deaths * _gamma(f"{model.name}/counts/joint", target.effective, n)
    parts = parts / np.maximum(target.effective, 1e-300)
    parts = parts / np.maximum(parts.sum(axis=(-1, -2), keepdims=True), 1e-300)
    return np.asarray((births * total)[..., None, None] * parts)


def _gamma(name: str, shape: Array, n: int) -> Array:
    """Gamma numbers of unit scale, draw by draw; zero where the shape is zero: ``float64[n, *shape]``."""
    u = uniforms(name, n * shape.size).reshape(n, *shape.shape)
    return np.where(shape > 0, gammaincinv(np.maximum(shape, 1e-9), u), 0.0)


def _acting(model: Model) -> np.ndarray:
    """True in the cells of the joint table where hazard ratios act: ``bool[*by]``."""
    by = model.spec.deaths.baseline.by
    acting = np.ones([len(model.levels(name)) for name in by], dtype=bool)
    for name, levels in model.spec.deaths.ratios_act_within.items():
        if name in by:
            inside = np.array([level in levels for level in model.levels(name)])
            acting &= inside.reshape([-1 if i == by.index(name) else 1 for i in range(acting.ndim)])
    return acting
