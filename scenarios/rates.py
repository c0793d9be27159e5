"""Mortality under each scenario: rates by year and deprivation, and three years pooled as official figures are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.figures import ALL, IN_FILES_ALONE, Array, Figure, figure_of, is_small
from scenarios.margins import IMD
from scenarios.ran import Ran
from scenarios.under import births_under, deaths_under, difference, has_tenths, has_years, over
from simcore.dims import YEAR
from simcore.measures import PER, fifths, poisson_interval, pooled, rate
from simcore.results import wording

POOLED = 3
"""Years that official rates of small areas and groups are pooled over."""
SAYS = "exact Poisson, around a count equal to the expected one: what a publication of that count would show"


def rates(ran: Ran) -> list[Figure]:
    """Infant mortality of every arm and its change against the comparator, then three years pooled."""
    arms = range(len(ran.margins.arms))
    return [figure for arm in arms for figure in (*_rates(ran, arm), *_pooled(ran, arm))]


def rates_alone(ran: Ran) -> list[Figure]:
    """The same without three years pooled, which are many."""
    return [figure for arm in range(len(ran.margins.arms)) for figure in _rates(ran, arm)]


def unit_of(ran: Ran) -> str:
    """What a rate is of."""
    return f"per 1,000 {wording(ran.question.model)['births']}"


def _by_group(ran: Ran, values: Array) -> Iterator[tuple[str, Array]]:
    """Sums of all, each year, tenth and fifth, with the name of the level."""
    yield ALL, values.reshape(values.shape[0], -1).sum(axis=1)
    if has_years(ran):
        for year, of_year in zip(ran.question.years, over(ran, values, YEAR).T, strict=True):
            yield f"year {year}", of_year
    if has_tenths(ran):
        tenths = over(ran, values, IMD)
        for name, groups in ((IMD, tenths), ("imd_fifth", fifths(tenths))):
            for number, of_group in enumerate(groups.T, start=1):
                yield f"{name} {number}", of_group


def _rates(ran: Ran, arm: int) -> Iterator[Figure]:
    name, unit = ran.margins.arms[arm], unit_of(ran)
    births, deaths = (_by_group(ran, values) for values in (births_under(ran, arm), deaths_under(ran, arm)))
    before = zip(_by_group(ran, births_under(ran, 0)), _by_group(ran, deaths_under(ran, 0)), strict=True)
    for (level, born), (_, died), ((_, born_before), (_, died_before)) in zip(
        births, deaths, before, strict=True
    ):
        now = rate(died, born)
        yield figure_of(name, "imr", level, now, unit)
        if arm:
            change = difference(now, rate(died_before, born_before))
            yield figure_of(name, "imr_change", level, change, unit)


def _pooled(ran: Ran, arm: int) -> Iterator[Figure]:
    """Three years in a row, rolling, of all and of each tenth, with the interval that their count would carry."""
    if not has_years(ran):
        return
    years, births, deaths = ran.question.years, births_under(ran, arm), deaths_under(ran, arm)
    spans = [f"years {first}-{first + POOLED - 1}" for first in years[: max(len(years) - POOLED + 1, 0)]]
    if any(last - first != 1 for first, last in zip(years, years[1:], strict=False)):
        return  # years with gaps between them are not pooled
    groups = [("", over(ran, births, YEAR), over(ran, deaths, YEAR))]
    if has_tenths(ran):
        born, died = over(ran, births, IMD, YEAR), over(ran, deaths, IMD, YEAR)
        groups += [(f", {IMD} {tenth + 1}", born[:, tenth], died[:, tenth]) for tenth in range(born.shape[1])]
    for of, born, died in groups:
        for span, count, base in zip(spans, pooled(died).T, pooled(born).T, strict=True):
            yield _as_published(ran, arm, f"{span}{of}", count, base)


def _as_published(ran: Ran, arm: int, level: str, count: Array, births: Array) -> Figure:
    """A pooled rate; its interval is that of the count by chance, what draws say of it stands beside."""
    name, unit, expected = ran.margins.arms[arm], unit_of(ran), float(count.mean())
    over_draws = figure_of(name, "imr_3_years", level, rate(count, births), unit)
    if over_draws.value is None:
        return over_draws
    base = float(np.asarray(births).mean())
    low, high = (PER * float(end) / base for end in poisson_interval(np.array(expected)))
    more = {
        "interval_is": SAYS,
        "deaths": expected,
        "births": base,
        "interval95_over_draws": list(over_draws.interval95 or ()),
        **is_small(expected),
        # a terminal shows those of all births
        **(IN_FILES_ALONE if "," in level else {}),
    }
    return Figure(name, "imr_3_years", level, over_draws.value, unit, (low, high), more=more)
