"""The shipped scenarios say what their evidence says, and the guide and the schema are of the same language."""

import csv
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import simcore
from scenarios.check import Vocabulary, find_problems, vocabulary_of
from scenarios.read import library, read_scenario, read_scenarios
from scenarios.schema import (
    HazardRatio,
    Intervention,
    Number,
    Prevalence,
    Scenario,
    Support,
    json_schema,
    path_over_years,
)
from simcore.distributions import Fixed
from simcore.ledger import Ledger, read_ledger
from simcore.load import load_model
from simcore.run import Settings
from tests.conftest import LIBRARY

REFERENCES = {"current_policy", "current_policy_rising"}
WHAT_IFS = {
    "all_as_least_deprived",
    "genetic_counselling_what_if",
    "healthy_weight_what_if",
    "no_child_poverty",
    "no_smoking",
    "poverty_and_smoking",
    "smoking_halved",
}
EXACTLY_NULL = {
    "early_booking",
    "genetic_counselling",
    "healthy_start_uptake",
    "healthy_weight",
    "overcrowding_relief",
    "pregnancy_outreach_workers",
}
NULL = {*EXACTLY_NULL, "family_nurse_partnership"}
EFFECTIVE = {
    "breastfeeding_support",
    "cash_in_pregnancy",
    "child_poverty_15",
    "child_poverty_25",
    "child_poverty_35",
    "combined_programme",
    "folic_acid_fortification",
    "high_volume_neonatal_care",
    "safe_sleeping",
    "smoke_free_target",
    "smoking_cessation",
    "smoking_incentives",
    "smoking_young_mothers",
    "teenage_pregnancy",
    "two_child_limit_removed",
}
SHIPPED = sorted(REFERENCES | WHAT_IFS | NULL | EFFECTIVE)
COMBINED = (
    "child_poverty_35",
    "smoking_incentives",
    "safe_sleeping",
    "breastfeeding_support",
    "high_volume_neonatal_care",
    "folic_acid_fortification",
)
ROW = re.compile(r"\b[A-Z]{1,2}\d{2,3}\b")


@pytest.fixture(scope="module")
def england() -> Vocabulary:
    return vocabulary_of(load_model("england"))


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return read_ledger("england")


def test_the_library_holds_what_is_promised() -> None:
    assert list(library()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_is_clean_and_says_what_it_is_not(name: str, england: Vocabulary) -> None:
    scenario = read_scenario(name)
    assert scenario.name == name
    assert not list(find_problems(scenario, england, england.years))
    assert len(scenario.why) > 200 and scenario.is_not
    assert scenario.document.path.endswith(f"scenarios/library/{name}.yaml")
    first, *_ = (LIBRARY / f"{name}.yaml").read_text().splitlines()
    assert first == "# yaml-language-server: $schema=../scenario.schema.json"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_says_how_good_its_evidence_is(name: str) -> None:
    scenario = read_scenario(name)
    evidence = scenario.evidence
    assert evidence is not None and len(evidence.summary) > 60
    statuses = {"reference": REFERENCES, "what_if": WHAT_IFS, "null": NULL, "effective": EFFECTIVE}
    assert name in statuses[evidence.status]
    # a what-if can be told from an estimate by its first words
    assert scenario.title.startswith("What if ") == (evidence.status == "what_if")


def rows_named(scenario: str) -> set[str]:
    """Rows of evidence and assumptions that a file names, wherever it does."""
    return set(ROW.findall((LIBRARY / f"{scenario}.yaml").read_text()))


def test_every_row_that_a_scenario_names_is_there(ledger: Ledger) -> None:
    for name in SHIPPED:
        assert rows_named(name) <= set(ledger.ids), name


def test_a_row_that_is_kept_for_a_scenario_is_named_in_it(ledger: Ledger) -> None:
    kept = {name: row.get("used_by", "") for name, row in ledger.evidence_rows.items()}
    named = {row: words.partition(" ")[2].split(", ") for row, words in kept.items() if words}
    assert len(named) > 30
    for row, scenarios in named.items():
        for scenario in scenarios:
            assert row in rows_named(scenario), (row, scenario)


# ---- what evidence says


def numbers_of(scenario: Scenario) -> Iterator[tuple[Intervention, Number]]:
    for change in scenario.interventions:
        if isinstance(change, HazardRatio):
            yield change, change.ratio.value
        elif isinstance(change, Support):
            yield change, change.effect.value


def test_null_evidence_has_an_effect_of_one_or_an_interval_that_holds_one(england: Vocabulary) -> None:
    """What has no arrow to death by default (``unproven_effects=neutral``) may move as far as it likes."""
    off = load_model("england").spec.variants["unproven_effects"].options["neutral"].off
    for name in NULL:
        scenario = read_scenario(name)
        for change in scenario.interventions:
            if isinstance(change, Prevalence):
                assert change.of in off, name
        for change, value in numbers_of(scenario):
            if name in EXACTLY_NULL:
                assert isinstance(value, Fixed) and value.central == 1.0, (name, change.id)
            else:
                low, high = value.ci95
                assert low < 1.0 < high


def test_null_evidence_averts_exactly_nothing_and_the_rest_something() -> None:
    """The interval of home visiting holds none; of births prevented no death is claimed."""
    names = [*sorted(EXACTLY_NULL), "teenage_pregnancy", "folic_acid_fortification"]
    answer = simcore.compare(names, years=[2030], draws=4, settings=Settings(births=400))
    averted = {name: answer["deaths_averted"].sel(arm=name) for name in names}
    assert all((averted[name] == 0).all() for name in names[:-1])
    rest = [dim for dim in answer["deaths_averted"].dims if dim not in ("arm", "draw")]
    assert (averted[names[-1]].sum(rest) > 0).all()


def published_path(column: str) -> dict[int, float]:
    table = files("simcore") / "models" / "england" / "child_poverty_paths.csv"
    rows = csv.DictReader(table.read_text().splitlines())
    return {int(row["year"]): float(row[column]) for row in rows}


@pytest.mark.parametrize(
    ("name", "column", "last"),
    [
        ("child_poverty_15", "low_multiplier_of_2023_rate", 0.85),
        ("child_poverty_25", "medium_multiplier_of_2023_rate", 0.75),
        ("child_poverty_35", "high_multiplier_of_2023_rate", 0.65),
        ("poverty_and_smoking", "high_multiplier_of_2023_rate", 0.65),
        ("combined_programme", "high_multiplier_of_2023_rate", 0.65),
        ("current_policy_rising", "baseline_multiplier_of_2023_rate", 1.074465),
    ],
)
def test_poverty_follows_the_published_path_and_then_holds(name: str, column: str, last: float) -> None:
    change = read_scenario(name).interventions[0]
    assert isinstance(change, Prevalence)
    path = published_path(column)
    assert path_over_years(change.amount, list(path)) == list(path.values())
    assert path_over_years(change.amount, [2010, 2033, 2034, 2035]) == [1.0, last, last, last]
    assert change.of == "child_poverty" and not change.where


def test_smoking_is_halved_from_the_first_year_asked_for() -> None:
    (change,) = read_scenario("smoking_halved").interventions
    assert isinstance(change, Prevalence)
    assert change.of == "smoking_at_booking"
    assert path_over_years(change.amount, range(2010, 2036)) == [0.5] * 26


def test_current_policy_changes_nothing() -> None:
    assert read_scenario("current_policy").interventions == ()


# ---- what files share


@pytest.mark.parametrize(
    ("joint", "parts"),
    [("poverty_and_smoking", ("child_poverty_35", "smoking_halved")), ("combined_programme", COMBINED)],
)
def test_a_joint_file_holds_the_very_interventions_of_the_single_ones(
    joint: str, parts: tuple[str, ...]
) -> None:
    single = [change for scenario in read_scenarios(list(parts)) for change in scenario.interventions]
    assert list(read_scenario(joint).interventions) == single


def test_an_id_means_the_same_wherever_it_stands() -> None:
    """Alone the path of poverty is told apart on purpose."""
    told_apart = {
        ("child_poverty_fall", "child_poverty_15"): {"multiply", "note"},
        ("child_poverty_fall", "child_poverty_25"): {"multiply", "note"},
    }
    first: dict[str, Intervention] = {}
    apart = [name for _, name in told_apart]
    for name in (*(n for n in SHIPPED if n not in apart), *apart):
        for change in read_scenario(name).interventions:
            known = first.setdefault(change.id, change).model_dump()
            here = change.model_dump()
            differs = {key for key in here if here[key] != known[key]}
            assert differs == told_apart.get((change.id, name), set()), (change.id, name)


def test_support_for_young_mothers_is_that_for_all_mothers_but_for_their_age() -> None:
    (every,), (young,) = (
        read_scenario(name).interventions for name in ("smoking_cessation", "smoking_young_mothers")
    )
    given, here = every.model_dump(), young.model_dump()
    assert {key for key in given if given[key] != here[key]} == {"id", "where"}
    assert young.where == {"mother_age": ("under_20", "20_24")}


# ---- the language


def test_the_schema_shipped_for_editors_is_the_language() -> None:
    shipped = json.loads((files("scenarios") / "scenario.schema.json").read_text())
    assert shipped == json_schema()


def test_the_guide_lists_every_shipped_scenario_with_its_grade_and_status() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "scenarios.md").read_text()
    table = guide.split("## The shipped scenarios")[1]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line[:2] == "| "
    ]
    listed = {row[0].strip("`"): (row[-2], row[-1]) for row in rows if row[0][:1] == "`"}
    for name in SHIPPED:
        evidence = read_scenario(name).evidence
        assert evidence is not None
        assert listed.pop(name) == (evidence.status.replace("_", "-"), evidence.grade), name
    assert not listed
