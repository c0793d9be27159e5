"""Margins of who the families are: ethnic group, country of birth, age, parity, registration, class, poverty."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..births.counts import counted, weights
from ..evidence import DECILES, Table, count, deciles_percent, percent, read
from ..families import country, ethnicity, household_class, mothers, poverty, poverty_odds, registration
from ..labels import CLASSES, COUNTRIES, ETHNIC_LABEL, GROUPS, MOTHER_AGES, PARITIES, REGISTRATIONS, TOGETHER
from ..numbers import Array, relevel
from .rows import ENGLAND, EW, SAME, UK, Of, margin_rows, pairs, shares, within

BORN = "live births"
WHY = {
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
WHITE = ["+".join(g for g, w in zip(GROUPS, mothers.WHITE, strict=True) if w == i) for i in (0, 1)]
IN_TWO = ("married+joint_same_address", "joint_different_address+sole")
FAMILY_SIZE = ("none+one", "two+three_plus")


@cache
def shipped() -> dict[str, Array]:
    """Births of England 2018 to 2020 as the shipped tables give them, one after another."""
    groups, ages, types = len(GROUPS), len(MOTHER_AGES), len(REGISTRATIONS)
    ethnic = shares(ethnicity.ethnic_group(), 10, groups) * weights()[:, None]
    age = ethnic[..., None] * shares(mothers.mother_age(), 10, groups, ages)
    parity = age.sum(axis=1)[..., None] * shares(mothers.parity(), 10, ages, len(PARITIES))
    kind = age[..., None] * shares(registration.registration(), 10, groups, ages, types)
    by_class = shares(household_class.nssec(), 10, types, len(CLASSES))
    return {"age": age, "parity": parity, "registration": kind, "nssec": by_class}


def margins() -> Table:
    """All margins of families."""
    return [
        *ethnic_rows(),
        *country_rows(),
        *age_rows(),
        *parity_rows(),
        *registration_rows(),
        *class_rows(),
        *poverty_rows(),
    ]


def ethnic_rows() -> Table:
    """Ethnic group: national, and the broad groups by decile."""
    births = np.array(counted(2020), np.float64)
    got = shares(ethnicity.ethnic_group(), 10, len(GROUPS)) * births[:, None]
    published = {
        r["ethnic_group"]: count(r["live_births"]) for r in read("ons_births_by_ethnicity_england_2020")
    }
    raw = [published[label] for label in ETHNIC_LABEL.values()]
    of = Of(BORN, ENGLAND, "2020")
    parts = [[GROUPS.index(g) for g in group] for group in ethnicity.BROAD.values()]

    def broad(table: Array) -> Array:
        return np.column_stack([table[:, p].sum(axis=1) for p in parts])

    cells = pairs(DECILES, ["+".join(group) for group in ethnicity.BROAD.values()])
    modelled, want = ethnicity.broad_by_decile(), broad(ethnicity.by_decile())
    return [
        *margin_rows(
            "ethnic_group", of, GROUPS, raw, ethnicity.national(), got.sum(axis=0), WHY["cohort"], "ons_cim2020"
        ),
        *margin_rows("imd_decile", of, DECILES, births, births, got.sum(axis=1), SAME, "ons_cim2022"),
        *margin_rows(
            "imd_decile x ethnic_group", of, cells, modelled, want, broad(got),
            WHY["modelled_2020"], "derived_eth_lsoa",
        ),
    ]  # fmt: skip


def country_rows() -> Table:
    """Mother's country of birth: England's three totals, then the parts."""
    groups = shares(ethnicity.ethnic_group(), 10, len(GROUPS)) * np.array(counted(2020), np.float64)[:, None]
    got = groups.sum(axis=0) @ shares(country.country_of_birth(), len(GROUPS), len(COUNTRIES))
    published, want = country.country_margin()
    england = {r["measure"]: count(r["numerator"]) for r in read("births_by_country_of_birth_england_2020")}
    own = [england["births_to_mothers_born_outside_uk"], england["births_to_mothers_born_africa"]]
    key = "ons_births_mother_country_of_birth"
    return [
        *margin_rows(
            "country_of_birth", Of(BORN, ENGLAND, "2020"), ["+".join(COUNTRIES[1:]), "africa"], own, own,
            [got[1:].sum(), got[2]], WHY["england_first"], key,
        ),
        *margin_rows(
            "country_of_birth", Of(BORN, EW, "2020"), COUNTRIES, published, want, got,
            WHY["ew_inside"], f"ons_cim2020;{key}",
        ),
    ]  # fmt: skip


def age_rows() -> Table:
    """Mother's age: national, by decile, and between White and not White."""
    got, key = shipped()["age"], "ons_births2023_t6"

    def white(table: Array) -> Array:
        by_group = table.sum(axis=0)
        return within(np.stack([by_group[[w == i for w in mothers.WHITE]].sum(axis=0) for i in (0, 1)]))

    women = mothers.low_risk("birthplace_low_risk_age_by_ethnicity", ("White", "non-White")).T
    return [
        *margin_rows(
            "mother_age", Of(BORN, ENGLAND, "2018-2020"), MOTHER_AGES, mothers.age_by_registration().sum(axis=1),
            mothers.ages(), got.sum(axis=(0, 1)), WHY["no_age"], key,
        ),
        *margin_rows(
            "imd_decile x mother_age", Of(BORN, ENGLAND, "2020"), pairs(DECILES, MOTHER_AGES),
            mothers.modelled_ages(), mothers.age_by_decile(), got.sum(axis=1), WHY["modelled_age"], "derived_la_lsoa",
        ),
        *margin_rows(
            "ethnic_group x mother_age", Of("low-risk women", ENGLAND, "2008-2010"), pairs(WHITE, MOTHER_AGES),
            within(women), white(mothers.age_joint()), white(got), WHY["low_risk"], "birthplace_li2014", "percent",
        ),
    ]  # fmt: skip


def parity_rows() -> Table:
    """Previous children: by age, and first and fourth or later births by decile."""
    got, fitted = shipped()["parity"], mothers.parity_joint()
    out = margin_rows(
        "mother_age x parity", Of(BORN, EW, "2020"), pairs(MOTHER_AGES, PARITIES), mothers.previous_children(),
        fitted.sum(axis=0), got.sum(axis=0), WHY["ew_age"], "ons_cim2020",
    )  # fmt: skip
    want, have = within(fitted.sum(axis=1)), within(got.sum(axis=1))
    for level, first in mothers.PARITY_ROWS.items():
        raw = deciles_percent(first, factor="previous_live_births", period="2021/22-2022/23")
        p = PARITIES.index(level)
        out += margin_rows(
            "imd_decile x parity", Of("deliveries", ENGLAND, "2021/22-2022/23"), pairs(DECILES, (level,)),
            raw, want[:, p], have[:, p], WHY["units"], "derived_msds_ecological", "percent",
        )  # fmt: skip
    return out


def registration_rows() -> Table:
    """Registration by age and by decile."""
    got = shipped()["registration"]
    modelled = [
        deciles_percent(first, factor="registration", period="2023")
        for first in registration.DECILE_ROWS.values()
    ]
    return [
        *margin_rows(
            "mother_age x registration", Of(BORN, ENGLAND, "2018-2020"), pairs(MOTHER_AGES, REGISTRATIONS),
            mothers.age_by_registration(), mothers.registered(), got.sum(axis=(0, 1)),
            WHY["no_age"], "ons_births2023_t6",
        ),
        *margin_rows(
            "imd_decile x registration", Of(BORN, ENGLAND, "2023"), pairs(DECILES, REGISTRATIONS),
            np.column_stack(modelled), within(registration.registration_by_decile()),
            within(got.sum(axis=(1, 2))), WHY["level_2023"], "derived_la_lsoa", "percent",
        ),
    ]  # fmt: skip


def class_rows() -> Table:
    """Class by registration: one address, or two addresses and sole."""

    def in_two(table: Array) -> Array:
        return np.stack([table[:2].sum(axis=0), table[2:].sum(axis=0)])

    by_type = shipped()["registration"].sum(axis=(1, 2))
    have = in_two((by_type[..., None] * shipped()["nssec"]).sum(axis=0))
    want = in_two(household_class.class_joint().sum(axis=0))
    return margin_rows(
        "registration x nssec", Of(BORN, EW, "2020"), pairs(IN_TWO, CLASSES), household_class.published_classes(),
        want, have, WHY["ew_type"], "ons_cim2020",
    )  # fmt: skip


def poverty_births() -> Array:
    """float64[deciles, groups, parity, registration types, classes]: births in poverty by the shipped odds ratios."""
    levels = poverty_odds.LEVELS
    ratio = {
        (r["parent"], r["level"]): float(str(r["odds_ratio"])) for r in poverty_odds.child_poverty_odds()
    }
    log_odds = np.zeros(tuple(len(names) for names in levels.values()))
    for axis, (parent, names) in enumerate(levels.items()):
        along = np.log([ratio[parent, name] for name in names])
        log_odds += np.expand_dims(along, tuple(a for a in range(4) if a != axis))
    by_parity = shares(mothers.parity(), 10, len(MOTHER_AGES), len(PARITIES))
    births = np.einsum("dear,dap,drc->deprc", shipped()["registration"], by_parity, shipped()["nssec"])
    out: Array = np.empty_like(births)
    for d, share in enumerate(poverty_odds.by_decile()):
        out[d] = births[d] * relevel(log_odds.ravel(), births[d].ravel(), float(share)).reshape(out[d].shape)
    return out


def poverty_rows() -> Table:
    """Child poverty: of England by year, then by decile, ethnic group, family size and family type."""
    poor, level = poverty_births(), poverty_odds.by_decile()
    children = poverty.children() / poverty.children().sum()
    out: Table = []
    for year in (2018, 2019, 2020):
        said, held = (
            percent("observed", poverty.POVERTY_LEVEL[year]),
            float(children @ poverty.poverty_of(year)[0]),
        )
        of = Of("children 0 to 15", ENGLAND, str(year))
        out += margin_rows(
            "child_poverty", of, ["yes"], [said], [said], [held], SAME, "mccabe_2024_data", "percent"
        )
    by = [poor.sum(axis=tuple(a for a in range(5) if a != axis)) for axis in range(4)]
    out += margin_rows(
        "imd_decile x child_poverty", Of("children 0 to 15", ENGLAND, "2018-2020"), pairs(DECILES, ["yes"]), level,
        level, by[0] / weights(), WHY["poverty"], "mccabe_2024_data;derived_la_lsoa;mhclg_idaci", "percent",
    )  # fmt: skip
    groups = poverty_odds.PUBLISHED_GROUPS.values()
    odds = poverty_odds
    for axis, period, items, raw, target, parts, key in (
        (
            1, "2002/03 or 2019/20", ["+".join(levels) for _, _, levels in groups],
            [percent("low_income_by_group", row) for row, _, _ in groups],
            odds.group_targets(), odds.IN_GROUP, "hansard_poverty_2004;hbai_press_2021",
        ),
        (2, "2021/22", FAMILY_SIZE, odds.published_sizes(), odds.size_targets(), odds.LARGE, "ecp2023"),
        (3, "2021/22", IN_TWO, odds.published_families(), odds.family_targets(), TOGETHER, "ecp2023"),
    ):  # fmt: skip
        have = np.array([by[axis][[p == k for p in parts]].sum() for k in range(max(parts) + 1)])
        name = f"{tuple(odds.LEVELS)[axis - 1]} x child_poverty"
        out += margin_rows(
            name, Of("children", UK, period), pairs(items, ["yes"]), raw, target, have / odds.births_of(axis, parts),
            WHY["odds"], key, "percent",
        )  # fmt: skip
    return out
