"""The shipped scenarios say what their evidence says, and the guide and the schema are of the same language."""

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

from scenarios.check import Vocabulary, check_against, find_problems, vocabulary_of
from scenarios.read import library, parse_scenario, read_scenario, read_scenarios
from scenarios.schema import Prevalence, Support, json_schema, path_over_years
from simcore.distributions import Lognormal
from simcore.load import load_model

SHIPPED = [
    "child_poverty_35",
    "current_policy",
    "current_policy_rising",
    "poverty_and_smoking",
    "smoking_cessation",
    "smoking_halved",
]


@pytest.fixture(scope="module")
def england() -> Vocabulary:
    return vocabulary_of(load_model("england"))


def test_the_library_holds_what_is_promised() -> None:
    assert list(library()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_is_clean_and_says_what_it_is_not(name: str, england: Vocabulary) -> None:
    scenario = read_scenario(name)
    assert scenario.name == name
    assert not list(find_problems(scenario, england, england.years))
    assert len(scenario.why) > 200 and scenario.is_not
    assert scenario.document.path.endswith(f"scenarios/library/{name}.yaml")


def published_path(column: str) -> dict[int, float]:
    table = files("simcore") / "models" / "england" / "child_poverty_paths.csv"
    rows = csv.DictReader(table.read_text().splitlines())
    return {int(row["year"]): float(row[column]) for row in rows}


@pytest.mark.parametrize(
    ("name", "column", "last"),
    [
        ("child_poverty_35", "high_multiplier_of_2023_rate", 0.65),
        ("poverty_and_smoking", "high_multiplier_of_2023_rate", 0.65),
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


def test_the_joint_file_holds_the_very_interventions_of_the_single_ones() -> None:
    both = read_scenario("poverty_and_smoking").interventions
    single = read_scenarios(["child_poverty_35", "smoking_halved"])
    assert list(both) == [change for scenario in single for change in scenario.interventions]


def test_current_policy_changes_nothing() -> None:
    assert read_scenario("current_policy").interventions == ()


def test_the_cessation_offer_is_for_those_whom_no_service_sees_today() -> None:
    """Reach today: quit dates set over smokers at booking, who are smokers at delivery over 0.81."""
    (offer,) = read_scenario("smoking_cessation").interventions
    assert isinstance(offer, Support)
    assert isinstance(offer.effect.value, Lognormal)
    reach_2022 = 3227 / (0.088 / 0.81 * 570_844 / 4)
    reach_2020 = 9005 / (0.096 / 0.81 * 578_999 / 2)
    left = (1 - reach_2020, 1 - reach_2022)
    assert offer.coverage.value.bounds == pytest.approx(left, abs=0.005)
    assert offer.effect.value.ci95 == (1.19, 1.73)


def test_the_schema_shipped_for_editors_is_the_language() -> None:
    shipped = json.loads((files("scenarios") / "scenario.schema.json").read_text())
    assert shipped == json_schema()


def test_the_examples_of_the_guide_are_good_scenarios(england: Vocabulary) -> None:
    guide = (Path(__file__).parent.parent / "docs" / "scenarios.md").read_text()
    blocks = [part.split("```")[0] for part in guide.split("```yaml\n")[1:]]
    assert len(blocks) == 3
    head = blocks[0].split("interventions:")[0] + "interventions:\n"
    for block in blocks:
        text = block if "interventions:" in block else head + block
        check_against(parse_scenario(text, "guide"), england)
