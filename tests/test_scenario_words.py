"""Every kind of change and every form of a number: read as written, or refused with an address and a remedy."""

from __future__ import annotations

import jsonschema
import pytest

from scenarios.check import check_against
from scenarios.read import library, parse_scenario, read_scenario
from scenarios.schema import Prevalence, Support, json_schema, path_over_years
from simcore.documents import parse_yaml
from simcore.problems import DocumentError
from tests.test_scenario_files import WORDS

EVERYTHING = """\
scenario: 1
name: everything
title: One of every kind
why: To show the language.
model: england
extends: current_policy
evidence: {grade: B, status: null, summary: invented}
discount_rate: {value: 0.035, source: sss_2022}
interventions:
  - id: target
    change: prevalence
    of: smoking_at_booking
    set: {ramp: {from: 2026, to: 2030, value: {distribution: beta, mean: 0.06, ci95: [0.04, 0.084]}}}
    spread: everywhere
    years: {to: 2030}
    source: assumption
    note: invented
    costs:
      - {per: moved, value: {step: {from: 2026, value: 200}}, price_year: 2023, source: sss_2022}
      - {per: birth, value: 3, price_year: 2023, source: sss_2022}
  - id: weight
    change: prevalence
    of: bmi
    level: [25_29, 30_plus]
    to: under_25
    add: {distribution: normal, mean: -0.02, ci95: [-0.03, -0.01]}
    source: sss_2022
  - id: later
    change: prevalence
    of: smoking_at_booking
    set: 0.03
    years: {from: 2031}
    source: sss_2022
  - id: offer
    change: support
    offer_to: {smoking_at_booking: yes}
    coverage: {value: {ramp: {from: 2026, to: 2030, value: 0.8, start: 0.2}}, source: sss_2022}
    uptake: {value: {table: {2026: 0.1, 2027: 0.2}, after: hold}, source: sss_2022}
    effect:
      adds: {variable: smoking, level: quit}
      value: {distribution: normal, mean: 0.1, ci95: [0.02, 0.18]}
      source: sss_2022
    relapse: {share: 0.43, from_age: days_28_90, source: sss_2022}
    costs: [{per: accepts, value: 100, price_year: 2020, source: sss_2022}]
  - {id: fewer, change: births, multiply: 0.9, where: {mother_age: under_20}, source: sss_2022}
  - {id: residual, change: what_if_residual, like: 10}
  - {id: equal, change: what_if_equal, dimension: imd_decile, like: 10}
"""


def problems(text: str, years: tuple[int, int] | None = None) -> list[str]:
    try:
        check_against(parse_scenario(text, "s.yaml"), WORDS, years)
    except DocumentError as error:
        return [line.removeprefix("s.yaml:") for line in str(error).splitlines()]
    return []


def test_one_of_every_kind_is_read_as_written() -> None:
    assert problems(EVERYTHING, (2025, 2034)) == []
    scenario = parse_scenario(EVERYTHING, "s.yaml")
    assert scenario.extends == "current_policy"
    assert scenario.evidence is not None and scenario.evidence.status == "null"
    target, weight, _, offer, *_ = scenario.interventions
    assert isinstance(target, Prevalence) and isinstance(weight, Prevalence) and isinstance(offer, Support)
    assert (target.how, weight.how, weight.level, weight.to) == (
        "set",
        "add",
        ("25_29", "30_plus"),
        "under_25",
    )
    assert offer.effect.by == "adds" and offer.effect.outcome.level == "quit"
    assert path_over_years(offer.coverage.value, [2025, 2026, 2030, 2031]) == pytest.approx(
        [0.2, 0.32, 0.8, 0.8]
    )
    assert path_over_years(offer.uptake.value, [2025, 2026, 2035], nothing=0.0) == [0.0, 0.1, 0.2]
    assert [number.central for number in offer.numbers()] == [0.8, 0.2, 0.1, 0.43]


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        (
            "    spread: everywhere\n",
            "    add: 0.1\n",
            "10:5",
            "interventions.0: has add and set; keep one of them",
        ),
        (
            "    set: 0.03\n",
            "",
            "28:5",
            "interventions.2: says not what changes; write one of multiply, add, odds_ratio, set",
        ),
        (
            "    set: 0.03\n",
            "    sett: 0.03\n",
            "31:5",
            "interventions.2.sett: unknown key; did you mean `set`?",
        ),
        (
            "    set: 0.03\n",
            "    add: 0.03\n    spread: everywhere\n",
            "28:5",
            "interventions.2: `spread` stands beside `set` alone; take it out",
        ),
        (
            "      adds: {variable: smoking, level: quit}\n",
            "",
            "40:7",
            "interventions.3.effect: says not what changes; write one of multiplies, adds, odds, sets",
        ),
        (
            "      adds:",
            "      sets: {variable: smoking, level: quit}\n      adds:",
            "40:7",
            "interventions.3.effect: has adds and sets; keep one of them",
        ),
        (
            "      adds:",
            "      multiplies:",
            "41:14",
            "interventions.3.effect.value: found what goes from -inf to inf; a ratio is 0 or more",
        ),
        (
            "value: 0.8,",
            "value: 1.8,",
            "37:60",
            "interventions.3.coverage.value.ramp.value: found 1.8; a share lies between 0 and 1, use a number, beta or",
        ),
        (
            "start: 0.2}",
            "start: -0.2}",
            "37:72",
            "interventions.3.coverage.value.ramp.start: found -0.2; a share lies between 0 and 1, use a",
        ),
        (
            "2026: 0.1,",
            "2026: -0.1,",
            "38:36",
            "interventions.3.uptake.value.table.2026: found -0.1; write a number at least 0",
        ),
        (
            "2026: 0.1,",
            "2026: 1.1,",
            "38:36",
            "interventions.3.uptake.value.table.2026: found 1.1; write a number at most 1",
        ),
        (
            "{from: 2026, value: 200}",
            "{from: 2026, value: -200}",
            "19:56",
            "interventions.0.costs.0.value.step.value: found -200; a cost is 0 or more, use a number, lognormal or",
        ),
        (
            "{step: {from: 2026, value: 200}}",
            "{stepp: {from: 2026, value: 200}}",
            "19:30",
            "interventions.0.costs.0.value.stepp: unknown key; did you mean `step`?",
        ),
        (
            "{from: 2026, to: 2030, value: {dist",
            "{from: 2026, to: 2020, value: {dist",
            "13:17",
            "interventions.0.set.ramp: from 2026 comes after to 2020; write the earlier year as `from`",
        ),
        (
            "multiply: 0.9",
            "multiply: 1.9",
            "45:43",
            "interventions.4.multiply: found 1.9; a share lies between 0 and 1, use a number, beta or",
        ),
        (
            "add: {distribution: normal, mean: -0.02, ci95: [-0.03, -0.01]}",
            "add: 5",
            "26:10",
            "interventions.1.add: found 5; a change of a share lies between -1 and 1: 0.05 is five points",
        ),
        (
            "share: 0.43, ",
            "share: , ",
            "43:22",
            "interventions.3.relapse.share: found nothing; write a number, or {distribution: lognormal, median: ...,",
        ),
        (
            "    to: under_25\n",
            "    to:\n",
            "25:8",
            "interventions.1.to: found nothing; write what it is to be, or take the key out",
        ),
        (
            "extends: current_policy",
            "extends:",
            "6:9",
            "extends: found nothing; write the bare name of a shipped scenario, or one path",
        ),
        ("grade: B", "grade: E", "7:19", "evidence.grade: found 'E'; choose from A, B, C, D"),
        ("status: null", "status: nul", "7:30", "evidence.status: found 'nul'; did you mean `null`?"),
        (
            "{value: 0.035, source: sss_2022}",
            "{value: 3.5, source: sss_2022}",
            "8:24",
            "discount_rate.value: found 3.5; write a number less than 1",
        ),
        (
            "per: accepts",
            "per: person",
            "44:19",
            "interventions.3.costs.0.per: found 'person'; choose from eligible, reached, accepts, moved, birth",
        ),
        (
            "like: 10}\n  - {id: equal",
            "}\n  - {id: equal",
            "46:5",
            "interventions.5.like: is missing; add `like: ...`",
        ),
        (
            "30_plus]",
            "35_plus]",
            "24:20",
            "interventions.1.level.1: bmi has no level `35_plus`; did you mean `30_plus`?",
        ),
        (
            "[25_29, 30_plus]",
            "[25_29, 25_29]",
            "24:20",
            "interventions.1.level.1: `25_29` stands twice; keep one",
        ),
        (
            "level: [25_29, 30_plus]\n    to: under_25",
            "level: [under_25, 25_29, 30_plus]",
            "24:12",
            "interventions.1.level: names every level of bmi, so that nobody is left to come or go; leave one out",
        ),
        (
            "to: under_25",
            "to: under_52",
            "25:9",
            "interventions.1.to: bmi has no level `under_52`; did you mean `under_25`?",
        ),
        (
            "    to: under_25",
            "    to: 25_29",
            "21:5",
            "interventions.1: `to: 25_29` is among the levels that change; name another",
        ),
        (
            "    level: [25_29, 30_plus]\n",
            "",
            "21:5",
            "interventions.1.level: is missing, for bmi has 3 levels; add `level: ...`, whose share",
        ),
        (
            "of: bmi",
            "of: gestation",
            "23:9",
            "interventions.1.of: gestation is an intermediate and no lever: policies move it only through what comes",
        ),
        (
            "level: quit}",
            "level: quits}",
            "40:40",
            "interventions.3.effect.adds.level: smoking has no level `quits`; did you mean `quit`?",
        ),
        (
            "from_age: days_28_90",
            "from_age: days_28_9",
            "43:38",
            "interventions.3.relapse.from_age: no age band `days_28_9`; did you mean `days_28_90`?",
        ),
        (
            "per: accepts",
            "per: birth, value: 1, price_year: 2020, source: sss_2022}, {per: birth",
            "44:79",
            "interventions.3.costs.1.per: `per: birth` stands twice; write one cost, of both together",
        ),
        (
            "per: moved",
            "per: reached",
            "19:15",
            "interventions.0.costs.0.per: `prevalence` counts nobody who is `reached`; choose from moved, birth",
        ),
        (
            "price_year: 2020, source: sss_2022",
            "price_year: 2020, source: sss_2021",
            "44:66",
            "interventions.3.costs.0.source: no source `sss_2021` in the model; did you mean `sss_2022`?",
        ),
        (
            "discount_rate: {value: 0.035, source: sss_2022",
            "discount_rate: {value: 0.035, source: greenbook",
            "8:39",
            "discount_rate.source: no source `greenbook` in the model; use a key of its sources, or",
        ),
        (
            "from_age: days_28_90, source: sss_2022",
            "from_age: days_28_90, source: sss_2021",
            "43:58",
            "interventions.3.relapse.source: no source `sss_2021` in the model; did you mean `sss_2022`?",
        ),
        (
            "what_if_residual, like: 10",
            "what_if_residual, like: 11",
            "46:52",
            "interventions.5.like: imd_decile has no level `11`; did you mean `1`?",
        ),
        (
            "dimension: imd_decile, like: 10",
            "dimension: imd_decil, like: 10",
            "47:51",
            "interventions.6.dimension: `imd_decil` is no stratum dimension; did you mean `imd_decile`?",
        ),
        (
            "dimension: imd_decile, like: 10",
            "dimension: imd_decile, like: 0",
            "47:69",
            "interventions.6.like: imd_decile has no level `0`; did you mean `10`?",
        ),
        (
            "{mother_age: under_20}",
            "{mother_age: under_21}",
            "45:68",
            "interventions.4.where.mother_age.0: mother_age has no level `under_21`; did you mean `under_20`?",
        ),
        (
            "{from: 2026, value: 200}",
            "{from: 2046, value: 200}",
            "19:43",
            "interventions.0.costs.0.value.step.from: 2046 is outside the model; write 2010 to 2035",
        ),
        (
            "to: 2030, value: 0.8",
            "to: 2040, value: 0.8",
            "37:47",
            "interventions.3.coverage.value.ramp.to: 2040 is outside the model; write 2010 to 2035",
        ),
        (
            "{2026: 0.1, 2027: 0.2}",
            "{2009: 0.1, 2010: 0.2}",
            "38:30",
            "interventions.3.uptake.value.table.2009: 2009 is outside the model; write 2010 to 2035",
        ),
        (
            ", after: hold",
            "",
            "38:29",
            "interventions.3.uptake.value.table: the table ends in 2027, before 2034; add `after: hold` or more years",
        ),
        (
            "years: {from: 2031}",
            "years: {from: 2030}",
            "31:10",
            "interventions.2.set: `target` (line 10) sets smoking_at_booking for some of the same births in the same",
        ),
    ],
)
def test_every_mistake_in_them_is_one_problem_with_its_address_and_its_remedy(
    old: str, new: str, at: str, said: str
) -> None:
    assert old in EVERYTHING
    found = problems(EVERYTHING.replace(old, new, 1), (2025, 2034))
    assert len(found) == 1, found
    assert found[0].startswith(f"{at}: {said}") and "; " in found[0]


def test_shares_are_set_side_by_side_where_nobody_is_aimed_at_twice() -> None:
    apart = EVERYTHING.replace("years: {from: 2031}", "years: {from: 2030}")
    assert len(problems(apart)) == 1
    for more in ("    where: {imd_decile: [1, 2]}\n", "    where: {mother_age: under_20, imd_decile: [1]}\n"):
        one = apart.replace(
            "    spread: everywhere\n", "    spread: everywhere\n    where: {imd_decile: [3, 4]}\n"
        )
        assert problems(one.replace("    set: 0.03\n", f"    set: 0.03\n{more}")) == []


SCHEMA = jsonschema.Draft202012Validator(json_schema())
CHILD = """\
scenario: 1
name: child
extends: everything
interventions:
  - {id: weight, remove: true}
  - {id: target, set: 0.05}
  - {id: extra, change: what_if_residual, like: 10}
"""


def test_editors_take_every_shipped_file_one_of_every_kind_and_a_file_that_says_only_what_differs() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for text in (EVERYTHING, CHILD):
        assert not list(SCHEMA.iter_errors(parse_yaml(text, "s.yaml").data))
    for name in library():
        assert not list(SCHEMA.iter_errors(dict(read_scenario(name).document.data)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    spread: everywhere\n", "    sprad: everywhere\n"),
        ("2026: 0.1,", "2026: 1.1,"),
        ("per: accepts", "per: person"),
        ("grade: B", "grade: E"),
        ("extends: everything\n", ""),
        ("remove: true", "remove: false"),
        ("id: weight", "idd: weight"),
        ("set: 0.05", "sett: 0.05"),
    ],
)
def test_editors_mark_what_the_reader_refuses(old: str, new: str) -> None:
    text = EVERYTHING if old in EVERYTHING else CHILD
    if old == "id: weight":
        text = CHILD
    assert old in text
    assert list(SCHEMA.iter_errors(parse_yaml(text.replace(old, new), "s.yaml").data))
