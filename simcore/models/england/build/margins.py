"""Every published margin of the descriptors: the figure, the reconciled target, what the shipped tables achieve."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from . import ethnicity, mothers, poverty_odds, registration
from .births import counted, weights
from .ethnicity import BROAD, COUNTRIES, ETHNIC, GROUPS
from .evidence import DECILES, Table, count, deciles_percent, percent, read
from .mothers import AGE, PARITY, REGISTRATION, YEARS
from .numbers import Array, relevel
from .registration import NSSEC

REASONS = {
    "same": "as published",
    "cohort": "births of the linked cohort (584,509), scaled to births by decile (585,195)",
    "modelled_2020": "modelled, not published; moved to births by decile and by group, less the not stated share",
    "england_first": "England's own total, kept first",
    "ew_inside": "parts of England and Wales, scaled to the England total they lie in",
    "no_age": "112 births without mother's age are spread in proportion",
    "modelled_age": "modelled for 2020; moved to births by decile and by age, 2018 to 2020",
    "low_risk": "low-risk women 2008 to 2010: their odds ratios, at the ages and groups of England 2018 to 2020",
    "ew_age": "shares of England and Wales 2020 within each age, on the ages of England 2018 to 2020",
    "units": "derived from maternity units, 2021/22 and 2022/23: odds ratios kept, level of births by age",
    "level_2023": "derived for 2023; moved to births by decile and by type, 2018 to 2020",
    "ew_type": "shares of England and Wales 2020, rounded to tens, within one address or the rest, on England 2018-20",
    "poverty": "mean of 2018 to 2020, weighted by births",
    "odds": "published odds against all kept; the level is that of births, before housing costs, 2018 to 2020",
}
FAMILY_SIZE = ("one or two children", "three or more")
FAMILY_TYPE = ("couple (one address)", "lone parent (two addresses or sole)")
ENGLAND, EW, UK = "England", "England and Wales", "United Kingdom"


def lines(
    margin: str,
    where: tuple[str, str],
    items: Sequence[str],
    published: Array,
    target: Array,
    achieved: Array,
    why: str,
    key: str,
    unit: str = "births",
) -> Table:
    """Rows of one published margin; targets and what is achieved are in births of England, of 2020 or of 2018-20."""
    rows = zip(items, published.ravel(), target.ravel(), achieved.ravel(), strict=True)
    return [
        {"margin": margin, "geography": where[0], "period": where[1], "item": item}
        | {"published": round(float(raw), 4), "unit": unit, "reconciled": round(float(want), 3)}
        | {"achieved": round(float(got), 3), "difference": round(float(got) - float(want), 3) + 0.0}
        | {
            "why": REASONS[why],
            "source_key": key,
            "rule": "published" if why == "same" else "derived:margins",
        }
        for item, raw, want, got in rows
    ]


def pairs(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Names of the cells of a two-way table, row by row."""
    return [f"{a}, {b}" for a in first for b in second]


def shares(table: Table, *shape: int) -> Array:
    """The shipped shares as an array; the last axis is the level."""
    return np.array([float(str(row["share"])) for row in table]).reshape(shape)


@cache
def shipped() -> dict[str, Array]:
    """Births of England 2018 to 2020 as the shipped tables give them, one after another."""
    ethnic = shares(ethnicity.ethnic_group(), 10, len(GROUPS)) * weights(*YEARS)[:, None]
    age = ethnic[..., None] * shares(mothers.mother_age(), 10, len(GROUPS), len(AGE))
    parity = age.sum(axis=1)[..., None] * shares(mothers.parity(), 10, len(AGE), len(PARITY))
    kind = age[..., None] * shares(registration.registration(), 10, len(GROUPS), len(AGE), len(REGISTRATION))
    by_class = shares(registration.nssec(), 10, len(REGISTRATION), len(NSSEC))
    return {"age": age, "parity": parity, "registration": kind, "nssec": by_class}


def rows() -> Table:
    """All margins of the descriptors."""
    return [
        *ethnic_rows(),
        *country_rows(),
        *age_rows(),
        *parity_rows(),
        *registration_rows(),
        *poverty_rows(),
    ]


def ethnic_rows() -> Table:
    """Ethnic group: national, and the broad groups by decile."""
    births = np.array(counted(2020), np.float64)
    got = shares(ethnicity.ethnic_group(), 10, len(GROUPS)) * births[:, None]
    published = {
        r["ethnic_group"]: count(r["live_births"]) for r in read("ons_births_by_ethnicity_england_2020")
    }
    raw = np.array([published[label] for label in ETHNIC.values()], np.float64)
    where = (ENGLAND, "2020")
    out = lines(
        "ethnic_group", where, GROUPS, raw, ethnicity.national(), got.sum(axis=0), "cohort", "ons_cim2020"
    )
    out += lines("imd_decile", where, DECILES, births, births, got.sum(axis=1), "same", "ons_cim2022")
    parts = [[GROUPS.index(g) for g in group] for group in BROAD.values()]

    def broad(table: Array) -> Array:
        return np.column_stack([table[:, p].sum(axis=1) for p in parts])

    items, raw, want = pairs(DECILES, list(BROAD)), ethnicity.broad_by_decile(), broad(ethnicity.by_decile())
    name = "imd_decile x broad ethnic group"
    return out + lines(name, where, items, raw, want, broad(got), "modelled_2020", "derived_eth_lsoa")


def country_rows() -> Table:
    """Mother's country of birth: England's three totals, then the parts."""
    groups = shares(ethnicity.ethnic_group(), 10, len(GROUPS)) * np.array(counted(2020), np.float64)[:, None]
    got = groups.sum(axis=0) @ shares(ethnicity.country_of_birth(), len(GROUPS), len(COUNTRIES))
    published, want = ethnicity.country_margin()
    england = {r["measure"]: count(r["numerator"]) for r in read("births_by_country_of_birth_england_2020")}
    own = np.array([england["births_to_mothers_born_outside_uk"], england["births_to_mothers_born_africa"]])
    key = "ons_births_mother_country_of_birth"
    outside = np.array([got[1:].sum(), got[2]])
    out = lines(
        "country_of_birth", (ENGLAND, "2020"), ["outside the United Kingdom", "africa"], own, own, outside,
        "england_first", key,
    )  # fmt: skip
    return out + lines(
        "country_of_birth", (EW, "2020"), COUNTRIES, published, want, got, "ew_inside", f"ons_cim2020;{key}"
    )


def age_rows() -> Table:
    """Mother's age: national, by decile, and between White and not White."""
    got = shipped()["age"]
    raw, key = mothers.age_by_registration().sum(axis=1), "ons_births2023_t6"
    period = (ENGLAND, "2018-2020")
    out = lines("mother_age", period, AGE, raw, mothers.ages(), got.sum(axis=(0, 1)), "no_age", key)
    model = [float(r["count"]) for r in read("births_age_by_imd_decile")]
    want, items = mothers.age_by_decile(), pairs(DECILES, AGE)
    name = "imd_decile x mother_age"
    out += lines(
        name, (ENGLAND, "2020"), items, np.array(model), want, got.sum(axis=1), "modelled_age",
        "derived_la_lsoa",
    )  # fmt: skip

    def white(table: Array) -> Array:
        by_group = table.sum(axis=0)
        return np.stack([by_group[[w == i for w in mothers.WHITE]].sum(axis=0) for i in (0, 1)])

    raw = mothers.low_risk("birthplace_low_risk_age_by_ethnicity", ("White", "non-White")).T
    items, name = pairs(("White", "non-White"), AGE), "ethnic group in two x mother_age"
    want, got = white(mothers.age_joint()), white(got)
    return out + lines(
        name, (ENGLAND, "2008-2010"), items, raw, want, got, "low_risk", "birthplace_li2014", "women"
    )


def parity_rows() -> Table:
    """Previous children: by age, and first and fourth or later births by decile."""
    got, fitted = shipped()["parity"], mothers.parity_joint()
    raw, items = mothers.previous_children(), pairs(AGE, PARITY)
    want = fitted.sum(axis=0)
    out = lines(
        "mother_age x parity", (EW, "2020"), items, raw, want, got.sum(axis=0), "ew_age", "ons_cim2020"
    )
    for level, first in (("none", "D489"), ("three_plus", "D479")):
        raw = 100.0 * np.array(
            deciles_percent(first, factor="previous_live_births", period="2021/22-2022/23")
        )
        p = PARITY.index(level)
        want, have = fitted.sum(axis=1)[:, p], got.sum(axis=1)[:, p]
        items = pairs(DECILES, (level,))
        key = "derived_msds_ecological"
        period = (ENGLAND, "2021/22-2022/23")
        out += lines("imd_decile x parity", period, items, raw, want, have, "units", key, "percent")
    return out


def registration_rows() -> Table:
    """Registration by age and by decile; class by registration."""
    got = shipped()["registration"]
    raw, key = mothers.age_by_registration(), "ons_births2023_t6"
    items, period = pairs(AGE, REGISTRATION), (ENGLAND, "2018-2020")
    out = lines(
        "mother_age x registration",
        period,
        items,
        raw,
        mothers.registered(),
        got.sum(axis=(0, 1)),
        "no_age",
        key,
    )
    first = registration.DECILE_ROWS
    raw = 100.0 * np.column_stack(
        [deciles_percent(first[r], factor="registration", period="2023") for r in REGISTRATION]
    )
    by_type, want = got.sum(axis=(1, 2)), registration.registration_by_decile()
    out += lines(
        "imd_decile x registration", (ENGLAND, "2023"), pairs(DECILES, REGISTRATION), raw, want, by_type,
        "level_2023", "derived_la_lsoa", "percent",
    )  # fmt: skip
    raw = registration.published_classes()
    fitted = registration.class_joint().sum(axis=0)
    have = (by_type[..., None] * shipped()["nssec"]).sum(axis=0)
    want, have = (np.stack([x[:2].sum(axis=0), x[2:].sum(axis=0)]) for x in (fitted, have))
    items = pairs(("one address", "two addresses or sole"), NSSEC)
    return out + lines(
        "registration x nssec", (EW, "2020"), items, raw, want, have, "ew_type", "ons_cim2020", "births, tens"
    )


def poverty_births() -> Array:
    """float64[deciles, groups, parity, registration types, classes]: births in poverty by the shipped odds ratios."""
    levels = {"ethnic_group": GROUPS, "parity": PARITY, "registration": REGISTRATION, "nssec": NSSEC}
    ratio = {
        (r["parent"], r["level"]): float(str(r["odds_ratio"])) for r in poverty_odds.child_poverty_odds()
    }
    log_odds = np.zeros(tuple(len(names) for names in levels.values()))
    for axis, (parent, names) in enumerate(levels.items()):
        along = np.log([ratio[parent, name] for name in names])
        log_odds += np.expand_dims(along, tuple(a for a in range(4) if a != axis))
    by_parity = shares(mothers.parity(), 10, len(AGE), len(PARITY))
    births = np.einsum("dear,dap,drc->deprc", shipped()["registration"], by_parity, shipped()["nssec"])
    out: Array = np.empty_like(births)
    for d, share in enumerate(poverty_odds.by_decile()):
        out[d] = births[d] * relevel(log_odds.ravel(), births[d].ravel(), float(share)).reshape(out[d].shape)
    return out


def poverty_rows() -> Table:
    """Child poverty by decile, ethnic group, family size and family type."""
    poor = poverty_births()
    births, level = weights(*YEARS), poverty_odds.by_decile()
    by = {axis: poor.sum(axis=tuple(a for a in range(5) if a != axis)) for axis in range(4)}
    out = lines(
        "imd_decile x child_poverty", (ENGLAND, "2018-2020"), DECILES, 100.0 * level, births * level, by[0], "poverty",
        "mccabe_2024_data;derived_la_lsoa;mhclg_idaci", "percent",
    )  # fmt: skip
    groups = poverty_odds.PUBLISHED_GROUPS
    figures = [percent("low_income_by_group", row) for row, _, _ in groups.values()]
    small = (percent("low_income_by_group", "W015") + percent("low_income_by_group", "W016")) / 2.0
    size = [small, percent("prevalence", "P273")]
    family = [percent("prevalence", "P272"), percent("prevalence", "P271")]
    keys = "hansard_poverty_2004;hbai_press_2021"
    odds = poverty_odds
    for axis, name, period, items, raw, target, parts, key in (
        (1, "ethnic_group", "2002/03 or 2019/20", groups, figures, odds.group_targets(), odds.IN_GROUP, keys),
        (2, "parity", "2021/22", FAMILY_SIZE, size, odds.size_targets(), odds.LARGE, "ecp2023"),
        (
            3,
            "registration",
            "2021/22",
            FAMILY_TYPE,
            family,
            odds.family_targets(),
            registration.TOGETHER,
            "ecp2023",
        ),
    ):
        want = target * odds.births_of(axis, parts)
        have = np.array([by[axis][[p == k for p in parts]].sum() for k in range(max(parts) + 1)])
        where, published = (UK, period), 100.0 * np.array(raw)
        name = f"{name} x child_poverty"
        out += lines(name, where, list(items), published, want, have, "odds", key, "percent")
    return out
