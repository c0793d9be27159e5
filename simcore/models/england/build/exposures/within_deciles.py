"""Odds ratios within deciles that return the association published for the country as a whole.

A group that lives in deprived places has more of what is common there. A crude national odds ratio holds that
already; laid on top of the gradient by decile it would count the place twice.
"""

from __future__ import annotations

import numpy as np

from ..numbers import Array, fit


def joint(decile_group: Array, decile_level: Array, seed: Array) -> Array:
    """Births by decile, group and level that meet both tables by decile and the published association.

    Parameters
    ----------
    decile_group : float64[deciles, groups]
        Births of each group; the totals by decile are those of ``decile_level``.
    decile_level : float64[deciles, levels]
        Births at each level.
    seed : float64[groups, levels]
        Published counts or odds of one population. Only their odds ratios matter: they are first brought to the
        national totals by group and by level.

    Returns
    -------
    float64[deciles, groups, levels]
        The table with no association of three: odds ratios of group and level are the same in every decile.
    """
    national, size = reconciled(decile_group, decile_level, seed), decile_level.sum()
    start = np.ones((*decile_group.shape, decile_level.shape[1])) / decile_group.size
    margins = [((0, 1), decile_group / size), ((0, 2), decile_level / size), ((1, 2), national)]
    return np.asarray(fit(start, margins) * size, np.float64)


def reconciled(decile_group: Array, decile_level: Array, seed: Array) -> Array:
    """float64[groups, levels]: the published association at the national totals by group and level, summing to one."""
    return fit(seed / seed.sum(), [((0,), _whole(decile_group)), ((1,), _whole(decile_level))])


def odds_ratios(table: Array, reference: int, base: int) -> Array:
    """float64[groups, levels]: odds of each level against ``base``, group against ``reference``, within a decile."""
    odds = table[0] / table[0][:, [base]]
    return np.asarray(odds / odds[reference], np.float64)


def _whole(table: Array) -> Array:
    totals = table.sum(axis=0)
    return np.asarray(totals / totals.sum(), np.float64)
