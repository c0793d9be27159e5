"""Traps of the evidence: each is met once, in one named function, and each function refuses or mends what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from simcore.load import load_model
from simcore.models.england.build import evidence, labels
from simcore.models.england.build.births import counts, gestation
from simcore.models.england.build.deaths import grouping, joint, published, reconciliation
from simcore.models.england.build.evidence import EVIDENCE, count, read
from simcore.models.england.build.families import household_class, poverty
from simcore.models.england.build.observed import babies, mothers, shared_out
from tests.england_tables import rows


def test_unlinked_deaths_of_2020_are_given_to_groups_in_proportion() -> None:
    """`shared_out.in_proportion`: 208 of 2,226 deaths in no group of registration; 9.3% are missing as printed."""
    by, table = mothers.REGISTERED, read("ons_cause_registration_ew_2020")
    whole = [row for row in table if row["cause_group"] == "All causes"]
    printed, total = by.counts(whole), by.whole(whole)
    lacking = total - np.sum(list(printed.values()), axis=0)
    assert lacking[-1] == 208
    mended = shared_out.in_proportion(printed, total)
    assert np.sum(list(mended.values()), axis=0) == pytest.approx(total)
    # a group that had a share of the linked deaths has that share of the unlinked ones
    for column in (1, 2):
        ratios = [mended[level][column] / printed[level][column] for level in printed]
        assert ratios[0] == pytest.approx(ratios[1])


def test_unlinked_deaths_whose_record_tells_the_class_go_there() -> None:
    """`shared_out.known_groups`: the death record has the class, and nothing has to be taken in proportion."""
    rows_ = read("ons_registration_nssec_ew_2020")
    unlinked = mothers.by_class([r for r in rows_ if r["registration"] == "Unlinked deaths"])
    none = {level: np.zeros(4) for level in unlinked}
    assert [n[-1] for n in shared_out.known_groups(none, unlinked).values()] == [43, 41, 76, 48]


def test_births_and_deaths_of_unknown_gestation_go_to_22_weeks_and_more() -> None:
    """`gestation.spread`: over all bands more babies would die under 22 weeks than are born."""
    known, unknown = gestation.pooled(read("ons_gestation_neonatal_england_2018_2020"), "neonatal_deaths")
    assert unknown == 402
    spread = gestation.spread(known, unknown)
    assert spread[0] == known[0] and spread.sum() == pytest.approx(known.sum() + unknown)
    born = gestation.national_births()[0]
    careless = known[0] * (1 + unknown / known.sum())
    assert spread[0] < born < careless


def test_deciles_of_a_year_are_of_the_index_that_was_then_in_use() -> None:
    """`babies.index_of`: counts by decile change their index after 2010 and after 2015, and the table says so."""
    at = {year: babies.index_of(year)[-4:] for year in map(str, range(2010, 2021))}
    assert at["2010"] == "2010"
    assert {at[str(y)] for y in range(2011, 2016)} == {"2015"}
    assert {at[str(y)] for y in range(2016, 2021)} == {"2019"} == {babies.index_of("2018-2020")[-4:]}
    said = {r["period"]: r["note"] for r in rows("observed_groups") if r["factor"] == "imd_decile"}
    assert said == {period: babies.index_of(period) for period in said}
    # what the model is solved to has one index
    assert {babies.index_of(str(year)) for year in counts.REFERENCE_YEARS} == {"deciles of the index of 2019"}


def test_deaths_by_registration_or_after_2020_are_refused_where_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`evidence.refuse_other_deaths`: occurrences alone come in, and no cause is of the groups used from 2021."""
    path = tmp_path / "poisoned.csv"
    monkeypatch.setattr(evidence, "EVIDENCE", tmp_path)
    for line, problem in (
        (
            "2019,30,ons_births2023",
            "poisoned.csv:2: ons_births2023 does not count deaths by when they occurred",
        ),
        ("2021,30,ons_cim2022", "poisoned.csv:2: deaths of 2021, after 2020"),
    ):
        path.write_text(f"year,infant_deaths,source_key\n{line}\n")
        evidence.read.cache_clear()
        with pytest.raises(ValueError, match=problem):
            evidence.read("poisoned")
    evidence.read.cache_clear()


def test_every_count_of_deaths_was_let_in_as_occurrences() -> None:
    counted = [
        p.stem for p in EVIDENCE.glob("*.csv") if "deaths" in p.read_text(encoding="utf-8").partition("\n")[0]
    ]
    assert len(counted) >= 18
    for name in counted:
        assert {row["source_key"] for row in read(name)} <= set(evidence.OCCURRED)


def test_cause_groups_are_the_nine_of_2020_and_hold_every_death() -> None:
    """`grouping.CAUSE_OF`: a group of another list is no cause, and none of the printed ones is left out."""
    for name in ("ons_cause_ew_2018_2020", "ons_cause_birthweight_ew_2020", "ons_cause_mother_age_ew_2020"):
        assert {row["cause_group"] for row in read(name)} - {"All causes"} == set(grouping.CAUSE_OF)
    assert published.cause_totals().sum() == 7104


def test_class_is_that_of_the_household_in_2020_and_not_that_of_the_father_before_2012() -> None:
    """`labels.NSSEC_OF`: one table has class by deaths, of 2020; its births, in tens, are scaled to registration."""
    by_class = [p.stem for p in EVIDENCE.glob("*.csv") if "nssec" in p.stem]
    assert sorted(by_class) == [
        "ons_births_by_registration_and_nssec_ew_2020",
        "ons_registration_nssec_ew_2020",
    ]
    assert set(labels.NSSEC_OF) == {r["nssec"] for r in read("ons_registration_nssec_ew_2020")} - {"All"}
    tens = household_class.published_classes()
    assert (tens % 10 == 0).all()
    joined = household_class.class_joint().sum(axis=(0, 2))
    assert joined[:2].sum() / joined.sum() != pytest.approx(tens[0].sum() / tens.sum(), abs=1e-4)


def test_a_birthweight_that_is_not_stated_is_no_birthweight() -> None:
    """`babies.birthweight` keeps it apart; `published.WEIGHT_OF` leaves it out of the seed by gestation."""
    apart = {r["level"]: r for r in rows("observed_groups") if r["factor"] == "birthweight"}
    unknown = ("implausible", "not_stated", "unlinked")
    assert sum(int(apart[level]["infant"]) for level in unknown) == 695
    assert all(row["infant"] == row["infant_published"] for row in apart.values())
    assert {labels.BIRTHWEIGHT_OF[w] for w in published.WEIGHT_OF} == set(apart) - set(unknown)
    # a third of these deaths is early; given to the heavier bands they would be taken for deaths at term
    assert 695 / 2226 > 0.3


def test_totals_that_print_the_same_deaths_otherwise_stand_beside_each_other() -> None:
    """`reconciliation.other_totals`: England and Wales, non-residents among them, never stands in for England."""
    table = reconciliation.other_totals()
    three = [r for r in table if r["published_table"] == "by age"]
    assert sum(int(str(r["published"])) for r in three) == 7104
    assert sum(float(str(r["target"])) for r in three) == 6728 == pytest.approx(joint.targets().joint.sum())


def test_poverty_and_death_over_authorities_is_no_input_and_no_effect_at_all_is_a_variant() -> None:
    """The table over 145 authorities lacks deaths of 2020, and its slope within areas is nothing: a variant."""
    assert [p.name for p in EVIDENCE.glob("*utla*")] == []
    options = load_model("england").spec.variants["child_poverty"].options
    assert set(options) == {"as-published", "half", "zero"} and options["zero"].off == ("child_poverty",)


def test_of_the_modelling_study_only_its_paths_of_poverty_are_read() -> None:
    """`poverty.poverty_paths`: multiples of the rate; its deaths, sums of changes, are another quantity."""
    with open(EVIDENCE / "mccabe_scenario_child_poverty_paths.csv", encoding="utf-8") as file:
        columns = next(csv.reader(file))
    assert not [c for c in columns if "death" in c]
    assert {c for r in poverty.poverty_paths() for c in r if "multiplier" in c} == {
        "baseline_multiplier_of_2023_rate",
        "low_multiplier_of_2023_rate",
        "medium_multiplier_of_2023_rate",
        "high_multiplier_of_2023_rate",
    }


def test_a_blank_is_no_zero() -> None:
    """`evidence.count`: what is printed as not applicable is refused, not read as none."""
    with pytest.raises(ValueError, match="z"):
        count("z")
