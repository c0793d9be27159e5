"""Registration given decile, mother's age and ethnic group; household class given registration and decile."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.optimize import least_squares

from .births import weights
from .ethnicity import GROUPS, authorities
from .evidence import DECILES, Table, count, deciles_percent, read
from .exposures import poverty_of
from .mothers import AGE, REGISTRATION, REGISTRATION_ROWS, YEARS, age_joint, registered
from .numbers import Array, blocks, fit, logit, round_shares

NSSEC = ("managerial_professional", "intermediate", "routine_manual", "not_classified")
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
TOGETHER = [0, 0, 1, 1]
"""Registration types as NS-SEC is published: one address, or two addresses and sole."""

CLASS_OF = {
    "1.1": "managerial_professional",
    "1.2": "managerial_professional",
    "2": "managerial_professional",
    "3": "intermediate",
    "4": "intermediate",
    "5": "routine_manual",
    "6": "routine_manual",
    "7": "routine_manual",
    "8": "not_classified",
    "Not classified": "not_classified",
}
CLASS_STEPS = {
    "managerial_professional": 0.0,
    "intermediate": 0.5,
    "routine_manual": 1.0,
    "not_classified": 1.0,
}
CLASS_GRADIENT = 0.5
"""How much of the decile gradient in the odds of poverty is class: half way, on the log scale, from none to all."""


@cache
def by_authority() -> Array:
    """float64[groups of LIKE, deciles, registration types]: shares fitted over authorities, 2023.

    A multinomial logit with a level for each group of `LIKE` and a slope over deciles for each type, such that the
    births of each authority (its deciles and its ethnic groups, taken as independent within it) give its published
    registration types; least squares, weighted by births.
    """
    codes, births, people = authorities()
    published = np.zeros((len(codes), len(REGISTRATION)))
    for row in read("authority_births_by_registration_2023"):
        kind = REGISTRATION.index(REGISTRATION_ROWS[row["registration"]])
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
    w = weights(*YEARS)
    seed = np.column_stack(
        [deciles_percent(DECILE_ROWS[r], factor="registration", period="2023") for r in REGISTRATION]
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
    group = np.empty((10, len(GROUPS), len(REGISTRATION)))
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
        for age, row in zip(AGE, by_age, strict=True)
        for level, share in zip(REGISTRATION, round_shares(row), strict=True)
    ]


def published_classes() -> Array:
    """float64[2, classes]: births of England and Wales, 2020, rounded to tens; one address, then the rest."""
    out = np.zeros((2, len(NSSEC)))
    part = -1
    for row in read("ons_births_by_registration_and_nssec_ew_2020"):
        label = row["type_of_registration_and_socio_economic_classification"]
        if label in CLASS_OF:
            out[part, NSSEC.index(CLASS_OF[label])] += count(row["live_births"])
        elif label != "All":
            part += 1
    return out


@cache
def class_joint() -> Array:
    """float64[deciles, registration types, classes]: births of England 2018 to 2020.

    Kept: births by decile and type, and the classes of England and Wales 2020 within one address and within the
    rest. Over deciles the odds of a class against managers and professionals move with the odds of child poverty
    of 2018 to 2020, as `CLASS_GRADIENT` and `CLASS_STEPS` say.
    """
    by_type = registration_joint().sum(axis=(1, 2))
    n = float(by_type.sum())
    poverty = np.mean([logit(poverty_of(year)[0]) for year in YEARS], axis=0)
    step = CLASS_GRADIENT * np.array([CLASS_STEPS[c] for c in NSSEC])
    shares = published_classes() / published_classes().sum(axis=1, keepdims=True)
    together = np.stack([by_type[:, :2].sum(), by_type[:, 2:].sum()])
    seed = by_type[:, :, None] * shares[TOGETHER][None] * np.exp(poverty[:, None, None] * step)
    where, _ = blocks(seed.shape, {1: TOGETHER, 2: range(len(NSSEC))})
    return fit(seed / n, [((0, 1), by_type / n), (where, shares * together[:, None] / n)]) * n


def nssec() -> Table:
    """Share of births by household NS-SEC, given decile and registration."""
    return [
        {"imd_decile": decile, "registration": kind, "level": level, "share": share}
        | {"source_key": "ons_cim2020;mccabe_2024_data;derived_la_lsoa", "rule": "derived:nssec"}
        for decile, by_type in zip(DECILES, class_joint(), strict=True)
        for kind, row in zip(REGISTRATION, by_type, strict=True)
        for level, share in zip(NSSEC, round_shares(row), strict=True)
    ]
