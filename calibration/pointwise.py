"""Targets of a fit number by number: what was observed, how likely each draw finds it, what each draw makes instead.

These are the groups of ArviZ: ``observed_data``, ``constant_data``, ``log_likelihood``, ``posterior_predictive``, and
``prior`` beside them. Axes are named after their target, as ``deaths_by_decile_year``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from calibration.calibrate import Calibrated
from calibration.density import Posterior
from calibration.likelihood import CountTerm, ShareTerm, log_counts
from calibration.targets import ContrastTarget, CountTarget
from simcore.network import Array
from simcore.packing import Stored, packed
from simcore.posterior import CHAINS
from simcore.posterior_writer import Beside, by_chain

TOGETHER = 50
"""Draws between two tasks of a thread."""
CONTRASTS = "published_effects"


@dataclass(frozen=True)
class Pointwise:
    """One target; ``draws`` are numbered across chains.

    Attributes
    ----------
    axes
        Each with its labels, in the order of the arrays.
    observed : float64[*axes]
    log_likelihood : float64[draws, *some axes]
        Shares are likely together: over the groups of one cause and period.
    predicted : float64[draws, *axes]
        What might have been counted instead, or published, chance and all.
    constant
        What the likelihood takes as given, each with its axes.
    """

    name: str
    axes: Mapping[str, Sequence[str] | Sequence[int]]
    observed: Array
    log_likelihood: Array
    predicted: Array
    constant: Mapping[str, tuple[tuple[str, ...], Array]] = field(default_factory=dict)


def pointwise(fitted: Calibrated) -> Iterator[Pointwise]:
    """Every target of the likelihood, for every draw of a fit. Some seconds for every thousand draws."""
    posterior, draws = fitted.posterior, fitted.fit.draws
    z = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
    chance = iter(
        np.random.default_rng(s)
        for s in np.random.SeedSequence(fitted.fit.seed).spawn(
            len(posterior.counts) + len(posterior.shares) + 1
        )
    )
    for count in posterior.counts:
        yield _counts(count, posterior, z, next(chance))
    shares, measures = _settled(posterior, z)
    for term, share in zip(posterior.shares, shares, strict=True):
        yield _shares(term, share, next(chance))
    if posterior.contrasts.targets:
        yield _contrasts(posterior.contrasts.targets, measures, next(chance))


def beside(fitted: Calibrated) -> Beside:
    """The same as groups of a file, with draws of the prior."""
    chains = fitted.fit.draws.shape[0]
    groups: dict[str, dict[str, Stored]] = {
        name: {} for name in ("observed_data", "constant_data", "log_likelihood", "posterior_predictive")
    }
    labels: dict[str, NDArray[Any]] = {}
    for target in pointwise(fitted):
        axes = tuple(f"{target.name}_{axis}" for axis in target.axes)
        labels |= {axis: np.asarray(of) for axis, of in zip(axes, target.axes.values(), strict=True)}
        groups["observed_data"][target.name] = Stored(axes, target.observed)
        for name, (over, values) in target.constant.items():
            own = tuple(f"{target.name}_{axis}" for axis in over)
            groups["constant_data"][f"{target.name}_{name}"] = Stored(own, values)
        likely, made = (by_chain(values, chains) for values in (target.log_likelihood, target.predicted))
        groups["log_likelihood"][target.name] = Stored((*CHAINS, *axes[: likely.ndim - 2]), likely, {
            "long_name": "log probability of what was observed"
        })  # fmt: skip
        groups["posterior_predictive"][target.name] = Stored((*CHAINS, *axes), made, {
            "long_name": "what each draw makes, chance and all"
        })  # fmt: skip
    return Beside(groups | {"prior": prior(fitted)}, labels)


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
    target: CountTarget = term.target
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
    axes: dict[str, Sequence[str] | Sequence[int]] = {"year": target.years, "period": target.periods}
    axes[target.by] = target.levels
    given = {"births": (("year", target.by), target.births), "dispersion": ((), np.array(wide))}
    return Pointwise(target.name, axes, deaths, likely, chance.poisson(around).astype(np.float64), given)


def _shares(term: ShareTerm, shares: Array, chance: np.random.Generator) -> Pointwise:
    target = term.target
    deaths, total = target.deaths, target.deaths.sum(axis=-1)
    some = deaths > 0
    logs = np.where(some, deaths * np.log(np.where(some, shares, 1.0)), 0.0).sum(axis=-1)
    likely = gammaln(total + 1) - gammaln(deaths + 1).sum(axis=-1) + logs
    # a published total may be a fraction, where a table shares out deaths of an unknown group
    made = chance.multinomial(np.rint(total).astype(np.int64), shares / shares.sum(axis=-1, keepdims=True))
    axes = {"cause": target.within, "period": target.periods, target.by: target.levels}
    given = {"births": ((target.by,), target.births), "weight": ((), np.array(target.weight))}
    return Pointwise(
        target.name, axes, deaths, target.weight * np.asarray(likely), made.astype(np.float64), given
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
    given = {"sd": (("contrast",), sd)}
    return Pointwise(CONTRASTS, {"contrast": [t.name for t in targets]}, mean, likely, made, given)
