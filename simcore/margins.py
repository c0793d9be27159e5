"""Intercepts, so that an observed margin holds whatever the effects are.

Margins are data, effects are parameters: a new draw of the odds ratios must never move how common a
risk factor is. For each stratum the intercepts of a (multinomial) logistic model are solved so that
the mean over the parents' joint distribution returns the observed shares.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from simcore.network import Array

TOLERANCE = 1e-12
MAX_STEPS = 60


class MarginError(ValueError):
    """No intercepts return the margin: the message says how far the best ones stay away."""


def probabilities(intercepts: Array, offsets: Array) -> Array:
    """Shares of each level: softmax of intercept plus offset.

    Parameters
    ----------
    intercepts : float64[..., levels]
        ``-inf`` for a level that never occurs.
    offsets : float64[..., levels]
        Log odds ratios, broadcast against the intercepts.
    """
    logits = intercepts + offsets
    levels = range(logits.shape[-1])
    # level by level: a reduction over so short an axis costs more than the exponentials
    greatest = reduce(np.maximum, (logits[..., level] for level in levels))
    odds = np.exp(logits - greatest[..., None])
    total = reduce(np.add, (odds[..., level] for level in levels))
    return np.asarray(odds / total[..., None])


def solve_intercepts(margin: Array, offsets: Array, weights: Array) -> Array:
    """Intercepts whose mean shares equal ``margin``, by Newton's method from the log odds.

    Parameters
    ----------
    margin : float64[draws, strata, levels]
        Observed shares; zeros are kept as zeros.
    offsets : float64[draws, parents, levels]
        Log odds ratios at each combination of parent levels (the same in every stratum).
    weights : float64[draws, strata, parents]
        Distribution of the parents in each stratum; rows sum to one.

    Returns
    -------
    float64[draws, strata, levels]
        Up to a constant in each stratum.

    Raises
    ------
    MarginError
        If the steps do not converge.

    Examples
    --------
    Half the births have a parent with twice the odds; the share stays at 10%:

    >>> margin = np.array([[[0.9, 0.1]]])
    >>> offsets = np.log([[[1.0, 1.0], [1.0, 2.0]]])
    >>> weights = np.array([[[0.5, 0.5]]])
    >>> alpha = solve_intercepts(margin, offsets, weights)
    >>> shares = probabilities(alpha[:, :, None, :], offsets[:, None])
    >>> [round(float(p), 4) for p in shares[0, 0, :, 1]]
    [0.0697, 0.1303]
    """
    draws = max(margin.shape[0], offsets.shape[0], weights.shape[0])
    margin = np.broadcast_to(margin, (draws, *margin.shape[1:]))
    with np.errstate(divide="ignore"):
        alpha = np.log(margin)
    n_levels = margin.shape[-1]
    identity = np.eye(n_levels)
    occurs = margin > 0
    error = np.inf
    for _ in range(MAX_STEPS):
        shares = probabilities(alpha[:, :, None, :], offsets[:, None])
        weighted = weights[..., None] * shares
        mean = weighted.sum(axis=2)
        away = np.abs(mean - margin).max(axis=-1)
        error = float(away.max())
        if error < TOLERANCE:
            return alpha
        # the mean of softmax has Jacobian diag(mean) - E[p p']; it is singular along (1, ..., 1), so one
        # direction is pinned by adding a constant, which leaves the step in the others unchanged
        jacobian = mean[..., None] * identity - np.matmul(np.swapaxes(weighted, -1, -2), shares)
        jacobian = jacobian + 1.0 / n_levels + np.where(occurs, 0.0, 1.0)[..., None] * identity
        try:
            step = np.linalg.solve(jacobian, (margin - mean)[..., None])[..., 0]
        except np.linalg.LinAlgError:  # odds so far apart that a share no longer answers to its intercept
            break
        # a stratum that has arrived stays, so that its bits do not depend on its neighbours
        step = np.where((away < TOLERANCE)[..., None], 0.0, np.clip(step, -2.0, 2.0))
        alpha = alpha + step
    raise MarginError(f"margins are {error:.2e} away after {MAX_STEPS} steps")
