"""Inequality under each scenario: slope and relative index, gaps, and who gets the benefit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.figures import ALL, Array, Figure, figure_of
from scenarios.margins import IMD
from scenarios.ran import Ran
from scenarios.rates import unit_of
from scenarios.uncertainty import averted
from scenarios.under import births_under, deaths_under, difference, has_tenths, over, scenarios_of
from simcore.measures import fifths, gap, gradient, rate, ratio

CLASS, LOWEST = "nssec", "routine_manual"
"""The official gap by social class is that of routine and manual occupations to all."""
RATIO = "ratio"
CHANGE = "_change"


def equity(ran: Ran) -> list[Figure]:
    """Every index and gap under every arm, each scenario's change of it, and the share of benefit by tenth."""
    found = [_indices(ran, arm) for arm in range(len(ran.margins.arms))]
    figures = []
    for name, indices in zip(ran.margins.arms, found, strict=True):
        for (measure, level), (draws, unit) in indices.items():
            figures.append(figure_of(name, measure, level, draws, unit))
            if indices is not found[0]:
                # less than before is below 0: a gap that closes
                change = difference(draws, found[0][measure, level][0])
                figures.append(figure_of(name, f"{measure}{CHANGE}", level, change, unit))
    return [*figures, *(figure for arm, _ in scenarios_of(ran) for figure in _shares(ran, arm))]


def _indices(ran: Ran, arm: int) -> dict[tuple[str, str], tuple[Array, str]]:
    """Draws of every index of one arm and its unit, by measure and level."""
    return {**_by_deprivation(ran, arm), **_by_class(ran, arm)}


def _by_deprivation(ran: Ran, arm: int) -> dict[tuple[str, str], tuple[Array, str]]:
    if not has_tenths(ran):
        return {}
    unit = unit_of(ran)
    deaths, births = (over(ran, values, IMD) for values in (deaths_under(ran, arm), births_under(ran, arm)))
    line = gradient(deaths, births)
    of_fifths = rate(fifths(deaths), fifths(births))
    between = gap(of_fifths[:, 0], of_fifths[:, -1])
    of = "most to least deprived fifth"
    return {
        ("sii", ALL): (line.sii, unit),
        ("rii", ALL): (line.rii, RATIO),
        ("gap", of): (between.absolute, unit),
        ("gap_ratio", of): (between.relative, RATIO),
    }


def _by_class(ran: Ran, arm: int) -> dict[tuple[str, str], tuple[Array, str]]:
    """Routine and manual to all, where deaths were told apart by class."""
    counts = ran.margins.levels.get(CLASS)
    if counts is None or LOWEST not in ran.question.model.levels(CLASS):
        return {}
    lowest = ran.question.model.levels(CLASS).index(LOWEST)
    births, deaths = counts.births[arm], counts.deaths[arm]
    everybody = rate(deaths.sum(axis=-1), births.sum(axis=-1))
    between = gap(rate(deaths[:, lowest], births[:, lowest]), everybody)
    of = "routine and manual to all"
    return {("gap", of): (between.absolute, unit_of(ran)), ("gap_ratio", of): (between.relative, RATIO)}


def _shares(ran: Ran, arm: int) -> Iterator[Figure]:
    """Of the deaths averted, those in each tenth; of none averted there is no share."""
    if not has_tenths(ran):
        return
    name, total = ran.margins.arms[arm], averted(ran.margins, arm).draws
    each = ran.margins.by[IMD][0] - ran.margins.by[IMD][arm]
    some = float(total.mean()) > 0
    for number, of_tenth in enumerate(each.T, start=1):
        level = f"{IMD} {number}"
        value = float(of_tenth.mean() / total.mean()) if some else None
        interval = None
        if some and (total > 0).all():
            # where a draw averts nothing, shares of it would have no bound
            low, high = np.quantile(ratio(of_tenth, total), [0.025, 0.975])
            interval = float(low), float(high)
        yield Figure(name, "share_of_benefit", level, value, "share of deaths averted", interval)
