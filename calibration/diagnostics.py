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
    return np.asarray(_library().rhat(_by_parameter(draws), method="rank"), dtype=np.float64)


def effective(draws: Array, where: Literal["bulk", "tail"]) -> Array:
    """Effective size in the middle, or in the tails: ``float64[K]``."""
    prob = TAILS if where == "tail" else None
    return np.asarray(_library().ess(_by_parameter(draws), method=where, prob=prob), dtype=np.float64)


def standard_errors(draws: Array, of: str) -> Array:
    """Of the sampling, for means (``mean``) or spreads (``sd``): ``float64[K]``."""
    return np.asarray(_library().mcse(_by_parameter(draws), method=of), dtype=np.float64)


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
