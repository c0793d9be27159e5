"""Ethnic group of the baby by decile."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..births.counts import counted
from ..evidence import DECILES, Table, count, decile_of, read
from ..labels import ETHNIC_LABEL, GROUPS
from ..numbers import Array, fit, round_shares

BROAD = {
    "White": ("white_british", "white_other"),
    "Asian": ("indian", "pakistani", "bangladeshi", "other_asian"),
    "Black": ("black_african", "black_caribbean", "other_black"),
    "Mixed": ("mixed",),
    "Other": ("other",),
}
CENSUS = {"other_black": "black_other"}
"""Where the census table names a group otherwise."""


def authorities() -> tuple[tuple[str, ...], Array, Array]:
    """Codes; float64[authorities, deciles] births of 2020; float64[authorities, groups] people of 2021.

    The last group, not stated, has no people in a census.
    """
    births = {}
    for row in read("authority_births_by_imd_decile_2020"):
        births[row["area_code"], row["imd2019_decile"]] = float(row["births_fitted"])
    people = {}
    for row in read("authority_population_by_ethnic_group_2021"):
        people[row["area_code"], row["measure"].removeprefix("population_ethnic_")] = float(row["numerator"])
    codes = tuple(sorted({code for code, _ in births}))
    by_group = [[people.get((code, CENSUS.get(g, g)), 0.0) for g in GROUPS] for code in codes]
    by_decile = [[births.get((code, d), 0.0) for d in DECILES] for code in codes]
    return codes, np.array(by_decile), np.array(by_group)


def national() -> Array:
    """float64[groups]: births of England, 2020, scaled from the linked cohort to all births."""
    rows = {r["ethnic_group"]: count(r["live_births"]) for r in read("ons_births_by_ethnicity_england_2020")}
    births = np.array([rows[label] for label in ETHNIC_LABEL.values()], np.float64)
    return births * (sum(counted(2020)) / float(births.sum()))


def broad_by_decile() -> Array:
    """float64[deciles, broad groups]: births of England, 2020, as modelled from small areas; all stated."""
    out = np.zeros((10, len(BROAD)))
    for row in read("births_ethnicity_by_imd_decile"):
        out[decile_of(row["level1"]), list(BROAD).index(row["level2"])] = float(row["count"])
    return out


@cache
def by_decile() -> Array:
    """float64[deciles, groups]: births of England, 2020, that meet births by decile and by group exactly.

    Within a broad group its parts lie over deciles as the births of the authorities they live in do, moved
    to meet the broad group by decile. Not stated is the same share of every decile and broad group, as it was
    spread when the broad groups were modelled.
    """
    total, births = national(), np.array(counted(2020), np.float64)
    n = float(births.sum())
    _, by_area, people = authorities()
    seed = by_area.T @ (people / people.sum(axis=1, keepdims=True))
    seed[:, -1] = births
    stated = 1.0 - total[-1] / n
    broad = np.column_stack([broad_by_decile() * stated, births * (1.0 - stated)])
    parts = [[GROUPS.index(g) for g in group] for group in BROAD.values()] + [[len(GROUPS) - 1]]
    wanted = np.array([total[p].sum() for p in parts])
    broad = fit(broad / n, [((0,), births / n), ((1,), wanted / n)])
    out: Array = np.empty_like(seed)
    for b, p in enumerate(parts):
        out[:, p] = fit(seed[:, p] / n, [((0,), broad[:, b]), ((1,), total[p] / n)]) * n
    return out


def ethnic_group() -> Table:
    """Share of births by ethnic group of the baby within each decile."""
    keys = "ons_cim2020;derived_eth_lsoa;ons_census2021_ethnic;mhclg_imd_lsoa"
    return [
        {"imd_decile": decile, "level": level, "share": share, "source_key": keys}
        | {"rule": "derived:ethnic_group"}
        for decile, row in zip(DECILES, by_decile(), strict=True)
        for level, share in zip(GROUPS, round_shares(row), strict=True)
    ]
