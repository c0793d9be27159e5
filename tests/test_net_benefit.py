"""The choice between scenarios where money counts, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.choice import choice
from scenarios.cost import cost
from scenarios.figures import Figure
from scenarios.life import life
from scenarios.net_benefit import NO_COST, NO_LIFE, Offer, alike, choices, net_benefit, offers_of
from scenarios.ran import Ran, Terms
from tests import test_sections as england
from tests.models import scenario
from tests.test_drivers import OFFER, ran

OFFERS = (
    Offer("offer", np.array([10.0, 30.0]), np.array([2e5, 2e5]), 2023),
    Offer("care", np.array([10.0, 10.0]), np.array([1e5, 5e4]), 2023),
    Offer("again", why_none=NO_COST),
)
TERMS = Terms(life_year_values=(10_000.0, 30_000.0), budget=1e5)


def of_two_draws() -> Ran:
    margins = replace(ran().margins, arms=("as_is", "offer", "care", "again"), total=np.ones((4, 2)))
    return Ran(ran().question, margins, TERMS)


def figures(numbers: dict[str, np.ndarray] | None = None) -> dict[tuple[str, str, str], Figure]:
    found = net_benefit(of_two_draws(), OFFERS, numbers or {})
    by = {(at.scenario, at.measure, at.level): at for at in found}
    assert len(by) == len(found)
    return by


def test_net_benefit_is_the_value_of_years_of_life_less_cost() -> None:
    by = figures()
    # 10 and 30 years at 10,000, for 200,000
    assert by["offer", "net_benefit", "life_year_value 10000"].value == pytest.approx(0.0)
    assert by["care", "net_benefit", "life_year_value 30000"].value == pytest.approx(225_000)


def test_the_best_option_is_told_with_doing_nothing_among_them() -> None:
    by = figures()
    best = {
        name: by[name, "p_highest_net_benefit", "life_year_value 10000"].value
        for name in ("as_is", "offer", "care")
    }
    # at 10,000: nothing 0 and 0, the offer -100,000 and 100,000, care 0 and 50,000: a tie in the first draw
    assert best == {"as_is": 0.25, "offer": 0.5, "care": 0.25}


def test_within_a_budget_each_is_bought_as_far_as_it_goes() -> None:
    by = figures()
    # half of the offer; all of care, which costs no more than the budget
    assert by["offer", "life_years_within_budget", "budget 100000"].value == pytest.approx(10.0)
    assert by["care", "life_years_within_budget", "budget 100000"].value == pytest.approx(10.0)
    saved = list(choices(Terms(budget=1e5), np.array([[4.0]]), np.array([[-3e5]])))
    assert saved[0].worth.tolist() == [[4.0]]


def test_a_scenario_without_costs_takes_no_part_and_that_is_said() -> None:
    at = figures()["again", "net_benefit", "life_year_value 30000"]
    assert (at.value, at.more["why"]) == (None, "no costs are stated")
    assert ("again", "p_highest_net_benefit", "life_year_value 30000") not in figures()


def test_what_it_is_worth_to_know_more_is_told_for_each_choice_and_number() -> None:
    by = figures({"useless": np.array([3.0, 3.0])})
    # at 10,000 care is best on average (25,000); to know the draw would be worth 50,000 - 25,000
    assert by["all", "evpi", "life_year_value 10000"].value == pytest.approx(25_000)
    assert by["all", "evppi", "life_year_value 10000, useless"].value == 0.0
    assert by["all", "evpi", "budget 100000"].value == pytest.approx(2.5)
    assert by["all", "evpi", "budget 100000"].unit == "years of life"


def test_nothing_is_told_where_no_value_of_a_life_year_and_no_budget_is_stated() -> None:
    asked = replace(of_two_draws(), terms=Terms())
    assert net_benefit(asked, OFFERS, {}) == []
    # nor anything be chosen where nothing has a cost
    none = net_benefit(of_two_draws(), OFFERS[2:], {})
    assert {at.value for at in none} == {None} and {at.measure for at in none} == {
        "net_benefit",
        "life_years_within_budget",
    }


# ---- what scenarios gain and cost, as other sections have it


def test_gains_and_costs_are_those_of_the_sections_of_life_and_of_cost_discountedalike() -> None:
    made = england.ran(
        england.invented(), england.costed("reached|20|2023"), stages=england.reached(), discount_rate=0.035
    )
    (offer,) = offers_of(made)
    assert offer.years_of_life.mean() == pytest.approx(
        england.at(life(made), "years_of_life_gained_discounted").value
    )
    assert offer.cost.mean() == pytest.approx(england.at(cost(made), "cost_discounted").value)
    assert (offer.scenario, offer.prices, offer.rate, offer.why_none) == ("offer", 2023, 0.035, None)
    asked = replace(made, terms=replace(made.terms, life_year_values=(20_000.0,)))
    found = england.at(choice(asked), "net_benefit", "life_year_value 20000")
    assert found.value == pytest.approx(20_000 * offer.years_of_life.mean() - offer.cost.mean())
    assert (found.unit, found.more["discount_rate"]) == ("GBP, 2023 prices", 0.035)
    assert not any(at.measure in ("net_benefit", "evpi") for at in choice(made))


def test_why_a_scenario_takes_no_part_is_told() -> None:
    (free,) = offers_of(england.ran(england.invented(), stages=england.reached()))
    mixed = england.costed("reached|20|2018", "reached|5|2023")
    (unsummed,) = offers_of(england.ran(england.invented(), mixed, stages=england.reached()))
    assert free.why_none == NO_COST and "prices of several years" in str(unsummed.why_none)
    # the harbour has no life table
    charged = scenario("offer", f"{OFFER}, costs: [{{per: reached, value: 20, price_year: 2023, ASSUMED}}]")
    question = replace(ran().question, scenarios=(ran().question.scenarios[0], charged))
    margins = ran().margins
    priced = Ran(question, replace(margins, arms=margins.arms[:2], total=margins.total[:2]))
    assert [offer.why_none for offer in offers_of(priced)] == [NO_LIFE]


def test_scenarios_are_compared_in_prices_of_one_year_and_at_one_rate() -> None:
    years = np.ones(2)
    offers = [Offer(name, years, years, prices) for name, prices in (("a", 2018), ("b", 2023), ("c", 2023))]
    assert [at.why_none for at in alike(offers, "prices")] == [
        "its costs are not in prices of 2023, as those of most are",
        None,
        None,
    ]
    rates = [Offer("a", years, years, rate=0.035), Offer("b", years, years, rate=0.015)]
    assert "--discount-rate" in str(alike(rates, "rate")[1].why_none)
