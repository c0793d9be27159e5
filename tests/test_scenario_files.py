"""Scenario files: what the language says is read; a broken file is told where, and what to do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.check import VariableWords, Vocabulary, check_against
from scenarios.read import parse_scenario
from scenarios.schema import ByYear, HazardRatio, Prevalence, Ramp, Support, path_over_years
from simcore.distributions import Distribution
from simcore.problems import DocumentError

# the words of a model much like England's
WORDS = Vocabulary(
    model="england",
    variables={
        "mother_age": VariableWords(
            ("under_20", "20_24", "25_29", "30_34", "35_39", "40_plus"), "descriptor"
        ),
        "child_poverty": VariableWords(("no", "yes"), "exposure"),
        "smoking_at_booking": VariableWords(("no", "yes"), "exposure"),
        "smoking": VariableWords(("none", "quit", "to_delivery"), "exposure"),
        "bmi": VariableWords(("under_25", "25_29", "30_plus"), "exposure"),
        "plurality": VariableWords(("single", "multiple"), "descriptor"),
        "gestation": VariableWords(
            ("under_22", "22_23", "24_27", "28_31", "32_36", "37_plus"), "intermediate"
        ),
    },
    strata={"imd_decile": (*tuple("123456789"), "10")},
    years=(2010, 2035),
    residual="imd_decile",
    causes=("immaturity", "congenital", "sudden", "infection", "other"),
    age_bands=("day_0", "days_1_6", "days_7_27", "days_28_90", "days_91_364"),
    sources=frozenset({"mccabe_2024_data", "cochrane_psychosocial2017", "sss_2022"}),
)

GOOD = """\
scenario: 1
name: all_three
title: One of everything
why: To show the language.
model: england
interventions:
  - id: poverty
    change: prevalence
    of: child_poverty
    multiply: {table: {2025: 0.99, 2026: 0.9}, after: hold}
    where: {imd_decile: [1, 2, 3]}
    years: {from: 2025}
    source: mccabe_2024_data
  - id: offer
    change: support
    offer_to: {smoking_at_booking: yes}
    where: {mother_age: [under_20, 20_24]}
    coverage: {value: 0.8, source: assumption, note: the target of the policy}
    uptake:
      value: {distribution: beta, mean: 0.3, ci95: [0.2, 0.41]}
      source: sss_2022
    effect:
      multiplies: {variable: smoking, level: quit}
      base: natural
      value: {distribution: lognormal, median: 1.44, ci95: [1.19, 1.73]}
      source: cochrane_psychosocial2017
  - id: sleep
    change: hazard_ratio
    begins: after_birth
    causes: [sudden]
    age_bands: [days_28_90, days_91_364]
    ratio: {value: 0.9, source: assumption, note: invented}
"""


def problems(text: str, years: tuple[int, int] | None = None) -> list[str]:
    try:
        check_against(parse_scenario(text, "s.yaml"), WORDS, years)
    except DocumentError as error:
        return [line.removeprefix("s.yaml:") for line in str(error).splitlines()]
    return []


# the language


def test_one_of_everything_is_read_and_checked() -> None:
    scenario = parse_scenario(GOOD, "s.yaml")
    assert problems(GOOD) == []
    poverty, offer, sleep = scenario.interventions
    assert isinstance(poverty, Prevalence) and isinstance(offer, Support) and isinstance(sleep, HazardRatio)
    assert poverty.where == {"imd_decile": ("1", "2", "3")} and offer.offer_to == {
        "smoking_at_booking": ("yes",)
    }
    assert path_over_years(poverty.amount, [2024, 2025, 2026, 2035], poverty.years) == [1.0, 0.99, 0.9, 0.9]
    assert offer.effect.value.central == 1.44 and sleep.coverage is None
    assert str(scenario.problem(("interventions", 0, "of"), "x; y")) == "s.yaml:9:9: interventions.0.of: x; y"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # words of the language
        ("why: To", "wyh: To", "4:1: wyh: unknown key; did you mean `why`?"),
        (
            "prevalence",
            "odds_ratio",
            "8:13: interventions.0.change: found 'odds_ratio'; choose from prevalence, support, "
            "hazard_ratio, births, what_if_residual, what_if_equal",
        ),
        (
            "    begins: after_birth\n",
            "",
            "27:5: interventions.2.begins: is missing; add `begins: ...`; choose from pregnancy, after_birth",
        ),
        (
            "      base: natural\n",
            "",
            "23:7: interventions.1.effect: says not of what; add `base: natural`",
        ),
        (
            "coverage: {value: 0.8, source: assumption, note: the target of the policy}",
            "coverage: 0.8",
            "18:15: interventions.1.coverage: found 0.8; write {value: 0.8, source: ..., note: ...}",
        ),
        (
            "coverage: {value: 0.8, source: assumption, note: the target of the policy}",
            "coverage: 80%",
            "18:15: interventions.1.coverage: found '80%'; write {value: 0.8, source: ..., note: ...}",
        ),
        ("2025: 0.99", "2025: 99%", "10:30: interventions.0.multiply.table.2025: found '99%'; write 0.99"),
        (
            "2025: 0.99",
            "2025: {distribution: uniform, low: 0.7, high: 0.9}",
            "10:30: interventions.0.multiply.table.2025: found keys and values, and a year of a table takes a plain",
        ),
        ("title: One of everything\n", "", "1:1: title: is missing; add `title: ...`"),
        ("scenario: 1", "scenario: 2", "1:11: scenario: found 2; write `1`"),
        (
            "name: all_three",
            "name: All three",
            "2:7: name: found 'All three'; write lower-case letters, digits and _",
        ),
        (
            "prevalence",
            "prevalense",
            "8:13: interventions.0.change: found 'prevalense'; did you mean `prevalence`?",
        ),
        (
            "    change: support\n",
            "",
            "14:5: interventions.1.change: is missing; add `change: ...`; choose from",
        ),
        (
            "after: hold",
            "aftr: hold",
            "10:48: interventions.0.multiply.aftr: unknown key; did you mean `after`?",
        ),
        ("table:", "tabel:", "10:16: interventions.0.multiply.tabel: unknown key; did you mean `table`?"),
        (
            "2026: 0.9}",
            "2027: 0.9}",
            "10:15: interventions.0.multiply: the table leaves out 2026; list every year",
        ),
        (
            "2025: 0.99",
            "2025: -1",
            "10:30: interventions.0.multiply.table.2025: found -1; write a number at least 0",
        ),
        (
            "{from: 2025}",
            "{from: 2027, to: 2026}",
            "12:12: interventions.0.years: from 2027 comes after to 2026",
        ),
        ("[1, 2, 3]", "[]", "11:25: interventions.0.where.imd_decile: has 0 items; give at least 1"),
        ("    source: mccabe_2024_data\n", "", "7:5: interventions.0.source: is missing; add `source: ...`"),
        (
            ", note: invented",
            "",
            "32:12: interventions.2.ratio: is an assumption without a reason; add `note: ...`",
        ),
        (
            "value: 0.8",
            "value: 1.2",
            "18:23: interventions.1.coverage.value: found 1.2; a share lies between 0 and 1",
        ),
        (
            "value: 0.8",
            "value: 80%",
            "18:23: interventions.1.coverage.value: found '80%'; write 0.8, or",
        ),
        ("value: 0.9", "value: -0.9", "32:20: interventions.2.ratio.value: found -0.9; a ratio is 0 or more"),
        (
            "{distribution: beta, mean: 0.3, ci95: [0.2, 0.41]}",
            "{distribution: normal, mean: 0.3, ci95: [0.2, 0.4]}",
            "20:14: interventions.1.uptake.value: found a normal that leaves 0 to 1; a share lies between 0 and 1",
        ),
        (
            "median: 1.44",
            "medain: 1.44",
            "25:40: interventions.1.effect.value.medain: unknown key; did you mean `median`?",
        ),
        (
            "median: 1.44",
            "median: 1.7",
            "25:14: interventions.1.effect.value: median 1.7 does not fit ci95 [1.19, 1.73]",
        ),
        (
            "base: natural",
            "base: usual_care",
            "24:13: interventions.1.effect.base: found 'usual_care'; write `natural`",
        ),
        ("id: offer", "id: poverty", "14:9: interventions.1.id: the id `poverty` stands on line 7 too"),
        # words of the model
        ("model: england", "model: wales", "5:8: model: is for the model `wales`, not `england`"),
        (
            "of: child_poverty",
            "of: child_povery",
            "9:9: interventions.0.of: no variable `child_povery`; did you mean",
        ),
        (
            "of: child_poverty",
            "of: mother_age",
            "9:9: interventions.0.of: mother_age is a descriptor and no lever",
        ),
        (
            "of: child_poverty",
            "of: gestation",
            "9:9: interventions.0.of: gestation is an intermediate and no lever",
        ),
        (
            "of: child_poverty",
            "of: imd_decile",
            "9:9: interventions.0.of: imd_decile is a stratum and no lever",
        ),
        (
            "of: child_poverty",
            "of: smoking",
            "7:5: interventions.0.level: is missing, for smoking has 3 levels; add `level: ...`, whose share changes",
        ),
        (
            "{imd_decile: [1",
            "{imd_decil: [1",
            "11:13: interventions.0.where.imd_decil: no variable or stratum",
        ),
        (
            "[1, 2, 3]",
            "[1, 2, 11]",
            "11:32: interventions.0.where.imd_decile.2: imd_decile has no level `11`",
        ),
        (
            "{imd_decile: [1, 2, 3]}",
            "{gestation: 24_27}",
            "11:13: interventions.0.where.gestation: gestation is not settled before child_poverty; "
            "choose from imd_decile, mother_age",
        ),
        (
            "{smoking_at_booking: yes}",
            "{smoking: to_delivery}",
            "16:16: interventions.1.offer_to.smoking: smoking is what is changed; choose from imd_decile, "
            "mother_age, child_poverty, smoking_at_booking",
        ),
        (
            "{imd_decile: [1, 2, 3]}",
            "{year: 2025}",
            "11:13: interventions.0.where.year: years are not aimed at here",
        ),
        (
            "{from: 2025}",
            "{from: 2045}",
            "12:19: interventions.0.years.from: 2045 is outside the model; write 2010",
        ),
        (
            "2025: 0.99, 2026",
            "2035: 0.99, 2036",
            "10:36: interventions.0.multiply.table.2036: 2036 is outside",
        ),
        (
            ": yes}",
            ": yess}",
            "16:36: interventions.1.offer_to.smoking_at_booking.0: smoking_at_booking has no level `yess`",
        ),
        (
            "level: quit",
            "level: quits",
            "23:46: interventions.1.effect.multiplies.level: smoking has no level `quits`",
        ),
        (
            "level: quit",
            "level: to_delivery",
            "23:46: interventions.1.effect.multiplies.level: `to_delivery` is the last",
        ),
        (
            "under_20, 20_24",
            "under_20, 20-24",
            "17:36: interventions.1.where.mother_age.1: mother_age has no level",
        ),
        ("[sudden]", "[suden]", "30:14: interventions.2.causes.0: no cause `suden`; did you mean `sudden`?"),
        (
            "[days_28_90,",
            "[days_28_9,",
            "31:17: interventions.2.age_bands.0: no age band `days_28_9`; did you mean",
        ),
        (
            "[days_28_90,",
            "[day_0,",
            "31:17: interventions.2.age_bands.0: what begins after birth comes too late for day_0; take it out, or "
            "write `begins: pregnancy`",
        ),
        (
            "source: sss_2022",
            "source: sss_2021",
            "21:15: interventions.1.uptake.source: no source `sss_2021` in the model",
        ),
    ],
)
def test_every_mistake_has_its_address_and_its_remedy(old: str, new: str, said: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert len(found) == 1, found
    assert found[0].startswith(said) and "; " in found[0]


def test_all_mistakes_of_a_file_come_together() -> None:
    text = (
        GOOD.replace("child_poverty", "child_povery")
        .replace("[sudden]", "[suden]")
        .replace("level: quit", "level: q")
    )
    assert [line.split(":")[0] for line in problems(text)] == ["9", "23", "30"]


def test_an_intervention_that_acts_on_nobody_is_refused() -> None:
    nobody = GOOD.replace("{mother_age: [under_20, 20_24]}", "{smoking_at_booking: no}")
    assert problems(nobody) == [
        "17:33: interventions.1.where.smoking_at_booking: `where` and `offer_to` have no level of "
        "smoking_at_booking in common; nobody is left to offer to"
    ]
    never = GOOD.replace("{from: 2025}", "{to: 2020}")
    assert problems(never) == []
    assert problems(never, (2025, 2034)) == [
        "12:12: interventions.0.years: acts in none of the years asked for, 2025 to 2034; change one of the two"
    ]


def test_a_table_that_ends_before_the_years_asked_for_is_refused() -> None:
    text = GOOD.replace(", after: hold", "")
    assert problems(text, (2025, 2026)) == []
    assert problems(text, (2025, 2034)) == [
        "10:23: interventions.0.multiply.table: the table ends in 2026, before 2034; add `after: hold` or more years"
    ]
    assert problems(text.replace("{from: 2025}", "{to: 2026}"), (2025, 2034)) == []


@given(
    first=st.integers(2010, 2030),
    length=st.integers(0, 8),
    value=st.floats(0, 3),
    start=st.integers(2005, 2035),
    window=st.integers(0, 10),
)
def test_a_ramp_goes_one_way_from_one_to_its_value(
    first: int, length: int, value: float, start: int, window: int
) -> None:
    ramp = Ramp[Distribution].model_validate({"ramp": {"from": first, "to": first + length, "value": value}})
    path = path_over_years(ramp, range(start, start + window))
    steps = [later - earlier for earlier, later in zip(path, path[1:], strict=False)]
    assert all(step * (value - 1) >= -1e-12 for step in steps)
    assert path_over_years(ramp, [first - 1, first + length]) == [1.0, value]


def test_a_table_says_what_comes_after_or_refuses() -> None:
    table = ByYear[float](table={2025: 0.9, 2026: 0.8})
    assert path_over_years(table, [2024, 2025, 2026]) == [1.0, 0.9, 0.8]
    with pytest.raises(ValueError, match="ends in 2026, before 2027; add `after: hold`"):
        table.at(2027)
    assert ByYear[float](table={2025: 0.9}, after="hold").at(2035) == 0.9


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_a_scenario_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = start + data.draw(st.integers(0, 30))
    foreign = data.draw(
        st.sampled_from(["", "x", ": ", "[", "{", "-1", "1e9", "null", "2025", "\n", "  ", "assumption", "'"])
    )
    for line in problems(GOOD[:start] + foreign + GOOD[end:]):
        assert line[0].isdigit()
