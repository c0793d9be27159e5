"""How the birth was registered, given decile, mother's age and ethnic group."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import least_squares

from ..births.counts import weights
from ..evidence import DECILES, Table, count, deciles_percent, read
from ..labels import GROUPS, MOTHER_AGES, REGISTRATION_OF, REGISTRATIONS
from ..numbers import Array, fit, round_shares
from .ethnicity import authorities
from .mothers import age_joint, registered

LIKE = {
    "white_british": 0,
    "mixed": 0,
    "white_other": 1,
    "indian": 2,
    "pakistani": 2,
    "bangladeshi": 2,
    "other_asian": 2,
    "other": 2,
    "black_african": 3,
    "black_caribbean": 3,
    "other_black": 3,
}
"""Groups told apart by the fit over authorities: more than four cannot be (their intervals span everything)."""

FITTED = 4
"""Number of those groups."""

DECILE_ROWS = {
    "married": "D635",
    "joint_same_address": "D624",
    "joint_different_address": "D613",
    "sole": "D602",
}


@cache
def by_authority() -> Array:
    """float64[groups of LIKE, deciles, registration types]: shares fitted over authorities, 2023.

    A multinomial logit with a level for each group of `LIKE` and a slope over deciles for each type, such that the
    births of each authority (its deciles and its ethnic groups, taken as independent within it) give its published
    registration types; least squares, weighted by births.
    """
    codes, births, people = authorities()
    published = np.zeros((len(codes), len(REGISTRATIONS)))
    for row in read("authority_births_by_registration_2023"):
        kind = REGISTRATIONS.index(REGISTRATION_OF[row["registration"]])
        published[codes.index(row["area_code"]), kind] = count(row["live_births"])
    here = published.sum(axis=1) > 0  # authorities that merged by 2023 have none
    published, births, people = published[here], births[here], people[here]
    groups = np.zeros((len(people), FITTED))
    for g, group in enumerate(GROUPS):
        if group in LIKE:
            groups[:, LIKE[group]] += people[:, g]
    groups /= groups.sum(axis=1, keepdims=True)
    deciles = births / births.sum(axis=1, keepdims=True)
    root = np.sqrt(published.sum(axis=1) / published.sum(axis=1).mean())
    shares = published / published.sum(axis=1, keepdims=True)

    def probabilities(x: Array) -> Array:
        level, slope = x[: FITTED * 3].reshape(FITTED, 1, 3), x[FITTED * 3 :]
        odds = np.exp(level + slope * np.linspace(-0.5, 0.5, 10)[:, None])
        odds = np.concatenate([np.ones((FITTED, 10, 1)), odds], axis=2)
        return np.asarray(odds / odds.sum(axis=2, keepdims=True), np.float64)

    def miss(x: Array) -> Array:
        fitted = np.einsum("ag,ad,gdr->ar", groups, deciles, probabilities(x))
        return np.asarray(((fitted - shares) * root[:, None]).ravel(), np.float64)

    # a level beyond e^-5 is not told from none by these figures
    found = least_squares(miss, np.full(FITTED * 3 + 3, -1.0), bounds=(-5.0, 5.0), xtol=1e-12, ftol=1e-12)
    return probabilities(found.x)


def registration_by_decile() -> Array:
    """float64[deciles, registration types]: births of England 2018 to 2020 with the decile gradients of 2023."""
    w = weights()
    seed = np.column_stack(
        [deciles_percent(DECILE_ROWS[r], factor="registration", period="2023") for r in REGISTRATIONS]
    )
    n = float(w.sum())
    return fit(seed * w[:, None] / n, [((0,), w / n), ((1,), registered().sum(axis=0) / n)]) * n


@cache
def registration_joint() -> Array:
    """float64[deciles, groups, ages, registration types]: births of England 2018 to 2020.

    Kept: births by decile, group and age; by age and type (published); by decile and type. Between ethnic groups
    within a decile are the odds ratios fitted over authorities; not stated is as all births.
    """
    parents, by_age, by_decile = age_joint(), registered(), registration_by_decile()
    n = float(parents.sum())
    fitted = by_authority()
    group = np.empty((10, len(GROUPS), len(REGISTRATIONS)))
    for g, name in enumerate(GROUPS):
        group[:, g] = fitted[LIKE[name]] if name in LIKE else by_decile / by_decile.sum(axis=1, keepdims=True)
    age = by_age / by_age.sum(axis=1, keepdims=True) / (by_age.sum(axis=0) / by_age.sum())
    seed = parents[..., None] * group[:, :, None, :] * age[None, None]
    seed *= (parents / seed.sum(axis=3))[..., None]
    margins = [((0, 1, 2), parents / n), ((2, 3), by_age / n), ((0, 3), by_decile / n)]
    return fit(seed / n, margins) * n


def registration() -> Table:
    """Share of births by registration, given decile, ethnic group and mother's age."""
    keys = "ons_births2023_t6;derived_la_lsoa;ons_births2023_t1;ons_census2021_ethnic;mhclg_imd_lsoa"
    return [
        {"imd_decile": decile, "ethnic_group": group, "mother_age": age, "level": level, "share": share}
        | {"source_key": keys, "rule": "derived:registration"}
        for decile, by_group in zip(DECILES, registration_joint(), strict=True)
        for group, by_age in zip(GROUPS, by_group, strict=True)
        for age, row in zip(MOTHER_AGES, by_age, strict=True)
        for level, share in zip(REGISTRATIONS, round_shares(row), strict=True)
    ]
