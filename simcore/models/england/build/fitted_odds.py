"""Odds ratios that hold within deciles, where only the association in the whole country is published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from .births import AGES, weights
from .ethnicity import ETHNIC, GROUPS
from .evidence import Table, count, percent, read
from .exposures import bmi
from .gestation import BANDS, shares_by_decile
from .group_births import REFERENCE_YEARS, by_ethnic_group, by_mother_age
from .home import overcrowded
from .numbers import Array
from .odds_rows import odds_row, of_shares
from .within_deciles import joint, odds_ratios, reconciled

LEVEL_OF = {label: level for level, label in ETHNIC.items()}
AGE_LEVELS = tuple(AGES.values())
CROWDED = {"white_british": "P166", "bangladeshi": "P163", "black_african": "P164"}
BMI_LEVELS = ("under_25", "25_29", "30_plus")
BMI_COLUMNS = {"<18.5": 0, "18.5-24.9": 0, "25-29.9": 1, "30-35": 2}
BIRTHPLACE_AGES = {"16-19": "under 20"}
EARLY = {0: BANDS[:2], 1: BANDS[2:5]}
"""Births under 24 weeks, and at 24 to 36 weeks; the rest are born at term."""


@dataclass(frozen=True)
class Association:
    """What is known of a group and a level, and the births by decile that meet all of it.

    ``raw`` is float64[groups, levels] as published (counts, or odds on births), ``reconciled`` the same at the
    national totals of both, ``table`` float64[deciles, groups, levels].
    """

    raw: Array
    reconciled: Array
    table: Array


def meet(decile_group: Array, decile_level: Array, raw: Array) -> Association:
    """The association of all three."""
    return Association(
        raw, reconciled(decile_group, decile_level, raw), joint(decile_group, decile_level, raw)
    )


@cache
def crowding() -> Association:
    """Overcrowding by ethnic group; a group without a figure is as White British."""
    size, shares = by_ethnic_group(), {g: percent("prevalence", i) for g, i in CROWDED.items()}
    white = shares["white_british"]
    seed = np.array([[1.0, of_shares(shares.get(g, white), white)] for g in GROUPS])
    w, p = weights(*REFERENCE_YEARS), overcrowded()
    return meet(size, np.column_stack([w * (1.0 - p), w * p]), seed * size.sum(axis=0)[:, None])


@cache
def body_mass() -> Association:
    """Body mass index by mother's age."""
    seed = np.zeros((len(AGES), len(BMI_LEVELS)))
    ages = list(AGES)
    for r in read("birthplace_low_risk_age_by_bmi"):
        if r["level2"] in BMI_COLUMNS:
            age = BIRTHPLACE_AGES.get(r["level1"], r["level1"])
            seed[ages.index(age), BMI_COLUMNS[r["level2"]]] += float(r["count"])
    shares = np.array([float(str(r["share"])) for r in bmi()]).reshape(10, len(BMI_LEVELS))
    return meet(by_mother_age(), weights(*REFERENCE_YEARS)[:, None] * shares, seed)


def gestation_counts() -> Array:
    """float64[ethnic groups, 3]: live births under 24, at 24 to 36 and from 37 weeks, England and Wales 2020."""
    starts = {"Under 24": 0, "24-27": 1, "28-31": 1, "32-36": 1, "37-41": 2, "42 and over": 2}
    out = np.zeros((len(GROUPS), 3))
    for r in read("ons_ethnicity_gestation_ew_2020"):
        if r["gestational_age_weeks"] in starts and r["ethnic_group"] in LEVEL_OF:
            group = GROUPS.index(LEVEL_OF[r["ethnic_group"]])
            out[group, starts[r["gestational_age_weeks"]]] += count(r["live_births"])
    return out


@cache
def early_birth() -> Association:
    """Births under 24, at 24 to 36 and from 37 weeks by ethnic group."""
    p = shares_by_decile()
    level = np.column_stack([p[:, :2].sum(axis=1), p[:, 2:5].sum(axis=1), p[:, 5]])
    return meet(by_ethnic_group(), weights(*REFERENCE_YEARS)[:, None] * level, gestation_counts())


def overcrowding_odds() -> Table:
    """Overcrowding by ethnic group, for the groups that the survey names whole."""
    ratios = odds_ratios(crowding().table, GROUPS.index("white_british"), 0)
    return [
        odds_row(
            "overcrowding", "yes", "ethnic_group", group, "white_british", ratios[GROUPS.index(group), 1],
            keys="eff_overcrowd;ons_census2021_lsoa;derived_eth_lsoa",
            rule="derived:within_deciles",
            ids=f"{row_id};P166",
        )
        for group, row_id in CROWDED.items()
        if group != "white_british"
    ]  # fmt: skip


def bmi_odds() -> Table:
    """Body mass index by mother's age."""
    ratios = odds_ratios(body_mass().table, AGE_LEVELS.index("30_34"), 0)
    return [
        odds_row(
            "bmi", BMI_LEVELS[k], "mother_age", age, "30_34", ratios[a, k],
            keys="birthplace_li2014;derived_la_lsoa;pq_29922;kent2021",
            rule="derived:within_deciles",
            ids="J0165-J0188",
        )
        for k in (1, 2)
        for a, age in enumerate(AGE_LEVELS)
        if age != "30_34"
    ]  # fmt: skip


def gestation_odds() -> Table:
    """Early birth by ethnic group of the baby, under 24 and at 24 to 36 weeks apart."""
    ratios = odds_ratios(early_birth().table, GROUPS.index("white_british"), 2)
    return [
        odds_row(
            "gestation", ";".join(bands), "ethnic_group", group, "white_british", ratios[g, k],
            keys="ons_cim2020;ons_cim2022;derived_eth_lsoa;derived_msds_ecological;smith_2010",
            rule="derived:within_deciles",
            ids="ons_ethnicity_gestation_ew_2020",
        )
        for k, bands in EARLY.items()
        for g, group in enumerate(GROUPS)
        if group != "white_british"
    ]  # fmt: skip
