"""Exposures and intermediates of England: levels as published, nothing counted twice, neutral where unknown."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from simcore.models.england.build.births import fetus, gestation
from simcore.models.england.build.births.counts import weights
from simcore.models.england.build.effects import ethnic, ratios
from simcore.models.england.build.evidence import EVIDENCE, by_id
from simcore.models.england.build.exposures import antenatal, associations, group_births, home, within_deciles
from simcore.models.england.build.labels import GROUPS
from simcore.models.england.build.numbers import Array, expit, logit
from tests.england_tables import Row, by_decile, rows

W = weights() / weights().sum()


def share(name: str, level: str = "yes") -> Array:
    """float64[deciles]: one level of a shipped table."""
    return by_decile(rows(name), level=level)


def effects() -> dict[str, Row]:
    return {r["parameter"]: r for r in rows("exposure_effects")}


def odds() -> dict[tuple[str, str, str, str], Row]:
    return {(r["variable"], r["of"], r["parent"], r["level"]): r for r in rows("exposure_odds")}


# ---- levels


@pytest.mark.parametrize(
    ("name", "level", "england"),
    [
        ("late_booking", "yes", 47765 / 478590),
        ("breastfeeding", "yes", 0.480),
        ("sga", "yes", 99717 / 1018136),
    ],
)
def test_each_margin_is_met_at_the_level_it_was_published_for(name: str, level: str, england: float) -> None:
    assert float(W @ share(name, level)) == pytest.approx(england, abs=1e-7)


def test_gradients_go_the_way_that_was_derived() -> None:
    assert (np.diff(share("late_booking")) < 0).all()
    assert (np.diff(share("breastfeeding")) > 0).all()
    assert (np.diff(share("sga")) < 0).all()
    crowded = share("overcrowding")
    assert crowded[[0, 9]] == pytest.approx([0.0895, 0.0130], abs=5e-5)
    assert crowded.argmax() == 1  # the census has most in the second decile


def test_small_size_keeps_the_published_odds_ratio_between_fifths() -> None:
    step = np.diff(logit(share("sga")))
    ends = logit([0.022, 0.012])
    assert step == pytest.approx(np.full(9, (ends[1] - ends[0]) / 8), abs=1e-6)


def test_no_uptake_of_healthy_start_is_invented() -> None:
    assert {r["level"]: float(r["share"]) for r in rows("healthy_start")} == {
        "not_known": 1.0,
        "receives": 0.0,
    }


def test_cousins_are_those_of_the_study_whose_effect_is_used() -> None:
    share = {r["ethnic_group"]: float(r["share"]) for r in rows("consanguinity")}
    assert share.pop("pakistani") == pytest.approx(1922 / 5127, abs=1e-8)
    assert set(share.values()) == {0.0} and len(share) == 11
    # share and ratio together give the attributable part that the study printed: 31%
    excess = antenatal.first_cousins() * (float(by_id("effects", "E053")["estimate"]) - 1.0)
    assert round(100 * excess / (1.0 + excess)) == 31


def test_co_sleeping_gives_a_share_of_sudden_deaths_that_the_study_can_bear() -> None:
    """36% of 400 deaths: counting error 2.4 points. The ratio's own interval holds it."""
    low, middle, high = (
        home.share_of_sudden_deaths_beside_an_adult(float(effects()["hr_unsafe_sleep"][c]), 0.15)
        for c in ("low", "value", "high")
    )
    assert low < 0.36 < high
    assert abs(middle - 0.36) / np.sqrt(0.36 * 0.64 / 400) < 2.0
    # ever co-sleeping (76% of a survey) with the same ratio could not
    assert home.share_of_sudden_deaths_beside_an_adult(2.7, 0.76) > 0.85


# ---- odds ratios within deciles


def solved(ratios: Array, share_by_decile: Array, size: Array) -> Array:
    """float64[groups]: national share of each group, by bisection, one intercept a decile: a way of its own."""
    national = np.zeros(size.shape[1])
    for births, target in zip(size, share_by_decile, strict=True):
        low, high = -40.0, 40.0
        for _ in range(200):
            middle = (low + high) / 2.0
            share = expit(middle + np.log(ratios))
            low, high = (middle, high) if births @ share < target * births.sum() else (low, middle)
        national += births * share
    return national / size.sum(axis=0)


def test_ratios_within_deciles_return_the_published_ratio_of_the_country() -> None:
    size, ratio = group_births.by_ethnic_group(), odds()
    groups = GROUPS
    within = np.array(
        [
            float(ratio["overcrowding", "yes", "ethnic_group", g]["odds_ratio"])
            if ("overcrowding", "yes", "ethnic_group", g) in ratio
            else 1.0
            for g in groups
        ]
    )
    national = logit(solved(within, home.overcrowded(), size))
    for group, share in (("bangladeshi", 0.18), ("black_african", 0.16)):
        got = national[groups.index(group)] - national[groups.index("white_british")]
        # the ten groups without a figure are one in the study's terms and not in ours: a part in a hundred
        assert got == pytest.approx(float(logit(share) - logit(0.02)), abs=0.01)


def test_a_crude_ratio_inside_deciles_would_count_the_place_twice() -> None:
    crude = associations.gestation_counts()
    crude = crude / crude[:, [2]]
    black = GROUPS.index("black_african")
    country = float(crude[black, 0] / crude[0, 0])
    within = float(odds()["gestation", "under_22;22_23", "ethnic_group", "black_african"]["odds_ratio"])
    assert country == pytest.approx(2.59, abs=0.01)
    assert within == pytest.approx(2.16, abs=0.01)
    early = gestation.shares_by_decile()[:, :2].sum(axis=1)
    everyone = group_births.by_ethnic_group()
    size = np.column_stack([everyone.sum(axis=1) - everyone[:, black], everyone[:, black]])
    a, b = solved(np.array([1.0, country]), early, size)
    assert b / (1 - b) / (a / (1 - a)) > 1.15 * country  # what laying the crude ratio on would have given


def test_gestation_keeps_both_tables_by_decile_and_the_association() -> None:
    found = associations.early_birth()
    size = found.table.sum()
    p = gestation.shares_by_decile()
    level = np.column_stack([p[:, :2].sum(axis=1), p[:, 2:5].sum(axis=1), p[:, 5]])
    decile = found.table.sum(axis=1)
    assert decile / decile.sum(axis=1, keepdims=True) == pytest.approx(level, abs=1e-8)
    assert found.table.sum(axis=2) / size == pytest.approx(group_births.by_ethnic_group() / size, abs=1e-8)
    cross = found.raw / found.raw[:, [2]]
    got = found.table.sum(axis=0)
    got = got / got[:, [2]]
    assert got / got[0] == pytest.approx(cross / cross[0], rel=1e-5)


def test_one_odds_ratio_serves_every_decile() -> None:
    for found in (associations.crowding(), associations.body_mass(), associations.early_birth()):
        ratio = found.table / found.table[:, [0]]
        ratio = ratio / ratio[..., [0]]
        assert np.ptp(np.log(ratio), axis=0).max() < 1e-6


def test_groups_laid_evenly_over_deciles_need_no_correction() -> None:
    births = np.outer(np.arange(1.0, 5.0), [3.0, 1.0])
    share = np.array([0.05, 0.1, 0.15, 0.2])
    level = births.sum(axis=1)[:, None] * np.column_stack([1 - share, share])
    seed = np.array([[90.0, 10.0], [60.0, 40.0]])
    crude = (40 / 60) / (10 / 90)
    found = within_deciles.odds_ratios(within_deciles.joint(births, level, seed), 0, 0)
    # odds ratios do not collapse over deciles: the one within is a little further from one
    assert crude < found[1, 1] < 1.1 * crude


# ---- effects


def test_published_ratios_are_the_published_figures() -> None:
    for name, row_id in (
        ("total_smoking_sga", "E003"),
        ("or_consanguinity_anomaly", "E053"),
        ("hr_unsafe_sleep", "E102"),
        ("hr_black_caribbean_immaturity", "E086"),
        ("hr_bangladeshi_congenital", "E084"),
    ):
        row, source = effects()[name], by_id("effects", row_id)
        assert (float(row["value"]), float(row["low"]), float(row["high"])) == (
            float(source["estimate"]),
            float(source["ci_low"]),
            float(source["ci_high"]),
        )


def test_not_breastfeeding_is_the_published_ratio_turned_round() -> None:
    row = effects()["hr_not_breastfed_sudden"]
    assert [1 / float(row[c]) for c in ("value", "high", "low")] == pytest.approx(
        [0.60, 0.44, 0.82], abs=1e-4
    )


def test_what_is_unproven_is_neutral_with_a_wide_interval() -> None:
    for name in ratios.UNPROVEN:
        row = effects()[name]
        assert (row["value"], row["low"], row["high"], row["grade"]) == ("1.0", "0.67", "1.5", "D")
        assert row["source_key"] == "assumption"
    assert float(effects()["or_folic_acid_anomaly"]["value"]) == 1.0


def test_folic_acid_can_move_no_more_anomalies_than_are_neural_tube_defects() -> None:
    defects = fetus.live_births_with_neural_tube_defect()
    assert defects == pytest.approx(1.28e-3 * 0.19)
    assert defects / fetus.anomalies_nationally() == pytest.approx(0.0147, abs=1e-4)
    # everyone takes it: all defects of those who did not are gone, and no more than that
    bound, taking = float(effects()["or_folic_acid_anomaly"]["high"]), float(rows("folic_acid")[0]["share"])
    share = fetus.anomalies_nationally()
    low, high = 0.0, share
    for _ in range(100):
        middle = (low + high) / 2.0
        raised = expit(logit(middle) + np.log(bound))
        low, high = (middle, high) if taking * middle + (1 - taking) * raised < share else (low, middle)
    assert share - low == pytest.approx(defects, rel=5e-3)


def congenital_by_band() -> Array:
    found: dict[str, float] = defaultdict(float)
    for row in rows("targets_deaths_joint"):
        if row["cause"] == "congenital":
            found[row["gestation"]] += float(row["deaths"])
    return np.array([found[b] for b in gestation.BANDS])


def test_congenital_deaths_need_an_anomaly_only_where_there_are_enough_of_them() -> None:
    per_anomaly = congenital_by_band() / (gestation.national_births() * fetus.anomalies_nationally())
    assert per_anomaly[[4, 5]] == pytest.approx([0.261, 0.031], abs=1e-3)
    assert (per_anomaly[:4] > 0.85).all()  # 28 to 31 weeks nearly all, before that more deaths than anomalies
    assert congenital_by_band()[4:].sum() / congenital_by_band().sum() == pytest.approx(0.650, abs=1e-3)
    ratio, share = float(effects()["hr_anomaly_congenital"]["value"]), fetus.anomalies_nationally()
    assert (1 - share) / (1 - share + share * ratio) < 0.01  # congenital deaths of babies without an anomaly


@pytest.mark.parametrize("group", list(ethnic.ALL_CAUSES))
def test_ratios_by_ethnic_group_together_return_the_published_total(group: str) -> None:
    """Deaths of every cause and band, multiplied by whichever ratio acts there, and summed: a way of its own."""
    ratio = {(r["ethnic_group"], r["causes"]): float(r["hazard_ratio"]) for r in rows("ethnic_hazards")}
    deaths = expected = 0.0
    for row in rows("targets_deaths_joint"):
        cause, band, n = row["cause"], row["gestation"], float(row["deaths"])
        if band in ("under_22", "22_23"):
            continue
        factor = ratio[group, "rest"] if cause != "sudden" else 1.0
        if cause == "congenital" and band in ("32_36", "37_plus") and (group, cause) in ratio:
            factor = ratio[group, cause]
            if group == "pakistani":  # what goes through anomalies of cousins' babies
                factor *= 1.0 + (1922 / 5127) * 1.19
        if cause == "immaturity" and band == "24_27" and (group, cause) in ratio:
            factor = ratio[group, cause]
        deaths, expected = deaths + n, expected + n * factor
    published = float(by_id("effects", ethnic.ALL_CAUSES[group])["estimate"])
    assert expected / deaths == pytest.approx(published, abs=1e-3)


def test_laying_the_published_ratios_on_each_other_would_give_far_more() -> None:
    weight = ethnic.weight("congenital", ("32_36", "37_plus"))
    both = 2.32 * (weight * 4.5 + 1 - weight)
    assert both > 4.5  # against 2.32


def test_effects_that_reverse_by_gestation_are_not_flattened() -> None:
    ratio = {(r["ethnic_group"], r["causes"]): float(r["hazard_ratio"]) for r in rows("ethnic_hazards")}
    assert ratio["black_caribbean", "immaturity"] < 1.0 < ratio["black_caribbean", "rest"]
    assert ratio["indian", "immaturity"] < 1.0 < ratio["indian", "rest"]
    assert ratio["black_african", "immaturity"] < 1.0 < ratio["black_african", "congenital"]


def test_no_ratio_is_put_on_sudden_deaths_where_england_counts_no_excess() -> None:
    """Deaths of England and Wales 2018 to 2020 to groups with a ratio above one: a raised rate would show."""
    assert {r["causes"] for r in rows("ethnic_hazards")} == {"congenital", "immaturity", "rest"}
    # sudden, of births: 13 of 81,964 Pakistani, 6 of 62,205 Indian, 292 of 1,130,388 White British
    white = 292 / 1_130_388
    for deaths, births, published in ((13, 81_964, 2.32), (6, 62_205, 1.24)):
        expected = births * white * published
        assert (deaths - expected) / np.sqrt(expected) < -2.0


def test_a_poisoned_total_is_noticed_in_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ethnic.remainder("indian")[0]
    monkeypatch.setitem(ethnic.ALL_CAUSES, "indian", "E080")
    assert ethnic.remainder("indian")[0] > before + 1.0


def test_class_and_smoking_lie_between_none_and_the_crude_ratio() -> None:
    for (variable, _, parent, _), row in odds().items():
        if (variable, parent) == ("smoking_at_booking", "nssec"):
            low, middle, high = (float(row[c]) for c in ("low", "odds_ratio", "high"))
            assert low == 1.0
            assert middle**2 == pytest.approx(high, rel=1e-3)
    routine = odds()["smoking_at_booking", "yes", "nssec", "routine_manual"]
    assert float(routine["high"]) == pytest.approx((0.33 / 0.67) / (0.09 / 0.91), abs=1e-3)


# ---- the book


def test_every_evidence_id_is_a_row_that_was_copied() -> None:
    known = {
        r["id"]
        for path in EVIDENCE.glob("*.csv")
        for r in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        if "id" in r
    }
    for name in ("exposure_odds", "exposure_effects", "ethnic_hazards"):
        for row in rows(name):
            for ids in row["evidence_id"].split(";"):
                ends = [] if ids in ("", "ons_ethnicity_gestation_ew_2020") else ids.split("-")
                assert set(ends) <= known, (name, ids)
