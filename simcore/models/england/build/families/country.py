"""The mother's country of birth given the ethnic group of the baby."""

from __future__ import annotations

import numpy as np

from ..births.counts import counted
from ..evidence import Table, count, read
from ..labels import COUNTRIES, GROUPS
from ..numbers import Array, fit, round_shares
from .ethnicity import national

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
