"""England: the baseline is what was observed, the variants are what they say, and every number has a source."""

from __future__ import annotations

import csv
import re
from functools import cache

import numpy as np
import pytest

from scenarios.interventions import arms_of
from scenarios.read import read_scenarios
from simcore.draws import DrawBlock
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.solved import OWN, read_central, read_draws
from simcore.solving import structures
from tests.models import ESTIMATORS, Answer, answer, babies, hazard, natural_arm, prevalence, scenario
from tests.models.summed import Summed

OBSERVED = (2018, 2019, 2020)
DECILES = [str(d) for d in range(1, 11)]
SUDDEN = hazard(0.5, "sudden", "days_1_6, days_7_27, days_28_90, days_91_182, days_183_364")
POVERTY = ("child_poverty_35", "current_policy_rising")
EVERY_KIND = (
    "current_policy",
    "child_poverty_35",
    "smoking_cessation",
    "smoking_incentives",
    "cash_in_pregnancy",
    "smoke_free_target",
    "teenage_pregnancy",
    "all_as_least_deprived",
)
"""Shipped scenarios with every kind of change among them."""


@cache
def england() -> Model:
    return load_model("england")


def structure_of(label: str) -> Structure:
    return next(s for s in structures(england()) if s.label == label)


def rows(name: str) -> list[dict[str, str]]:
    with open(england().folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


YEARS = (2025, 2030, 2034)
"""Three of the ten that policies are asked about: each is summed by itself."""


def run(names: tuple[str, ...], label: str = "default", draws: int = 2, estimator: str = "exact") -> Answer:
    structure = structure_of(label)
    arms = arms_of(read_scenarios(names))
    block = read_draws(england(), structure, draws, OWN)
    return answer(england(), structure, block, arms, YEARS, estimator=estimator, births=20_000)


# ---- the baseline of 2018 to 2020


@cache
def modelled(label: str) -> np.ndarray:
    """Deaths of the central draw: ``float64[deciles, causes, age bands]``, exact, three years together."""
    structure = structure_of(label)
    central = read_central(england(), structure, OWN)
    deaths = answer(england(), structure, central, natural_arm, OBSERVED, estimator="exact").deaths
    return np.asarray(deaths[0, 0].sum(axis=0))


@cache
def modelled_by_gestation(label: str) -> np.ndarray:
    """``float64[gestation bands, causes, age bands]`` from the twin."""
    structure = structure_of(label)
    return Summed(england(), structure, read_central(england(), structure, OWN), 0, OBSERVED).deaths_by(
        ["gestation"]
    )


def observed_joint() -> np.ndarray:
    """``float64[gestation bands, causes, age bands]`` as shipped."""
    deaths = england().spec.deaths
    axes = england().levels("gestation"), tuple(deaths.causes), tuple(deaths.age_bands)
    table = np.full([len(axis) for axis in axes], np.nan)
    for row in rows("targets_deaths_joint.csv"):
        place = tuple(
            axis.index(row[key]) for axis, key in zip(axes, ("gestation", "cause", "age_band"), strict=True)
        )
        table[place] = float(row["deaths"])
    return table


EVERY_STRUCTURE = pytest.mark.parametrize("label", [s.label for s in structures(england())])


@EVERY_STRUCTURE
def test_deaths_of_every_decile_are_those_observed(label: str) -> None:
    periods = england().spec.deaths.age_periods
    bands = list(england().spec.deaths.age_bands)
    for period, members in periods.items():
        found = modelled(label)[..., [bands.index(b) for b in members]].sum(axis=(1, 2))
        seen = {
            r["imd_decile"]: float(r["deaths"])
            for r in rows("targets_deaths_by_decile.csv")
            if r["age_period"] == period
        }
        assert found == pytest.approx([seen[d] for d in DECILES], rel=1e-3)


@EVERY_STRUCTURE
def test_deaths_by_cause_and_age_are_those_observed(label: str) -> None:
    found, seen = modelled(label).sum(axis=0), observed_joint().sum(axis=0)
    assert found.sum(axis=1) == pytest.approx(seen.sum(axis=1), rel=1e-3)
    assert found.sum(axis=0) == pytest.approx(seen.sum(axis=0), rel=1e-3)
    assert found == pytest.approx(seen, rel=1e-3, abs=1e-9)


@EVERY_STRUCTURE
def test_deaths_by_gestation_are_those_observed(label: str) -> None:
    found, seen = modelled_by_gestation(label), observed_joint()
    assert found.sum(axis=(1, 2)) == pytest.approx(seen.sum(axis=(1, 2)), rel=1e-3)
    # the smallest cells hold a hundredth of a death: there, to a fiftieth of a death
    assert found == pytest.approx(seen, rel=1e-3, abs=0.02)
    assert (found[seen == 0] == 0).all()
    # two ways to the same total
    assert found.sum(axis=0) == pytest.approx(modelled(label).sum(axis=0), rel=1e-9)


def test_infant_mortality_by_fifth_is_as_published() -> None:
    births = (
        england().births_in({"year": tuple(map(str, OBSERVED)), "imd_decile": tuple(DECILES)}).sum(axis=0)
    )
    imr = 1000 * modelled("default").sum(axis=(1, 2)) / births
    # deaths by decile of the published table, over its births
    assert imr == pytest.approx([5.37, 4.52, 3.92, 3.91, 3.33, 3.23, 3.10, 2.71, 2.76, 2.48], abs=6e-3)


def test_draws_scatter_about_the_observed_deaths_as_counts_do() -> None:
    structure = england().structure()
    draws = read_draws(england(), structure, 24, OWN)
    deaths = answer(england(), structure, draws, natural_arm, OBSERVED, estimator="exact").deaths
    by_decile = deaths[0].sum(axis=(1, 3, 4))
    seen = modelled("default").sum(axis=(1, 2))
    z = (by_decile - seen) / np.sqrt(seen)
    assert np.abs(z.mean(axis=0)).max() < 4.5 / np.sqrt(24)
    # 240 scores: their mean square is 1 within 4.5 standard errors, so that a spread a third wrong would be seen
    assert np.mean(z**2) == pytest.approx(1.0, abs=4.5 * np.sqrt(2 / 240))


# ---- nothing, zero, and two baselines


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_an_empty_scenario_averts_exactly_zero(estimator: str) -> None:
    structure = england().structure()
    empty = scenario("empty", model="england")
    one = scenario("one", prevalence("child_poverty", 1.0), model="england")
    found = answer(
        england(),
        structure,
        read_draws(england(), structure, 2, OWN),
        [*read_scenarios(["current_policy"]), empty, one, *read_scenarios(["poverty_and_smoking"])],
        (2033,),
        estimator=estimator,
        births=30_000,
    ).deaths
    assert (found[0] - found[1] == 0.0).all() and (found[0] - found[2] == 0.0).all()
    assert found[0].sum() > found[3].sum()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_poverty_without_its_arrows_averts_exactly_zero(estimator: str) -> None:
    found = run(("current_policy", *POVERTY), "child_poverty=zero", estimator=estimator)
    for name in POVERTY:
        assert (found.of("current_policy") - found.of(name) == 0.0).all()


def averted_by_poverty(label: str) -> float:
    """Deaths averted by child_poverty_35 over three years, central draw."""
    structure = structure_of(label)
    arms = read_scenarios(["current_policy", "child_poverty_35"])
    central = read_central(england(), structure, OWN)
    deaths = answer(england(), structure, central, arms, YEARS, estimator="exact").deaths
    return float((deaths[0] - deaths[1]).sum())


def test_the_poverty_answer_is_nearly_arithmetic() -> None:
    """Points of poverty fewer, times births, times 5.8 per 100,000: as published one point in every decile.

    The path takes more points from deprived deciles, where births are at higher risk but the solved
    residual is lower; that it falls by several points at once hardly matters.
    """
    paths = {
        int(r["year"]): float(r["high_multiplier_of_2023_rate"]) for r in rows("child_poverty_paths.csv")
    }
    poor = england().shares["child_poverty"].low[..., 1]
    by_hand = 0.0
    for year in YEARS:
        at = england().years.index(year)
        fewer = 1.0 - paths.get(year, paths[2033])
        by_hand += 5.8 / 100_000 * 100 * float((england().births[at] * poor[at]).sum()) * fewer
    assert averted_by_poverty("default") == pytest.approx(by_hand, rel=0.15)
    # half of the effect leaves more of the gradient to the residual, and more to gain where poverty is
    assert 0.5 < averted_by_poverty("child_poverty=half") / averted_by_poverty("default") < 0.6
    assert averted_by_poverty("child_poverty=zero") == 0.0


def test_the_same_poverty_path_has_two_answers_against_two_baselines() -> None:
    found = run(("current_policy", "current_policy_rising", "child_poverty_35"))
    held, rising, policy = (
        found.of(n).sum(axis=(1, 2, 3, 4))
        for n in ("current_policy", "current_policy_rising", "child_poverty_35")
    )
    assert (held - policy > 0).all()
    # 7.4 points of a hundred more at the end of the rising path, beside 35 fewer
    ratio = (rising - policy) / (held - policy)
    assert (ratio > 1.2).all() and (ratio < 1.8).all()


def test_poverty_moves_smoking_only_where_the_variant_says_so() -> None:
    for label, moves in (("default", False), ("poverty_to_smoking=on", True)):
        structure = structure_of(label)
        seen = babies(
            england(),
            structure,
            read_draws(england(), structure, 1, OWN),
            arms_of(read_scenarios(["current_policy", "child_poverty_35"])),
            (2033,),
            60_000,
        )
        before, after = seen.levels["smoking_at_booking"]
        assert (after <= before).all()
        assert bool((after < before).any()) == moves


def test_both_policies_together_avert_less_than_their_sum() -> None:
    found = run(("current_policy", "child_poverty_35", "smoking_halved", "poverty_and_smoking"))
    poverty, smoking, both = ((found.deaths[0] - found.deaths[i]).sum(axis=(1, 2, 3, 4)) for i in (1, 2, 3))
    assert (both < poverty + smoking).all()
    assert (both > np.maximum(poverty, smoking)).all()


def test_the_cessation_cascade_counts_women_by_hand() -> None:
    found = run(("current_policy", "smoking_cessation"))
    reached = found.stages["smoking_cessation", "cessation_offer:reached"]
    accepts = found.stages["smoking_cessation", "cessation_offer:accepts"]
    draws = read_draws(england(), england().structure(), 2, OWN)
    table = england().shares["smoking_at_booking"]
    years = [england().years.index(y) for y in YEARS]
    at = draws["smoking_gradient"][:, None, None]
    smoke = (table.low + at[..., None] * (table.high - table.low))[..., 1][:, years]
    coverage = reached / (england().births[years] * smoke)
    uptake = accepts / reached
    for share, low, high in ((coverage, 0.74, 0.79), (uptake, 0.1, 0.5)):
        assert share == pytest.approx(np.broadcast_to(share[:, :1, :1], share.shape))
        assert ((share > low) & (share < high)).all()


# ---- baby by baby


def all_harmful(draws: DrawBlock, count: int) -> list[int]:
    """Draws whose every ratio of an exposure is at least one (and of quitting, at most one)."""
    ratios = (
        "hr_smoking_neonatal", "hr_smoking_postneonatal", "hr_sudden_smoking", "hr_poverty",
        "or_smoking_preterm", "or_poverty_preterm",
    )  # fmt: skip
    harmful = np.all([draws[name] >= 1 for name in ratios], axis=0) & (draws["hr_sudden_quit"] <= 1)
    harmful &= draws["hr_sudden_smoking"] * draws["hr_sudden_quit"] >= 1
    return [int(i) for i in np.flatnonzero(harmful)[:count]]


@pytest.mark.parametrize(
    "name", ["child_poverty_35", "smoking_halved", "smoking_cessation", "poverty_and_smoking"]
)
def test_with_gestation_as_it_was_no_policy_adds_a_death(name: str) -> None:
    """Where every ratio is at least one, baby by baby, among those born as early in both worlds.

    Not among all: baseline hazards of some causes are higher in later weeks, so that a baby born later
    may die of another cause; see the next test.
    """
    structure = england().structure()
    draws = read_draws(england(), structure, 40, OWN)
    arms = arms_of(read_scenarios(["current_policy", name]))
    saved = 0
    for draw in all_harmful(draws, 2):
        seen = babies(england(), structure, draws, arms, (2030, 2033), 1_000_000, draw)
        weeks = seen.levels["gestation"]
        held = weeks[0] == weeks[1]
        assert (weeks[1] >= weeks[0]).all()
        lives = seen.fate.cause < 0
        assert not (held & lives[0] & ~lives[1]).any()
        both = held & ~lives[0] & ~lives[1]
        assert (seen.fate.day[1][both] >= seen.fate.day[0][both]).all()
        saved += int((held & ~lives[0] & lives[1]).sum())
    assert saved > (0 if name == "smoking_cessation" else 20)


def test_hazards_are_not_monotone_in_gestation_so_gestation_has_to_be_held() -> None:
    baseline = read_central(england(), england().structure(), OWN).baseline
    assert baseline is not None
    from_24_weeks = baseline[0, 2:]
    assert (np.diff(from_24_weeks, axis=0) > 0).any()
    # all causes and ages together it is: early birth is the greater risk
    assert (np.diff(baseline[0].sum(axis=(-1, -2))) < 0).all()


def test_a_service_against_sudden_deaths_leaves_every_other_death_alone() -> None:
    structure = england().structure()
    draws = read_draws(england(), structure, 2, OWN)
    arms = [*read_scenarios(["current_policy"]), scenario("sudden", SUDDEN, model="england")]
    sudden = list(england().spec.deaths.causes).index("sudden")
    seen = babies(england(), structure, draws, arms_of(arms), (2025, 2030), 1_500_000)
    cause, day = seen.fate.cause, seen.fate.day
    changed = (cause[0] != cause[1]) | (day[0] != day[1])
    assert changed.sum() > 100
    assert (cause[0][changed] == sudden).all()
    for level in seen.levels.values():
        assert np.array_equal(level[0], level[1])
    exact = answer(england(), structure, draws, arms, (2030,), estimator="exact").deaths
    others = np.delete(exact, sudden, axis=-2)
    assert (others[1] >= others[0] * (1 - 1e-13)).all()
    assert exact[1].sum() < exact[0].sum()


# ---- the same bits


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_threads_blocks_and_other_arms_move_no_bit_of_england(estimator: str) -> None:
    model, structure = england(), england().structure()
    draws = read_draws(model, structure, 2 if estimator == "exact" else 5, OWN)
    block = 1 if estimator == "exact" else 2
    every = read_scenarios(list(EVERY_KIND))
    few = read_scenarios(["smoking_cessation", "current_policy", "child_poverty_35"])
    common = {"estimator": estimator, "births": 10_000}
    years = (2030,) if estimator == "exact" else (2025, 2030)
    one = answer(model, structure, draws, every, years, **common)
    assert np.array_equal(
        one.deaths, answer(model, structure, draws, every, years, threads=2, block=block, **common).deaths
    )
    some = answer(model, structure, draws, few, years, block=3, **common)
    for name in some.arms:
        assert np.array_equal(some.of(name), one.of(name)), name


def test_a_year_has_the_same_answer_alone() -> None:
    model, structure = england(), england().structure()
    draws = read_draws(model, structure, 1, OWN)
    arms = read_scenarios(["current_policy", "poverty_and_smoking"])
    three = answer(model, structure, draws, arms, YEARS, estimator="exact").deaths
    one = answer(model, structure, draws, arms, YEARS[1:2], estimator="exact").deaths
    assert one == pytest.approx(three[:, :, 1:2], rel=1e-12)


# ---- sources


def test_every_parameter_has_a_source_that_is_written_down() -> None:
    keys = {row["key"] for row in rows("sources.csv")}
    assumed = {row["id"] for row in rows("assumptions.csv")}
    for name, parameter in england().spec.parameters.items():
        named = set(re.findall(r"\bA\d{2,3}\b", parameter.note))
        assert named <= assumed, name
        if parameter.source == "assumption":
            assert named, f"{name} is an assumption that nobody wrote down"
        else:
            assert parameter.source in keys, name


def test_a_published_parameter_is_the_figure_in_the_evidence() -> None:
    """The evidence id of the note leads to the row that the value and its interval were copied from.

    But for those whose interval is said to be wider, that are turned round, or are worked out from two rows.
    """
    with open(england().folder / "evidence" / "effects.csv", newline="", encoding="utf-8") as file:
        effects = {row["id"]: row for row in csv.DictReader(file)}
    checked = set()
    for name, parameter in england().spec.parameters.items():
        found = re.findall(r"\bE\d{3}\b", parameter.note)
        if (
            parameter.source != "assumption"
            and len(found) == 1
            and not any(word in parameter.note for word in ("widened", "turned round"))
        ):
            row = effects[found[0]]
            assert row["source_key"].split(";")[0] == parameter.source, name
            assert float(row["estimate"]) == pytest.approx(parameter.value.central), name
            assert parameter.value.ci95 == (float(row["ci_low"]), float(row["ci_high"])), name
            checked.add(name)
    assert {name for name in england().spec.parameters if name.startswith("total_")} <= checked
    assert {"hr_sudden_smoking", "hr_sudden_quit"} <= checked


def test_every_table_of_the_model_gives_its_source_in_every_row() -> None:
    keys = {row["key"] for row in rows("sources.csv")}
    text = (england().folder / "model.yaml").read_text(encoding="utf-8")
    tables = set(re.findall(r"[a-z_]+\.csv", text)) - {"sources.csv", "assumptions.csv"}
    assert len(tables) >= 9
    for table in tables:
        for line, row in enumerate(rows(table), start=2):
            named = row["source_key"].split(";")
            # what is assumed says by which rule it was worked out
            known = {*keys, "assumption"} if row.get("rule") else keys
            assert known.issuperset(named), f"{table}:{line}: {row['source_key']}"


def test_every_assumption_named_anywhere_in_the_model_exists() -> None:
    assumed = {row["id"] for row in rows("assumptions.csv")}
    text = (england().folder / "model.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\bA\d{2,3}\b", text)) <= assumed
