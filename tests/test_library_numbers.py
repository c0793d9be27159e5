"""Numbers of the shipped scenarios, worked out again by hand from the rows of evidence that they name."""

from __future__ import annotations

from functools import cache
from math import exp, log

import numpy as np
import pytest

import simcore
from scenarios.read import read_scenario
from scenarios.schema import Births, HazardRatio, Number, Prevalence, Ramp, Step, Support
from simcore.distributions import Beta, Distribution, Lognormal, Normal, Uniform
from simcore.ledger import read_ledger
from simcore.load import find_model
from simcore.run import Settings
from simcore.tables import read_table

COSTED = (
    "cash_in_pregnancy",
    "family_nurse_partnership",
    "smoking_cessation",
    "smoking_incentives",
    "smoking_young_mothers",
    "two_child_limit_removed",
)


@cache
def evidence() -> dict[str, tuple[float, float, float]]:
    """Estimate and bounds of every row of evidence, NaN where it has none."""
    found: dict[str, tuple[float, float, float]] = {}
    for row in read_ledger("england").rows:
        if row.kind == "evidence" and row.column in ("estimate", "value") and isinstance(row.value, float):
            low, high = (v if isinstance(v, float) else float("nan") for v in (row.low, row.high))
            found[row.name] = (row.value, low, high)
    return found


def estimate(row: str) -> float:
    return evidence()[row][0]


def support(name: str) -> Support:
    (offer,) = read_scenario(name).interventions
    assert isinstance(offer, Support)
    return offer


def service(name: str) -> HazardRatio:
    (change,) = read_scenario(name).interventions
    assert isinstance(change, HazardRatio)
    return change


def prevalence(name: str) -> Prevalence:
    (change,) = read_scenario(name).interventions
    assert isinstance(change, Prevalence)
    return change


def arrived(number: Number) -> Distribution:
    """What a path arrives at."""
    if isinstance(number, Step):
        value = number.step.value
    else:
        assert isinstance(number, Ramp)
        value = number.ramp.value
    return value


def odds(share: float) -> float:
    return share / (1.0 - share)


# ---- smoking


def test_the_cessation_offer_is_for_those_whom_no_service_sees_today() -> None:
    """Reach today: quit dates set over smokers at booking, who are smokers at delivery over 0.81."""
    offer = support("smoking_cessation")
    reach_2022 = 3227 / (0.088 / 0.81 * 570_844 / 4)
    reach_2020 = 9005 / (0.096 / 0.81 * 578_999 / 2)
    left = (1 - reach_2020, 1 - reach_2022)
    assert isinstance(offer.coverage.value, Uniform)
    assert offer.coverage.value.bounds == pytest.approx(left, abs=0.005)
    effect = offer.effect.value
    assert isinstance(effect, Lognormal)
    assert (effect.median, *effect.ci95) == evidence()["I001"]
    (cost,) = offer.costs
    assert cost.value.central == pytest.approx(estimate("I047") * estimate("I044") / 100, abs=0.5)


def test_vouchers_add_the_two_trials_pooled_by_their_variance() -> None:
    second = (0.231 * 0.769 / 294 + 0.087 * 0.913 / 287, estimate("I028") / 100)
    third = (0.27 * 0.73 / 472 + 0.12 * 0.88 / 472, estimate("I101") / 100)
    weights = np.array([1 / second[0], 1 / third[0]])
    mean = float(weights @ [second[1], third[1]] / weights.sum())
    half = 1.96 / np.sqrt(weights.sum())
    offer = support("smoking_incentives")
    effect = offer.effect.value
    assert isinstance(effect, Normal)
    assert (effect.mean, *effect.ci95) == pytest.approx((mean, mean - half, mean + half), abs=5e-4)
    # low end of uptake: those who set a quit date with a service today; one trial drew more
    uptake = offer.uptake.value
    assert isinstance(uptake, Uniform)
    assert uptake.low == pytest.approx(0.21, abs=0.015) and uptake.low < estimate("I122") / 100 < uptake.high
    assert offer.relapse is not None and isinstance(offer.relapse.share, Beta)
    relapse = offer.relapse.share
    assert (100 * relapse.mean, *(100 * c for c in relapse.ci95)) == pytest.approx(evidence()["I025"])
    (cost,) = offer.costs
    assert cost.value.central == 400


def test_the_target_is_six_per_cent_at_delivery_once_some_have_quit() -> None:
    change = prevalence("smoke_free_target")
    assert change.set is not None
    assert arrived(change.set).central * (1 - 0.19) == pytest.approx(estimate("I123") / 100, abs=5e-5)


def test_home_visiting_moves_smoking_as_its_trial_did() -> None:
    """97.5% interval as published; the standard error that it implies gives the 95% one."""
    ratio, low, high = evidence()["I003"]
    error = log(high / low) / (2 * 2.2414)
    expected = [1 / ratio * exp(z * error) for z in (0.0, -1.96, 1.96)]
    effect = support("family_nurse_partnership").effect.value
    assert isinstance(effect, Lognormal)
    assert (effect.median, *effect.ci95) == pytest.approx(expected, abs=0.008)


# ---- sleep and feeding


def test_safe_sleep_messages_have_the_odds_ratio_of_the_trial() -> None:
    of_controls = odds(0.704)
    expected = [odds(0.704 + difference) / of_controls for difference in (0.124, 0.093, 0.151)]
    effect = support("safe_sleeping").effect.value
    assert isinstance(effect, Lognormal)
    assert (effect.median, *effect.ci95) == pytest.approx(expected, abs=0.006)
    assert (effect.median, *effect.ci95) == pytest.approx(evidence()["I115"])


def test_breastfeeding_support_adds_from_nothing_to_what_was_found_at_three_months() -> None:
    offer = support("breastfeeding_support")
    effect = offer.effect.value
    assert isinstance(effect, Uniform)
    assert effect.bounds == pytest.approx((0.0, 0.512 - 0.444))
    assert effect.central == pytest.approx(0.291 - 0.256, abs=0.002)
    # the rows hold the ratios of the same shares
    assert estimate("I035") == pytest.approx(256 / 291, abs=0.005)
    assert estimate("I036") == pytest.approx(444 / 512, abs=0.005)
    assert offer.coverage.value.central == estimate("P032") / 100


# ---- poverty and benefits


def test_the_end_of_the_limit_lifts_the_same_proportion_of_infants_as_of_children() -> None:
    """Counted among the births of a year, in the lowest and the highest of the published estimates."""
    change = prevalence("two_child_limit_removed")
    assert change.where == {"parity": ("two", "three_plus")} and change.multiply is not None
    low, high = arrived(change.multiply).bounds
    answer = simcore.compare(
        ["two_child_limit_removed", "no_child_poverty"], years=[2026], draws=8, settings=Settings(births=400)
    )
    moved = answer["people"].sum(["year", "imd_decile"])
    lifted, poor = (
        moved.sel(step=f"{step}:moves child_poverty").values
        for step in ("two_child_limit_removed/two_child_limit_end", "no_child_poverty/nobody_poor")
    )
    published = [estimate(row) / 4_500_000 for row in ("I125", "I013")]
    share = lifted / poor
    assert (share > published[0] - 0.001).all() and (share < published[1] + 0.001).all()
    # where draws end is where the published numbers do
    assert (1 - high) / (1 - low) == pytest.approx(published[0] / published[1], abs=0.01)


def test_healthy_start_rises_from_what_it_is_to_what_is_aimed_at() -> None:
    change = prevalence("healthy_start_uptake")
    assert change.add is not None
    assert change.add.central == pytest.approx((estimate("I127") - estimate("I126")) / 100)


def test_births_to_young_mothers_fall_by_what_was_seen() -> None:
    (change,) = read_scenario("teenage_pregnancy").interventions
    assert isinstance(change, Births)
    _, low, high = evidence()["I019"]
    assert arrived(change.multiply).bounds == pytest.approx((1 + low / 100, 1 + high / 100))


# ---- services and hazards


@cache
def deaths() -> dict[tuple[str, str, str], float]:
    """Deaths of a year by cause, gestation and age, England 2018-20."""
    table = read_table(
        find_model("england") / "targets_deaths_joint.csv",
        {"cause": str, "age_band": str, "gestation": str, "deaths": float},
        others=True,
    )
    return {(r["cause"], r["gestation"], r["age_band"]): r["deaths"] / 3 for r in table.rows()}


@cache
def births() -> dict[str, float]:
    """Births of 2019 by gestation."""
    folder = find_model("england")
    counts = read_table(folder / "births.csv", {"year": str, "imd_decile": str, "births": float}, others=True)
    by_decile = {r["imd_decile"]: r["births"] for r in counts.rows() if r["year"] == "2019"}
    shares = read_table(
        folder / "gestation.csv", {"imd_decile": str, "level": str, "share": float}, others=True
    )
    found: dict[str, float] = {}
    for row in shares.rows():
        found[row["level"]] = found.get(row["level"], 0.0) + by_decile[row["imd_decile"]] * row["share"]
    return found


def risk(gestation: str, without: str = "", ages: tuple[str, ...] = ()) -> float:
    """Deaths per birth of a gestation."""
    dead = sum(
        number for (cause, born, age), number in deaths().items()
        if born == gestation and cause != without and (not ages or age in ages)
    )  # fmt: skip
    return dead / births()[gestation]


def test_cash_spares_babies_born_at_32_to_36_weeks_what_birth_at_term_would() -> None:
    """Without congenital deaths; the ratio of risks is of the model's own deaths."""
    kept = risk("37_plus", without="congenital") / risk("32_36", without="congenital")
    assert kept == pytest.approx(0.17, abs=0.005)
    # the inverse of the model's odds ratio of poverty on early birth, which rests on the same study
    early = [1 / 1.118, 1 / 1.25, 1.0]
    change = service("cash_in_pregnancy")
    ratio = change.ratio.value
    assert isinstance(ratio, Lognormal)
    expected = [share + (1 - share) * kept for share in early]
    assert (ratio.median, *ratio.ci95) == pytest.approx(expected, abs=0.002)
    assert "congenital" not in change.causes and change.where == {"gestation": ("32_36",)}
    (cost,) = change.costs
    at_these_weeks = births()["32_36"] / sum(births().values())
    assert cost.value.central * at_these_weeks == pytest.approx(190, rel=0.02)


def as_hazard_ratio(odds_ratio: float, risk_without: float) -> float:
    treated = odds(risk_without) * odds_ratio
    return log(1 - treated / (1 + treated)) / log(1 - risk_without)


def test_an_odds_ratio_of_very_preterm_death_is_a_hazard_ratio_a_little_nearer_to_one() -> None:
    ages = ("days_1_6", "days_7_27")
    published = evidence()["I048"]
    change = service("high_volume_neonatal_care")
    ratio = change.ratio.value
    assert isinstance(ratio, Lognormal)
    risks = {gestation: risk(gestation, ages=ages) for gestation in ("24_27", "28_31")}
    assert risks["24_27"] == pytest.approx(0.09, abs=0.02) and risks["28_31"] == pytest.approx(
        0.016, abs=0.01
    )
    for own, other in zip((ratio.median, *ratio.ci95), published, strict=True):
        assert other <= own
        for chance in risks.values():
            assert own == pytest.approx(as_hazard_ratio(other, chance), abs=0.012)
    assert change.coverage is not None and isinstance(change.coverage.value, Uniform)
    left = (1 - estimate("I119") / 100, 1 - estimate("I118") / 100)
    assert change.coverage.value.bounds == pytest.approx(left, abs=0.005)
    assert change.age_bands == ages


def test_flour_acts_on_the_few_congenital_deaths_that_are_of_neural_tube_defects() -> None:
    congenital = sum(d for (cause, _, _), d in deaths().items() if cause == "congenital")
    assert congenital == pytest.approx(712, abs=1)
    live_births = 0.19 * 1.28 * 563.561
    fewest = estimate("I129") + 0.04 * estimate("I130")
    most = 2 * estimate("I129") + 0.1 * (live_births - estimate("I129"))
    share = (fewest / congenital, most / congenital)
    assert share == pytest.approx((0.02, 0.055), abs=0.003)
    _, *prevented_of_all = (-v / 100 for v in evidence()["I128"])
    ratio = service("folic_acid_fortification").ratio.value
    assert isinstance(ratio, Uniform)
    prevented = sorted(prevented_of_all)
    expected = (1 - share[1] * prevented[1], 1 - share[0] * prevented[0])
    assert ratio.bounds == pytest.approx(expected, abs=0.001)


def test_cousin_marriage_falls_as_it_did_in_bradford() -> None:
    change = prevalence("genetic_counselling_what_if")
    assert change.multiply is not None
    assert arrived(change.multiply).central == pytest.approx(estimate("P068") / estimate("P067"), abs=5e-4)


def test_every_cost_that_was_read_is_there_with_the_year_of_its_prices() -> None:
    costed = {
        name: [cost for change in read_scenario(name).interventions for cost in getattr(change, "costs", ())]
        for name in COSTED
    }
    assert all(costs for costs in costed.values())
    assert [cost.value.central for cost in costed["family_nurse_partnership"]] == [estimate("I054")]
    assert all(2008 <= cost.price_year <= 2025 for costs in costed.values() for cost in costs)
