"""Targets of a fit number by number: what was observed, how likely each draw finds it, what each draw makes instead.

These are the groups of ArviZ ``log_likelihood`` and ``posterior_predictive``, and ``prior`` beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from calibration.calibrate import Calibrated
from calibration.density import Posterior
from calibration.likelihood import CountTerm, ShareTerm, log_counts
from calibration.observed_file import CONTRASTS, axes_of
from calibration.targets import ContrastTarget
from simcore.network import Array
from simcore.packing import Stored, packed
from simcore.posterior import CHAINS
from simcore.posterior_writer import Beside, by_chain

TOGETHER = 50
"""Draws between two tasks of a thread."""
LIKELY = {"long_name": "log probability of what was observed"}
MADE = {"long_name": "what each draw makes, chance and all"}


@dataclass(frozen=True)
class Pointwise:
    """One target; draws are numbered across chains.

    Attributes
    ----------
    axes
        Names of the axes of what was observed.
    log_likelihood : float64[draws, *some axes]
        Shares are likely together: over the groups of one cause and period.
    predicted : float64[draws, *axes]
        What might have been counted instead, or published, chance and all.
    """

    name: str
    axes: tuple[str, ...]
    log_likelihood: Array
    predicted: Array


def pointwise(fitted: Calibrated) -> Iterator[Pointwise]:
    """Every target of the likelihood, for every draw of a fit. Some seconds for every thousand draws."""
    posterior, draws = fitted.posterior, fitted.fit.draws
    z = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
    terms = len(posterior.counts) + len(posterior.shares)
    seeds = iter(np.random.SeedSequence(fitted.fit.seed).spawn(terms + 1))
    for count in posterior.counts:
        yield _counts(count, posterior, z, np.random.default_rng(next(seeds)))
    shares, measures = _settled(posterior, z)
    for term, share in zip(posterior.shares, shares, strict=True):
        yield _shares(term, share, np.random.default_rng(next(seeds)))
    if posterior.contrasts.targets:
        yield _contrasts(posterior.contrasts.targets, measures, np.random.default_rng(next(seeds)))


def stored_pointwise(fitted: Calibrated) -> Beside:
    """The same as groups of a file, with draws of the prior; labels are those of what was observed."""
    chains = fitted.fit.draws.shape[0]
    likely: dict[str, Stored] = {}
    made: dict[str, Stored] = {}
    for target in pointwise(fitted):
        values = by_chain(target.log_likelihood, chains)
        axes = (*CHAINS, *target.axes)
        likely[target.name] = Stored(axes[: values.ndim], values, LIKELY)
        made[target.name] = Stored(axes, by_chain(target.predicted, chains), MADE)
    return Beside({"log_likelihood": likely, "posterior_predictive": made, "prior": prior(fitted)})


def prior(fitted: Calibrated) -> dict[str, Stored]:
    """Draws of the prior of every number that was fitted, as many as of the posterior."""
    layout, (chains, draws, _) = fitted.posterior.layout, fitted.fit.draws.shape
    z = np.random.default_rng(fitted.fit.seed).standard_normal((chains, draws, len(layout.names)))
    moved = layout.moved(z)
    return {
        number.name: packed(number.value(moved[..., i]), CHAINS) for i, number in enumerate(layout.numbers)
    }


def _settled(posterior: Posterior, z: Array) -> tuple[list[Array], list[dict[str, float]]]:
    """Shares of each share term, ``float64[draws, within, periods, groups]``, and measures of each draw."""

    def some(first: int) -> list[tuple[list[Array], dict[str, float]]]:
        found = []
        for point in z[first : first + TOGETHER]:
            now = posterior.at(point)
            found.append(([term.shares(now) for term in posterior.shares], posterior.contrasts.measures(now)))
        return found

    with ThreadPoolExecutor(posterior.engine.threads) as pool:
        every = [one for part in pool.map(some, range(0, len(z), TOGETHER)) for one in part]
    shares = [np.stack([one[0][i] for one in every]) for i in range(len(posterior.shares))]
    return shares, [one[1] for one in every]


def _counts(term: CountTerm, posterior: Posterior, z: Array, chance: np.random.Generator) -> Pointwise:
    target = term.target
    layout, wide = posterior.layout, target.dispersion
    periods = [layout.periods.index(period) for period in target.periods]
    moved, path = layout.gradient(z) - posterior.origin_gradient, layout.path(z)
    mean = np.stack([term.mean(m, p) for m, p in zip(moved, path, strict=True)])[:, :, periods]
    deaths = target.deaths
    constant = -gammaln(deaths + 1)
    if wide:
        constant += gammaln(deaths + 1 / wide) - gammaln(1 / wide) + deaths * np.log(wide)
    likely = constant + log_counts(deaths, mean, wide)[0]
    around = mean * chance.gamma(1 / wide, wide, mean.shape) if wide else mean
    return Pointwise(target.name, tuple(axes_of(target)), likely, chance.poisson(around).astype(np.float64))


def _shares(term: ShareTerm, shares: Array, chance: np.random.Generator) -> Pointwise:
    target = term.target
    deaths, total = target.deaths, target.deaths.sum(axis=-1)
    some = deaths > 0
    logs = np.where(some, deaths * np.log(np.where(some, shares, 1.0)), 0.0).sum(axis=-1)
    likely = gammaln(total + 1) - gammaln(deaths + 1).sum(axis=-1) + logs
    # a published total may be a fraction, where a table shares out deaths of an unknown group
    made = chance.multinomial(np.rint(total).astype(np.int64), shares / shares.sum(axis=-1, keepdims=True))
    return Pointwise(
        target.name, tuple(axes_of(target)), target.weight * np.asarray(likely), made.astype(np.float64)
    )


def _contrasts(
    targets: Sequence[ContrastTarget], measures: Sequence[Mapping[str, float]], chance: np.random.Generator
) -> Pointwise:
    """All published effects together: logarithms of ratios, differences as published."""
    mean, sd = np.array([t.mean for t in targets]), np.array([t.sd for t in targets])
    found = np.array([[one[t.contrast] for t in targets] for one in measures])
    own = np.where([t.is_ratio for t in targets], np.log(np.maximum(found, 1e-300)), found)
    likely = -0.5 * ((mean - own) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi)
    made = own + sd * chance.standard_normal(own.shape)
    return Pointwise(CONTRASTS, ("contrast",), likely, made)
