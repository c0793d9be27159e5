"""Shares given the parents, so that an observed margin holds whatever the effects are.

Margins are data, effects are parameters: a new draw of the odds ratios must never move how common a
risk factor is. For each stratum the intercepts of a (multinomial) logistic model are solved so that
the mean over the parents' joint distribution returns the observed shares.
"""

from __future__ import annotations

from simcore.kernels.margins import MAX_STEPS, TOLERANCE, solve_shares
from simcore.network import Array


class MarginError(ValueError):
    """No intercepts return the margin: the message says how far the best ones stay away."""


def conditional_shares(margin: Array, odds: Array, weights: Array, stride: int = 0) -> Array:
    """Shares of each level given the parents, whose mean over the parents equals ``margin`` to 1e-12.

    Parameters
    ----------
    margin : float64[draws or 1, strata, levels]
        Observed shares; zeros are kept as zeros.
    odds : float64[draws or 1, parents, levels]
        Odds of each level at each combination of parent levels (the same in every stratum).
    weights : float64[draws or 1, strata, parents]
        Distribution of the parents in each stratum; rows sum to one.
    stride
        Strata that far apart may be alike (a year that is held, and the one before it), and are then
        solved once; 0 where none are.

    Returns
    -------
    float64[draws or 1, strata, parents, levels]

    Raises
    ------
    MarginError
        If the steps do not converge.

    Examples
    --------
    Half the births have a parent with twice the odds; the share stays at 10%:

    >>> import numpy as np
    >>> odds = np.array([[[1.0, 1.0], [1.0, 2.0]]])
    >>> shares = conditional_shares(np.array([[[0.9, 0.1]]]), odds, np.array([[[0.5, 0.5]]]))
    >>> [round(float(p), 4) for p in shares[0, 0, :, 1]]
    [0.0697, 0.1303]
    """
    shares, away = solve_shares(margin, odds, weights, stride)
    if not away < TOLERANCE:
        raise MarginError(f"margins are {away:.2e} away after {MAX_STEPS} steps")
    return shares
