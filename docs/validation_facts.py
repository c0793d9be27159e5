"""What is known of infant deaths in England and was not fitted as such: counted, and as the model has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from validation_groups import Asked, Groups, count_each
from validation_observed import Observed, read_observed
from validation_tools import Array, england, rows_of, table

from simcore.draws import DrawBlock
from simcore.solved import OWN, read_draws

DRAWS = 50
YEARS = england().spec.reference_years
CAUSES = tuple(england().spec.deaths.causes)
SUDDEN = CAUSES.index("sudden")
PERIODS = england().spec.deaths.age_periods
ALL, DECILE, AGE_AND_WEEKS = (), ("imd_decile",), ("mother_age", "gestation")
ABOVE_AVERAGE = (
    ("nssec", "routine_manual"),
    ("registration", "joint_different_address+sole"),
    ("ethnic_group", "pakistani"),
    ("ethnic_group", "black_african"),
    ("country_of_birth", "pakistan"),
    ("parity", "three_plus"),
    ("gestation", "32_36"),
    ("plurality", "multiple"),
    ("mother_age", "under_20"),
)
"""Groups that a review of health inequalities would name first."""


@dataclass(frozen=True)
class Fact:
    """One figure of which something is known.

    Attributes
    ----------
    claim
        What is known: that the figure is above ``least``, where that is given.
    counted
        The figure among published deaths; None where no table has it.
    values : float64[draws]
        The figure in each draw of the model.
    """

    claim: str
    counted: float | None
    values: Array = field(repr=False)
    least: float | None = None

    @property
    def holds(self) -> float:
        """Share of draws in which the figure is above what is known to lie below it."""
        assert self.least is not None
        return float((self.values > self.least).mean())


@cache
def observed() -> tuple[Observed, ...]:
    """Every published count."""
    return tuple(read_observed(rows_of("observed_groups.csv")))


def seen(factor: str, outcome: str, period: str = "2018-2020", where: str = "England") -> list[Observed]:
    """Counts of every level, all causes together."""
    return [
        o for o in observed()
        if (o.factor, o.outcome, o.period, o.geography, o.cause) == (factor, outcome, period, where, "")
        and o.within is None
    ]  # fmt: skip


def count(draws: DrawBlock, *asked: tuple[str, ...]) -> Mapping[tuple[str, ...], Groups]:
    """Groups of the reference years."""
    wanted: list[Asked] = [(factors, YEARS) for factors in asked]
    found = count_each(england(), england().structure(), draws, wanted)
    return {factors: groups for (factors, _), groups in found.items()}


def facts(draws: DrawBlock) -> list[Fact]:
    """Everything that is known, for some draws."""
    named = [factor for factor, _ in ABOVE_AVERAGE]
    found = count(draws, ALL, DECILE, AGE_AND_WEEKS, *((factor,) for factor in named))
    steep = gradients(found[DECILE])
    others = np.delete(steep, SUDDEN, axis=-1).max(axis=-1)
    excess = excess_of_young(found[AGE_AND_WEEKS])
    counted = counted_gradients()
    return [
        Fact("share of infant deaths that are neonatal", *_neonatal(found[ALL])),
        Fact(
            "gradient by deprivation after the first month, less that before it",
            counted["postneonatal"] - counted["neonatal"], steeper_after_a_month(found[DECILE]), 0.0,
        ),
        Fact("gradient of sudden deaths, less the steepest of the other causes", None, steep[:, SUDDEN] - others, 0.0),
        Fact(
            "mothers under 20 at the same weeks: excess after the first month, less 4 times that before it",
            None, excess["postneonatal"] - 4 * np.abs(excess["neonatal"]), 0.0,
        ),
        *(
            Fact(f"`{factor}` {level}: rate over that of all births", ratio_counted(factor, level),
                 ratio(found[factor,], found[ALL], factor, level), 1.0)
            for factor, level in ABOVE_AVERAGE
        ),
    ]  # fmt: skip


def in_age(found: Groups, period: str) -> Array:
    """Deaths of one period, all causes: ``float64[draws, *factors]``."""
    bands = list(england().spec.deaths.age_bands)
    return np.asarray(found.deaths[..., [bands.index(band) for band in PERIODS[period]]].sum(axis=(-1, -2)))


def _neonatal(found: Groups) -> tuple[float, Array]:
    (neonatal,), (infant,) = seen("all", "neonatal"), seen("all", "infant")
    return neonatal.count / infant.count, in_age(found, "neonatal") / found.deaths.sum(axis=(-1, -2))


# ---- gradients


def slope_index(deaths: Array, births: Array) -> Array:
    """Relative index of inequality: excess of the most over the least deprived end, in units of the mean rate.

    From the line of rates on the rank of births; the last axis is deciles.

    >>> births = np.full(10, 1000.0)
    >>> [round(float(slope_index(d, births)), 6) + 0.0 for d in (np.full(10, 5.0), 14.5 - np.arange(10))]
    [0.0, 1.0]
    """
    weight = births / births.sum(axis=-1, keepdims=True)
    rank = np.cumsum(weight, axis=-1) - weight / 2
    rate = deaths / births
    mean_rank, mean = ((weight * x).sum(axis=-1, keepdims=True) for x in (rank, rate))
    slope = (weight * (rank - mean_rank) * (rate - mean)).sum(axis=-1)
    return np.asarray(-slope / (weight * (rank - mean_rank) ** 2).sum(axis=-1) / mean[..., 0])


def steeper_after_a_month(found: Groups) -> Array:
    """By how much the gradient of later deaths is steeper: ``float64[draws]``."""
    after, before = (slope_index(in_age(found, p), found.births) for p in ("postneonatal", "neonatal"))
    return after - before


def counted_gradients() -> dict[str, float]:
    """The gradient of each period among published deaths."""
    tables = {p: np.array([[o.deaths, o.births] for o in seen("imd_decile", p)]).T for p in PERIODS}
    return {period: float(slope_index(*counted)) for period, counted in tables.items()}


def gradients(found: Groups) -> Array:
    """Of every cause: ``float64[draws, causes]``."""
    by_cause = found.deaths.sum(axis=-1).swapaxes(1, 2)
    return slope_index(by_cause, found.births[:, None])


# ---- groups of mothers and babies


def excess_of_young(found: Groups) -> dict[str, Array]:
    """Deaths for 1,000 births to mothers under 20 beyond those of all mothers at the same weeks, by period."""
    young = england().levels("mother_age").index("under_20")
    excess = {}
    for period in PERIODS:
        died = in_age(found, period)
        at_these_weeks = died.sum(axis=1) / found.births.sum(axis=1)
        expected = (found.births[:, young] * at_these_weeks).sum(axis=-1)
        excess[period] = 1000 * (died[:, young].sum(axis=-1) - expected) / found.births[:, young].sum(axis=-1)
    return excess


def ratio(found: Groups, everyone: Groups, factor: str, level: str) -> Array:
    """Rate of infant death of some levels together over that of all births: ``float64[draws]``."""
    at = [england().levels(factor).index(name) for name in level.split("+")]
    deaths, whole = found.deaths.sum(axis=(-1, -2)), everyone.deaths.sum(axis=(-1, -2))
    return np.asarray(deaths[:, at].sum(axis=1) / found.births[:, at].sum(axis=1) / (whole / everyone.births))


def ratio_counted(factor: str, level: str) -> float | None:
    """The same among published infant deaths, of the latest and widest table that has them."""
    for period, where in (("2020", "England and Wales"), ("2018-2020", "England and Wales")):
        for group in seen(factor, "infant", period, where):
            if set(group.levels) == set(level.split("+")):
                (whole,) = seen("all", "infant", period, where)
                return group.rate / whole.rate
    return None


# ---- the section of the page


def known_facts(missed: list[str]) -> Iterator[str]:
    """What comes out unasked, and in how many draws."""
    del missed
    draws = read_draws(england(), england().structure(), DRAWS, OWN)
    yield "## Known facts come out unasked"
    yield ""
    yield f"Births of {YEARS[0]}-{YEARS[-1]}, `default`, {DRAWS} draws. *Counted*: among published deaths, of"
    yield "England 2018-20 for the first two, of England and Wales in 2020 for groups of people. *Holds in*:"
    yield "the share of draws in which the figure is above nought (of a difference) or one (of a ratio). A gradient"
    yield "is the relative index of inequality over the ten deciles: 1 says that the most deprived end of the line lies"
    yield "above the least deprived one by the mean rate."
    yield ""
    rows = [
        (
            fact.claim, "" if fact.counted is None else f"{fact.counted:.2f}", f"{fact.values.mean():.2f}",
            _span(fact.values), "" if fact.least is None else f"{100 * fact.holds:.0f}%",
        )
        for fact in facts(draws)
    ]  # fmt: skip
    yield from table(("what is known", "counted", "model", "95% of draws", "holds in"), rows)
    steep = gradients(count(draws, DECILE)[DECILE])
    first = steep.argmax(axis=-1)
    yield ""
    yield "The gradient of each cause. No table of deaths by cause and decile was read, so that none was fitted:"
    yield ""
    order = np.argsort(-steep.mean(axis=0))
    by_cause = [
        (CAUSES[c], f"{steep[:, c].mean():.2f}", _span(steep[:, c]), f"{100 * (first == c).mean():.0f}%")
        for c in order
    ]
    yield from table(("cause", "gradient", "95% of draws", "steepest in"), by_cause)


def _span(values: Array) -> str:
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{low:.2f} to {high:.2f}"
