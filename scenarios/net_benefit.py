"""The choice between scenarios where money counts: on net benefit, or within a budget, and the worth of knowing more.

Net benefit is the value of the years of life gained less the cost, both against the comparator, whose own is 0: to do
nothing is one of the options. Within a budget, one scenario is bought, all of it or as large a part as the budget
pays for, with that part of its years of life; nothing is mixed. A scenario without costs takes no part in either
choice. What a number would be worth to know is in pounds, or in years of life within a budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from scenarios.cost import cost_of_the_whole
from scenarios.discounting import discount_rate
from scenarios.figures import ALL, Array, Figure, figure_of
from scenarios.life import years_gained
from scenarios.ran import Ran, Terms
from scenarios.ranking import probability, rank_options
from scenarios.uncertain_numbers import every_number
from scenarios.under import scenarios_of
from scenarios.value_of_information import partial_information, perfect_information

NO_COST = "no costs are stated"
"""Why a scenario takes no part in the choice."""


class Choice(NamedTuple):
    """One way to choose.

    Attributes
    ----------
    level
        The value of a year of life, or the budget, that it is made at.
    measure, best
        What is gained, and being the option that gains most.
    worth : float64[scenarios, draws]
        Of scenarios that take part.
    """

    level: str
    measure: str
    best: str
    unit: str
    worth: Array


def choices(terms: Terms, years_of_life: Array, cost: Array) -> Iterator[Choice]:
    """Every way to choose that the terms ask for.

    Parameters
    ----------
    years_of_life, cost : float64[scenarios, draws]
        Gained and spent against the comparator, of scenarios that have costs.

    Examples
    --------
    >>> terms = Terms(life_year_values=(20_000.0,), budget=1e6)
    >>> found = list(choices(terms, np.array([[100.0]]), np.array([[4e6]])))
    >>> [(choice.level, choice.worth.tolist()) for choice in found]
    [('life_year_value 20000', [[-2000000.0]]), ('budget 1000000', [[25.0]])]
    """
    for value in terms.life_year_values:
        worth = value * years_of_life - cost
        yield Choice(f"life_year_value {value:.15g}", "net_benefit", "highest_net_benefit", "GBP", worth)
    if terms.budget is not None:
        part = np.divide(terms.budget, cost, out=np.ones_like(cost), where=cost > terms.budget)
        level, unit = f"budget {terms.budget:.15g}", "years of life"
        yield Choice(level, "life_years_within_budget", "most_life_years", unit, part * years_of_life)


def worth(ran: Ran) -> list[Figure]:
    """The choice at the values of a life-year and the budget that the terms state; nothing where they state none.

    Both years of life and costs are discounted at one rate: that of the terms, or of each scenario's file.
    """
    if not ran.terms.life_year_values and ran.terms.budget is None:
        return []
    gained, spent, costed = [], [], []
    for arm, _ in scenarios_of(ran):
        rate = discount_rate(ran, arm) or 0.0
        years, cost = years_gained(ran, arm, rate), cost_of_the_whole(ran, arm, rate)
        costed.append(years is not None and cost is not None)
        gained.append(np.zeros(ran.draws) if years is None else years)
        spent.append(np.zeros(ran.draws) if cost is None else cost)
    numbers = every_number(ran.question, ran.draws)
    return net_benefit_figures(ran, np.array(gained), np.array(spent), np.array(costed), numbers)


def net_benefit_figures(
    ran: Ran, years_of_life: Array, cost: Array, costed: Array, numbers: Mapping[str, Array]
) -> list[Figure]:
    """What each scenario is worth, how likely it is the best option, and what knowing more would be worth.

    Parameters
    ----------
    years_of_life, cost : float64[scenarios, draws]
        Gained and spent against the comparator.
    costed : bool[scenarios]
        Which scenarios state what they cost.
    numbers
        What might be known, ``float64[draws]`` each, costs among them.
    """
    comparator, *names = ran.margins.arms
    options = [name for name, priced in zip(names, costed, strict=True) if priced]
    found = list(choices(ran.terms, years_of_life[costed], cost[costed]))
    figures = []
    for choice in found:
        for name, worth in zip(options, choice.worth, strict=True):
            figures.append(figure_of(name, choice.measure, choice.level, worth, choice.unit))
        for name in names:
            if name not in options:
                more = {"why_none": NO_COST}
                figures.append(Figure(name, choice.measure, choice.level, None, choice.unit, more=more))
        if options:
            figures += _how_sure([comparator, *options], choice)
    if options and found:
        figures += _worth_knowing(found, numbers)
    return figures


def _with_nothing(choice: Choice) -> Array:
    """What each option is worth, doing nothing first."""
    return np.concatenate([np.zeros((1, choice.worth.shape[1])), choice.worth])


def _how_sure(options: list[str], choice: Choice) -> Iterator[Figure]:
    for name, shares in zip(options, rank_options(_with_nothing(choice)).best, strict=True):
        value, error = probability(shares)
        measure = f"probability_{choice.best}"
        yield Figure(name, measure, choice.level, value, "probability", mc_error=error)


def _worth_knowing(found: list[Choice], numbers: Mapping[str, Array]) -> Iterator[Figure]:
    """Expected values of perfect and of partial information; of the latter, those that are not 0 first."""
    worths = [_with_nothing(choice) for choice in found]
    partial = {name: partial_information(values, worths) for name, values in numbers.items()}
    for at, choice in enumerate(found):
        value, error = perfect_information(worths[at])
        yield Figure(ALL, "evpi", choice.level, value, choice.unit, mc_error=error)
        for name in sorted(partial, key=lambda name: -partial[name][at][0]):
            value, error = partial[name][at]
            yield Figure(ALL, "evppi", f"{choice.level}, {name}", value, choice.unit, mc_error=error)
