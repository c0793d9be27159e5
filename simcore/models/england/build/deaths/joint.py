"""The death targets of 2018 to 2020: jointly by cause, age at death and gestation.

The published tables slice the same deaths in ways that do not agree to the last death: some are of
England, some of England and Wales, some of one year, some without the deaths that were not linked to a
birth. The decile table (England, 2018 to 2020) is kept as it is; every other table gives only shares, which
are brought to it step by step, and the joint table is fitted to all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ..births.gestation import BANDS, national_births, pooled, spread
from ..evidence import read
from ..numbers import Array, fit
from .grouping import (
    AGES,
    CAUSES,
    NEONATAL,
    NEVER_NEONATAL_BEFORE_24_WEEKS,
    NEVER_ON_DAY_0,
    PERIODS,
    POST_NEONATAL,
)
from .published import (
    age_counts,
    cause_24_weeks_up,
    cause_by_gestation_seed,
    cause_by_period,
    cause_totals,
    decile_deaths,
)

EXTREME = (slice(0, 2), slice(2, 6))
"""Gestation bands under 24 weeks, and from 24 weeks."""


@dataclass(frozen=True)
class Targets:
    """Margins that agree with one another, and the joint table that meets them all.

    ``joint`` is float64[causes, age bands, gestation bands]; ``gestation_period`` float64[bands, 3] and
    ``cause_period`` float64[causes, 3] are by early, late and post-neonatal; ``cause_extreme``
    float64[causes, 2] is neonatal under 24 weeks and from 24 weeks.
    """

    ages: Array
    gestation_period: Array
    cause_period: Array
    cause_extreme: Array
    joint: Array


@cache
def targets() -> Targets:
    """Reconcile the published tables (England, births and deaths of 2018 to 2020).

    Raises
    ------
    ValueError
        When the margins cannot be met together, or when more die than are born.
    """
    neonatal, post = decile_deaths().sum(axis=0)
    ages = age_counts()
    ages[NEONATAL] *= neonatal / ages[NEONATAL].sum()
    ages[POST_NEONATAL] *= post / ages[POST_NEONATAL].sum()
    periods = np.array([ages[:2].sum(), ages[2], ages[POST_NEONATAL].sum()])
    gestation_period = by_gestation(periods, neonatal, post)
    under_24 = float(gestation_period[:2, :2].sum())
    cause_period, cause_extreme = by_cause(periods, under_24)
    joint = fit_joint(ages, gestation_period, cause_period, cause_extreme)
    too_many = joint.sum(axis=(0, 1)) >= national_births()
    if too_many.any():
        raise ValueError(f"more deaths than births at {np.array(BANDS)[too_many]}")
    return Targets(ages, gestation_period, cause_period, cause_extreme, joint)


def by_gestation(periods: Array, neonatal: float, post: float) -> Array:
    """float64[bands, 3]: England by week for the neonatal total, England and Wales 2020 for the rest."""
    known, unknown = pooled(read("ons_gestation_neonatal_england_2018_2020"), "neonatal_deaths")
    band_neonatal = spread(known, unknown)
    band_neonatal *= neonatal / band_neonatal.sum()
    ew = read("ons_gestation_ew_2020")
    band_post = spread(*pooled(ew, "postneonatal_deaths"))
    band_post *= post / band_post.sum()
    seed = np.stack(
        [spread(*pooled(ew, f"{period}_neonatal_deaths")) for period in ("early", "late")], axis=1
    )
    split = fit(seed, [((0,), band_neonatal), ((1,), periods[:2])])
    return np.column_stack([split, band_post])


def by_cause(periods: Array, under_24: float) -> tuple[Array, Array]:
    """Causes by period, and neonatal deaths by cause under and from 24 weeks.

    Cause totals are those of England and Wales 2018 to 2020 as shares of England's deaths. Neonatal deaths
    from 24 weeks have England's own causes. What is left of each cause is split between neonatal deaths
    under 24 weeks and post-neonatal deaths, in the proportions of England and Wales 2020, except where a
    cause has no neonatal deaths under 24 weeks. Where 2020 counted none, half a death stands in its place,
    so that a zero by chance is not a rule.
    """
    neonatal = float(periods[:2].sum())
    total = cause_totals()
    total *= periods.sum() / total.sum()
    over = cause_24_weeks_up()
    over *= (neonatal - under_24) / over.sum()
    shape = cause_by_period()
    shape *= (total / shape.sum(axis=1))[:, None]
    seed = np.column_stack([np.maximum(shape[:, :2].sum(axis=1) - over, 0.5), shape[:, 2]])
    seed[NEVER_NEONATAL_BEFORE_24_WEEKS, 0] = 0.0
    rest = fit(seed, [((0,), total - over), ((1,), np.array([under_24, periods[2]]))])
    cause_neonatal = over + rest[:, 0]
    early_late = np.maximum(cause_by_period()[:, :2], 0.5)
    split = fit(early_late, [((0,), cause_neonatal), ((1,), periods[:2])])
    return np.column_stack([split, rest[:, 1]]), np.column_stack([rest[:, 0], over])


def seed_joint() -> Array:
    """float64[causes, age bands, bands]: what is known of cause by gestation; structural zeros."""
    by_weight = cause_by_gestation_seed()
    seed = np.empty((len(CAUSES), len(AGES), len(BANDS)))
    seed[:, NEONATAL] = by_weight[:, None, 0]
    seed[:, POST_NEONATAL] = by_weight[:, None, 1]
    seed[:, 1:, 0] = 0.0  # born before 22 weeks: all published deaths are early, taken as day 0
    seed[NEVER_ON_DAY_0, 0] = 0.0
    seed[NEVER_NEONATAL_BEFORE_24_WEEKS, NEONATAL, :2] = 0.0
    return seed


def fit_joint(ages: Array, gestation_period: Array, cause_period: Array, cause_extreme: Array) -> Array:
    """Fit cause by age by gestation to every margin at once."""
    # period and the 24-week line are sums of cells, so they are fitted as blocks of one enlarged step
    table = seed_joint()
    margins = (ages, gestation_period, cause_period, cause_extreme)
    for _ in range(20_000):
        table *= np.divide(ages, table.sum(axis=(0, 2)))[None, :, None]
        for p, period in enumerate(PERIODS.values()):
            have = table[:, period].sum(axis=(0, 1))
            table[:, period] *= factor(gestation_period[:, p], have)[None, None, :]
            have = table[:, period].sum(axis=(1, 2))
            table[:, period] *= factor(cause_period[:, p], have)[:, None, None]
        for e, bands in enumerate(EXTREME):
            have = table[:, NEONATAL, bands].sum(axis=(1, 2))
            table[:, NEONATAL, bands] *= factor(cause_extreme[:, e], have)[:, None, None]
        if worst_miss(table, *margins) < 1e-9:
            return table
    miss = worst_miss(table, *margins)
    raise ValueError(f"margins cannot be met together: largest miss {miss:.3g} deaths")


def factor(want: Array, have: Array) -> Array:
    """What to multiply by; zero where nothing is."""
    return np.divide(want, have, out=np.zeros_like(want), where=have > 0)


def worst_miss(
    table: Array,
    ages: Array,
    gestation_period: Array,
    cause_period: Array,
    cause_extreme: Array,
) -> float:
    """Largest difference, in deaths, between a margin of the table and its target."""
    misses = [np.abs(table.sum(axis=(0, 2)) - ages).max()]
    for p, period in enumerate(PERIODS.values()):
        misses.append(np.abs(table[:, period].sum(axis=(0, 1)) - gestation_period[:, p]).max())
        misses.append(np.abs(table[:, period].sum(axis=(1, 2)) - cause_period[:, p]).max())
    for e, bands in enumerate(EXTREME):
        misses.append(np.abs(table[:, NEONATAL, bands].sum(axis=(1, 2)) - cause_extreme[:, e]).max())
    return float(max(misses))
