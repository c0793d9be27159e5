"""What each scenario costs, and for one death averted and one year of life, from unit costs and births at each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.discounting import discount_rate, weights_of_years
from scenarios.figures import ALL, IN_FILES_ALONE, Array, Figure, figure_of
from scenarios.interventions.luck import Luck
from scenarios.life import years_gained
from scenarios.ran import Ran
from scenarios.schema import Cost, Costed, Intervention, Scenario
from scenarios.schema.paths import reached_in, uncertain_parts
from scenarios.uncertainty import averted
from scenarios.under import has_years, scenarios_of
from simcore.measures import per_unit
from simcore.results import wording

POUNDS = "GBP"


@dataclass(frozen=True)
class Spending:
    """What one scenario costs.

    Attributes
    ----------
    by_prices
        Pounds in prices of each year, ``float64[draws, years]``.
    missing
        Costs of births that are not counted: with one of them nothing is known of the whole.
    """

    by_prices: Mapping[int, Array]
    missing: tuple[str, ...] = ()

    @property
    def why_no_sum(self) -> str | None:
        """Why there is no cost of the whole scenario, if there is none."""
        if self.missing:
            return f"births are not counted at {', '.join(self.missing)}"
        if len(self.by_prices) > 1:
            return "costs are in prices of several years, which are not added: write them in those of one"
        return None

    @property
    def is_stated(self) -> bool:
        """Whether the scenario states any cost."""
        return bool(self.by_prices or self.missing)


def cost(ran: Ran) -> list[Figure]:
    """Costs of every scenario that states any: by year, in all, discounted, for one death and one year of life."""
    return [figure for arm, _ in scenarios_of(ran) for figure in _of_scenario(ran, arm)]


def spending(ran: Ran, arm: int) -> Spending:
    """What a scenario costs, for each year of prices that its file names, the earliest first."""
    found, missing = dict[int, Array](), []
    interventions = ran.question.scenarios[arm].interventions
    for change in (change for change in interventions if isinstance(change, Costed)):
        for each in change.costs:
            births = _births_at(ran, arm, change, each)
            if births is None:
                missing.append(f"{change.id}: {each.per}")
            else:
                pounds = np.multiply(births, unit_cost(ran, change, each))
                found[each.price_year] = found.get(each.price_year, 0.0) + pounds
    return Spending({year: found[year] for year in sorted(found)}, tuple(missing))


def unit_cost(ran: Ran, change: Costed, each: Cost) -> Array:
    """Pounds for each birth at the step: ``float64[draws, years]``; one draw of what is uncertain for all years."""
    luck, name, draws = Luck(), f"{change.id}/cost/{each.per}", np.arange(ran.draws)
    drawn = {
        tail: luck.values(part, name + tail, draws) for tail, part in uncertain_parts(each.value).items()
    }
    found = []
    for year in ran.question.years or [0]:
        gone, value = reached_in(each.value, year, drawn)
        found.append(np.broadcast_to(gone * np.asarray(value, np.float64), ran.draws))
    return np.stack(found, axis=1)


def _births_at(ran: Ran, arm: int, change: Intervention, each: Cost) -> Array | None:
    """Births at the step that a cost is of: ``float64[draws, years]``; None where none are counted."""
    name, people = ran.margins.arms[arm], ran.margins.people
    if each.per == "birth":
        return _births_aimed_at(ran, change)
    begins = f"{change.id}:moves " if each.per == "moved" else f"{change.id}:{each.per}"
    at = [
        births
        for (scenario, step), births in people.items()
        if scenario == name and (step.startswith(begins) if each.per == "moved" else step == begins)
    ]
    if not at and each.per == "moved":
        # what moves nobody is laid as no step at all
        return np.zeros((ran.draws, len(ran.question.years or [0])))
    return np.sum(at, axis=0) if at else None


def _births_aimed_at(ran: Ran, change: Intervention) -> Array | None:
    """Every birth in the strata and years aimed at; None where a variable tells who is aimed at."""
    strata = ran.question.model.strata
    if any(name not in strata for name in change.where):
        return None
    births, dims = ran.births, list(strata)
    for axis, (dim, levels) in enumerate(strata.items()):
        if dim in change.where:
            inside = np.array([level in change.where[dim] for level in levels if _is_asked(ran, dim, level)])
            births = births * inside.reshape([-1 if i == axis else 1 for i in range(births.ndim)])
    if not has_years(ran):
        return np.full((ran.draws, 1), births.sum())
    year = dims.index("year")
    by_year = births.sum(axis=tuple(axis for axis in range(births.ndim) if axis != year))
    acts = np.array([change.years.holds(at) for at in ran.question.years])
    return np.broadcast_to(by_year * acts, (ran.draws, by_year.size))


def _is_asked(ran: Ran, dim: str, level: str) -> bool:
    return dim != "year" or int(level) in ran.question.years


def _of_scenario(ran: Ran, arm: int) -> Iterator[Figure]:
    name, spent = ran.margins.arms[arm], spending(ran, arm)
    if not spent.is_stated:
        return
    free = uncosted(ran.question.scenarios[arm])
    stated: Mapping[str, object] = {"without_costs": free} if free else {}
    several = len(spent.by_prices) > 1
    for prices, pounds in spent.by_prices.items():
        unit, of = prices_of(prices), f"prices of {prices}"
        if several:
            yield figure_of(name, "cost", of, pounds.sum(axis=1), unit, **stated)
        for year, of_year in zip(ran.question.years, pounds.T, strict=False):
            level = f"{f'{of}, ' if several else ''}year {year}"
            yield figure_of(name, "cost", level, of_year, unit, **stated, **IN_FILES_ALONE)
    yield from _of_the_whole(ran, arm, spent, stated)


def _of_the_whole(ran: Ran, arm: int, spent: Spending, stated: Mapping[str, object]) -> Iterator[Figure]:
    """Cost in all, for one death averted and for one year of life, as it is and discounted where a rate is named."""
    name, words = ran.margins.arms[arm], wording(ran.question.model)
    rate, why = discount_rate(ran, arm), spent.why_no_sum
    for suffix, used in {"": 0.0, **({"_discounted": rate} if rate else {})}.items():
        more = {"discount_rate": used, **stated}
        gains = {
            # a death averted counts in full whenever it is: years of life are what is discounted
            "cost_per_death_averted": (averted(ran.margins, arm).draws, words["deaths"]),
            "cost_per_year_of_life": (years_gained(ran, arm, used), "years of life"),
        }
        if why is not None:
            for measure in ("cost", *gains):
                yield Figure(name, f"{measure}{suffix}", ALL, None, POUNDS, more={**more, "why": why})
            continue
        ((prices, by_year),) = spent.by_prices.items()
        pounds = by_year @ weights_of_years(ran, used)
        yield figure_of(name, f"cost{suffix}", ALL, pounds, prices_of(prices), **more)
        for measure, (gained, of) in gains.items():
            if gained is not None:
                found = per_unit(pounds, gained)
                unit, known = f"{prices_of(prices)}, for one of {of}", {**more, "p_no_gain": found.p_none}
                yield Figure(name, f"{measure}{suffix}", ALL, found.value, unit, found.interval95, more=known)


def prices_of(year: int) -> str:
    """The unit of a cost.

    >>> prices_of(2023)
    'GBP, 2023 prices'
    """
    return f"{POUNDS}, {year} prices"


def uncosted(scenario: Scenario) -> list[str]:
    """Interventions that state no cost, beside others that do."""
    return [
        change.id for change in scenario.interventions if not (isinstance(change, Costed) and change.costs)
    ]
