"""Could the model have made what was observed? Target by target, against what draws of the posterior make instead.

Each draw makes a data set of its own, by its parameters and by chance. A discrepancy says how far data lie from what
a draw expects; its p-value is how often the made data lie as far from their draw as the observed ones do (Gelman,
Meng and Stern 1996). Near 0: something is not in the model. Near 1: data vary less than chance lets them. For
targets that were fitted the p-value shies away from both ends, as the model has seen the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

import numpy as np
from scipy.special import ndtr, xlogy

from calibration.calibrate import Calibrated
from calibration.density import Posterior
from calibration.expected import Settled
from calibration.likelihood import CountTerm, ShareTerm
from calibration.scores import MOST
from calibration.targets import ContrastTarget, CountTarget, ShareTarget, Target
from simcore.network import Array


@dataclass(frozen=True)
class Cell:
    """One number of a target: observed, expected, and between what nine tenths of those that draws make lie.

    ``residual`` is how far it is from what is expected, in standard deviations of what draws make.
    """

    label: str
    observed: float
    expected: float
    low: float
    high: float
    residual: float


@dataclass(frozen=True)
class Checked:
    """One target against what the fit makes of it.

    Attributes
    ----------
    fitted
        Whether the fit saw it.
    p_values
        By discrepancy: of counts, ``chi_squared`` and ``largest`` (the largest standardised residual), in all and for
        each age period; of shares ``g`` (twice the log likelihood ratio) and ``largest``; of a published effect
        ``distance``.
    spread
        Of counts: the variance around what is expected, over that which chance makes; 1 if it is all chance.
        None for others.
    """

    name: str
    kind: Literal["counts", "shares", "contrast"]
    fitted: bool
    p_values: dict[str, float]
    cells: tuple[Cell, ...] = field(repr=False)
    spread: float | None = None

    def as_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "target": self.name,
            "kind": self.kind,
            "fitted": self.fitted,
            "p_values": dict(self.p_values),
            "spread": self.spread,
            "cells": [dict(vars(cell)) for cell in self.cells],
        }


def check_targets(
    calibrated: Calibrated, draws: int = 400, seed: int = 1, *, compared: bool = True
) -> list[Checked]:
    """Every target of a config, fitted or compared only, against what draws of the fit make of it.

    Parameters
    ----------
    draws
        How many are taken, at even steps from all that there are.
    compared
        Whether to look at targets kept out of the likelihood too: the engine is asked about each of them, which takes
        as long as for one that is fitted. One that would tell too many births apart is left out.
    """
    every = calibrated.fit.draws.swapaxes(0, 1).reshape(-1, calibrated.fit.draws.shape[-1])
    z = every[np.linspace(0, len(every) - 1, min(draws, len(every))).astype(int)]
    seen = calibrated.observed
    made = _Made(calibrated.posterior, z, seed)
    fitted: Iterable[Target] = [*seen.counts, *seen.shares, *seen.contrasts]
    found = [made.checked(target, True) for target in fitted]
    engine = calibrated.posterior.engine
    for target in seen.checks if compared else ():
        if not isinstance(target, ShareTarget) or engine.bears(target.by):
            found.append(made.checked(target, False))
        engine.forget()
    return found


class _Made:
    """Some draws, and what they expect."""

    def __init__(self, posterior: Posterior, z: Array, seed: int) -> None:
        self.posterior, self.z = posterior, z
        self.random = np.random.default_rng(seed)
        self.now: list[Settled] = [posterior.at(point) for point in z]
        self._measures: list[dict[str, float]] | None = None

    def checked(self, target: Target, fitted: bool) -> Checked:
        if isinstance(target, CountTarget):
            return self.counts(target, fitted)
        return (
            self.shares(target, fitted) if isinstance(target, ShareTarget) else self.contrast(target, fitted)
        )

    def counts(self, target: CountTarget, fitted: bool) -> Checked:
        posterior = self.posterior
        term = CountTerm(posterior.deaths, posterior.layout.paths.years, target)
        moved = posterior.layout.gradient(self.z) - posterior.origin_gradient
        path = posterior.layout.path(self.z)
        periods = [posterior.layout.periods.index(period) for period in target.periods]
        mean = np.stack([term.mean(m, p) for m, p in zip(moved, path, strict=True)])[:, :, periods]
        return check_counts(target, mean, self.random, fitted)

    def shares(self, target: ShareTarget, fitted: bool) -> Checked:
        known = (term for term in self.posterior.shares if term.target is target)
        term = next(known, None) or ShareTerm(self.posterior.engine, target)
        shares = np.stack([term.shares(now) for now in self.now])
        return check_shares(target, shares, self.random, fitted)

    def contrast(self, target: ContrastTarget, fitted: bool) -> Checked:
        if self._measures is None:
            self._measures = [self.posterior.contrasts.measures(now) for now in self.now]
        found = np.array([measures[target.contrast] for measures in self._measures])
        return check_contrast(target, found, fitted)


def check_counts(target: CountTarget, mean: Array, random: np.random.Generator, fitted: bool) -> Checked:
    """Counts against what draws expect, ``float64[draws, years, periods, levels]``."""
    wide = target.dispersion
    around = mean * random.gamma(1 / wide, wide, mean.shape) if wide else mean
    made = random.poisson(around).astype(np.float64)
    sd = np.sqrt(mean + wide * mean**2)
    own, others = ((target.deaths - mean) / sd) ** 2, ((made - mean) / sd) ** 2
    p_values: dict[str, float] = {}
    parts: list[tuple[str, slice | list[int]]] = [("", slice(None))]
    parts += [(f"/{period}", [p]) for p, period in enumerate(target.periods)]
    for of, rows in parts:
        a, b = (x[:, :, rows].reshape(len(mean), -1) for x in (own, others))
        p_values[f"chi_squared{of}"] = _as_far(a.sum(axis=1), b.sum(axis=1))
        p_values[f"largest{of}"] = _as_far(a.max(axis=1), b.max(axis=1))
    labels = [
        f"{year} {period} {level}"
        for year, period, level in product(target.years, target.periods, target.levels)
    ]
    cells = _cells(labels, target.deaths, mean, made)
    return Checked(target.name, "counts", fitted, p_values, cells, float(own.sum() / others.sum()))


def check_shares(target: ShareTarget, shares: Array, random: np.random.Generator, fitted: bool) -> Checked:
    """Deaths by group against the shares of draws, ``float64[draws, within, periods, groups]``."""
    total = target.deaths.sum(axis=-1)
    among = np.maximum(shares, 0.0)
    # a published total may be a fraction, where a table shares out deaths of an unknown group
    each = among / among.sum(axis=-1, keepdims=True)
    made = np.asarray(random.multinomial(np.rint(total).astype(np.int64), each), dtype=np.float64)
    mean = shares * total[..., None]
    sd = np.sqrt(mean * (1 - shares))
    some = np.where(sd > 0, sd, np.inf)
    p_values = {
        "g": _as_far(_g(target.deaths, shares), _g(made, shares)),
        "largest": _as_far(
            *(np.abs((x - mean) / some).reshape(len(mean), -1).max(axis=1) for x in (target.deaths, made))
        ),
    }
    labels = [
        " ".join(part for part in (cause if cause != "all" else "", period, level) if part)
        for cause, period, level in product(target.within, target.periods, target.levels)
    ]
    return Checked(target.name, "shares", fitted, p_values, _cells(labels, target.deaths, mean, made))


def check_contrast(target: ContrastTarget, found: Array, fitted: bool) -> Checked:
    """A published effect against what draws return, ``float64[draws]``, on the scale published."""
    own = np.log(found) if target.is_ratio else found
    away = (target.mean - own) / target.sd
    ends = np.quantile(own, MOST)
    wide = float(np.hypot(own.std(), target.sd))
    plain = np.exp if target.is_ratio else np.asarray
    observed, expected, low, high = (float(plain(x)) for x in (target.mean, own.mean(), *ends))
    residual = float((target.mean - own.mean()) / wide)
    cell = Cell(target.contrast, observed, expected, low, high, residual)
    p_values = {"distance": float(2 * ndtr(-np.abs(away)).mean())}
    return Checked(target.name, "contrast", fitted, p_values, (cell,))


def _cells(labels: Sequence[str], observed: Array, mean: Array, made: Array) -> tuple[Cell, ...]:
    expected, sd = mean.mean(axis=0).ravel(), made.std(axis=0).ravel()
    low, high = np.quantile(made, MOST, axis=0, method="inverted_cdf").reshape(2, -1)
    residual = np.where(sd > 0, (observed.ravel() - expected) / np.where(sd > 0, sd, 1.0), 0.0)
    rows = zip(labels, observed.ravel(), expected, low, high, residual, strict=True)
    return tuple(Cell(label, *map(float, values)) for label, *values in rows)


def _g(deaths: Array, shares: Array) -> Array:
    """Twice the log likelihood ratio of deaths against shares: ``float64[draws]``."""
    total = deaths.sum(axis=-1, keepdims=True)
    each = 2.0 * (xlogy(deaths, deaths) - xlogy(deaths, total * shares))
    return np.asarray(each.reshape(len(shares), -1).sum(axis=1))


def _as_far(own: Array, made: Array) -> float:
    """How often made data lie as far from their draw as the observed ones."""
    return float((made >= own).mean())
