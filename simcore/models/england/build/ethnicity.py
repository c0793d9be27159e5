"""Ethnic group of the baby by decile, and the mother's country of birth given the baby's ethnic group."""

from __future__ import annotations

from functools import cache

import numpy as np

from .births import counted
from .evidence import DECILES, Table, count, read
from .numbers import Array, fit, round_shares

ETHNIC = {
    "white_british": "White British",
    "white_other": "White Other",
    "indian": "Indian",
    "pakistani": "Pakistani",
    "bangladeshi": "Bangladeshi",
    "other_asian": "Any other Asian background",
    "black_african": "Black African",
    "black_caribbean": "Black Caribbean",
    "other_black": "Any other Black background",
    "mixed": "Mixed/ multiple",
    "other": "Any Other ethnic group",
    "not_stated": "Not Stated",
}
"""Level to the label of the published table."""

GROUPS = tuple(ETHNIC)
BROAD = {
    "White": ("white_british", "white_other"),
    "Asian": ("indian", "pakistani", "bangladeshi", "other_asian"),
    "Black": ("black_african", "black_caribbean", "other_black"),
    "Mixed": ("mixed",),
    "Other": ("other",),
}
CENSUS = {"other_black": "black_other"}
"""Where the census table names a group otherwise."""

COUNTRIES = ("uk", "europe", "africa", "caribbean", "india", "pakistan", "bangladesh", "other")
HOME, PART, RARE = 100.0, 10.0, 1.0
"""Seed weights: where most mothers of a group come from, where some do, and the rest."""

SEED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "white_british": (("uk",), ()),
    "white_other": (("europe",), ("uk", "other")),
    "indian": (("india",), ("uk", "africa")),
    "pakistani": (("pakistan",), ("uk",)),
    "bangladeshi": (("bangladesh",), ("uk",)),
    "other_asian": (("other",), ("uk",)),
    "black_african": (("africa",), ("uk", "europe")),
    "black_caribbean": (("caribbean",), ("uk",)),
    "other_black": ((), ("uk", "africa", "caribbean")),
    "mixed": (("uk",), ("europe", "africa", "caribbean", "other")),
    "other": (("other",), ("uk", "europe", "africa")),
}
"""Group to the countries it mostly comes from, and those it partly comes from."""


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
    births = np.array([rows[label] for label in ETHNIC.values()], np.float64)
    return births * (sum(counted(2020)) / float(births.sum()))


def broad_by_decile() -> Array:
    """float64[deciles, broad groups]: births of England, 2020, as modelled from small areas; all stated."""
    out = np.zeros((10, len(BROAD)))
    for row in read("births_ethnicity_by_imd_decile"):
        out[DECILES.index(row["level1"].split(" ")[0]), list(BROAD).index(row["level2"])] = float(
            row["count"]
        )
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


def country_margin() -> tuple[Array, Array]:
    """float64[countries]: births of England and Wales, 2020, as published; and of England, reconciled.

    England's own three totals (outside the United Kingdom, Africa, Middle East and Asia) come first; inside
    them, and for what they leave, the parts are those of England and Wales.
    """
    rows = {
        r["mother_s_country_of_birth"]: r["live_births"]
        for r in read("ons_births_by_country_of_birth_ew_2020")
    }
    outside, africa, asia = (
        count(rows[label]) for label in ("Total outside the United Kingdom", "Africa", "Middle East and Asia")
    )
    europe = count(rows["EU"]) + count(rows["Rest of Europe (non EU)"])
    caribbean, india, pakistan, bangladesh = (
        count(rows[label]) for label in ("Caribbean", "India", "Pakistan", "Bangladesh")
    )
    asia_left = asia - india - pakistan - bangladesh
    elsewhere = outside - europe - africa - asia - caribbean
    uk = count(rows["United Kingdom‚ Isle of Man and Channel Islands"])
    published = np.array(
        [uk, europe, africa, caribbean, india, pakistan, bangladesh, asia_left + elsewhere], np.float64
    )
    england = {r["measure"]: count(r["numerator"]) for r in read("births_by_country_of_birth_england_2020")}
    total = sum(counted(2020))
    out_e, africa_e, asia_e = (
        england[f"births_to_mothers_born_{m}"] for m in ("outside_uk", "africa", "middle_east_and_asia")
    )
    in_asia, rest = asia_e / asia, (out_e - africa_e - asia_e) / (outside - africa - asia)
    fitted = published * np.array([0.0, rest, 0.0, rest, in_asia, in_asia, in_asia, 0.0])
    fitted[[0, 2]] = total - out_e, africa_e
    fitted[7] = asia_left * in_asia + elsewhere * rest
    return published, fitted


def country_seed(home: float = HOME, part: float = PART) -> Array:
    """float64[stated groups, countries]: how mothers of each group are thought to divide, before fitting."""
    seed = np.full((len(SEED), len(COUNTRIES)), RARE)
    for i, (mostly, partly) in enumerate(SEED.values()):
        seed[i, [COUNTRIES.index(c) for c in mostly]] = home
        seed[i, [COUNTRIES.index(c) for c in partly]] = part
    return seed


def country_by_group(home: float = HOME, part: float = PART) -> Array:
    """float64[groups, countries]: births of England, 2020, that meet both margins; not stated is as the rest."""
    groups, (_, countries) = national(), country_margin()
    n = float(groups.sum())
    not_stated = countries * (groups[-1] / n)
    margins = [((0,), groups[:-1] / n), ((1,), (countries - not_stated) / n)]
    return np.vstack([fit(country_seed(home, part), margins) * n, not_stated])


def country_of_birth() -> Table:
    """Share of births by the mother's country of birth, given the ethnic group of the baby."""
    keys = "ons_cim2020;ons_births_mother_country_of_birth"
    return [
        {"ethnic_group": group, "level": level, "share": share, "source_key": keys}
        | {"rule": "derived:country_of_birth"}
        for group, row in zip(GROUPS, country_by_group(), strict=True)
        for level, share in zip(COUNTRIES, round_shares(row), strict=True)
    ]
