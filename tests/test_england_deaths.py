"""The death targets of England: every published margin is met, and nothing dies that was not born."""

from __future__ import annotations

import numpy as np
import pytest
from simcore.models.england.build.groups import AGES, CAUSE_OF, CAUSES

from simcore.models.england.build import births, deaths, gestation, published
from simcore.models.england.build.evidence import count, read
from tests.test_england_data import by_decile, rows


def joint() -> np.ndarray:
    """float[causes, age bands, gestation bands] as shipped."""
    table = rows("targets_deaths_joint")
    index = {(r["cause"], r["age_band"], r["gestation"]): float(r["deaths"]) for r in table}
    assert len(index) == len(table) == len(CAUSES) * len(AGES) * 6
    return np.array([[[index[c, a, g] for g in gestation.BANDS] for a in AGES] for c in CAUSES])


def structural_zeros(cells: np.ndarray) -> np.ndarray:
    """Where no death is by rule: written out here, apart from the code that builds the table."""
    zero = np.zeros(cells.shape, bool)
    zero[:, 1:, 0] = True
    sudden = CAUSES.index("sudden")
    zero[sudden, 0] = zero[sudden, :3, :2] = True
    zero[CAUSES.index("external"), :3, :2] = True
    return zero


def test_the_nine_causes_and_six_ages_are_the_ones_the_model_names() -> None:
    assert CAUSES == (
        "immaturity",
        "congenital",
        "sudden",
        "infection",
        "other",
        "antepartum_infection",
        "asphyxia",
        "external",
        "other_specific",
    )
    assert AGES == ("day_0", "days_1_6", "days_7_27", "days_28_90", "days_91_182", "days_183_364")
    assert set(CAUSE_OF) == set(published_causes())


def published_causes() -> list[str]:
    """ONS cause groups of the table of three years, without the total."""
    named = [row["cause_group"] for row in read("ons_cause_ew_2018_2020")]
    return [name for name in named if name != "All causes"]


def test_the_cause_groups_hold_every_death_of_every_table() -> None:
    """No group is left out: the groups add up to the line that prints all causes."""

    def all_causes(table: str, column: str, **where: str) -> int:
        found = [r for r in read(table) if all(r[k] == v for k, v in where.items())]
        return sum(count(r[column]) for r in found if r["cause_group"] == "All causes")

    assert published.cause_totals().sum() == all_causes("ons_cause_ew_2018_2020", "infant_deaths") == 7104
    neonatal = "ons_cause_neonatal_24wplus_england_2018_2020"
    assert published.cause_24_weeks_up().sum() == all_causes(neonatal, "neonatal_deaths") == 2524
    weights = "ons_cause_birthweight_ew_2020"
    whole = all_causes(weights, "infant_deaths", birthweight_g="All")
    assert published.cause_by_period().sum() == whole == 2226


def test_deaths_by_decile_are_the_published_counts() -> None:
    table = rows("targets_deaths_by_decile")
    neonatal, later = (
        by_decile(table, "deaths", age_period=period) for period in ("neonatal", "postneonatal")
    )
    assert (neonatal.sum(), later.sum()) == (4980, 1748)
    imr = 1000 * (neonatal + later) / births.weights(2018, 2019, 2020)
    assert imr == pytest.approx([5.37, 4.52, 3.92, 3.91, 3.33, 3.23, 3.10, 2.71, 2.76, 2.48], abs=5e-3)


def test_joint_deaths_meet_every_margin_and_keep_england_s_totals() -> None:
    cells, t = joint(), deaths.targets()
    assert cells[:, :3].sum() == pytest.approx(4980, abs=1e-3)
    assert cells[:, 3:].sum() == pytest.approx(1748, abs=1e-3)
    margins = (t.ages, t.gestation_period, t.cause_period, t.cause_extreme)
    assert deaths.worst_miss(cells, *margins) < 1e-4
    # planted: one death in another cause of the same age and gestation is a miss of one death
    cells[0, 0, 2] -= 1.0
    cells[1, 0, 2] += 1.0
    assert deaths.worst_miss(cells, *margins) == pytest.approx(1.0, abs=1e-3)


def test_joint_margins_are_the_published_shares() -> None:
    cells = joint()
    cause, whole = published.cause_totals(), cells.sum()
    assert cells.sum(axis=(1, 2)) == pytest.approx(cause * whole / cause.sum(), rel=1e-6)
    over = published.cause_24_weeks_up()
    assert cells[:, :3, 2:].sum(axis=(1, 2)) / cells[:, :3, 2:].sum() == pytest.approx(
        over / over.sum(), rel=1e-6
    )
    ages = published.age_counts()
    for period in (slice(0, 3), slice(3, None)):
        share = cells[:, period].sum(axis=(0, 2)) / cells[:, period].sum()
        assert share == pytest.approx(ages[period] / ages[period].sum(), rel=1e-6)
    assert cells[:, :, 0].sum() == pytest.approx(1138, abs=1e-3)  # as published: no unlinked death there


def test_each_of_the_nine_causes_has_its_published_share() -> None:
    """England and Wales 2018-20: deaths of each ONS group among 7,104."""
    wanted = dict(
        zip(CAUSES, (2966, 2254, 455, 202, 221, 509, 333, 65, 99), strict=True)
    )  # read off the printed table
    cells = joint()
    got = cells.sum(axis=(1, 2)) / cells.sum()
    assert got == pytest.approx(np.array(list(wanted.values())) / 7104, rel=1e-6)


def test_deaths_are_fewer_than_births_in_every_band() -> None:
    died = joint().sum(axis=(0, 1)) / gestation.national_births()
    assert (died < 1.0).all()
    assert died[:2] == pytest.approx([0.977, 0.812], abs=1e-3)
    assert (np.diff(died) < 0).all()


def test_structural_zeros_are_the_stated_ones_and_no_other_cell_is_empty() -> None:
    cells = joint()
    zero = structural_zeros(cells)
    assert (cells[zero] == 0).all()
    assert (cells[~zero] > 0).all()


def test_a_zero_of_one_year_is_no_rule() -> None:
    """No external death of 2020 was in the first week; in three years about one is allowed for."""
    external = CAUSES.index("external")
    assert published.cause_by_period()[external, 0] == 0
    early = joint()[external, :2].sum()
    assert 0.5 < early < 2.0


def test_effective_counts_never_exceed_the_deaths_they_stand_for() -> None:
    behind = {r["margin"]: int(r["effective_count"]) for r in rows("targets_effective_counts")}
    assert (behind["joint_neonatal"], behind["joint_postneonatal"]) == (2524, 541)
    assert behind["joint_neonatal"] <= min(
        behind[m] for m in behind if m in ("age_neonatal", "gestation_neonatal")
    )
    for row in rows("targets_deaths_joint"):
        assert float(row["effective_count"]) <= float(row["deaths"])


def test_reconciliation_prints_every_table_beside_its_target() -> None:
    table = rows("reconciliation")
    assert all(r["why"] for r in table)
    for row in table:
        gap = float(row["target"]) - float(row["scaled"])
        assert float(row["difference"]) == pytest.approx(gap, abs=2e-3)
        if row["why"] == "kept as published":
            assert float(row["target"]) == pytest.approx(float(row["published"]), rel=1e-6)
