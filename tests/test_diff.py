"""Two files are compared by what they mean: order and spelling do not matter, a changed number never goes unsaid."""

import json
from pathlib import Path

import pytest

from scenarios.diff import Difference, differences, told
from scenarios.meaning import means_the_same
from scenarios.read import library, parse_scenario, read_scenario
from scenarios.schema import Scenario
from tests.conftest import Call

ONE = """\
scenario: 1
name: one
title: One
why: a test
model: england
interventions:
  - id: poverty
    change: prevalence
    of: child_poverty
    multiply: {table: {2025: 0.9, 2026: 0.8, 2027: 0.8}, after: hold}
    where: {imd_decile: [1, 10, 2]}
    source: [mccabe_2024_data, assumption]
    note: round
  - id: offer
    change: support
    offer_to: {smoking_at_booking: yes}
    coverage: {value: 1, source: assumption, note: round}
    uptake: {value: {distribution: uniform, low: 0.1, high: 0.5}, source: assumption, note: round}
    effect:
      multiplies: {variable: smoking, level: quit}
      base: natural
      value: {distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}
      source: cochrane_psychosocial2017
    costs:
      - {per: reached, value: 50, price_year: 2023, source: assumption, note: round}
      - {per: accepts, value: 200, price_year: 2023, source: assumption, note: round}
"""


def one(*changed: tuple[str, str]) -> Scenario:
    text = ONE
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return parse_scenario(text, "one.yaml")


def meant(*changed: tuple[str, str]) -> list[Difference]:
    return [found for found in differences(one(), one(*changed)).found if not found.only_words]


@pytest.mark.parametrize(
    "changed",
    [
        ("[1, 10, 2]", '["2", 1, 10]'),
        ("0.9, 2026", "9e-1, 2026"),
        ("{value: 1,", "{value: 1.0,"),
        ("{value: 1,", "{value: {distribution: fixed, value: 1},"),
        ("{smoking_at_booking: yes}", '{smoking_at_booking: ["yes"]}'),
        ("low: 0.1, high: 0.5", "high: 0.5, low: 0.10"),
        ("note: round\n  - id: offer", "note: another\n  - id: offer"),
        ("title: One", "title: Another"),
    ],
)
def test_another_spelling_is_no_difference(changed: tuple[str, str]) -> None:
    assert meant(changed) == []
    assert means_the_same(one(), one(changed))


def test_the_order_of_interventions_and_of_costs_is_no_difference() -> None:
    first, second = ONE.index("  - id: poverty"), ONE.index("  - id: offer")
    costs = ONE.index("      - {per: reached"), ONE.index("      - {per: accepts")
    turned = ONE[:first] + ONE[second : costs[0]] + ONE[costs[1] :] + ONE[costs[0] : costs[1]]
    turned += ONE[first:second]
    assert not differences(one(), parse_scenario(turned, "turned.yaml")).found


@pytest.mark.parametrize(
    ("changed", "intervention", "key", "was", "now"),
    [
        (("{value: 1,", "{value: 0.9,"), "offer", "coverage.value", 1.0, 0.9),
        (("level: quit", "level: none"), "offer", "effect.multiplies.level", "quit", "none"),
        (("per: reached, value: 50", "per: reached, value: 51"), "offer", "costs.reached.value", 50.0, 51.0),
        (("[1, 10, 2]", "[1, 10]"), "poverty", "where.imd_decile", ["1", "2", "10"], ["1", "10"]),
        (
            ("    where: {imd_decile: [1, 10, 2]}\n", ""),
            "poverty",
            "where.imd_decile",
            ["1", "2", "10"],
            None,
        ),
        (("model: england", "model: england\ndiscount_rate: {value: 0.015, source: assumption, note: round}"),
         None, "discount_rate.value", None, 0.015),
    ],
)  # fmt: skip
def test_a_changed_value_is_told_with_both_values_and_where_they_stand(
    changed: tuple[str, str], intervention: str | None, key: str, was: object, now: object
) -> None:
    (found,) = meant(changed)
    assert (found.intervention, found.key, found.was, found.now) == (intervention, key, was, now)
    line = ONE[: ONE.index(changed[0])].count("\n") + 1
    assert found.was_at == (None if was is None else f"one.yaml:{line}")
    assert not means_the_same(one(), one(changed))


def test_names_that_are_keywords_elsewhere_are_names_here() -> None:
    """An intervention or a variable may be called `name`, `note` or `table`, which elsewhere only explain."""
    odd = "{name: a, note: b, costs: c, table: d, distribution: fixed}"
    ids = ("id: poverty", "id: note"), ("id: offer", "id: costs")
    text = one(("{imd_decile: [1, 10, 2]}", odd), *ids)
    assert not differences(text, text).found
    for old, new, key in (("name: a", "name: z", "where.name"), ("table: d", "table: z", "where.table")):
        other = one(("{imd_decile: [1, 10, 2]}", odd.replace(old, new)), *ids)
        (found,) = differences(text, other).found
        assert found.key == key and not found.only_words and not means_the_same(text, other)
        assert any(f"{key}: {old[-1]} -> z" in line for line in told(differences(text, other)))
    without = one((ONE[ONE.index("  - id: offer") :], ""), ids[0])
    assert ("costs", "") in [(d.intervention, d.key) for d in differences(text, without).found]
    assert not means_the_same(text, without)


def test_of_a_table_the_years_are_told_that_differ() -> None:
    text = told(differences(one(), one(("2026: 0.8, 2027: 0.8", "2026: 0.8, 2027: 0.7, 2028: 0.6"))))
    assert "    multiply: 2027: 0.8, 2028: none -> 2027: 0.7, 2028: 0.6" in text
    held = told(differences(one(), one((", after: hold", ""))))
    assert any(line.startswith("    multiply: ") and ", held after ->" in line for line in held)


def test_an_intervention_that_only_one_file_has_is_told_whole() -> None:
    without = one((ONE[ONE.index("  - id: offer") :], ""))
    lines = told(differences(one(), without))
    assert [line for line in lines if line.startswith("  - offer: change support; costs.accepts.")]
    assert any(line.startswith("  + offer: ") for line in told(differences(without, one())))


def test_what_a_file_takes_from_another_is_compared_as_though_it_stood_there(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    child = tmp_path / "child.yaml"
    child.write_text(
        "scenario: 1\nname: child\nextends: one.yaml\n"
        "interventions:\n  - {id: poverty, multiply: {table: {2025: 0.9}, after: hold}}\n"
    )
    found = differences(read_scenario(tmp_path / "one.yaml"), read_scenario(child))
    assert [d.key for d in found.found if not d.only_words] == ["multiply"]
    whole = differences(read_scenario("smoking_halved"), read_scenario(child))
    assert any(f"[{tmp_path}/one.yaml:14]" in line for line in told(whole) if line.startswith("  + offer"))


def test_every_shipped_file_means_what_itself_means_and_no_other() -> None:
    read = [read_scenario(name) for name in library()]
    for place, scenario in enumerate(read):
        assert [means_the_same(scenario, other) for other in read] == [i == place for i in range(len(read))]


def test_the_command_says_it_in_words_and_in_json_and_ends_well_either_way(
    simcore: Call, tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / "other.yaml").write_text(ONE.replace("{value: 1,", "{value: 0.9,"))
    done = simcore("diff", tmp_path / "one.yaml", tmp_path / "other.yaml")
    assert done.status == 0 and done.stdout.splitlines()[1:] == ["  offer:", "    coverage.value: 1 -> 0.9"]
    same = simcore("diff", "smoking_halved", "smoking_halved")
    assert same.status == 0 and same.stdout.endswith("  same meaning\n")
    plain = json.loads(simcore("diff", tmp_path / "one.yaml", tmp_path / "other.yaml", "--json").stdout)
    assert plain["same_meaning"] is False
    assert [(c["key"], c["was"], c["now"]) for c in plain["changes"]] == [("coverage.value", 1.0, 0.9)]
    broken = simcore("diff", tmp_path / "one.yaml", "smoking_halvd")
    assert broken.status == 2 and "did you mean `smoking_halved`?" in broken.stderr
