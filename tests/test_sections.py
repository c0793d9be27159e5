"""Sections of the answer beside what their numbers are made from: invented deaths of England's births, by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scenarios.by import deaths_by, told_apart_by
from scenarios.cost import cost, spending
from scenarios.equity import equity
from scenarios.figures import Figure
from scenarios.life import life
from scenarios.margins import Margins
from scenarios.question import Question, ask
from scenarios.ran import Ran, Terms
from scenarios.rates import rates
from scenarios.reach import reach
from scenarios.schema import Scenario
from scenarios.schema.scenario import DiscountRate
from scenarios.sections import figures_by_section
from simcore.by_level import LevelCounts
from simcore.draws import uniforms
from simcore.measures import poisson_interval
from simcore.problems import DocumentError
from simcore.results import BlockResult
from tests.models import scenario, support
from tests.test_measures import by_regression

YEARS = (2026, 2027, 2028, 2029)
DRAWS = 41
ARMS = ("held", "offer")
OFFER = support("smoking: [to_delivery]", ("smoking", "quit"), 0.5, 0.5, 2.0)
STEP = "offer:reached"
SHAPE = (len(ARMS), DRAWS, len(YEARS), 10, 9, 6)


@cache
def question(*interventions: str) -> Question:
    """England in four years, and a scenario of these interventions."""
    asked = ask(["smoking_cessation"], years=YEARS)
    pair = scenario("held", model="england"), scenario("offer", *interventions, model="england")
    return replace(asked, scenarios=pair)


def invented(seed: int = 1) -> np.ndarray:
    """Deaths that differ in everything; the offer averts a tenth of them in every cell, more or less."""
    rng = np.random.default_rng(seed)
    held = rng.uniform(0.5, 1.5, SHAPE[1:]) * np.linspace(6.0, 2.0, 10)[:, None, None]
    return np.stack([held, held * rng.uniform(0.8, 1.0, SHAPE[1:])])


def ran(
    deaths: np.ndarray, *interventions: str, stages: dict[str, np.ndarray] | None = None, **terms: object
) -> Ran:
    """A run of these deaths, and of these births at steps, as the engine hands them over."""
    asked = question(*(interventions or (OFFER,)))
    nothing = np.zeros((*deaths.shape[:4], 0))
    people = {("offer", step): births for step, births in (stages or {}).items()}
    block = BlockResult(np.arange(DRAWS), ARMS, deaths, nothing, people)
    return Ran(asked, Margins.of(asked.model, block), Terms(**terms))  # type: ignore[arg-type]


def at(figures: list[Figure], measure: str, level: str = "all", scenario: str = "offer") -> Figure:
    """The one figure of that name."""
    (found,) = [f for f in figures if (f.scenario, f.measure, f.level) == (scenario, measure, level)]
    return found


def births(by: str = "") -> np.ndarray:
    """Live births of the four years: in all, by year or by tenth."""
    whole = ran(invented()).births
    return np.asarray({"": whole.sum(), "year": whole.sum(axis=1), "tenth": whole.sum(axis=0)}[by])


# ---- mortality


def test_infant_mortality_is_deaths_per_1000_births_and_its_change_is_against_the_comparator() -> None:
    deaths, figures = invented(), rates(ran(invented()))
    each = 1000 * deaths.sum(axis=(2, 3, 4, 5)) / births()
    for arm, name in enumerate(ARMS):
        found = at(figures, "imr", scenario=name)
        assert found.value == pytest.approx(each[arm].mean(), rel=1e-12)
        assert found.interval95 == pytest.approx(np.quantile(each[arm], [0.025, 0.975]), rel=1e-12)
    assert at(figures, "imr_change").value == pytest.approx((each[1] - each[0]).mean(), rel=1e-9)
    third = 1000 * deaths[1, :, :, 2].sum(axis=(1, 2, 3)) / births("tenth")[2]
    assert at(figures, "imr", "imd_decile 3").value == pytest.approx(third.mean(), rel=1e-12)
    fifth = 1000 * deaths[1, :, :, 2:4].sum(axis=(1, 2, 3, 4)) / births("tenth")[2:4].sum()
    assert at(figures, "imr", "imd_fifth 2").value == pytest.approx(fifth.mean(), rel=1e-12)
    in_2027 = 1000 * deaths[1, :, 1].sum(axis=(1, 2, 3)) / births("year")[1]
    assert at(figures, "imr", "year 2027").value == pytest.approx(in_2027.mean(), rel=1e-12)


def test_three_years_pooled_carry_the_exact_interval_of_their_count() -> None:
    deaths, figures = invented(), rates(ran(invented()))
    count = float(deaths[1, :, 1:4].sum(axis=(1, 2, 3, 4)).mean())
    base = float(births("year")[1:4].sum())
    found = at(figures, "imr_3_years", "years 2027-2029")
    low, high = (1000 * float(end) / base for end in poisson_interval(np.array(count)))
    assert found.value == pytest.approx(1000 * count / base, rel=1e-12)
    assert found.interval95 == pytest.approx((low, high), rel=1e-12)
    assert found.more["deaths"] == pytest.approx(count)
    assert {f.level for f in figures if f.measure == "imr_3_years" and "," not in f.level} == {
        "years 2026-2028",
        "years 2027-2029",
    }
    assert len([f for f in figures if f.measure == "imr_3_years"]) == 2 * 11 * len(ARMS)


def test_a_pooled_count_under_ten_is_marked_for_disclosure() -> None:
    few = rates(ran(invented() / 1e3))
    assert at(few, "imr_3_years", "years 2026-2028, imd_decile 10").more["small_count"] is True
    assert "small_count" not in at(rates(ran(invented())), "imr_3_years", "years 2026-2028").more


def test_rates_of_a_scenario_that_prevents_births_are_of_those_that_happen() -> None:
    made = ran(invented())
    prevented = np.zeros((DRAWS, len(YEARS), 10))
    fewer = np.zeros_like(prevented)
    prevented[:, 0, 0], fewer[:, 0, 0] = 1000.0, 3.0
    made = replace(
        made, margins=replace(made.margins, prevented={"offer": prevented}, by_fewer={"offer": fewer})
    )
    deaths = made.margins.strata[1].sum(axis=(1, 2)) - 3.0
    expected = (1000 * deaths / (births() - 1000.0)).mean()
    assert at(rates(made), "imr").value == pytest.approx(expected, rel=1e-12)
    without = at(rates(ran(invented())), "imr", scenario="held").value
    assert at(rates(made), "imr", scenario="held").value == without
    # what fewer births avert is in no headline
    assert at(deaths_by(made), "percent_averted") == at(deaths_by(ran(invented())), "percent_averted")


# ---- inequality


def test_indices_are_those_of_a_weighted_regression_in_every_draw() -> None:
    deaths, figures = invented(), equity(ran(invented()))
    tenths = deaths.sum(axis=(2, 4, 5))
    each = np.array([[by_regression(draw, births("tenth")) for draw in arm] for arm in tenths])
    for arm, name in enumerate(ARMS):
        for place, measure in enumerate(("sii", "rii")):
            found = at(figures, measure, scenario=name)
            assert found.value == pytest.approx(each[arm, :, place].mean(), rel=1e-9)
            ends = np.quantile(each[arm, :, place], [0.025, 0.975])
            assert found.interval95 == pytest.approx(ends, rel=1e-9)
    change = (each[1] - each[0])[:, 0]
    assert at(figures, "sii_change").value == pytest.approx(change.mean(), rel=1e-6)
    assert change.mean() < 0


def test_the_gap_is_between_the_most_and_the_least_deprived_fifth() -> None:
    deaths, figures = invented(), equity(ran(invented()))
    level = "most to least deprived fifth"
    tenths = deaths[1].sum(axis=(1, 3, 4))
    most, least = (
        1000 * tenths[:, part].sum(axis=1) / births("tenth")[part].sum() for part in (slice(2), slice(8, 10))
    )
    assert at(figures, "gap", level).value == pytest.approx((most - least).mean(), rel=1e-12)
    assert at(figures, "gap_ratio", level).value == pytest.approx((most / least).mean(), rel=1e-12)


def test_the_gap_of_routine_and_manual_occupations_is_to_all() -> None:
    made = ran(invented())
    assert not [f for f in equity(made) if "routine" in f.level]
    rng = np.random.default_rng(4)
    born, died = rng.uniform(1e5, 2e5, (2, DRAWS, 4)), rng.uniform(300, 900, (2, DRAWS, 4))
    counts = LevelCounts(born, died, np.array([False, False]))
    made = replace(made, margins=replace(made.margins, levels={"nssec": counts}))
    lowest = list(made.question.model.levels("nssec")).index("routine_manual")
    by_hand = 1000 * (died[1, :, lowest] / born[1, :, lowest] - died[1].sum(axis=1) / born[1].sum(axis=1))
    found = at(equity(made), "gap", "routine and manual to all")
    assert found.value == pytest.approx(by_hand.mean(), rel=1e-9)


def test_shares_of_benefit_add_up_and_there_are_none_of_nothing() -> None:
    shares = [f for f in equity(ran(invented())) if f.measure == "share_of_benefit"]
    assert len(shares) == 10
    assert sum(f.value or 0.0 for f in shares) == pytest.approx(1.0)
    same = invented()
    same[1] = same[0]
    figures = equity(ran(same))
    nothing = [f for f in figures if f.measure == "share_of_benefit"]
    assert {(f.value, f.interval95) for f in nothing} == {(None, None)}
    assert at(figures, "sii_change").value == 0.0
    # where some draws avert nothing there is a share of the mean, and no interval
    doubtful = invented()
    doubtful[1, :4] = doubtful[0, :4] * 1.01
    unsure = [f for f in equity(ran(doubtful)) if f.measure == "share_of_benefit"]
    assert all(f.value is not None and f.interval95 is None for f in unsure)


# ---- deaths averted told apart


def test_deaths_averted_of_every_level_add_up_to_those_of_all() -> None:
    deaths, figures = invented(), deaths_by(ran(invented()))
    whole = float((deaths[0] - deaths[1]).sum(axis=(1, 2, 3, 4)).mean())
    for dim in ("year", "imd_decile", "imd_fifth", "cause", "age_band"):
        parts = [f for f in figures if f.measure == "deaths_averted" and f.level.split(" ")[0] == dim]
        assert sum(f.value or 0.0 for f in parts) == pytest.approx(whole, rel=1e-12), dim
    percent = 100 * whole / deaths[0].sum(axis=(1, 2, 3, 4)).mean()
    assert at(figures, "percent_averted").value == pytest.approx(percent)
    assert at(figures, "deaths_averted_per_1000").value == pytest.approx(1000 * whole / births())


def test_levels_that_a_policy_moves_are_not_said_to_be_of_the_same_babies() -> None:
    rng = np.random.default_rng(5)
    born, died = np.full((2, DRAWS, 3), 1e5), rng.uniform(300, 900, (2, DRAWS, 3))
    made = ran(invented())
    for moved, measure in ((False, "deaths_averted"), (True, "fewer_deaths")):
        counts = LevelCounts(born, died, np.array([False, moved]))
        figures = deaths_by(replace(made, margins=replace(made.margins, levels={"smoking": counts})))
        of_level = {f.measure for f in figures if f.scenario == "offer" and f.level == "smoking quit"}
        assert measure in of_level
        assert ("deaths_averted" in of_level) is not moved
        assert at(figures, measure, "smoking quit").value == pytest.approx((died[0] - died[1])[:, 1].mean())


def test_what_deaths_are_told_apart_by_is_checked_by_name() -> None:
    model = question(OFFER).model
    assert told_apart_by(model, ["cause", "smoking", "cause", "year"]) == (("cause", "year"), ("smoking",))
    with pytest.raises(DocumentError, match="--by nsec: england has no `nsec`; did you mean `nssec`"):
        told_apart_by(model, ["nsec"])
    with pytest.raises(DocumentError, match="take --estimator expected"):
        told_apart_by(model, ["smoking"], "realised")
    assert told_apart_by(model, ["cause"], "realised").dims == ("cause",)


# ---- years of life


def test_years_of_life_are_deaths_averted_times_what_was_to_come() -> None:
    deaths = np.ones(SHAPE)
    deaths[1, :, 2, :, 0, 5] -= 0.5  # 5 deaths in the third year, in the last half of the first year of life
    made = ran(deaths, discount_rate=0.03)
    edges, model = [0, 1, 7, 28, 91, 183, 365], made.question.model
    assert model.life is not None
    plain, later = (model.life.in_first_year(edges, np.ones(6), rate)[-1] for rate in (0.0, 0.03))
    figures = life(made)
    assert at(figures, "years_of_life_gained").value == pytest.approx(5 * plain)
    found = at(figures, "years_of_life_gained_discounted")
    assert found.value == pytest.approx(5 * later / 1.03**2)
    assert found.more["discount_rate"] == 0.03
    assert 79 < plain < 84 and later < 35


def test_years_of_life_are_discounted_only_where_a_rate_is_named() -> None:
    deaths = invented()
    assert {f.measure for f in life(ran(deaths))} == {"years_of_life_gained"}
    stated = replace(question(OFFER), scenarios=(question(OFFER).scenarios[0], _discounted(0.02)))
    made = replace(ran(deaths), question=stated)
    assert at(life(made), "years_of_life_gained_discounted").more["discount_rate"] == 0.02
    # the terms of the answer go before the file
    over = replace(made, terms=Terms(discount_rate=0.04))
    assert at(life(over), "years_of_life_gained_discounted").more["discount_rate"] == 0.04


def _discounted(rate: float) -> Scenario:
    stated = DiscountRate(value=rate, source="assumption", note="invented")
    return question(OFFER).scenarios[1].model_copy(update={"discount_rate": stated})


# ---- reach


def reached(births: float = 100.0) -> dict[str, np.ndarray]:
    """So many births at one step in every stratum and draw."""
    return {STEP: np.full((DRAWS, len(YEARS), 10), births)}


def test_the_number_needed_is_births_at_the_step_for_one_death_averted() -> None:
    deaths, figures = invented(), reach(ran(invented(), stages=reached()))
    total = 100.0 * 10 * len(YEARS)
    assert at(figures, "births_at_step", STEP).value == total
    assert at(figures, "births_at_step_a_year", STEP).value == total / len(YEARS)
    assert at(figures, "births_at_step", f"{STEP}, year 2028").value == 1000.0
    averted = (deaths[0] - deaths[1]).sum(axis=(1, 2, 3, 4))
    found = at(figures, "number_needed", STEP)
    assert found.value == pytest.approx(total / averted.mean())
    ends = total / np.quantile(averted, [0.975, 0.025])
    assert found.interval95 == pytest.approx(ends)
    assert found.more["p_no_gain"] == 0.0


def test_a_number_needed_has_no_bound_where_the_offer_may_do_nothing() -> None:
    doubtful = invented()
    doubtful[1, :10] = doubtful[0, :10] * 1.01
    figures = reach(ran(doubtful, stages=reached()))
    found = at(figures, "number_needed", STEP)
    assert found.value is not None and found.interval95 is not None
    assert found.interval95[0] is not None and found.interval95[1] is None
    assert found.more["p_no_gain"] == pytest.approx(10 / DRAWS)
    always = at(figures, "averted_per_1000_at_step", STEP)
    assert always.interval95 is not None and always.interval95[0] is not None and always.interval95[0] < 0


def test_interventions_that_share_what_is_averted_have_no_number_of_their_own() -> None:
    second = OFFER.replace("id: offer", "id: other")
    found = at(reach(ran(invented(), OFFER, second, stages=reached())), "number_needed", STEP)
    assert found.value is None
    assert "share" in found.more["why"]


def test_births_that_are_prevented_share_nothing_of_what_an_offer_averts() -> None:
    prevention = "id: prevention, change: births, multiply: 0.9, ASSUMED"
    stages = reached() | {"prevention:prevented": np.ones((DRAWS, len(YEARS), 10))}
    figures = reach(ran(invented(), OFFER, prevention, stages=stages))
    assert at(figures, "number_needed", STEP).value is not None
    assert at(figures, "births_at_step", "prevention:prevented").value == 40.0
    assert not [f for f in figures if f.measure == "number_needed" and "prevented" in f.level]


# ---- costs


def costed(*costs: str) -> str:
    """The offer with these costs: ``per, value, price year``."""
    written = ", ".join(
        f"{{per: {per}, value: {value}, price_year: {year}, source: assumption, note: invented}}"
        for per, value, year in (each.split("|") for each in costs)
    )
    return f"{OFFER}, costs: [{written}]"


def test_costs_are_unit_costs_times_births_at_the_step_year_by_year() -> None:
    made = ran(invented(), costed("reached|20|2023"), stages=reached(), discount_rate=0.035)
    figures = cost(made)
    assert at(figures, "cost").value == 20 * 1000.0 * len(YEARS)
    assert at(figures, "cost", "year 2027").value == 20_000.0
    assert at(figures, "cost").unit == "GBP, 2023 prices"
    later = 20_000.0 * sum(1.035**-year for year in range(4))
    assert at(figures, "cost_discounted").value == pytest.approx(later)
    deaths = invented()
    averted = (deaths[0] - deaths[1]).sum(axis=(1, 2, 3, 4)).mean()
    assert at(figures, "cost_per_death_averted").value == pytest.approx(80_000 / averted)
    gained = at(life(made), "years_of_life_gained").value
    assert gained is not None
    assert at(figures, "cost_per_year_of_life").value == pytest.approx(80_000 / gained)


def test_an_uncertain_unit_cost_over_years_has_one_draw_for_all_of_them() -> None:
    ramp = "{ramp: {from: 2027, to: 2028, value: {distribution: uniform, low: 10, high: 30}}}"
    made = ran(invented(), costed(f"reached|{ramp}|2023"), stages=reached())
    drawn = 10 + 20 * uniforms("intervention/offer/cost/reached", DRAWS)
    by_hand = 1000.0 * drawn[:, None] * np.array([0.0, 0.5, 1.0, 1.0])
    assert spending(made, 1).by_prices[2023] == pytest.approx(by_hand)


def test_costs_in_prices_of_several_years_are_not_added() -> None:
    figures = cost(ran(invented(), costed("reached|20|2018", "reached|5|2023"), stages=reached()))
    assert at(figures, "cost", "prices of 2018").value == 80_000.0
    assert at(figures, "cost", "prices of 2023").value == 20_000.0
    for measure in ("cost", "cost_per_death_averted", "cost_per_year_of_life"):
        assert at(figures, measure).value is None
        assert "not added" in at(figures, measure).more["why"]


def test_a_cost_of_births_that_nobody_counted_is_said_to_be_missing() -> None:
    figures = cost(ran(invented(), costed("reached|20|2023", "accepts|5|2023"), stages=reached()))
    assert at(figures, "cost").value is None
    assert "offer: accepts" in at(figures, "cost").more["why"]


def test_a_cost_of_those_moved_is_nothing_where_nobody_is() -> None:
    """An offer without effect is laid without the step that would move anybody."""
    figures = cost(ran(invented(), costed("reached|20|2023", "moved|5|2023"), stages=reached()))
    alone = cost(ran(invented(), costed("reached|20|2023"), stages=reached()))
    assert at(figures, "cost").value == at(alone, "cost").value


def test_a_cost_of_every_birth_aimed_at_is_of_strata_and_years_that_are_aimed_at() -> None:
    aimed = costed("birth|2|2023") + ", where: {imd_decile: [1, 2]}, years: {from: 2028}"
    figures = cost(ran(invented(), aimed, stages=reached()))
    here = ran(invented()).births[2:, :2]
    assert at(figures, "cost").value == pytest.approx(2 * here.sum())
    assert at(figures, "cost", "year 2026").value == 0.0


def test_a_scenario_without_costs_has_none_and_one_with_some_says_what_is_without() -> None:
    assert cost(ran(invented(), stages=reached())) == []
    second = OFFER.replace("id: offer", "id: other")
    figures = cost(ran(invented(), costed("reached|20|2023"), second, stages=reached()))
    assert at(figures, "cost").more["without_costs"] == ["other"]


# ---- all of it


@pytest.mark.parametrize("averts", [0.1, 0.0, -0.1])
def test_every_section_is_plain_json_whatever_is_averted(averts: float) -> None:
    deaths = invented()
    deaths[1] = deaths[0] * (1 - averts)
    made = ran(deaths, costed("reached|20|2023"), stages=reached(), discount_rate=0.035)
    plain = {
        name: [figure.as_dict() for figure in figures] for name, figures in figures_by_section(made).items()
    }
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    names = [(f["scenario"], f["measure"], f["level"]) for figures in plain.values() for f in figures]
    assert len(names) == len(set(names))


def test_of_no_deaths_at_all_there_are_rates_and_no_ratios() -> None:
    figures = figures_by_section(ran(np.zeros(SHAPE)))
    assert at(figures["rates"], "imr").value == 0.0
    assert at(figures["equity"], "sii").value == 0.0
    assert at(figures["equity"], "rii").value is None
    assert at(figures["by"], "percent_averted").value is None
