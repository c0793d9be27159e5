"""Numbers that an answer hangs on, as the runs took them; and how the answer settled with draws."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scenarios.chance import chance
from scenarios.choice import choice
from scenarios.convergence import convergence
from scenarios.drivers import drivers
from scenarios.figures import Figure
from scenarios.headline import headline_draws
from scenarios.question import Question
from scenarios.ran import Ran, Terms
from scenarios.running import Forgotten, HeadlineRun
from scenarios.uncertain_numbers import model_numbers, scenario_numbers
from simcore.run import Settings
from tests.models import hazard, invented, prevalence, scenario, support

DRAWS = 240
UNSURE = "{distribution: uniform, low: 0.1, high: 0.9}"
RATIO = "{distribution: lognormal, median: 0.6, ci95: [0.5, 0.72]}"
OFFER = support("smoking: yes", ("pregnancy_smoking", "quit"), UNSURE, 0.5, 2.0)
SERVICE = hazard(RATIO, "heart, fever", "days_7_27, days_28_364", id="care")


@cache
def ran() -> Ran:
    model = invented("harbour")
    scenarios = (scenario("as_is"), scenario("offer", OFFER), scenario("care", SERVICE), scenario("again"))
    question = Question(model, model.structure(), scenarios, (2005, 2006))
    run = HeadlineRun(question, Settings(estimator="exact"), Forgotten(), lambda what, done, of: None)
    return Ran(question, run.to(DRAWS))


def by_number(figures: list[Figure], scenario: str, measure: str) -> dict[str, Figure]:
    return {at.level: at for at in figures if (at.scenario, at.measure) == (scenario, measure)}


def test_numbers_are_those_that_the_run_took() -> None:
    """The offer's deaths averted go up with its coverage in every draw, all else being what the model says."""
    numbers = scenario_numbers(ran().question.scenarios[1], DRAWS)
    assert list(numbers) == ["offer/coverage"]
    assert (numbers["offer/coverage"] > 0.1).all() and (numbers["offer/coverage"] < 0.9).all()
    reached = ran().margins.people["offer", "offer:reached"] / ran().margins.people["offer", "offer:eligible"]
    assert reached == pytest.approx(np.repeat(numbers["offer/coverage"][:, None], 2, axis=1))
    assert list(scenario_numbers(ran().question.scenarios[2], DRAWS)) == ["care/ratio"]
    assert set(model_numbers(ran().question, ran().draws)) == set(ran().question.model.spec.parameters)


def test_more_draws_move_no_number() -> None:
    few = scenario_numbers(ran().question.scenarios[1], 10)
    assert np.array_equal(
        few["offer/coverage"], scenario_numbers(ran().question.scenarios[1], DRAWS)["offer/coverage"][:10]
    )


def test_of_a_service_whose_effect_alone_is_unsure_the_effect_drives_the_answer() -> None:
    figures = drivers(ran())
    shares = by_number(figures, "care", "first_order_index")
    swings = by_number(figures, "care", "swing")
    assert "offer/coverage" not in shares
    assert next(iter(swings)) == "care/ratio"
    share = shares["care/ratio"]
    assert share.value is not None and share.value > 0.8 and share.mc_error is not None
    # the more the ratio is, the fewer deaths are averted
    swung = swings["care/ratio"]
    assert swung.value is not None and swung.value < 0
    low, high = swung.more["answers"]
    assert swung.value == pytest.approx(high - low) and swung.more["part"] == 0.1
    assert swung.more["numbers"][0] < 0.6 < swung.more["numbers"][1]


def test_numbers_stand_in_the_order_of_their_swings() -> None:
    for name in ("offer", "care"):
        widths = [abs(at.value or 0) for at in by_number(drivers(ran()), name, "swing").values()]
        assert widths == sorted(widths, reverse=True) and widths[0] > 0


def test_of_a_scenario_that_changes_nothing_no_share_is_told_and_nothing_swings() -> None:
    figures = drivers(ran())
    assert {at.value for at in by_number(figures, "again", "first_order_index").values()} == {None}
    assert {at.value for at in by_number(figures, "again", "swing").values()} == {0.0}


def test_the_headline_is_over_the_period_or_in_its_final_year_as_the_terms_say() -> None:
    whole = headline_draws(ran())
    final = headline_draws(replace(ran(), terms=Terms(definition="final_year")))
    by_year = ran().margins.by["year"]
    assert whole == pytest.approx((by_year[0] - by_year[1:]).sum(axis=-1), abs=1e-9)
    assert final == pytest.approx((by_year[0] - by_year[1:])[..., -1], abs=1e-9)


def test_convergence_ends_with_the_headline_and_its_error_falls_with_draws() -> None:
    found = [at for at in convergence(ran()) if at.scenario == "care"]
    assert [at.level for at in found] == [f"first {n} draws" for n in (25, 50, 100, 200, DRAWS)]
    assert found[-1].value == pytest.approx(headline_draws(ran())[1].mean())
    errors = np.array([at.more["draw_error"] for at in found])
    # a spread of 25 draws is known to a seventh
    assert errors[-1] == pytest.approx(errors[0] * np.sqrt(25 / DRAWS), rel=3.9 / 7)
    assert all(at.interval95 is not None for at in found)


@pytest.mark.parametrize("draws", [1, 2, 3, 21])
def test_of_few_draws_no_figure_is_a_number_that_is_none(draws: int) -> None:
    """Sections are made, and are JSON: a figure that is not finite is refused where it is made."""
    asked = ran().question
    run = HeadlineRun(asked, Settings(estimator="exact"), Forgotten(), lambda what, done, of: None)
    few = Ran(asked, run.to(draws), Terms(life_year_values=(20_000.0,), budget=1e6))
    for section in (chance, choice, drivers):
        figures = section(few)
        assert figures and json.dumps([at.as_dict() for at in figures], allow_nan=False)


def test_a_model_without_years_has_figures_of_all_its_births() -> None:
    model = invented("island")
    fewer = scenario("fewer", prevalence("smoke", 0.5), model="island")
    asked = Question(model, model.structure(), (scenario("as_is", model="island"), fewer), ())
    run = HeadlineRun(asked, Settings(estimator="exact"), Forgotten(), lambda what, done, of: None)
    found = Ran(asked, run.to(5))
    assert {at.level for at in chance(found)} == {"all"}
    assert choice(found) and drivers(found)
