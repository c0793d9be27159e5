"""From deaths by draw to what is said about them: means, intervals, and how much of the spread is ours.

Three errors are kept apart. The interval is over draws (parameter uncertainty). ``draw_error`` is the
standard error of the mean over a finite number of draws; each draw has births of its own, so it holds their
luck too. ``mc_error`` is the part of it from the finite number of simulated births, draws held: births of a
draw are counted in slices, and slices of one draw differ by nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from scenarios.interval import interval95
from scenarios.margins import Array, Margins

LARGEST_SHARE = 0.05
"""The share of Monte Carlo variance above which it is taken out of the interval."""
ROUNDING = 1e-11
"""Share of all deaths below which a difference or a spread is nothing but rounding."""


class Quantity(NamedTuple):
    """A number of deaths by draw, and what is known of its spread: what :func:`estimate` takes."""

    draws: Array
    slices: Array | None = None
    settled: bool = False
    size: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """A quantity over draws."""

    mean: float
    interval95: tuple[float, float]
    mc_error: float
    draw_error: float
    mc_variance_share: float
    mc_variance_removed: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, unrounded."""
        return {
            "mean": self.mean,
            "interval95": list(self.interval95),
            "mc_error": self.mc_error,
            "draw_error": self.draw_error,
            "mc_variance_share": self.mc_variance_share,
            "mc_variance_removed": self.mc_variance_removed,
        }


def estimate(draws: Array, slices: Array | None = None, settled: bool = False, size: float = 0.0) -> Estimate:
    """Mean and interval of a quantity over draws.

    Parameters
    ----------
    draws : float64[draws]
    slices : float64[draws, slices], optional
        The same quantity as the sum of its slices; none where nothing was drawn.
    settled
        That no parameter moves it, so that draws differ by their births alone.
    size
        Deaths that it is a difference of: what is less than :data:`ROUNDING` of them is no spread.

    Notes
    -----
    Slices of one draw are independent and of equal size, so the Monte Carlo variance of a draw is the
    number of slices times the variance between them. Where its mean is above :data:`LARGEST_SHARE` of the
    variance between draws, draws are moved towards their mean until the rest is left. Where no rest can be told
    from chance (a sample variance has a relative standard error of ``sqrt(2 / (draws - 1))``), the interval
    is left whole: too wide, never a point. ``mc_variance_share`` then says that more births are needed.

    What is settled has no rest: all variance between draws is taken out, the interval is the mean, and
    ``mc_error`` is the whole error.

    Examples
    --------
    >>> estimate(np.array([7.0, 9.0]), np.array([[4.0, 3.0], [4.0, 5.0]]), settled=True).interval95
    (8.0, 8.0)
    """
    n = draws.size
    rounding = (ROUNDING * max(size, float(np.abs(draws).max()))) ** 2
    within = np.zeros(n)
    if slices is not None and slices.shape[-1] > 1:
        within = slices.shape[-1] * slices.var(axis=-1, ddof=1)
        within = np.where(within > rounding, within, 0.0)
    between = float(draws.var(ddof=1)) if n > 1 else 0.0
    if between <= rounding:
        between = 0.0
    centre = float(draws.mean())
    if settled:
        removed = bool(within.any())
        share = float(removed)
    else:
        share = float(within.mean()) / between if between > 0 else 0.0
        removed = bool(share > LARGEST_SHARE and 1.0 - share > 2.0 * np.sqrt(2.0 / (n - 1)))
    low = high = centre
    if between > 0 and not settled:
        spread = centre + (draws - centre) * np.sqrt(1.0 - share) if removed else draws
        low, high = interval95(spread)
    return Estimate(
        centre, (low, high), float(np.sqrt(within.sum())) / n, float(np.sqrt(between / n)), share, removed
    )


def deaths_under(margins: Margins, arm: int) -> Quantity:
    """Deaths in one arm."""
    slices = margins.slices[arm] if margins.slices.shape[-1] else None
    return Quantity(margins.total[arm], slices, _settled(margins, arm))


def averted(margins: Margins, arm: int) -> Quantity:
    """Deaths averted against arm 0; what is less than rounding of all deaths is none."""
    slices = margins.slices[0] - margins.slices[arm] if margins.slices.shape[-1] else None
    size = float(margins.total[0].mean())
    draws = margins.total[0] - margins.total[arm]
    draws = np.where(np.abs(draws) > ROUNDING * size, draws, 0.0)
    return Quantity(draws, slices, _settled(margins, 0) and _settled(margins, arm), size)


def averted_by_fewer_births(margins: Margins, arm: int) -> Array | None:
    """Deaths averted because fewer are born than under arm 0, in no other number; none where nobody is prevented.

    Returns
    -------
    float64[draws, *strata] or None
    """
    here, there = (margins.by_fewer.get(margins.arms[which]) for which in (arm, 0))
    if there is None:
        return here
    return np.zeros_like(there) - there if here is None else here - there


def _settled(margins: Margins, arm: int) -> bool:
    return bool(margins.settled) and margins.settled[arm]
