"""Is a number a count? Rates, percentages and thousands, given where births or deaths are wanted, are told apart.

What a table should look like is known from the model: how many are born in a stratum, how many of them die. A number
that only looks odd is let pass; one that can be no count is refused. A rate per 100,000, rounded to whole numbers,
looks like a count and is not found out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibration.targets import INFANT
from simcore.dims import YEAR
from simcore.model import Model

FAR = 50.0
"""How many times the model's births a count may be, or a part of them: areas differ, units differ by more."""
FAR_RATE = 5.0
"""The same of the share that dies, all births of all years together."""


def births_of(model: Model, years: Sequence[int], dim: str | None = None, level: str = "") -> float:
    """Births of some years in the model, all or those at one level of a stratum dimension."""
    strata = {**model.strata, YEAR: tuple(str(year) for year in years)}
    if dim is not None:
        strata[dim] = (level,)
    return float(model.births_in(strata).sum())


def why_no_births(births: float, expected: float | None, whole: bool) -> str | None:
    """What is wrong with a number of births, and what to write; NaN was told of before.

    >>> why_no_births(100.439, 100_439, True)
    'found 100.439; births are counted one by one, and this looks like thousands: write 100439'
    """
    if math.isnan(births):
        return None
    if births < 1:
        return f"found {births:g}; births are counted one by one, and no rate or share of them is a count"
    if expected is not None and 0.5 < births * 1000 / expected < 2:
        written = f"{births * 1000:.0f}"
        return (
            f"found {births:g}; births are counted one by one, and this looks like thousands: write {written}"
        )
    if whole and births != int(births):
        return f"found {births:g}; births are counted one by one, write a whole number"
    if expected is not None and not expected / FAR <= births <= expected * FAR:
        return f"found {births:,g}, and the model has {expected:,.0f} there; give live births, counted one by one"
    return None


def why_no_deaths(deaths: float, births: float, whole: bool) -> str | None:
    """What is wrong with a number of deaths among births, and what to write.

    >>> why_no_deaths(3.9, 100_000, True)
    'found 3.9; deaths are counted one by one, write a whole number (3.9 in 1,000 births would be 390)'
    """
    if math.isnan(deaths):
        return None
    if whole and deaths != int(deaths):
        of = f" ({deaths:g} in 1,000 births would be {deaths * births / 1000:,.0f})" if births >= 1 else ""
        return f"found {deaths:g}; deaths are counted one by one, write a whole number{of}"
    if deaths > births:
        return f"found {deaths:,g} deaths of {births:,g} births; there cannot be more, look at both columns"
    return None


def why_no_total(deaths: float, births: float, expected: float | None) -> str | None:
    """What is wrong with deaths of which each alone may be right; ``expected`` is the share of births.

    >>> why_no_total(40, 1_000_000, 0.0039)
    'all rows have 40 deaths of 1,000,000 births, and the model 3,900; give deaths, not a rate or a share'
    """
    if expected is None or not births or expected / FAR_RATE <= deaths / births <= expected * FAR_RATE:
        return None
    found = (
        f"all rows have {deaths:,.6g} deaths of {births:,.9g} births, and the model {expected * births:,.0f}"
    )
    return f"{found}; give deaths, not a rate or a share"


def why_no_split(parts: Sequence[float]) -> str | None:
    """Whether deaths of several groups are the percentages, or the shares, of a whole.

    >>> why_no_split([54.2, 30.1, 15.7])
    'these sum to 100, as percentages do; give deaths, counted one by one'
    """
    if all(part == int(part) for part in parts) or len(parts) < 2:
        return None
    total = sum(parts)
    for whole, called in ((100.0, "percentages"), (1.0, "shares")):
        if abs(total - whole) <= 0.005 * whole:
            return f"these sum to {whole:g}, as {called} do; give deaths, counted one by one"
    return None


def share_dying(model: Model, period: str, cause: str | None = None) -> float | None:
    """The share of births that die in an age period, in the model's reference years; None where no deaths are known."""
    target, deaths = model.targets.get("baseline"), model.spec.deaths
    if target is None or not model.spec.reference_years:
        return None
    bands, causes = list(deaths.age_bands), list(deaths.causes)
    chosen = bands if period == INFANT else deaths.age_periods[period]
    counted = target.deaths[..., [bands.index(band) for band in chosen]].sum(axis=-1)
    died = counted.sum() if cause is None else counted[..., causes.index(cause)].sum()
    years = tuple(str(year) for year in model.spec.reference_years)
    return float(np.asarray(died / model.births_in({**model.strata, YEAR: years}).sum()))
