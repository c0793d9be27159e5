"""The few calculations every table shares: odds, intercepts, rounding, proportional fitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

PLACES = 8
"""Decimal places of shares in the tables."""

Array = NDArray[np.float64]
Margin = tuple[tuple[int, ...] | NDArray[np.int64], Array]
"""What of a table is fitted, and to what: see `fit`."""


def logit(p: Array | Sequence[float] | float) -> Array:
    """Log odds of a probability strictly between 0 and 1."""
    q = np.asarray(p, np.float64)
    return np.asarray(np.log(q / (1.0 - q)), np.float64)


def expit(x: Array | float) -> Array:
    """Probability with these log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(x, np.float64))), np.float64)


def odds_ratio(share: float, reference: float) -> float:
    """Odds of one share over the odds of another.

    Examples
    --------
    >>> round(odds_ratio(0.24, 0.09), 2)
    3.19
    """
    return float(np.exp(logit(share) - logit(reference)))


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


def between_fifths(most: float, least: float) -> Array:
    """float64[deciles]: log odds on a straight line through the shares of the most and the least deprived fifth."""
    ends = logit([most, least])
    # fifths centred on deciles 1.5 and 9.5: eight deciles apart
    return float(ends[1] - ends[0]) / 8.0 * np.arange(10, dtype=np.float64)


def round_shares(shares: Array, places: int = PLACES) -> list[float]:
    """Round shares that sum to one so that the rounded shares still do (largest remainders)."""
    unit = 10**places
    scaled = shares / shares.sum() * unit
    whole = np.floor(scaled).astype(np.int64)
    short = int(unit - whole.sum())
    # ties in the remainder go to the first level, so that the result is the same everywhere
    order = np.argsort(-np.round(scaled - whole, 6), kind="stable")
    whole[order[:short]] += 1
    return [float(round(int(w) / unit, places)) for w in whole]


def fit(
    seed: Array,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-10,
) -> Array:
    """Iterative proportional fitting: scale ``seed`` until every margin is met.

    Parameters
    ----------
    seed : float64[...]
        Non-negative; zeros are structural and stay zero.
    margins : pairs (kept, target)
        ``kept`` is a tuple of axes, in rising order, and ``target`` has the shape of those axes. Or ``kept`` is
        int64[...] of the shape of the seed, with the entry of a flat ``target`` that each cell counts towards
        (see `blocks`), -1 where a cell counts towards none.
    tolerance : float
        Largest miss allowed in any entry of any target, in the unit of the targets.

    Returns
    -------
    float64[...]
        The table closest to the seed (in Kullback-Leibler distance) that meets the margins.

    Raises
    ------
    ValueError
        When the margins cannot be met, with the largest miss.

    Examples
    --------
    >>> fit(np.ones((2, 2)), [((0,), np.array([1.0, 3.0])), ((1,), np.array([2.0, 2.0]))])
    array([[0.5, 0.5],
           [1.5, 1.5]])
    """
    table = seed.ravel().copy()
    targets = [np.asarray(target, np.float64).ravel() for _, target in margins]
    flat = [
        (entries(kept, seed.shape, len(target)), target)
        for (kept, _), target in zip(margins, targets, strict=True)
    ]
    worst = np.inf
    for _ in range(20_000):
        worst = 0.0
        for where, target in flat:
            have = np.bincount(where, weights=table, minlength=len(target) + 1)[: len(target)]
            worst = max(worst, float(np.abs(have - target).max()))
            factor = np.divide(target, have, out=np.zeros_like(target), where=have > 0)
            table *= np.append(factor, 1.0)[where]
        if worst < tolerance:
            return table.reshape(seed.shape)
    raise ValueError(f"margins cannot be met: largest miss {worst:.3g}")


def entries(
    kept: tuple[int, ...] | NDArray[np.int64], shape: tuple[int, ...], size: int
) -> NDArray[np.int64]:
    """int64[cells]: which entry of a flat target each cell counts towards; ``size`` where it counts towards none."""
    if isinstance(kept, tuple):
        labels = np.indices(shape)[list(kept)].reshape(len(kept), -1)
        return np.asarray(np.ravel_multi_index(tuple(labels), tuple(shape[a] for a in kept)), np.int64)
    return np.asarray(np.where(kept < 0, size, kept).ravel(), np.int64)


def blocks(
    shape: tuple[int, ...], groups: Mapping[int, Sequence[int]]
) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    """Entries of a margin whose axes are grouped: for `fit`, when a published table has coarser levels.

    Parameters
    ----------
    shape : of the table
    groups : axis to the group of each of its levels, 0 and up; -1 for a level that is in no published group

    Returns
    -------
    int64[shape], tuple
        The entry of the flat target for every cell, and the shape of the target.

    Examples
    --------
    >>> blocks((3, 2), {0: [0, 0, 1]})[0].tolist()
    [[0, 0], [0, 0], [1, 1]]
    """
    out = np.zeros(shape, np.int64)
    size = tuple(max(groups[axis]) + 1 for axis in groups)
    outside = np.zeros(shape, bool)
    for (axis, group), n in zip(groups.items(), size, strict=True):
        along = np.expand_dims(np.asarray(group, np.int64), tuple(a for a in range(len(shape)) if a != axis))
        out = out * n + np.broadcast_to(along, shape)
        outside |= np.broadcast_to(along < 0, shape)
    return np.where(outside, -1, out), size
