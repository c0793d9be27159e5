"""The choice between scenarios where money counts, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.figures import Figure
from scenarios.net_benefit import choices, net_benefit_figures
from scenarios.ran import Ran, Terms
from tests.test_drivers import ran

YEARS = np.array([[10.0, 30.0], [10.0, 10.0], [5.0, 5.0]])
COST = np.array([[2e5, 2e5], [1e5, 5e4], [np.nan, np.nan]])
COSTED = np.array([True, True, False])
TERMS = Terms(life_year_values=(10_000.0, 30_000.0), budget=1e5)


def of_two_draws() -> Ran:
    margins = replace(ran().margins, arms=("as_is", "offer", "care", "again"), total=np.ones((4, 2)))
    return Ran(ran().question, margins, TERMS)


def figures(numbers: dict[str, np.ndarray] | None = None) -> dict[tuple[str, str, str], Figure]:
    found = net_benefit_figures(of_two_draws(), YEARS, COST, COSTED, numbers or {})
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
        name: by[name, "probability_highest_net_benefit", "life_year_value 10000"].value
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
    assert (at.value, at.more["why_none"]) == (None, "no costs are stated")
    assert ("again", "probability_highest_net_benefit", "life_year_value 30000") not in figures()


def test_what_it_is_worth_to_know_more_is_told_for_each_choice_and_number() -> None:
    by = figures({"useless": np.array([3.0, 3.0])})
    # at 10,000 care is best on average (25,000); to know the draw would be worth 50,000 - 25,000
    assert by["all", "evpi", "life_year_value 10000"].value == pytest.approx(25_000)
    assert by["all", "evppi", "life_year_value 10000, useless"].value == 0.0
    assert by["all", "evpi", "budget 100000"].value == pytest.approx(2.5)
    assert by["all", "evpi", "budget 100000"].unit == "years of life"


def test_nothing_is_told_where_no_value_of_a_life_year_and_no_budget_is_stated() -> None:
    asked = replace(of_two_draws(), terms=Terms())
    assert net_benefit_figures(asked, YEARS, COST, COSTED, {}) == []
    # nor anything be chosen where nothing has a cost
    none = net_benefit_figures(of_two_draws(), YEARS, COST, np.zeros(3, bool), {})
    assert {at.value for at in none} == {None} and {at.measure for at in none} == {
        "net_benefit",
        "life_years_within_budget",
    }
