"""Risk groups: births, deaths and what equalising would spare are exact, add up, and are nothing where nothing acts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from math import exp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given

import simcore.both_ways
import simcore.groups
import simcore.risk_table
from scenarios.groups import Grouped, ask_groups, count_groups, group_rows
from simcore.arms import Arm
from simcore.both_ways import BothWays, ByLevel
from simcore.contrasts import do_step
from simcore.draws import DrawBlock, sample_priors
from simcore.groups import Tally, at_draw, choose_references, factors_of, tally_groups
from simcore.load import load_model
from simcore.model import Model
from simcore.program import Program, compile_natural
from simcore.risk_table import RiskTable
from simcore.solved import read_draws
from tests.models import FOLDER, answer, invented, priors
from tests.models.plain import Plain
from tests.models.written import folders
from tests.models.written_folder import Folder
from tests.test_cli import changed
from tests.test_random_models import budget, draws_of

YEAR = 2005


def tallied(model: Model, draws: DrawBlock, years: tuple[int, ...]) -> tuple[Program, dict[str, Tally]]:
    """Every factor of a model, each against its second level: a reference that nothing else prefers."""
    program = compile_natural(model, model.structure(), draws, years)
    references = {name: model.levels(name)[1] for name in factors_of(model)}
    return program, tally_groups(program, references, draws.size)


def furthest(model: Model, draws: DrawBlock, years: tuple[int, ...]) -> float:
    """How far any birth or death of any group is from an enumeration written out, as a share of all of them."""
    _, found = tallied(model, draws, years)
    worst = 0.0
    for draw in range(draws.size):
        plain = Plain(model, model.structure(), draws, draw, years)
        natural = plain.joint()
        for name, tally in found.items():
            axis = plain.names.index(name)
            born = natural.sum(axis=tuple(i for i in range(natural.ndim) if i != axis))
            died = plain.deaths([name]).sum(axis=(-1, -2))
            if name in plain.strata:
                # nobody lives at the reference: no rate to give to others
                spared = (
                    born * died[1] / born[1]
                    if born[1] > 0
                    else np.where(np.arange(born.size) == 1, died, 0.0)
                )
            else:
                do = {name: model.levels(name)[1]}
                spared = plain.deaths([name], do, plain.joint(do)).sum(axis=(-1, -2))
            for ours, theirs, size in (
                (tally.births, born, born.sum()),
                (tally.deaths, died, died.sum()),
                (tally.equalised, spared, died.sum()),
            ):
                worst = max(worst, float(np.abs(ours[draw] - theirs).max()) / max(float(size), 1e-300))
    return worst


# ---- known answers


def test_groups_of_the_island_are_those_of_a_hand_calculation() -> None:
    grouped = count_groups(ask_groups(FOLDER / "island"), 2)
    rows = {(row["factor"], row["level"]): row for row in group_rows(grouped)}
    # by weight and smoke: the hazards of hazards.csv added up, those of breath doubled by smoke
    low, low_smoke = 1 - exp(-0.12), 1 - exp(-0.19)
    normal, normal_smoke = 1 - exp(-0.008), 1 - exp(-0.013)
    no, yes = 0.1 * low + 0.9 * normal, 0.2 * low_smoke + 0.8 * normal_smoke
    east, west = 600 * no + 400 * yes, 2700 * no + 300 * yes
    total = east + west
    of_low = 330 * low + 140 * low_smoke
    by_hand = {
        ("shore", "east"): (1000, east, east - 1000 * west / 3000),
        ("shore", "west"): (3000, west, 0.0),
        ("smoke", "no"): (3300, 3300 * no, 0.0),
        ("smoke", "yes"): (700, 700 * yes, 700 * (yes - no)),
        ("weight", "low"): (470, of_low, of_low - 330 * normal - 140 * normal_smoke),
        ("weight", "normal"): (3530, total - of_low, 0.0),
    }
    assert rows.keys() == by_hand.keys()
    for key, (births, deaths, spared) in by_hand.items():
        row = rows[key]
        assert row["share_of_births"] == pytest.approx(births / 4000, rel=1e-12)
        assert row["share_of_deaths"] == pytest.approx(deaths / total, rel=1e-12)
        assert row["imr"]["mean"] == pytest.approx(1000 * deaths / births, rel=1e-12)
        assert row["ratio_to_all"] == pytest.approx(deaths / births / (total / 4000), rel=1e-12)
        assert row["excess_over_average"]["mean"] == pytest.approx(
            1000 * deaths / births - total / 4, rel=1e-12
        )
        assert row["attributable_deaths"]["mean"] == pytest.approx(spared, rel=1e-9)
        # no parameter is uncertain
        assert row["imr"]["interval95"] == [row["imr"]["mean"]] * 2
    assert [rows[key]["reference"] for key in rows] == ["west", "west", "no", "no", "normal", "normal"]


def test_whoever_is_only_found_together_with_the_exposed_is_not_moved() -> None:
    """Swimmers fish more often, and fishing kills: without swimming they would fish as before."""
    model = invented("lagoon")
    _, found = tallied(model, priors("lagoon", 1), ())
    plain = Plain(model, model.structure(), priors("lagoon", 1), 0)
    swims = plain.joint().sum(axis=0)
    died = [[1 - exp(-0.004 * a * b) for b in (1.0, 3.0)] for a in (1.0, 2.0)]
    # against the second level: those who do not swim come to
    spared = sum(swims[0, fishes] * (died[0][fishes] - died[1][fishes]) for fishes in (0, 1))
    assert found["swims"].attributable[0] == pytest.approx([spared, 0.0], rel=1e-12)


# ---- against a plain enumeration


def test_every_group_of_the_harbour_is_that_of_a_plain_enumeration() -> None:
    assert furthest(invented("harbour"), priors("harbour", 2), (YEAR,)) < 1e-11


@budget(15)
@given(folders())
def test_every_group_of_any_model_is_that_of_a_plain_enumeration(folder: Folder) -> None:
    draws = draws_of(folder)
    plain = Plain(folder.model, folder.model.structure(), draws, 0, folder.years)
    assume(plain.deaths(list(plain.strata)).any())
    assert furthest(folder.model, draws, folder.years) < 1e-9


@pytest.mark.parametrize(
    "error",
    [
        "levels taken as one that are not",
        "what is only found together read as an effect",
        "no do at all",
        "1 in 1,000",
    ],
)
def test_an_error_that_is_planted_in_the_sums_is_seen(error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def worst() -> float:
        harbour = furthest(invented("harbour"), priors("harbour", 1), (YEAR,))
        return max(harbour, furthest(invented("lagoon"), priors("lagoon", 1), ()))

    real_laid, real_sums = simcore.groups.lay_arm, BothWays.by_level
    with monkeypatch.context() as patch:
        if error == "levels taken as one that are not":
            patch.setattr(simcore.risk_table, "_groups", lambda hazards, name, size: np.zeros(size, np.int64))
        elif error == "what is only found together read as an effect":
            # a table that reads a variable by nature is taken for one that follows it
            patch.setattr(simcore.both_ways, "_same", lambda one, other: one.tables[0] is other.tables[0])
        elif error == "no do at all":
            patch.setattr(
                simcore.groups, "lay_arm", lambda program, arm: real_laid(program, replace(arm, steps=()))
            )
        else:
            patch.setattr(
                BothWays,
                "by_level",
                lambda both, name: ByLevel(
                    real_sums(both, name).births, real_sums(both, name).deaths * 1.001
                ),
            )
        assert worst() > 1e-4
    assert worst() < 1e-11


def test_levels_that_risk_does_not_tell_apart_cost_nothing_and_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who quit now die as those who never smoked do, and are born early more often still."""
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    file = folder / "model.yaml"
    file.write_text(
        changed(
            "ratios: {quit: 1.4, to_delivery: hr_smoking}",
            "ratios: {to_delivery: hr_smoking}",
            file.read_text(),
        )
    )
    model = load_model(folder)
    draws = sample_priors(model, 2)
    program, found = tallied(model, draws, (YEAR,))
    table = RiskTable.of(program.network, at_draw(program, 0).hazards)
    assert {name: node.tables[0][0].tolist() for name, node in table.merged.items()} == {
        "pregnancy_smoking": [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    }
    assert furthest(model, draws, (YEAR,)) < 1e-11
    monkeypatch.setattr(simcore.risk_table, "_groups", lambda hazards, name, size: np.arange(size))
    whole = RiskTable.of(program.network, at_draw(program, 0).hazards)
    assert not whole.merged
    assert whole.values.values.size * 2 == table.values.values.size * 3
    _, told_apart = tallied(model, draws, (YEAR,))
    for name, tally in found.items():
        for part in ("births", "deaths", "equalised"):
            assert getattr(told_apart[name], part) == pytest.approx(getattr(tally, part), rel=1e-12)


# ---- England

MADE_EQUAL = (
    "ethnic_group",
    "nssec",
    "smoking_at_booking",
    "bmi",
    "smoking",
    "consanguinity",
    "plurality",
    "gestation",
)
"""First and last in causal order, before and after births could be drawn, some with others only found with them."""


@cache
def england(poverty: str, year: int) -> Grouped:
    return count_groups(ask_groups("england", year=year, variants={"child_poverty": poverty}), 3)


@pytest.mark.parametrize(("poverty", "year"), [("as-published", 2020), ("zero", 2030)])
def test_groups_of_england_add_up_to_all_births_and_deaths(poverty: str, year: int) -> None:
    grouped = england(poverty, year)
    model, structure = grouped.question.model, grouped.question.structure
    draws = read_draws(model, structure, 3)
    steps = {name: do_step(model, name, grouped.references[name]) for name in MADE_EQUAL}

    def arms(program: Program, block: DrawBlock) -> list[Arm]:
        return [Arm("natural"), *(Arm(f"do {name}", (step,)) for name, step in steps.items())]

    found = answer(model, structure, draws, arms, (year,), estimator="exact").deaths.sum(axis=(2, 3, 4, 5))
    births = model.births[model.years.index(year)].sum()
    assert set(grouped.tallies) == {"imd_decile", *model.spec.variables}
    for tally in grouped.tallies.values():
        assert tally.births.sum(axis=1) == pytest.approx(births, rel=1e-9)
        assert tally.deaths.sum(axis=1) == pytest.approx(found[0], rel=1e-9)
    for name, died in zip(MADE_EQUAL, found[1:], strict=True):
        assert grouped.tallies[name].equalised.sum(axis=1) == pytest.approx(died, rel=1e-9)
    rows = group_rows(grouped)
    for factor in grouped.tallies:
        of = [row for row in rows if row["factor"] == factor]
        for share in ("share_of_births", "share_of_deaths"):
            assert sum(row[share] for row in of) == pytest.approx(1.0, abs=1e-9)
        each = sum(row["attributable_deaths"]["mean"] for row in of)
        assert [row["attributable_deaths_of_factor"]["mean"] for row in of] == pytest.approx([each] * len(of))
        assert [row["attributable_deaths"] for row in of if row["id"] == grouped.references[factor]] == [
            {"mean": 0.0, "interval95": [0.0, 0.0]}
        ]


def test_what_is_switched_off_has_no_death_to_its_name() -> None:
    """Exactly none: not a rounding of some."""
    off, on = (
        [
            row["attributable_deaths"]
            for row in group_rows(england(poverty, year))
            if row["factor"] == "child_poverty"
        ]
        for poverty, year in (("zero", 2030), ("as-published", 2020))
    )
    assert off == [{"mean": 0.0, "interval95": [0.0, 0.0]}] * 2
    assert on[1]["mean"] > 100


def test_a_factor_whose_effects_are_neutral_has_no_death_to_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "island"
    shutil.copytree(FOLDER / "island", folder)
    file = folder / "model.yaml"
    file.write_text(changed("ratios: {yes: 2.0}", "ratios: {yes: 1.0}", file.read_text()))
    (folder / "weight.csv").write_text(
        "smoke,level,share\nno,low,0.1\nno,normal,0.9\nyes,low,0.1\nyes,normal,0.9\n"
    )
    rows = group_rows(count_groups(ask_groups(folder, factors=["smoke"]), 2))
    assert [row["attributable_deaths"] for row in rows] == [{"mean": 0.0, "interval95": [0.0, 0.0]}] * 2


# ---- which reference, which bits


def test_the_reference_is_the_best_exposure_the_most_common_kind_and_the_stratum_of_the_lowest_rate() -> None:
    model, draws = invented("harbour"), priors("harbour", 1)
    program = compile_natural(model, model.structure(), draws, (YEAR,))
    chosen = choose_references(program, factors_of(model))
    died = Plain(model, model.structure(), draws, 0, (YEAR,)).deaths(["area"]).sum(axis=(-1, -2))
    rate = died / model.births[model.years.index(YEAR)]
    assert chosen == {
        "area": model.levels("area")[int(rate.argmin())],
        "mother_age": "older",
        "child_poverty": "no",
        "smoking": "no",
        "pregnancy_smoking": "none",
        "eye_colour": "brown",
        "gestation": "term",
        "shared_bed": "no",
    }


def test_no_number_hangs_on_threads_or_on_which_factors_and_how_many_draws_are_asked_for() -> None:
    model = FOLDER / "harbour"
    whole = count_groups(ask_groups(model), 45, threads=1)
    other = count_groups(ask_groups(model, factors=["gestation", "mother_age"]), 30, threads=3)
    for name, tally in other.tallies.items():
        for part in ("births", "deaths", "equalised"):
            assert np.array_equal(getattr(tally, part), getattr(whole.tallies[name], part)[:30])
