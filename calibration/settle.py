"""Residuals and baselines that return deaths by stratum and deaths by kind of hazard, those who died before taken out.

Hazards do not kill in proportion where many die: with hazards ``r`` times as high there are
``(1 - exp(-c r)) / (1 - exp(-c))`` times the deaths, ``c`` being the depletion. So the two margins are fitted in turn,
the depletion with them.
"""

from __future__ import annotations

import numpy as np

from calibration.expected import ByStratum
from simcore.network import Array

ROUNDS = 25
"""Sweeps over the two margins."""
NEXT_TO_NONE = 1e-6
AT_ONCE = 200
"""Draws fitted at once: it sets memory, and no number."""


def settled(deaths: ByStratum, numbers: Array, by_stratum: Array, by_kind: Array) -> tuple[Array, Array]:
    """Residuals ``[draws, periods, strata]``, of mean one over deaths, and factors ``[draws, kinds]`` on hazards.

    Parameters
    ----------
    numbers : float64[draws, numbers]
        How far free numbers are from the reference.
    by_stratum : float64[draws, periods, strata]
        Deaths wanted where ratios act.
    by_kind : float64[draws, kinds]
        Deaths wanted of every kind; over the kinds of a period where ratios act they add up to those by stratum.
    """
    parts = []
    for first in range(0, len(numbers), AT_ONCE):
        rows = slice(first, first + AT_ONCE)
        parts.append(_settled(deaths, numbers[rows], by_stratum[rows], by_kind[rows]))
    residual, factor = (np.concatenate(part) for part in zip(*parts, strict=True))
    return residual, factor


def _settled(deaths: ByStratum, numbers: Array, by_stratum: Array, by_kind: Array) -> tuple[Array, Array]:
    kinds = deaths.kinds
    spread = deaths.by_cell(numbers)
    residual, factor = np.ones_like(by_stratum), np.ones_like(by_kind)
    # the residual of the reference is in the depletion already
    start = np.where(kinds.acting, np.exp(deaths.log_residual)[kinds.period].T, 1.0)
    depletion = np.maximum(spread.depletion, NEXT_TO_NONE)
    at_start = spread.deaths / -np.expm1(-depletion)
    for _ in range(ROUNDS):
        hazard = np.where(kinds.acting, residual[:, kinds.period].swapaxes(1, 2), 1.0) * factor[:, None, :]
        died = (at_start * -np.expm1(-depletion * (hazard / start)[:, :, None, :])).sum(axis=2) * start
        scale = by_kind / died.sum(axis=1)
        factor = factor * scale
        got = (died * scale[:, None, :]) @ kinds.in_period.T
        residual = residual * by_stratum / got.swapaxes(1, 2)
    mean = by_stratum.sum(axis=-1) / (by_stratum / residual).sum(axis=-1)
    factor[:, kinds.acting] *= mean[:, kinds.period[kinds.acting]]
    return residual / mean[..., None], factor
