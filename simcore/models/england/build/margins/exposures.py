"""Margins of what mothers and babies are exposed to, and of how babies are born."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..births import fetus
from ..births.counts import weights
from ..evidence import DECILES, Table, by_id, count, deciles_percent, percent, value
from ..exposures import antenatal, home, smoking
from ..exposures.associations import CROWDED, EARLY, Association, body_mass, crowding, early_birth
from ..exposures.body_mass import BMI_LEVELS
from ..labels import GROUPS, MOTHER_AGES
from ..numbers import Array
from .rows import ENGLAND, EW, SAME, Of, margin_rows, pairs, within

WHY = {
    "quit": "follows from smoking at delivery and natural quitting, rounded to 0.19",
    "level": "shape by decile kept as odds ratios, moved by one intercept to the England figure",
    "homes": "rate of all households where infants live; of infants themselves nothing is published",
    "survey": "another standard, all households: used for ratios between groups, not for the level",
    "crowded_group": "ratio to White British kept, at the census level and births by group; other groups as White "
    "British",
    "bradford": "first cousins; Bradford taken for all of England",
    "elsewhere": "babies of other origin in Bradford: too few to say of whom, so none is taken elsewhere",
    "nobody": "no eligibility or uptake is published in what was read: nobody is given any",
    "asleep": "follows from 15% of babies and a ratio of 3.9; the study's own share, of 400 deaths, has an interval "
    "of 31 to 41%",
    "third": "odds ratio between fifths of birthweight under the 3rd centile, moved to the level of small for age",
    "age": "low-risk women only, index over 35 left out: ratios between ages kept, at the level of all women",
    "early": "ratios between ethnic groups kept, at England's gestation of 2018-20; unknown gestation left out",
}
YES = ("yes",)
shares_of = partial(margin_rows, unit="percent")
FIFTHS = {"1+2": slice(0, 2), "9+10": slice(8, 10)}


def margins() -> Table:
    """All margins of exposures and babies."""
    return [*smoking_rows(), *at_home(), *before_birth(), *of_the_baby(), *by_group()]


def shipped(table: Table, level: str = "yes") -> Array:
    """float64[deciles]: one level of a table by decile."""
    found = {str(r["imd_decile"]): float(str(r["share"])) for r in table if r["level"] == level}
    return np.array([found[d] for d in DECILES])


def nationally(by_decile: Array) -> float:
    """Births-weighted share of England, 2018 to 2020."""
    return float(weights() @ by_decile / weights().sum())


def in_fifths(by_decile: Array) -> list[float]:
    """Births-weighted shares of the most and the least deprived fifth."""
    return [float(np.average(by_decile[part], weights=weights()[part])) for part in FIFTHS.values()]


def kept(
    margin: str, of: Of, items: Sequence[str], published: Sequence[float], achieved: Sequence[float], key: str
) -> Table:
    """Rows of a margin that is kept as published."""
    return shares_of(margin, of, items, published, published, achieved, SAME, key)


def smoking_rows() -> Table:
    """Smoking at booking and at delivery, England as a whole."""
    table = smoking.smoking_at_booking()
    quits = {
        str(r["level"]): float(str(r["share"])) for r in smoking.smoking() if r["smoking_at_booking"] == "yes"
    }

    def held(year: int) -> float:
        here = np.array([float(str(r["share_low"])) for r in table if r["year"] == year])
        return float(weights(year) @ here / weights(year).sum())

    said = percent("prevalence", "P182")
    out = shares_of(
        "smoking_at_booking", Of("women at booking", ENGLAND, "2018/19"), YES, [said],
        [smoking.delivery_rate(2018)[0] / (1.0 - smoking.natural_quit())], [held(2018)],
        WHY["quit"], "schoenaker_op69",
    )  # fmt: skip
    for year in (2018, 2019, 2020):
        rate, key, _ = smoking.delivery_rate(year)
        of = Of("maternities", ENGLAND, f"{year}/{year % 100 + 1}")
        out += kept("smoking", of, ["to_delivery"], [rate], [held(year) * quits["to_delivery"]], key)
    return out


def at_home() -> Table:
    """Overcrowding, breastfeeding, where babies sleep."""
    crowded, fed = shipped(home.overcrowding()), shipped(home.breastfeeding())
    by_decile, raw = pairs(DECILES, YES), home.overcrowded()
    level, infants = percent("prevalence", "P034"), ("infants at 6 to 8 weeks", ENGLAND)
    shape = deciles_percent(home.FED_BY_DECILE, factor="breastfeeding_6_8w", period=home.FED_PERIOD)
    asleep, dead = percent("prevalence", "P104"), percent("prevalence", "P105")
    implied = home.share_of_sudden_deaths_beside_an_adult(value("effects", "E102", "estimate"), asleep)
    study = ("English regions", "1993-96 and 2003-06")
    return [
        *shares_of(
            "imd_decile x overcrowding", Of("households where infants live", ENGLAND, "2021-03"), by_decile,
            raw, raw, crowded, WHY["homes"], "ons_census2021_lsoa",
        ),
        *shares_of(
            "overcrowding", Of("households", ENGLAND, "2020/21-2022/23"), YES, [percent("prevalence", "P161")],
            [nationally(raw)], [nationally(crowded)], WHY["survey"], "eff_overcrowd",
        ),
        *kept("breastfeeding", Of(*infants, "2019/20"), YES, [level], [nationally(fed)], "ohid_bf2324"),
        *shares_of(
            "imd_decile x breastfeeding", Of(*infants, "2021/22-2023/24"), by_decile, shape,
            home.breastfed(), fed, WHY["level"], "derived_la_lsoa",
        ),
        *kept("unsafe_sleep", Of("babies alive", *study), YES, [asleep], [asleep], "blair2014"),
        *shares_of(
            "sudden x unsafe_sleep", Of("sudden deaths", *study), YES, [dead], [dead], [implied],
            WHY["asleep"], "blair2014",
        ),
    ]  # fmt: skip


def before_birth() -> Table:
    """Booking, folic acid, Healthy Start, cousins."""
    booked, level = shipped(antenatal.late_booking()), antenatal.booked_late_nationally()
    shape = deciles_percent(antenatal.LATE_BY_DECILE, factor="late_booking", period=antenatal.LATE_PERIOD)
    year = Of("deliveries", ENGLAND, "2020/21")
    acid = [percent("prevalence_by_deprivation", row_id) for row_id in antenatal.FOLIC_ACID.values()]
    held = [float(str(r["share"])) for r in antenatal.folic_acid()]
    babies, cousins = Of("babies", "Bradford", "2007-2011"), antenatal.first_cousins()
    everyone, known = by_id("prevalence", "P066"), by_id("prevalence", "P065")
    others = [count(everyone[c]) - count(known[c]) for c in ("numerator", "denominator")]
    elsewhere = "+".join(g for g in GROUPS if g != "pakistani")
    return [
        *kept("late_booking", year, YES, [level], [nationally(booked)], "msds_annual"),
        *shares_of(
            "imd_decile x late_booking", year._replace(period=antenatal.LATE_PERIOD), pairs(DECILES, YES), shape,
            antenatal.booked_late(), booked, WHY["level"], "derived_msds_ecological",
        ),
        *kept("folic_acid", year, list(antenatal.FOLIC_ACID), acid, held, "msds_annual"),
        *shares_of(
            "healthy_start", Of("live births", ENGLAND, "2018-2020"), ["receives"], [np.nan], [0.0], [0.0],
            WHY["nobody"], "assumption",
        ),
        *shares_of(
            "ethnic_group x consanguinity", babies, ["pakistani, yes"], [cousins], [cousins], [cousins],
            WHY["bradford"], "sheridan2013",
        ),
        *shares_of(
            "ethnic_group x consanguinity", babies, [f"{elsewhere}, yes"], [others[0] / others[1]], [0.0], [0.0],
            WHY["elsewhere"], "sheridan2013",
        ),
    ]  # fmt: skip


def of_the_baby() -> Table:
    """Small for gestational age, anomaly."""
    level, key, held = fetus.small_nationally(), "adc_singletons", shipped(fetus.sga())
    share = fetus.anomalies_nationally()
    return [
        *kept("sga", Of("live born singletons", ENGLAND, "not stated"), YES, [level], [nationally(held)], key),
        *shares_of(
            "imd_decile x sga", Of("live born singletons", ENGLAND, "2015-04 to 2017-03"), pairs(list(FIFTHS), YES),
            [percent("prevalence", row_id) for row_id in ("P063", "P062")],
            in_fifths(fetus.small()), in_fifths(held),
            WHY["third"], "jardine2021",
        ),
        *kept(
            "anomaly", Of("births", "national comparator", "2007-2011"), YES, [share],
            [float(str(fetus.anomaly()[0]["share"]))], "sheridan2013",
        ),
    ]  # fmt: skip


def by_group() -> Table:
    """Associations that are kept within deciles: by ethnic group and by mother's age."""
    crowded = crowding()
    groups = [GROUPS.index(group) for group in CROWDED]
    early = ["+".join(bands) for bands in EARLY.values()] + ["37_plus"]
    return [
        *shares_of(
            "ethnic_group x overcrowding", Of("households", ENGLAND, "2020/21-2022/23"), pairs(list(CROWDED), YES),
            [percent("prevalence", row_id) for row_id in CROWDED.values()],
            within(crowded.reconciled)[groups, 1], within(crowded.table.sum(axis=0))[groups, 1],
            WHY["crowded_group"], "eff_overcrowd",
        ),
        *association(
            "mother_age x bmi", Of("low-risk women at booking", ENGLAND, "2008-2010"), body_mass(),
            pairs(MOTHER_AGES, BMI_LEVELS), WHY["age"], "birthplace_li2014",
        ),
        *association(
            "ethnic_group x gestation", Of("live births", EW, "2020"), early_birth(), pairs(GROUPS, early),
            WHY["early"], "ons_cim2020",
        ),
    ]  # fmt: skip


def association(
    margin: str, of: Of, found: Association, items: Sequence[str], why: str, source_key: str
) -> Table:
    """Every cell of one association, as shares of its group."""
    raw, wanted, got = within(found.raw), within(found.reconciled), within(found.table.sum(axis=0))
    return shares_of(margin, of, items, raw, wanted, got, why, source_key)
