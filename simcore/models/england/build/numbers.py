"""The few calculations every table shares: odds, intercepts, rounding, proportional fitting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Array = NDArray[np.float64]


def logit(p: Array | Sequence[float] | float) -> Array:
    """Log odds of a probability strictly between 0 and 1."""
    q = np.asarray(p, np.float64)
    return np.asarray(np.log(q / (1.0 - q)), np.float64)


def expit(x: Array | float) -> Array:
    """Probability with these log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(x, np.float64))), np.float64)


def relevel(shape: Array, weights: Array, total: float) -> Array:
    """Shift log odds by one intercept so that the weighted mean share is ``total``.

    Parameters
    ----------
    shape : float64[deciles]
        Log odds by decile; only differences between deciles matter.
    weights : float64[deciles]
        Births or children, any scale.
    total : float
        The published share to be met, strictly between 0 and 1.

    Returns
    -------
    float64[deciles]
        Shares by decile; odds ratios between deciles are those of ``shape``.
    """
    w = weights / weights.sum()

    def miss(intercept: float) -> float:
        return float(w @ expit(shape + intercept)) - total

    found = float(brentq(miss, -30.0, 30.0, xtol=1e-14, rtol=1e-14))
    return expit(shape + found)


def round_shares(shares: Array, places: int = 8) -> list[float]:
    """Round shares that sum to one so that the rounded shares still do (largest remainders)."""
    unit = 10**places
    scaled = shares / shares.sum() * unit
    whole = np.floor(scaled).astype(np.int64)
    short = int(unit - whole.sum())
    # ties in the remainder go to the first level, so that the result is the same everywhere
    order = np.argsort(-np.round(scaled - whole, 6), kind="stable")
    whole[order[:short]] += 1
    return [float(round(int(w) / unit, places)) for w in whole]


def fit(seed: Array, margins: Sequence[tuple[tuple[int, ...], Array]], *, tolerance: float = 1e-10) -> Array:
    """Iterative proportional fitting: scale ``seed`` until every margin is met.

    Parameters
    ----------
    seed : float64[...]
        Non-negative; zeros are structural and stay zero.
    margins : pairs (kept axes, target)
        ``target`` has the shape of the seed with all other axes summed out, in the order of the axes.

    Returns
    -------
    float64[...]
        The table closest to the seed (in Kullback-Leibler distance) that meets the margins.

    Raises
    ------
    ValueError
        When the margins cannot be met, with the largest miss.
    """
    table = seed.copy()
    axes = range(seed.ndim)
    worst = np.inf
    for _ in range(20_000):
        for kept, target in margins:
            dropped = tuple(a for a in axes if a not in kept)
            have = table.sum(axis=dropped)
            factor = np.divide(target, have, out=np.zeros_like(target), where=have > 0)
            table *= np.expand_dims(factor, dropped)
        worst = max(
            float(np.abs(table.sum(axis=tuple(a for a in axes if a not in kept)) - target).max())
            for kept, target in margins
        )
        if worst < tolerance:
            return table
    raise ValueError(f"margins cannot be met: largest miss {worst:.3g}")
