"""Diagnostics of draws, ``float64[chains, draws, K]``, from the field's library: one figure for each parameter.

The library's arrays are untyped; here they get types.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from simcore.network import Array

TAILS = (0.05, 0.95)
"""Quantiles whose worse effective size is that of the tails."""


def rhat(draws: Array) -> Array:
    """Rank-normalised, split and folded R-hat: ``float64[K]``."""
    # of draws that never move it is not-a-number, which fails the gate
    with np.errstate(invalid="ignore"):
        return np.asarray(_library().rhat(_by_parameter(draws), method="rank"), dtype=np.float64)


def effective(draws: Array, where: Literal["bulk", "tail"]) -> Array:
    """Effective size in the middle, or in the tails: ``float64[K]``."""
    prob = TAILS if where == "tail" else None
    return np.asarray(_library().ess(_by_parameter(draws), method=where, prob=prob), dtype=np.float64)


def standard_errors(draws: Array, of: Literal["mean", "sd"]) -> Array:
    """Of the sampling, for means or spreads: ``float64[K]``."""
    flat = draws.reshape(-1, draws.shape[-1])
    if of == "mean":
        return np.asarray(_library().mcse(_by_parameter(draws), method="mean"), dtype=np.float64)
    # The library's own (0.8) takes the effective size of the mean, which good chains have more of than draws:
    # they leap from side to side, at nearly the same distance from the middle.
    size = np.asarray(_library().ess(_by_parameter(draws), method="sd"), dtype=np.float64)
    squares = (flat - flat.mean(axis=0)) ** 2
    return np.asarray(np.sqrt(squares.var(axis=0) / size / squares.mean(axis=0)) / 2)


def smoothed(log_weights: Array) -> tuple[Array, float]:
    """Logarithms of importance weights with their tail smoothed, ``float64[draws]``, and k-hat."""
    # the library takes them with their signs turned
    log_smooth, khat = _library().psislw(-log_weights)
    return np.asarray(log_smooth, dtype=np.float64), float(khat)


def _by_parameter(draws: Array) -> Array:
    return np.moveaxis(draws, -1, 0)


def _library() -> Any:
    from arviz_stats.base.array import array_stats

    return array_stats
