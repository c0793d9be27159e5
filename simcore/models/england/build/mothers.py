"""The mother's age given decile and the baby's ethnic group; her previous children given decile and age."""

from __future__ import annotations

from functools import cache

import numpy as np

from .births import AGES, weights
from .ethnicity import BROAD, GROUPS, by_decile
from .evidence import DECILES, Table, count, deciles_percent, read
from .numbers import Array, Margin, blocks, fit, logit, relevel, round_shares

AGE = tuple(AGES.values())
PARITY = ("none", "one", "two", "three_plus")
YEARS = (2018, 2019, 2020)
AGE_ROWS = {
    "Under 20": "under_20",
    "20 to 24": "20_24",
    "25 to 29": "25_29",
    "30 to 34": "30_34",
    "35 to 39": "35_39",
    "40 to 44": "40_plus",
    "45 and over": "40_plus",
}
"""Age labels of births by registration."""

REGISTRATION_ROWS = {
    "Within marriage or civil partnership": "married",
    "Outside marriage or civil partnership with joint registration same address": "joint_same_address",
    "Outside marriage or civil partnership with joint registration different addresses": (
        "joint_different_address"
    ),
    "Sole registrations": "sole",
}
REGISTRATION = tuple(REGISTRATION_ROWS.values())
LOW_RISK_AGES = {"16-19": 0, "20-24": 1, "25-29": 2, "30-34": 3, "35-39": 4, "40 and over": 5}
PARITY_AGES = {"<20": 0, "20-24": 1, "25-29": 2, "30-34": 3, "35-39": 4, "40 & over": 5}
PREVIOUS = {"0": "none", "1": "one", "2": "two", "3 and over": "three_plus"}
WHITE = [0 if g in BROAD["White"] else 1 if g in (*BROAD["Asian"], *BROAD["Other"]) else -1 for g in GROUPS]
"""White; not White, read as Asian and other; and the groups that neither figure is for (-1)."""


def births_by_group() -> Array:
    """float64[deciles, groups]: births of England 2018 to 2020, with the ethnic groups of 2020 by decile."""
    by_group = by_decile()
    scale: Array = weights(*YEARS) / by_group.sum(axis=1)
    return by_group * scale[:, None]


def age_by_registration() -> Array:
    """float64[ages, registration types]: births of England 2018 to 2020, as published."""
    out = np.zeros((len(AGE), len(REGISTRATION)))
    for row in read("ons_births_by_age_and_registration_england_2018_2020"):
        if row["mother_age"] in AGE_ROWS and row["registration"] in REGISTRATION_ROWS:
            a = AGE.index(AGE_ROWS[row["mother_age"]])
            out[a, REGISTRATION.index(REGISTRATION_ROWS[row["registration"]])] += count(row["live_births"])
    return out


def registered() -> Array:
    """float64[ages, registration types]: the same, scaled to births by decile: 112 births have no mother's age."""
    published = age_by_registration()
    return published * float(weights(*YEARS).sum() / published.sum())


def ages() -> Array:
    """float64[ages]: births of England 2018 to 2020 by mother's age."""
    total: Array = registered().sum(axis=1)
    return total


def age_by_decile() -> Array:
    """float64[deciles, ages]: the modelled table of 2020, moved to births by decile and by age of 2018 to 2020."""
    seed = np.zeros((10, len(AGE)))
    for row in read("births_age_by_imd_decile"):
        seed[DECILES.index(row["level1"].split(" ")[0]), AGE.index(AGES[row["level2"]])] = float(row["count"])
    n = float(ages().sum())
    return fit(seed / n, [((0,), weights(*YEARS) / n), ((1,), ages() / n)]) * n


def low_risk(table: str, columns: tuple[str, ...]) -> Array:
    """float64[ages, columns]: low-risk women of the Birthplace cohort, 2008 to 2010, counts as published."""
    out = np.zeros((len(AGE), len(columns)))
    for row in read("birthplace_low_risk_by_age"):
        if row["table"] == table and row["level2"] in columns:
            out[LOW_RISK_AGES[row["level1"]], columns.index(row["level2"])] = float(row["count"])
    return out


@cache
def age_joint() -> Array:
    """float64[deciles, groups, ages]: births of England 2018 to 2020.

    Births by decile and age and by decile and group are kept. Between mothers of White babies and those of Asian
    and other babies are the odds ratios by age of low-risk women, White and not. Black, mixed and not stated
    lie over ages as all births: the one figure read (Black Caribbean under 20, 2005) is not that of Asian groups.
    """
    groups, by_age = births_by_group(), age_by_decile()
    n = float(groups.sum())
    white = np.array([groups[:, [w == i for w in WHITE]].sum() for i in (0, 1)])
    all_ages = ages() / n
    wanted = fit(
        low_risk("birthplace_low_risk_age_by_ethnicity", ("White", "non-White")).T,
        [((0,), white / n), ((1,), all_ages * (white.sum() / n))],
    )
    seed = groups[:, :, None] * by_age[:, None, :] / groups.sum(axis=1)[:, None, None]
    where, _ = blocks(seed.shape, {1: WHITE, 2: range(len(AGE))})
    margins: list[Margin] = [((0, 1), groups / n), ((0, 2), by_age / n), (where, wanted)]
    return fit(seed / n, margins) * n


def mother_age() -> Table:
    """Share of births by mother's age, given decile and ethnic group."""
    keys = "derived_la_lsoa;ons_births2023_t6;birthplace_li2014"
    return [
        {"imd_decile": decile, "ethnic_group": group, "level": level, "share": share, "source_key": keys}
        | {"rule": "derived:mother_age"}
        for decile, by_group in zip(DECILES, age_joint(), strict=True)
        for group, row in zip(GROUPS, by_group, strict=True)
        for level, share in zip(AGE, round_shares(row), strict=True)
    ]


def previous_children() -> Array:
    """float64[ages, parity]: births of England and Wales, 2020, as published; not stated left out."""
    out = np.zeros((len(AGE), len(PARITY)))
    for row in read("ons_births_by_age_and_previous_children_ew_2020"):
        age, previous = row["mother_s_age"], row["number_of_previous_children"]
        if age in PARITY_AGES and previous in PREVIOUS:
            out[PARITY_AGES[age], PARITY.index(PREVIOUS[previous])] = count(row["live_births"])
    return out


@cache
def parity_joint() -> Array:
    """float64[deciles, ages, parity]: births of England 2018 to 2020.

    Within each age the parities of England and Wales are kept; over deciles the first births, and those after three
    or more, have the odds ratios derived from maternity units.
    """
    by_age, w = age_by_decile(), weights(*YEARS)
    n = float(by_age.sum())
    shares = previous_children() / previous_children().sum(axis=1, keepdims=True)
    national = ages()[:, None] * shares
    first, many = (
        relevel(
            logit(deciles_percent(row, factor="previous_live_births", period="2021/22-2022/23")),
            w,
            float(national[:, PARITY.index(level)].sum() / n),
        )
        for row, level in (("D489", "none"), ("D479", "three_plus"))
    )
    over_deciles = w[:, None] / n * np.column_stack([first, 1.0 - first - many, many])
    seed = by_age[:, :, None] * shares[None]
    where, _ = blocks(seed.shape, {0: range(10), 2: [0, 1, 1, 2]})
    margins: list[Margin] = [((0, 1), by_age / n), ((1, 2), national / n), (where, over_deciles)]
    return fit(seed / n, margins) * n


def parity() -> Table:
    """Share of births by the mother's previous children, given decile and age."""
    return [
        {"imd_decile": decile, "mother_age": age, "level": level, "share": share}
        | {"source_key": "ons_cim2020;derived_msds_ecological", "rule": "derived:parity"}
        for decile, by_age in zip(DECILES, parity_joint(), strict=True)
        for age, row in zip(AGE, by_age, strict=True)
        for level, share in zip(PARITY, round_shares(row), strict=True)
    ]
