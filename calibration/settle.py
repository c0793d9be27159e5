"""Residuals and baselines that return deaths by stratum and deaths by kind of hazard, those who died before taken out.

Hazards do not kill in proportion where many die: who died before cannot die again. With hazards ``r`` times as high
there are ``r`` to the power of the response times the deaths, less than one where births are depleted. The two
margins are fitted in turn, and the engine is asked how near that came.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from calibration.engine import Kinds
from calibration.expected import ByStratum
from simcore.network import Array

ROUNDS = 25
"""Sweeps over the two margins."""
AT_ONCE = 100
"""Draws fitted at once: it sets memory, and no number."""
CELLS = 2_000
"""Births are thinned to about so many cells when the engine is asked what is still amiss."""


@dataclass(frozen=True)
class Margins:
    """What residuals and baselines of some draws are to return.

    Attributes
    ----------
    numbers : float64[draws, numbers]
        How far free numbers are from the reference.
    by_stratum : float64[draws, periods, strata]
        Deaths where ratios act.
    by_kind : float64[draws, kinds]
        Deaths of every kind of hazard; over those of a period where ratios act they add up to those by stratum.
    """

    numbers: Array
    by_stratum: Array
    by_kind: Array

    def rows(self, chosen: slice) -> Margins:
        """Some of the draws."""
        return Margins(self.numbers[chosen], self.by_stratum[chosen], self.by_kind[chosen])


def settled(
    deaths: ByStratum, margins: Margins, baseline: Callable[[slice, Array], Array], threads: int = 1
) -> tuple[Array, Array]:
    """Residuals ``[draws, periods, strata]``, of mean one over deaths, and factors ``[draws, kinds]`` on hazards.

    ``baseline`` makes the hazards of some draws from their factors. With those the engine says how far from the margins
    deaths still are, births being where the reference has them, and that is set right.
    """
    kinds, engine = deaths.kinds, deaths.engine
    near = engine.thinned(CELLS)
    # what thinned births return at the reference, over what all do
    by = (deaths.by, *engine.model.spec.deaths.baseline.by)
    thinned = engine.by_kind(near.deaths_by(engine.reference, (0,), by), 1)[0] / deaths.at_reference

    def some(first: int) -> tuple[Array, Array]:
        rows = slice(first, min(first + AT_ONCE, len(margins.numbers)))
        mine = margins.rows(rows)
        residual, factor = _settled(deaths, mine)
        n = len(mine.numbers)
        block = engine.with_ratios(mine.numbers, baseline(rows, factor), residual)
        died = engine.by_kind(near.repeated(n).deaths_by(block, (0,), by), 1) / thinned
        # numbers that move births act as the terms have it
        died = died * deaths.spreading(mine.numbers)
        scale = mine.by_kind / died.sum(axis=1)
        factor = np.where(kinds.acting, factor * scale, factor)
        got = (died * scale[:, None, :]) @ kinds.in_period.T
        return _centred(kinds, residual * mine.by_stratum / got.swapaxes(1, 2), factor, mine.by_stratum)

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(some, range(0, len(margins.numbers), AT_ONCE)))
    residual, factor = (np.concatenate(part) for part in zip(*parts, strict=True))
    return residual, factor


def _settled(deaths: ByStratum, margins: Margins) -> tuple[Array, Array]:
    kinds = deaths.kinds
    spread = deaths.by_cell(margins.numbers)
    residual, factor = np.ones_like(margins.by_stratum), np.ones_like(margins.by_kind)
    # the residual of the reference is in its deaths already
    start = np.where(kinds.acting, np.exp(deaths.log_residual)[kinds.period].T, 1.0)
    at_start = spread.deaths * start[:, None, :]
    for _ in range(ROUNDS):
        hazard = np.where(kinds.acting, residual[:, kinds.period].swapaxes(1, 2), 1.0) * factor[:, None, :]
        more = np.log(hazard / start)[:, :, None, :]
        died = (at_start * np.exp(spread.response * more)).sum(axis=2)
        scale = margins.by_kind / died.sum(axis=1)
        factor = factor * scale
        got = (died * scale[:, None, :]) @ kinds.in_period.T
        residual = residual * margins.by_stratum / got.swapaxes(1, 2)
    return _centred(kinds, residual, factor, margins.by_stratum)


def _centred(kinds: Kinds, residual: Array, factor: Array, by_stratum: Array) -> tuple[Array, Array]:
    """The level belongs to the baseline: the residual has mean one over deaths."""
    mean = by_stratum.sum(axis=-1) / (by_stratum / residual).sum(axis=-1)
    factor = factor.copy()
    factor[:, kinds.acting] *= mean[:, kinds.period[kinds.acting]]
    return residual / mean[..., None], factor
