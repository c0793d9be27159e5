"""What one fit of a sweep says: how well every target is met, and which effects come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, xlogy

from calibration.assemble import Assembled
from calibration.calibrate import Calibrated
from calibration.density import Posterior
from calibration.predictive import check_targets
from calibration.schema import Contrasts
from simcore.network import Array

MOST_DRAWS = 400
"""Draws that likelihoods are averaged over."""


@dataclass(frozen=True)
class TargetFit:
    """How well one target is met.

    Attributes
    ----------
    log_likelihood
        Its mean over draws, constants kept, so that likelihoods of one kind can be set beside another.
    p_value
        How often what draws make lies as far from them (:mod:`calibration.predictive`): chi-squared of counts, the
        likelihood ratio of shares. None for published effects, which stand by themselves.
    spread
        Of counts: their variance over that which chance makes.
    """

    log_likelihood: float
    p_value: float | None = None
    spread: float | None = None


class Effect(NamedTuple):
    """A published total effect as the fit returns it, in its published unit."""

    mean: float
    low: float
    high: float


def target_fits(made: Calibrated) -> Mapping[str, TargetFit]:
    """Every target of the likelihood, in the order of the config."""
    posterior = made.posterior
    z = made.fit.draws.swapaxes(0, 1).reshape(-1, made.fit.draws.shape[-1])
    z = z[:: max(z.shape[0] // MOST_DRAWS, 1)]
    told = dict([*_counts(posterior, z), *_shares(posterior, z), *_contrasts(made, z)])
    checked = {target.name: target for target in check_targets(made, MOST_DRAWS, compared=False)}
    found = {}
    for name in made.config.fitted:
        if name in told:
            p_values = checked[name].p_values if name in checked else {}
            spread = checked[name].spread if name in checked else None
            found[name] = TargetFit(told[name], next(iter(p_values.values()), None), spread)
    return found


def effects(made: Calibrated, assembled: Assembled) -> Mapping[str, Effect]:
    """The contrasts of the structure: mean and the interval of 95%."""
    found = {}
    for name, contrast in made.structure.contrasts.items():
        values = assembled.block[contrast.value] * made.structure.times(contrast.value)
        low, high = np.quantile(values, [0.025, 0.975])
        found[name] = Effect(float(values.mean()), float(low), float(high))
    return found


def plain(fits: Mapping[str, TargetFit]) -> dict[str, dict[str, float]]:
    """As JSON has them."""
    return {name: asdict(fit) for name, fit in fits.items()}


def log_counts(deaths: Array, mean: Array, dispersion: float) -> Array:
    """Log probability of counts, constants kept: Poisson, or negative binomial.

    >>> log_counts(np.array([2.0]), np.array([2.0]), 0.0).round(4).tolist()
    [-1.3069]
    """
    if dispersion == 0.0:
        return np.asarray(deaths * np.log(mean) - mean - gammaln(deaths + 1))
    size = 1.0 / dispersion
    chance = deaths * np.log(mean / (size + mean)) + size * np.log(size / (size + mean))
    return np.asarray(gammaln(deaths + size) - gammaln(size) - gammaln(deaths + 1) + chance)


def _counts(posterior: Posterior, z: Array) -> Iterator[tuple[str, float]]:
    layout = posterior.layout
    moved, path = layout.gradient(z) - posterior.origin_gradient, layout.path(z)
    for term in posterior.counts:
        mean = np.stack([term.mean(*point) for point in zip(moved, path, strict=True)])
        told = log_counts(term.target.deaths, mean, term.target.dispersion)
        yield term.target.name, float(told.reshape(len(z), -1).sum(axis=1).mean())


def _shares(posterior: Posterior, z: Array) -> Iterator[tuple[str, float]]:
    every = [posterior.at(point) for point in z] if posterior.shares else []
    for term in posterior.shares:
        deaths = term.target.deaths
        shares = np.stack([term.shares(now) for now in every])
        constant = (gammaln(deaths.sum(axis=-1) + 1) - gammaln(deaths + 1).sum(axis=-1)).sum()
        told = xlogy(deaths, shares).reshape(len(z), -1).sum(axis=1) + constant
        yield term.target.name, term.target.weight * float(told.mean())


def _contrasts(made: Calibrated, z: Array) -> Iterator[tuple[str, float]]:
    term = made.posterior.contrasts
    if not term.targets:
        return
    measures = [term.measures(made.posterior.at(point)) for point in z]
    mean, sd = (np.array([getattr(target, name) for target in term.targets]) for name in ("mean", "sd"))
    found = np.array([[each[target.contrast] for target in term.targets] for each in measures])
    is_ratio = np.array([target.is_ratio for target in term.targets])
    found[:, is_ratio] = np.log(found[:, is_ratio])
    told = -0.5 * (((found - mean) / sd) ** 2 + np.log(2 * np.pi * sd**2))
    for name in made.config.fitted:
        target = made.config.targets[name]
        if isinstance(target, Contrasts):
            own = np.array([each.contrast in target.of for each in term.targets])
            if own.any():
                yield name, float(told[:, own].sum(axis=1).mean())
