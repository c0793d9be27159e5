"""The choice between scenarios where money counts: on net benefit, or within a budget, and the worth of knowing more.

Net benefit is the value of the years of life gained less the cost, both against the comparator, whose own is 0: to do
nothing is one of the options. Within a budget, one scenario is bought, all of it or as large a part as the budget
pays for, with that part of its years of life; nothing is mixed. What a number would be worth to know is in pounds, or
in years of life within a budget.

A scenario takes part if it states what it costs, in prices of the year that most of them are in, and years of life
are known. All are discounted alike. One that takes no part is named, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from scenarios.cost import POUNDS, prices_of, spending, uncosted
from scenarios.discounting import discount_rate, weights_of_years
from scenarios.figures import ALL, IN_FILES_ALONE, Array, Figure, figure_of
from scenarios.life import years_gained
from scenarios.ran import Ran, Terms
from scenarios.ranking import probability, rank_options
from scenarios.under import scenarios_of
from scenarios.value_of_information import partial_information, perfect_information

NO_COST = "no costs are stated"
NO_LIFE = "the model has no life table"
PRINTED = 8
"""Numbers whose worth to know a terminal shows, at each choice."""


@dataclass(frozen=True)
class Offer:
    """What one scenario gains and costs against the comparator, ``float64[draws]`` each; or why that is not known.

    ``prices`` is the year in whose prices the cost is, ``rate`` what both are discounted at.
    """

    scenario: str
    years_of_life: Array = field(default_factory=lambda: np.zeros(0))
    cost: Array = field(default_factory=lambda: np.zeros(0))
    prices: int = 0
    rate: float = 0.0
    why_none: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def offers_of(ran: Ran) -> list[Offer]:
    """What every scenario gains and costs; those that cannot be compared with the others say why."""
    offers = [_offer(ran, arm, name) for arm, name in scenarios_of(ran)]
    for aspect in ("rate", "prices"):
        offers = alike(offers, aspect)
    return offers


def _offer(ran: Ran, arm: int, name: str) -> Offer:
    spent, rate = spending(ran, arm), discount_rate(ran, arm) or 0.0
    years = years_gained(ran, arm, rate)
    if not spent.is_stated:
        return Offer(name, why_none=NO_COST)
    if spent.why_no_sum is not None or years is None:
        return Offer(name, why_none=spent.why_no_sum or NO_LIFE)
    ((prices, by_year),) = spent.by_prices.items()
    free = uncosted(ran.question.scenarios[arm])
    more = {"discount_rate": rate, **({"without_costs": free} if free else {})}
    return Offer(name, years, by_year @ weights_of_years(ran, rate), prices, rate, None, more)


def alike(offers: list[Offer], aspect: str) -> list[Offer]:
    """Offers of which those that differ from most in one aspect take no part; of as many, the greater one holds."""
    found = Counter(getattr(offer, aspect) for offer in offers if offer.why_none is None)
    if len(found) < 2:
        return offers
    usual = max(found, key=lambda value: (found[value], value))
    said = {
        "rate": f"it is discounted at another rate than {usual:g} a year: name one for all (--discount-rate)",
        "prices": f"its costs are not in prices of {usual}, as those of most are",
    }[aspect]
    return [
        replace(offer, why_none=said) if offer.why_none is None and getattr(offer, aspect) != usual else offer
        for offer in offers
    ]


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


def choices(terms: Terms, years_of_life: Array, cost: Array, pounds: str = POUNDS) -> Iterator[Choice]:
    """Every way to choose that the terms ask for.

    Parameters
    ----------
    years_of_life, cost : float64[scenarios, draws]
        Gained and spent against the comparator.
    pounds
        The unit of what is spent.

    Examples
    --------
    >>> terms = Terms(life_year_values=(20_000.0,), budget=1e6)
    >>> found = list(choices(terms, np.array([[100.0]]), np.array([[4e6]])))
    >>> [(choice.level, choice.worth.tolist()) for choice in found]
    [('life_year_value 20000', [[-2000000.0]]), ('budget 1000000', [[25.0]])]
    """
    for value in terms.life_year_values:
        worth = value * years_of_life - cost
        yield Choice(f"life_year_value {value:.15g}", "net_benefit", "highest_net_benefit", pounds, worth)
    if terms.budget is not None:
        part = np.divide(terms.budget, cost, out=np.ones_like(cost), where=cost > terms.budget)
        level, unit = f"budget {terms.budget:.15g}", "years of life"
        yield Choice(level, "life_years_within_budget", "most_life_years", unit, part * years_of_life)


def net_benefit(ran: Ran, offers: Sequence[Offer], numbers: Mapping[str, Array]) -> list[Figure]:
    """What each scenario is worth, how likely it is the best option, and what knowing more would be worth.

    Nothing where the terms state no value of a year of life and no budget.

    Parameters
    ----------
    offers
        Of every scenario.
    numbers
        What might be known, ``float64[draws]`` each, costs among them.
    """
    taking = [offer for offer in offers if offer.why_none is None]
    years, cost = (
        np.array([getattr(offer, name) for offer in taking]).reshape(-1, ran.draws)
        for name in ("years_of_life", "cost")
    )
    found = list(choices(ran.terms, years, cost, prices_of(taking[0].prices) if taking else POUNDS))
    figures = []
    for choice in found:
        for offer, worth in zip(taking, choice.worth, strict=True):
            figures.append(
                figure_of(offer.scenario, choice.measure, choice.level, worth, choice.unit, **offer.more)
            )
        for offer in offers:
            if offer.why_none is not None:
                more = {"why": offer.why_none}
                figures.append(
                    Figure(offer.scenario, choice.measure, choice.level, None, choice.unit, more=more)
                )
        if taking:
            figures += _how_sure([ran.margins.arms[0], *(offer.scenario for offer in taking)], choice)
    if taking and found:
        figures += _worth_knowing(found, numbers)
    return figures


def _with_nothing(choice: Choice) -> Array:
    """What each option is worth, doing nothing first."""
    return np.concatenate([np.zeros((1, choice.worth.shape[1])), choice.worth])


def _how_sure(options: list[str], choice: Choice) -> Iterator[Figure]:
    for name, shares in zip(options, rank_options(_with_nothing(choice)).best, strict=True):
        value, error = probability(shares)
        measure = f"p_{choice.best}"
        yield Figure(name, measure, choice.level, value, "probability", mc_error=error)


def _worth_knowing(found: list[Choice], numbers: Mapping[str, Array]) -> Iterator[Figure]:
    """Expected values of perfect and of partial information; of the latter, those that are not 0 first."""
    worths = [_with_nothing(choice) for choice in found]
    partial = {name: partial_information(values, worths) for name, values in numbers.items()}
    for at, choice in enumerate(found):
        most, error = perfect_information(worths[at])
        yield Figure(ALL, "evpi", choice.level, most, choice.unit, mc_error=error)
        for place, name in enumerate(sorted(partial, key=lambda name: -partial[name][at][0])):
            value, error = partial[name][at]
            # where nothing is worth knowing, one line says so
            more = {} if place < (PRINTED if most else 1) else IN_FILES_ALONE
            yield Figure(ALL, "evppi", f"{choice.level}, {name}", value, choice.unit, None, error, more)
