"""What is said of deaths and births, on arrays alone: rates, gaps, indices of inequality, intervals.

Groups stand on the last axis, from most to least deprived; every axis before it is carried along. What has no value
(the rate of a group without births, a ratio to nothing) is NaN here; who writes it down writes that there is none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

Array = NDArray[np.float64]
PER = 1000.0
"""Births that a rate is of."""
TAIL = 0.025
"""Probability beyond each end of a 95% interval."""


def ratio(top: Array, bottom: Array) -> Array:
    """One divided by the other; NaN where there is nothing to divide by.

    >>> ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0]))
    array([0.25,  nan])
    """
    top, bottom = np.broadcast_arrays(np.asarray(top, np.float64), np.asarray(bottom, np.float64))
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0))


def rate(deaths: Array, births: Array) -> Array:
    """Deaths per 1,000 births; NaN where nobody was born.

    >>> rate(np.array([3.0, 0.0]), np.array([1500.0, 0.0]))
    array([ 2., nan])
    """
    return PER * ratio(deaths, births)


def relative_ranks(births: Array) -> Array:
    """Where each group stands among all births, 0 the most deprived and 1 the least: the middle of its range.

    >>> relative_ranks(np.array([12.0, 10.0, 78.0])).round(2)
    array([0.06, 0.17, 0.61])
    """
    share = ratio(births, births.sum(axis=-1, keepdims=True))
    return np.asarray(share.cumsum(axis=-1) - share / 2)


class Gradient(NamedTuple):
    """Inequality over all groups, from the line through their rates.

    Attributes
    ----------
    sii
        Slope index: what the line says of the most deprived less what it says of the least, per 1,000 births.
    rii
        Relative index: the one divided by the other; NaN where the line falls to nothing or below.
    """

    sii: Array
    rii: Array


def gradient(deaths: Array, births: Array) -> Gradient:
    """Slope and relative index of inequality: least squares of rates on relative ranks, weighted by births.

    Parameters
    ----------
    deaths, births : float64[..., groups]
        From most to least deprived. A group without births has no weight; NaN where fewer than two have any.

    Notes
    -----
    As the Office for Health Improvement and Disparities has it (Fingertips technical guidance, after Low and Low
    2004), with the sign of an indicator that is the worse the higher: ranks are middles of cumulative shares of
    births, each group weighs as many births as it has, the slope index is the difference and the relative index the
    ratio between the two ends of the fitted line. Weights are births alone, which the rates are no part of: an
    inequality of 0 stays 0, whatever the size of the groups.

    Examples
    --------
    >>> births = np.full(10, 1000.0)
    >>> found = gradient(np.linspace(5.8, 2.2, 10), births)
    >>> float(found.sii.round(12)), float(found.rii.round(12))
    (4.0, 3.0)
    """
    deaths, births = np.broadcast_arrays(np.asarray(deaths, np.float64), np.asarray(births, np.float64))
    all_births = births.sum(axis=-1)
    x = relative_ranks(births)
    # middles of shares of births have their mean in the middle, and births times rates are deaths
    middle = PER * ratio(deaths.sum(axis=-1), all_births)
    away = np.where(births > 0, x - 0.5, 0.0)
    spread = (births * away**2).sum(axis=-1)
    several = (births > 0).sum(axis=-1) > 1
    slope = np.where(several, PER * ratio((deaths * away).sum(axis=-1), spread), np.nan)
    most, least = middle - slope / 2, middle + slope / 2
    return Gradient(most - least, np.where(least > 0, ratio(most, least), np.nan))


class Gap(NamedTuple):
    """Two groups: the difference of their rates per 1,000 births, and their ratio."""

    absolute: Array
    relative: Array


def gap(one: Array, other: Array) -> Gap:
    """How far the first rate is above the second.

    >>> gap(np.array([6.0]), np.array([2.0]))
    Gap(absolute=array([4.]), relative=array([3.]))
    """
    return Gap(np.asarray(one - other), ratio(one, other))


def fifths(tenths: Array) -> Array:
    """Sums of two tenths each: ``float64[..., 10]`` to ``float64[..., 5]``.

    >>> fifths(np.arange(10.0))
    array([ 1.,  5.,  9., 13., 17.])
    """
    return np.asarray(tenths.reshape(*tenths.shape[:-1], 5, 2).sum(axis=-1))


def pooled(by_year: Array, span: int = 3) -> Array:
    """Sums of so many years in a row, rolling: ``float64[..., years]`` to ``float64[..., years - span + 1]``.

    >>> pooled(np.array([1.0, 2.0, 4.0, 8.0]))
    array([ 7., 14.])
    """
    if by_year.shape[-1] < span:
        return np.empty((*by_year.shape[:-1], 0))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(by_year, span, axis=-1).sum(axis=-1))


def poisson_interval(count: Array) -> tuple[Array, Array]:
    """The exact 95% interval of Garwood around a Poisson count; for counts between whole numbers, between theirs.

    >>> [float(end.round(3)) for end in poisson_interval(np.array(10.0))]
    [4.795, 18.39]
    """
    count = np.asarray(count, np.float64)
    low = np.where(count > 0, gammaincinv(np.where(count > 0, count, 1.0), TAIL), 0.0)
    return low, np.asarray(gammaincinv(count + 1.0, 1.0 - TAIL))


class PerUnit(NamedTuple):
    """How much of one thing there is for one of another, which may be none.

    Attributes
    ----------
    value
        Mean over mean; None where the mean of what it is for is not above 0.
    interval95
        ``(low, high)``, its upper end None where it has no bound; None where there is no gain to speak of.
    p_none
        Probability that there is none of what it is for, or less.
    """

    value: float | None
    interval95: tuple[float | None, float | None] | None
    p_none: float


def per_unit(spent: Array, gained: Array) -> PerUnit:
    """What is spent for one that is gained, with an interval that stays honest where the gain may be 0.

    Parameters
    ----------
    spent : float64[draws]
        Not below 0.
    gained : float64[draws]

    Notes
    -----
    A ratio over draws whose bottom is near 0 has neither mean nor quantiles that mean anything. What is gained for
    one spent always has both, and is turned over at the end (Altman 1998, on the number needed to treat): from
    2.5 and 97.5% above 0 come two finite ends; where the lower is not above 0, the interval goes on without bound,
    through no gain to harm; where neither is, nothing is gained.

    Examples
    --------
    >>> per_unit(np.full(41, 100.0), np.linspace(1.0, 5.0, 41))
    PerUnit(value=33.333333333333336, interval95=(20.408163265306122, 90.9090909090909), p_none=0.0)
    >>> per_unit(np.full(41, 100.0), np.linspace(-1.0, 5.0, 41)).interval95[1] is None
    True
    """
    p_none = float((gained <= 0).mean())
    if not (spent > 0).all():
        # what costs nothing in some draws has no gain for each that is spent
        worth = float(gained.mean()) > 0 and float(spent.mean()) > 0
        return PerUnit(float(spent.mean() / gained.mean()) if worth else None, None, p_none)
    low, high = (float(q) for q in np.quantile(gained / spent, [TAIL, 1.0 - TAIL]))
    mean = float(gained.mean())
    value = float(spent.mean()) / mean if mean > 0 else None
    if high <= 0:
        return PerUnit(value, None, p_none)
    return PerUnit(value, (1.0 / high, 1.0 / low if low > 0 else None), p_none)
