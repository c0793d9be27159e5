"""Intercepts solved so that observed shares hold: Newton's method, cell by cell, without the interpreter.

A multinomial logistic model with odds ``odds[parent, level]`` gives level ``l`` among births at parent
combination ``p`` the share ::

    base[l] odds[p, l] / sum over m of base[m] odds[p, m]

and ``base`` is solved so that the mean of the shares over the parents is the observed margin. One base is
free: that of the commonest level is kept at one, so the Jacobian of the others is diagonally dominant and
elimination needs no pivots.
"""

import math

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats

TOLERANCE = 1e-12
"""Greatest distance of a mean share from its margin."""
MAX_STEPS = 60
LONGEST_STEP = 2.0
"""On the log odds, in one step: from there on Newton's method finds its way."""


@njit(nogil=True, error_model="numpy")
def _shares(base, odds, shares):
    """Shares of each level at each combination of parents: rows of ``shares`` sum to one."""
    for p in range(odds.shape[0]):
        total = 0.0
        for level in range(base.size):
            shares[p, level] = base[level] * odds[p, level]
            total += shares[p, level]
        for level in range(base.size):
            shares[p, level] /= total


@njit(nogil=True, error_model="numpy")
def _mean_and_jacobian(weights, shares, mean, jacobian):
    """Mean shares, and the lower half of their derivative by the log bases: ``diag(mean) - E[share share']``."""
    mean[:] = 0.0
    jacobian[:] = 0.0
    for p in range(weights.size):
        for level in range(mean.size):
            weighted = weights[p] * shares[p, level]
            mean[level] += weighted
            for other in range(level + 1):
                jacobian[level, other] -= weighted * shares[p, other]
    for level in range(mean.size):
        jacobian[level, level] += mean[level]


@njit(nogil=True, error_model="numpy")
def _step(jacobian, step, fixed):
    """Solve ``jacobian x = step`` in place for the levels that are not fixed; the others do not move."""
    n = step.size
    for i in range(n):
        if fixed[i]:
            jacobian[i, :i] = 0.0
            jacobian[i:, i] = 0.0
            jacobian[i, i] = 1.0
            step[i] = 0.0
    for i in range(n):
        for k in range(i + 1, n):
            factor = jacobian[k, i] / jacobian[i, i]
            for j in range(i + 1, k + 1):
                jacobian[k, j] -= factor * jacobian[j, i]
            step[k] -= factor * step[i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            step[i] -= jacobian[k, i] * step[k]
        step[i] /= jacobian[i, i]


@njit(nogil=True, error_model="numpy")
def _solve_cell(margin, odds, weights, scratch, jacobian, fixed, shares):
    """Shares of one cell; returns how far their mean is from the margin, NaN where it cannot be told."""
    log_base, base, mean, step = scratch[0], scratch[1], scratch[2], scratch[3]
    commonest = np.argmax(margin)
    for level in range(margin.size):
        fixed[level] = level == commonest or margin[level] <= 0.0
        log_base[level] = math.log(margin[level] / margin[commonest]) if margin[level] > 0.0 else -math.inf
    away = math.inf
    for _ in range(MAX_STEPS):
        greatest = log_base.max()
        for level in range(margin.size):
            base[level] = math.exp(log_base[level] - greatest)
        _shares(base, odds, shares)
        _mean_and_jacobian(weights, shares, mean, jacobian)
        away = 0.0
        for level in range(margin.size):
            step[level] = margin[level] - mean[level]
            away = max(away, abs(step[level])) if step[level] == step[level] else math.nan
        if away < TOLERANCE or away != away:
            break
        _step(jacobian, step, fixed)
        if not np.isfinite(step).all():  # odds so far apart that a share no longer answers to its base
            break
        for level in range(margin.size):
            log_base[level] += min(max(step[level], -LONGEST_STEP), LONGEST_STEP)
    return away


@njit(nogil=True, error_model="numpy")
def _same(table, one, other):
    same = True
    for i in range(table.shape[1]):
        same &= table[one, i] == table[other, i]
    return same


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(margin, odds, weights, stride, shares):
    """Every draw and cell; returns the greatest distance left, infinite where it cannot be told."""
    levels = margin.shape[2]
    scratch, jacobian = np.empty((4, levels)), np.empty((levels, levels))
    fixed = np.empty(levels, np.bool_)
    worst = 0.0
    for draw in range(shares.shape[0]):
        margins = margin[draw if margin.shape[0] > 1 else 0]
        ratios = odds[draw if odds.shape[0] > 1 else 0]
        spread = weights[draw if weights.shape[0] > 1 else 0]
        for cell in range(margins.shape[0]):
            alike = cell - stride
            # years that are held are alike: solved once
            if stride > 0 and alike >= 0 and _same(margins, cell, alike) and _same(spread, cell, alike):
                shares[draw, cell] = shares[draw, alike]
                continue
            found = shares[draw, cell]
            away = _solve_cell(margins[cell], ratios, spread[cell], scratch, jacobian, fixed, found)
            worst = max(worst, away) if away == away else math.inf
    return worst


def solve_shares(margin: Floats, odds: Floats, weights: Floats, stride: int = 0) -> tuple[Floats, float]:
    """Shares of each level given the parents, whose means over the parents are ``margin``.

    Each cell is solved by itself: its bits depend on no other cell, nor on other draws.

    Parameters
    ----------
    margin : float64[draws or 1, cells, levels]
        Observed shares; zeros are kept as zeros.
    odds : float64[draws or 1, parents, levels]
        Odds of each level at each combination of parents, up to a factor in each row.
    weights : float64[draws or 1, cells, parents]
        Distribution of the parents in each cell; rows sum to one.
    stride : int
        A cell with the margin and weights of the one ``stride`` before it takes over its shares; 0 for none.

    Returns
    -------
    float64[draws, cells, parents, levels], float
        The shares, and the greatest distance of a mean from its margin: more than `TOLERANCE` where there
        is no solution, infinite where numbers left the range of floats.

    Raises
    ------
    ValueError
        When shapes disagree.
    """
    margin = np.require(margin, np.float64, ["C", "W"])
    odds = np.require(odds, np.float64, ["C", "W"])
    weights = np.require(weights, np.float64, ["C", "W"])
    draws = max(margin.shape[0], odds.shape[0], weights.shape[0])
    _, cells, levels = margin.shape
    parents = odds.shape[1]
    fits = odds.shape[2] == levels and weights.shape[1:] == (cells, parents)
    if not fits or {margin.shape[0], odds.shape[0], weights.shape[0]} - {1, draws}:
        raise ValueError(f"margin {margin.shape}, odds {odds.shape} and weights {weights.shape} do not match")
    shares = np.empty((draws, cells, parents, levels))
    return shares, float(_solve(margin, odds, weights, stride, shares))
