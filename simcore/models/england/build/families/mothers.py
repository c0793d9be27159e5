"""The mother's age given decile and the baby's ethnic group; her previous children given decile and age."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..births.counts import weights
from ..evidence import DECILES, Table, count, decile_of, deciles_percent, read
from ..labels import (
    GROUPS,
    MOTHER_AGE_OF,
    MOTHER_AGES,
    PARITIES,
    PARITY_OF,
    REGISTRATION_OF,
    REGISTRATIONS,
)
from ..numbers import Array, Margin, blocks, fit, logit, relevel, round_shares
from .ethnicity import BROAD, by_decile

PARITY_ROWS = {"none": "D489", "three_plus": "D479"}
"""First of ten rows, deciles 1 to 10, for each parity whose gradient is derived."""

WHITE = [0 if g in BROAD["White"] else 1 if g in (*BROAD["Asian"], *BROAD["Other"]) else -1 for g in GROUPS]
"""White; not White, read as Asian and other; and the groups that neither figure is for (-1)."""


def births_by_group() -> Array:
    """float64[deciles, groups]: births of England 2018 to 2020, with the ethnic groups of 2020 by decile."""
    by_group = by_decile()
    scale: Array = weights() / by_group.sum(axis=1)
    return by_group * scale[:, None]


def age_by_registration() -> Array:
    """float64[ages, registration types]: births of England 2018 to 2020, as published."""
    out = np.zeros((len(MOTHER_AGES), len(REGISTRATIONS)))
    for row in read("ons_births_by_age_and_registration_england_2018_2020"):
        if row["mother_age"] in MOTHER_AGE_OF and row["registration"] in REGISTRATION_OF:
            a = MOTHER_AGES.index(MOTHER_AGE_OF[row["mother_age"]])
            out[a, REGISTRATIONS.index(REGISTRATION_OF[row["registration"]])] += count(row["live_births"])
    return out


def registered() -> Array:
    """float64[ages, registration types]: the same, scaled to births by decile: 112 births have no mother's age."""
    published = age_by_registration()
    return published * float(weights().sum() / published.sum())


def ages() -> Array:
    """float64[ages]: births of England 2018 to 2020 by mother's age."""
    total: Array = registered().sum(axis=1)
    return total


def modelled_ages() -> Array:
    """float64[deciles, ages]: births of England by decile and mother's age, modelled for 2020."""
    out = np.zeros((10, len(MOTHER_AGES)))
    for row in read("births_age_by_imd_decile"):
        out[decile_of(row["level1"]), MOTHER_AGES.index(MOTHER_AGE_OF[row["level2"]])] = float(row["count"])
    return out


def age_by_decile() -> Array:
    """float64[deciles, ages]: the modelled table of 2020, moved to births by decile and by age of 2018 to 2020."""
    seed = modelled_ages()
    n = float(ages().sum())
    return fit(seed / n, [((0,), weights() / n), ((1,), ages() / n)]) * n


def low_risk(table: str, columns: tuple[str, ...]) -> Array:
    """float64[ages, columns]: low-risk women of the Birthplace cohort, 2008 to 2010, counts as published."""
    out = np.zeros((len(MOTHER_AGES), len(columns)))
    for row in read("birthplace_low_risk_by_age"):
        if row["table"] == table and row["level2"] in columns:
            out[MOTHER_AGES.index(MOTHER_AGE_OF[row["level1"]]), columns.index(row["level2"])] = float(
                row["count"]
            )
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
    where, _ = blocks(seed.shape, {1: WHITE, 2: range(len(MOTHER_AGES))})
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
        for level, share in zip(MOTHER_AGES, round_shares(row), strict=True)
    ]


def previous_children() -> Array:
    """float64[ages, parity]: births of England and Wales, 2020, as published; not stated left out."""
    out = np.zeros((len(MOTHER_AGES), len(PARITIES)))
    for row in read("ons_births_by_age_and_previous_children_ew_2020"):
        age, previous = row["mother_s_age"], row["number_of_previous_children"]
        if age in MOTHER_AGE_OF and previous in PARITY_OF:
            out[MOTHER_AGES.index(MOTHER_AGE_OF[age]), PARITIES.index(PARITY_OF[previous])] = count(
                row["live_births"]
            )
    return out


@cache
def parity_joint() -> Array:
    """float64[deciles, ages, parity]: births of England 2018 to 2020.

    Within each age the parities of England and Wales are kept; over deciles the first births, and those after three
    or more, have the odds ratios derived from maternity units.
    """
    by_age, w = age_by_decile(), weights()
    n = float(by_age.sum())
    shares = previous_children() / previous_children().sum(axis=1, keepdims=True)
    national = ages()[:, None] * shares
    first, many = (
        relevel(
            logit(deciles_percent(row, factor="previous_live_births", period="2021/22-2022/23")),
            w,
            float(national[:, PARITIES.index(level)].sum() / n),
        )
        for level, row in PARITY_ROWS.items()
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
        for age, row in zip(MOTHER_AGES, by_age, strict=True)
        for level, share in zip(PARITIES, round_shares(row), strict=True)
    ]
