"""Births by decile and ethnic group, and by decile and mother's age: the weights of associations between them."""

from __future__ import annotations

import numpy as np

from .births import AGES, weights
from .evidence import DECILES, count, read
from .numbers import Array, fit

ETHNIC_GROUPS = {
    "White British": "white_british",
    "White Other": "white_other",
    "Indian": "indian",
    "Pakistani": "pakistani",
    "Bangladeshi": "bangladeshi",
    "Any other Asian background": "other_asian",
    "Black African": "black_african",
    "Black Caribbean": "black_caribbean",
    "Any other Black background": "other_black",
    "Mixed/ multiple": "mixed",
    "Any Other ethnic group": "other",
    "Not Stated": "not_stated",
}
BROAD = {
    "white_british": "White",
    "white_other": "White",
    "indian": "Asian",
    "pakistani": "Asian",
    "bangladeshi": "Asian",
    "other_asian": "Asian",
    "black_african": "Black",
    "black_caribbean": "Black",
    "other_black": "Black",
    "mixed": "Mixed",
    "other": "Other",
}
REFERENCE_YEARS = (2018, 2019, 2020)


def by_ethnic_group() -> Array:
    """float64[deciles, groups]: births of England 2018 to 2020.

    A group is spread over deciles like its broad group; births of a group not stated, like all births.
    """
    mix: dict[str, Array] = {}
    for row in read("births_ethnicity_by_imd_decile"):
        shares = mix.setdefault(row["level2"], np.zeros(len(DECILES)))
        shares[DECILES.index(row["level1"].split(" ")[0])] = float(row["count"])
    everyone: Array = np.sum(list(mix.values()), axis=0)
    size = {
        ETHNIC_GROUPS[r["ethnic_group"]]: count(r["live_births"])
        for r in read("ons_ethnicity_gestation_ew_2020")
        if r["gestational_age_weeks"] == "All" and r["ethnic_group"] in ETHNIC_GROUPS
    }
    of = {g: mix[BROAD[g]] if g in BROAD else everyone for g in ETHNIC_GROUPS.values()}
    seed = np.stack([size[g] * of[g] / of[g].sum() for g in ETHNIC_GROUPS.values()], axis=1)
    return _to_births(seed)


def by_mother_age() -> Array:
    """float64[deciles, ages]: births of England 2018 to 2020."""
    seed = np.zeros((len(DECILES), len(AGES)))
    order = list(AGES)
    for row in read("births_age_by_imd_decile"):
        d = DECILES.index(row["level1"].split(" ")[0])
        seed[d, order.index(row["level2"])] = float(row["count"])
    return _to_births(seed)


def _to_births(seed: Array) -> Array:
    """Scale to the births of each decile, keeping each group's share of the country."""
    w = weights(*REFERENCE_YEARS)
    shares = seed.sum(axis=0) / seed.sum()
    return fit(seed / seed.sum(), [((0,), w / w.sum()), ((1,), shares)]) * float(w.sum())
