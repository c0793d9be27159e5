"""Numbers over years, by hand: ramps, steps and tables of shares, ratios and additions; one draw for all years."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.schema import Scenario
from simcore.draws import uniforms
from tests.models import answer, hazard, invented, prevalence, priors, scenario, support
from tests.models.shares import levels_under

HARBOUR = invented("harbour")
DRAWS = priors("harbour", 3)
YEARS = tuple(range(2001, 2007))
BASE = scenario("base")
UNCERTAIN = "{distribution: uniform, low: 0.2, high: 0.6}"


def change(what: str, more: str = "") -> Scenario:
    return scenario("policy", f"id: change, change: prevalence, of: smoking, {what}, ASSUMED{more}")


def smokers(policy: Scenario) -> np.ndarray:
    """``float64[draws, years, areas]``."""
    return np.asarray(levels_under(HARBOUR, policy, DRAWS, YEARS, "smoking")[..., 1])


NATURAL = smokers(BASE)


def by_year(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


@pytest.mark.parametrize(
    ("path", "factors"),
    [
        ("{ramp: {from: 2002, to: 2005, value: 0.6}}", [1, 0.9, 0.8, 0.7, 0.6, 0.6]),
        ("{ramp: {from: 2002, to: 2005, value: 0.6, start: 0.8}}", [0.8, 0.75, 0.7, 0.65, 0.6, 0.6]),
        ("{step: {from: 2004, value: 0.6}}", [1, 1, 1, 0.6, 0.6, 0.6]),
        ("{table: {2003: 0.9, 2004: 0.5, 2005: 0.7}, after: hold}", [1, 1, 0.9, 0.5, 0.7, 0.7]),
    ],
)
def test_a_factor_follows_its_path(path: str, factors: list[float]) -> None:
    assert smokers(change(f"multiply: {path}")) == pytest.approx(NATURAL * by_year(*factors))


def test_an_addition_begins_at_none() -> None:
    ramped = smokers(change("add: {ramp: {from: 2003, to: 2004, value: -0.04}}"))
    assert ramped == pytest.approx(NATURAL - by_year(0, 0, 0.02, 0.04, 0.04, 0.04))
    stepped = smokers(change("add: {step: {from: 2005, value: -0.04}}"))
    assert stepped == pytest.approx(NATURAL - by_year(0, 0, 0, 0, 0.04, 0.04))


@pytest.mark.parametrize("form", ["ramp: {from: 2003, to: 2004, value: 3}", "step: {from: 2004, value: 3}"])
def test_an_odds_ratio_begins_at_one(form: str) -> None:
    found = smokers(change(f"odds_ratio: {{{form}}}"))
    ratio = by_year(1, 1, 2 if "ramp" in form else 1, 3, 3, 3)
    assert found / (1 - found) == pytest.approx(ratio * NATURAL / (1 - NATURAL))


def test_a_share_that_is_set_begins_at_the_share_there_is() -> None:
    """Half way in 2003, all of it from 2004; before that as ever."""
    found = smokers(change("set: {ramp: {from: 2003, to: 2004, value: 0.06}}, spread: everywhere"))
    gone = by_year(0, 0, 0.5, 1, 1, 1)
    assert found == pytest.approx(NATURAL + gone * (0.06 - NATURAL))
    births = HARBOUR.births
    among_all = (NATURAL * births).sum(axis=-1) / births.sum(axis=-1)
    wanted = among_all + gone[:, 0] * (0.06 - among_all)
    found = smokers(change("set: {ramp: {from: 2003, to: 2004, value: 0.06}}"))
    assert found == pytest.approx(NATURAL * (wanted / among_all)[..., None])


def test_a_share_may_be_set_year_by_year_or_from_a_start() -> None:
    found = smokers(change("set: {table: {2003: 0.1, 2004: 0.05}, after: hold}, spread: everywhere"))
    assert found[:, :2] == pytest.approx(NATURAL[:, :2])
    assert found[:, 2:] == pytest.approx(np.broadcast_to(by_year(0.1, 0.05, 0.05, 0.05), (3, 4, 2)))
    found = smokers(change("set: {ramp: {from: 2002, to: 2003, value: 0.1, start: 0.2}}, spread: everywhere"))
    assert found == pytest.approx(np.broadcast_to(by_year(0.2, 0.15, 0.1, 0.1, 0.1, 0.1), (3, 6, 2)))


def test_years_outside_the_window_are_as_ever() -> None:
    found = smokers(
        change("multiply: {ramp: {from: 2001, to: 2004, value: 0.6}}", ", years: {from: 2003, to: 2004}")
    )
    assert found == pytest.approx(NATURAL * by_year(1, 1, 0.7, 0.6, 1, 1))


def test_a_table_need_not_go_beyond_the_window() -> None:
    found = smokers(change("multiply: {table: {2001: 0.9, 2002: 0.8}}", ", years: {to: 2002}"))
    assert found == pytest.approx(NATURAL * by_year(0.9, 0.8, 1, 1, 1, 1))


# ---- one draw for all years


def test_an_uncertain_path_has_one_draw_for_all_years_and_its_start_another() -> None:
    value = 0.2 + 0.4 * uniforms("intervention/change/multiply", 3)
    found = smokers(change(f"multiply: {{ramp: {{from: 2003, to: 2004, value: {UNCERTAIN}}}}}")) / NATURAL
    gone = by_year(0, 0, 0.5, 1, 1, 1)
    assert found == pytest.approx(1 + gone * (value[:, None, None] - 1) + 0 * NATURAL)
    start = 0.2 + 0.4 * uniforms("intervention/change/multiply/start", 3)
    path = f"{{ramp: {{from: 2003, to: 2004, value: {UNCERTAIN}, start: {UNCERTAIN}}}}}"
    by_hand = start[:, None, None] + gone * (value - start)[:, None, None]
    assert smokers(change(f"multiply: {path}")) / NATURAL == pytest.approx(by_hand + 0 * NATURAL)


@pytest.mark.parametrize("estimator", ["exact", "expected", "realised"])
def test_a_path_that_is_the_same_in_all_years_is_the_plain_number_to_the_bit(estimator: str) -> None:
    """So that a number keeps its draws, whichever way it is written."""
    plain = UNCERTAIN, 0.5, "{distribution: lognormal, median: 0.5, ci95: [0.25, 1.0]}"
    stepped = [f"{{step: {{from: 2000, value: {number}}}}}" for number in plain]

    def policy(coverage: object, uptake: object, ratio: object) -> Scenario:
        service = hazard(ratio, "heart, fever", "day_0", f", coverage: {{value: {coverage}, ASSUMED}}")
        offer = support("smoking: yes", ("pregnancy_smoking", "quit"), coverage, uptake, 1.5)
        return scenario("policy", offer, service, prevalence("shared_bed", coverage))

    runs = [
        answer(
            HARBOUR,
            HARBOUR.structure(),
            DRAWS,
            [BASE, policy(*numbers)],
            YEARS,
            estimator=estimator,
            births=20_000,
        )
        for numbers in (plain, stepped)
    ]
    assert np.array_equal(runs[0].deaths, runs[1].deaths)


# ---- steps that hang on the year


COVERAGE = "{ramp: {from: 2002, to: 2005, value: 0.8}}"
UPTAKE = "{table: {2001: 0.5, 2002: 0.25, 2003: 0.5}, after: hold}"
REACHED = by_year(0, 0.2, 0.4, 0.6, 0.8, 0.8)
ACCEPTS = REACHED * by_year(0.5, 0.25, 0.5, 0.5, 0.5, 0.5)


@pytest.mark.parametrize("estimator", ["exact", "expected"])
def test_a_cascade_whose_shares_go_over_years_is_counted_year_by_year(estimator: str) -> None:
    """Drawn births are counted where they smoke: 360,000 give each year and area some 5,000 smokers."""
    offer = support("smoking: yes", ("pregnancy_smoking", "quit"), COVERAGE, UPTAKE, 1.5)
    policy = scenario("policy", offer)
    run = answer(
        HARBOUR, HARBOUR.structure(), DRAWS, [BASE, policy], YEARS, estimator=estimator, births=360_000
    )
    eligible = run.stages["policy", "offer:eligible"]
    rel = 1e-9 if estimator == "exact" else 0.08
    assert eligible == pytest.approx(HARBOUR.births * NATURAL, rel=rel)
    assert run.stages["policy", "offer:reached"] == pytest.approx(eligible * REACHED)
    accepts = run.stages["policy", "offer:accepts"]
    assert accepts == pytest.approx(eligible * ACCEPTS)
    # natural quitting is 25%, half as much again is 12.5 points
    assert run.stages["policy", "offer:moves pregnancy_smoking"] == pytest.approx(accepts * 0.125)


@pytest.mark.parametrize("more", ["", ", where: {mother_age: young}"])
def test_a_hazard_ratio_that_goes_over_years_acts_year_by_year(more: str) -> None:
    """Deaths of the heart on day 0 are far below one in a hundred: as many fewer as the ratio says."""
    path = "{ramp: {from: 2003, to: 2004, value: 0.4}}"

    def deaths(*services: str) -> np.ndarray:
        policy = scenario("policy", *services)
        run = answer(HARBOUR, HARBOUR.structure(), DRAWS, [BASE, policy], YEARS, estimator="exact")
        cause = list(HARBOUR.spec.deaths.causes).index("heart")
        fewer = run.of("base") - run.of("policy")
        return np.asarray(fewer[..., cause, 0])

    whole, found = (deaths(hazard(ratio, "heart", "day_0", more)) for ratio in (0.4, path))
    # half way is a ratio of 0.7, half of the deaths that one of 0.4 averts
    assert found[:, :2] == pytest.approx(0.0, abs=1e-12)
    assert found[:, 3:] == pytest.approx(whole[:, 3:])
    assert found[:, 2] == pytest.approx(0.5 * whole[:, 2], rel=0.02)


def test_coverage_of_a_service_may_go_over_years_too() -> None:
    service = hazard(0.5, "heart", "day_0", f", coverage: {{value: {COVERAGE}, ASSUMED}}")
    run = answer(
        HARBOUR, HARBOUR.structure(), DRAWS, [BASE, scenario("policy", service)], YEARS, estimator="exact"
    )
    assert run.stages["policy", "service:reached"] == pytest.approx(
        np.broadcast_to(HARBOUR.births * REACHED, (3, 6, 2))
    )


def test_a_model_without_years_takes_numbers_and_paths_that_have_not_begun() -> None:
    island, draws = invented("island"), priors("island", 2)
    half = scenario("half", prevalence("smoke", 0.5), model="island")
    later = scenario(
        "later", prevalence("smoke", "{ramp: {from: 2002, to: 2003, value: 0.5}}"), model="island"
    )
    shares = [
        levels_under(island, policy, draws, (), "smoke")[..., 1]
        for policy in (scenario("base", model="island"), half, later)
    ]
    assert shares[1] == pytest.approx(0.5 * shares[0])
    assert np.array_equal(shares[2], shares[0])
