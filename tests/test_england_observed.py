"""Observed births and deaths by group: as printed, and complete once the unlinked deaths are shared out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

from simcore.models.england.build import labels
from simcore.models.england.build.births.gestation import BANDS
from simcore.models.england.build.deaths import joint
from simcore.models.england.build.deaths.grouping import AGES, CAUSE_OF, CAUSES
from simcore.models.england.build.evidence import DECILES, count, read
from simcore.models.england.build.observed import shared_out
from simcore.models.england.build.observed.shared_out import COLUMNS
from tests.england_tables import Row, rows

Group = dict[str, Row]

LEVELS = {
    "imd_decile": list(DECILES),
    "mother_age": ["under_20", "20_24", "25_29", "30_34", "35_39", "40_plus"],
    "parity": ["none", "one", "two", "three_plus"],
    "registration": ["married", "joint_same_address", "joint_different_address", "sole"],
    "nssec": ["managerial_professional", "intermediate", "routine_manual", "not_classified"],
    "country_of_birth": ["uk", "europe", "africa", "caribbean", "india", "pakistan", "bangladesh", "other"],
    "ethnic_group": [
        "white_british",
        "white_other",
        "indian",
        "pakistani",
        "bangladeshi",
        "other_asian",
        "black_african",
        "black_caribbean",
        "other_black",
        "mixed",
        "other",
        "not_stated",
    ],
    "gestation": list(BANDS),
    "plurality": ["single", "multiple"],
    "cause": list(CAUSES),
    "age_at_death": list(AGES),
}
"""Names of the model's levels, written out."""


def tables() -> Iterator[tuple[tuple[str, ...], Group]]:
    """Each published table: what it is of, and its rows by level."""
    found: dict[tuple[str, ...], Group] = defaultdict(dict)
    columns = ("factor", "within_factor", "within_level", "cause", "geography", "period")
    for row in rows("observed_groups"):
        key = tuple(row[c] for c in columns)
        assert row["level"] not in found[key], key
        found[key][row["level"]] = row
    yield from found.items()


def of(factor: str, period: str = "2020", geography: str = "England and Wales", cause: str = "") -> Group:
    """Rows of one table by level, in no other group."""
    (table,) = (t for key, t in tables() if key == (factor, "", "", cause, geography, period))
    return table


def added(group: Group, column: str) -> float:
    return sum(float(row[column]) for row in group.values() if row[column])


def test_levels_are_those_of_the_model_each_once_in_every_table() -> None:
    for key, group in tables():
        if key[0] in ("all", "birthweight"):
            continue
        named = [part for level in group for part in level.split("+")]
        assert sorted(named) == sorted(LEVELS[key[0]]), key
        assert all(row["label"] for row in group.values())


def test_the_factors_are_the_ones_that_are_published() -> None:
    assert {key[0] for key, _ in tables()} == {*LEVELS, "all", "birthweight"}


def test_nothing_is_lost_every_group_s_deaths_add_up_to_the_published_total() -> None:
    """208 or 211 unlinked deaths of 2020, and those not stated, are in some group once shared out."""
    whole = {("England", "2020"): 2100, ("England and Wales", "2020"): 2226}
    whole[("England and Wales", "2018-2020")] = 7104
    whole[("England", "2018-2020")] = 6728
    by_cause = dict(read_causes())
    seen = set()
    for (factor, within, _, cause, place, period), group in tables():
        if within or period not in ("2020", "2018-2020") or not any(r["infant"] for r in group.values()):
            continue
        wanted = by_cause[period, cause] if cause else whole[place, period]
        assert added(group, "infant") == pytest.approx(wanted, abs=0.02), (factor, cause, place, period)
        seen.add(factor)
    assert seen == {*LEVELS, "all", "birthweight"} - {"plurality"}


def read_causes() -> Iterator[tuple[tuple[str, str], int]]:
    """Infant deaths of England and Wales by cause, from the tables by cause alone."""
    for row in read("ons_cause_ew_2018_2020"):
        if row["cause_group"] in CAUSE_OF:
            yield ("2018-2020", CAUSE_OF[row["cause_group"]]), count(row["infant_deaths"])
    for row in read("ons_cause_birthweight_ew_2020"):
        if row["cause_group"] in CAUSE_OF and row["birthweight_g"] == "All":
            yield ("2020", CAUSE_OF[row["cause_group"]]), count(row["infant_deaths"])


@pytest.mark.parametrize(
    ("factor", "lacking"),
    [("mother_age", 213), ("parity", 291), ("registration", 208), ("nssec", 208), ("country_of_birth", 210)],
)
def test_tables_of_2020_by_the_mother_lack_a_tenth_of_deaths_as_printed_and_none_as_compared(
    factor: str, lacking: int
) -> None:
    group = of(factor)
    assert added(group, "infant_published") == 2226 - lacking
    assert added(group, "births") == pytest.approx(613_936, abs=0.02)
    assert added(group, "neonatal") == pytest.approx(1651, abs=0.02)
    assert added(group, "postneonatal") == pytest.approx(575, abs=0.02)


def test_figures_as_printed_are_the_printed_ones() -> None:
    """Read off the tables by eye."""
    assert of("mother_age")["under_20"]["infant_published"] == "64"
    assert of("mother_age", cause="congenital")["40_plus"]["infant_published"] == "62"
    assert of("country_of_birth")["caribbean"]["births_published"] == "2162"
    assert of("country_of_birth")["other"]["births_published"] == str(
        613_936 - 31 - 434_024 - 75_306 - 69_453
    )
    assert of("ethnic_group", geography="England")["pakistani"]["infant_published"] == "144"
    assert of("ethnic_group", "2018-2020", cause="sudden")["white_british"]["infant_published"] == "292"
    assert of("nssec")["routine_manual"]["infant_published"] == "603"
    assert of("parity")["three_plus"]["postneonatal_published"] == "84"
    assert of("registration")["joint_different_address+sole"]["neonatal_published"] == "275"
    assert of("imd_decile", "2018", "England")["1"]["infant"] == "449"
    assert of("age_at_death", "2010")["days_91_182"]["infant"] == "249"


def test_sharing_out_never_takes_a_death_away_and_no_group_has_more_deaths_than_births() -> None:
    for row in rows("observed_groups"):
        for column in COLUMNS[1:]:
            if row[column]:
                assert float(row[column]) >= float(row[f"{column}_published"]) - 1e-9
                if row["births"] and row["level"] != "unlinked":
                    assert float(row[column]) < float(row["births"])


def test_infant_deaths_are_neonatal_and_postneonatal_deaths() -> None:
    for row in rows("observed_groups"):
        for suffix in ("", "_published"):
            neonatal, later, infant = (row[f"{c}{suffix}"] for c in COLUMNS[1:])
            if neonatal and later:
                assert float(infant) == pytest.approx(float(neonatal) + float(later), abs=2e-3)


def test_a_table_within_each_age_of_the_mother_adds_up_to_the_table_by_age() -> None:
    ages = of("mother_age")
    pairs = [(key, t) for key, t in tables() if key[1] == "mother_age"]
    assert len(pairs) == 12
    for (_, _, age, *_), group in pairs:
        for column in COLUMNS:
            assert added(group, column) == pytest.approx(float(ages[age][column]), abs=0.01)


def test_class_within_registration_adds_up_to_registration() -> None:
    types = of("registration")
    pairs = [(key, t) for key, t in tables() if key[:2] == ("nssec", "registration")]
    assert {key[2] for key, _ in pairs} == set(labels.REGISTRATION_IN_TWO_OF.values())
    for key, group in pairs:
        for column in COLUMNS:
            assert added(group, column) == pytest.approx(float(types[key[2]][column]), abs=0.01)


def test_births_by_class_come_in_tens_and_do_not_add_up_by_more_than_rounding() -> None:
    """Ten classes rounded to ten err by at most 50: the gaps of -1,196 and 810 show a sample."""
    tables_ = {key[2]: t for key, t in tables() if key[:2] == ("nssec", "registration")}
    gaps = [added(t, "births_published") - added(t, "births") for t in tables_.values()]
    assert gaps == pytest.approx([-1196, 810], abs=0.1)


def test_england_by_gestation_is_what_the_targets_hold() -> None:
    observed = [float(r["neonatal"]) for r in of("gestation", "2018-2020", "England").values()]
    fitted = joint.targets().joint[:, :3].sum(axis=(0, 1))
    assert observed == pytest.approx(fitted, abs=1e-3)


def test_every_year_of_england_is_its_deciles_and_the_three_years_its_targets() -> None:
    for year in [*map(str, range(2010, 2021)), "2018-2020"]:
        deciles, whole = of("imd_decile", year, "England"), of("all", year, "England")["all"]
        for column in COLUMNS:
            assert added(deciles, column) == float(whole[column])
    targets = rows("targets_deaths_by_decile")
    three = of("imd_decile", "2018-2020", "England")
    assert [int(three[r["imd_decile"]][r["age_period"]]) for r in targets] == [
        int(r["deaths"]) for r in targets
    ]


def test_a_share_is_refused_where_there_is_no_group_to_go_to() -> None:
    none = {"a": np.array([10.0, 0.0, 1.0, 1.0])}
    with pytest.raises(ValueError, match="no group has"):
        shared_out.in_proportion(none, np.array([10.0, 2.0, 1.0, 3.0]))


def test_ratios_between_groups_are_kept_by_sharing_in_proportion() -> None:
    group = of("mother_age")
    for column in ("neonatal", "postneonatal"):
        ratio = {float(r[column]) / float(r[f"{column}_published"]) for r in group.values()}
        assert max(ratio) - min(ratio) < 1e-4
