"""Each published margin of the exposures beside what it was brought to and what the tables hold."""

from __future__ import annotations

import numpy as np

from . import antenatal, fetus, home
from .births import weights
from .ethnicity import GROUPS
from .evidence import DECILES, Cells, Table, by_id, count, percent
from .fitted_odds import (
    AGE_LEVELS,
    BMI_LEVELS,
    CROWDED,
    Association,
    body_mass,
    crowding,
    early_birth,
)
from .group_births import REFERENCE_YEARS
from .numbers import Array
from .within_deciles import national_shares, shares

ENGLAND, EW, ALL = "England", "England and Wales", "all"
SAME = "kept as published"
WHY = {
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


def line(
    factor: str, level: str, population: str, where: str, when: str, stratum: str,
    raw: float | None, reconciled: float, achieved: float, key: str, why: str, rule: str = "derived:exposure_margins",
) -> Cells:  # fmt: skip
    """One margin, as shares."""
    return {
        "factor": factor,
        "level": level,
        "population": population,
        "geography": where,
        "period": when,
        "stratum": stratum,
        "raw": "" if raw is None else round(raw, 6),
        "reconciled": round(reconciled, 6),
        "achieved": round(achieved, 6),
        "difference": round(achieved - reconciled, 6) + 0.0,
        "source_key": key,
        "why": WHY.get(why, why),
        "rule": rule,
    }


def nationally(by_decile: Array) -> float:
    """Births-weighted share of England, 2018 to 2020."""
    w = weights(*REFERENCE_YEARS)
    return float(w @ by_decile / w.sum())


def shipped(table: Table, level: str = "yes") -> Array:
    """float64[deciles]: one level of a table by decile."""
    found = {str(r["imd_decile"]): float(str(r["share"])) for r in table if r["level"] == level}
    return np.array([found[d] for d in DECILES])


def exposure_margins() -> Table:
    """All of them."""
    return [*at_home(), *before_birth(), *of_the_baby(), *by_group()]


def at_home() -> Table:
    """Overcrowding, breastfeeding, where babies sleep."""
    crowded, fed = shipped(home.overcrowding()), shipped(home.breastfeeding())
    out: Table = []
    for decile, raw, got in zip(DECILES, home.overcrowded(), crowded, strict=True):
        where = ("households where infants live", ENGLAND, "2021-03", f"decile {decile}")
        key = "ons_census2021_lsoa"
        out.append(line("overcrowding", "yes", *where, float(raw), float(raw), float(got), key, "homes"))
    survey, got_all = percent("prevalence", "P161"), nationally(crowded)
    where = ("households", ENGLAND, "2020/21-2022/23", ALL)
    out.append(line("overcrowding", "yes", *where, survey, got_all, got_all, "eff_overcrowd", "survey"))
    level = percent("prevalence", "P034")
    infants = ("infants at 6 to 8 weeks", ENGLAND)
    out.append(
        line(
            "breastfeeding",
            "yes",
            *infants,
            "2019/20",
            ALL,
            level,
            level,
            nationally(fed),
            "ohid_bf2324",
            SAME,
        )
    )
    raw_fed = [percent("prevalence_by_deprivation", f"D{i}") for i in range(529, 539)]
    for decile, raw, want, got in zip(DECILES, raw_fed, home.breastfed(), fed, strict=True):
        where = (*infants, "2021/22-2023/24", f"decile {decile}")
        out.append(
            line("breastfeeding", "yes", *where, raw, float(want), float(got), "derived_la_lsoa", "level")
        )
    asleep, dead = percent("prevalence", "P104"), percent("prevalence", "P105")
    ratio = float(by_id("effects", "E102")["estimate"])
    study = ("English regions", "1993-96 and 2003-06")
    out.append(
        line("unsafe_sleep", "yes", "babies alive", *study, ALL, asleep, asleep, asleep, "blair2014", SAME)
    )
    implied = home.share_of_sudden_deaths_beside_an_adult(ratio, asleep)
    out.append(
        line("unsafe_sleep", "yes", "sudden deaths", *study, ALL, dead, dead, implied, "blair2014", "asleep")
    )
    return out


def before_birth() -> Table:
    """Booking, folic acid, Healthy Start, cousins."""
    booked, level = shipped(antenatal.late_booking()), antenatal.booked_late_nationally()
    deliveries = ("deliveries", ENGLAND)
    out: Table = [
        line(
            "late_booking",
            "yes",
            *deliveries,
            "2020/21",
            ALL,
            level,
            level,
            nationally(booked),
            "msds_annual",
            SAME,
        )
    ]
    raw_booked = [percent("prevalence_by_deprivation", f"D{i}") for i in range(439, 449)]
    for decile, raw, want, got in zip(DECILES, raw_booked, antenatal.booked_late(), booked, strict=True):
        where = (*deliveries, "2021/22-2022/23", f"decile {decile}")
        key = "derived_msds_ecological"
        out.append(line("late_booking", "yes", *where, raw, float(want), float(got), key, "level"))
    for r, row_id in zip(antenatal.folic_acid(), antenatal.FOLIC_ACID.values(), strict=True):
        raw, got = percent("prevalence_by_deprivation", row_id), float(str(r["share"]))
        out.append(
            line(
                "folic_acid", str(r["level"]), *deliveries, "2020/21", ALL, raw, raw, got, "msds_annual", SAME
            )
        )
    nobody = ("births", ENGLAND, "none", ALL, None, 0.0, 0.0, "assumption", "nobody")
    out.append(line("healthy_start", "receives", *nobody, rule="derived:healthy_start"))
    cousins = antenatal.first_cousins()
    bradford = ("Bradford", "2007-2011")
    out.append(
        line(
            "consanguinity", "yes", "babies", *bradford, "pakistani",
            cousins, cousins, cousins, "sheridan2013", "bradford",
        )
    )  # fmt: skip
    everyone, known = by_id("prevalence", "P066"), by_id("prevalence", "P065")
    others = [count(everyone[c]) - count(known[c]) for c in ("numerator", "denominator")]
    out.append(
        line(
            "consanguinity", "yes", "babies", *bradford, "any other origin",
            others[0] / others[1], 0.0, 0.0, "sheridan2013", "elsewhere",
        )
    )  # fmt: skip
    return out


def of_the_baby() -> Table:
    """Small for gestational age, anomaly."""
    small, level = shipped(fetus.sga()), fetus.small_nationally()
    w = weights(*REFERENCE_YEARS)
    singles = ("live born singletons", ENGLAND)
    out: Table = [
        line(
            "sga", "yes", *singles, "not stated", ALL, level, level, nationally(small), "adc_singletons", SAME
        )
    ]
    for name, row_id, part in (("most", "P063", slice(0, 2)), ("least", "P062", slice(8, 10))):
        want = float(w[part] @ fetus.small()[part] / w[part].sum())
        got = float(w[part] @ small[part] / w[part].sum())
        where = (*singles, "2015-04 to 2017-03", f"{name} deprived fifth")
        raw = percent("prevalence", row_id)
        out.append(line("sga", "yes", *where, raw, want, got, "jardine2021", "third"))
    share = fetus.anomalies_nationally()
    got = float(str(fetus.anomaly()[0]["share"]))
    where = ("births", "national comparator", "2007-2011", ALL)
    out.append(line("anomaly", "yes", *where, share, share, got, "sheridan2013", SAME))
    return out


def by_group() -> Table:
    """Associations that are kept within deciles: by ethnic group and by mother's age."""
    crowded, key = crowding(), "eff_overcrowd"
    out: Table = []
    wanted, got = shares(crowded.reconciled)[:, 1], national_shares(crowded.table)[:, 1]
    for group, row_id in CROWDED.items():
        g = GROUPS.index(group)
        where = ("households", ENGLAND, "2020/21-2022/23", group)
        raw = percent("prevalence", row_id)
        out.append(
            line("overcrowding", "yes", *where, raw, float(wanted[g]), float(got[g]), key, "crowded_group")
        )
    women = ("low-risk women at booking", ENGLAND, "2008-2010")
    out += association("bmi", body_mass(), BMI_LEVELS, AGE_LEVELS, *women, key="birthplace_li2014", why="age")
    levels = ("under 24 weeks", "24 to 36 weeks", "37 weeks and over")
    births = ("live births", EW, "2020")
    out += association("gestation", early_birth(), levels, GROUPS, *births, key="ons_cim2020", why="early")
    return out


def association(
    factor: str, found: Association, levels: tuple[str, ...], groups: tuple[str, ...],
    population: str, where: str, when: str, *, key: str, why: str,
) -> Table:  # fmt: skip
    """Every cell of one association."""
    raw, wanted, got = shares(found.raw), shares(found.reconciled), national_shares(found.table)
    return [
        line(
            factor, level, population, where, when, group,
            float(raw[g, k]), float(wanted[g, k]), float(got[g, k]), key, why,
        )
        for g, group in enumerate(groups)
        for k, level in enumerate(levels)
    ]  # fmt: skip
