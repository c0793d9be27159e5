"""Household NS-SEC given decile and registration."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..births.counts import REFERENCE_YEARS
from ..evidence import DECILES, Table, count, read
from ..labels import CLASSES, NSSEC_OF, REGISTRATIONS, TOGETHER
from ..numbers import Array, blocks, fit, logit, round_shares
from .poverty import poverty_of
from .registration import registration_joint

CLASS_STEPS = {
    "managerial_professional": 0.0,
    "intermediate": 0.5,
    "routine_manual": 1.0,
    "not_classified": 1.0,
}
CLASS_GRADIENT = 0.5
"""How much of the decile gradient in the odds of poverty is class: half way, on the log scale, from none to all."""


def published_classes() -> Array:
    """float64[2, classes]: births of England and Wales, 2020, rounded to tens; one address, then the rest."""
    out = np.zeros((2, len(CLASSES)))
    part = -1
    for row in read("ons_births_by_registration_and_nssec_ew_2020"):
        label = row["type_of_registration_and_socio_economic_classification"]
        if label in NSSEC_OF:
            out[part, CLASSES.index(NSSEC_OF[label])] += count(row["live_births"])
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
    poverty = np.mean([logit(poverty_of(year)[0]) for year in REFERENCE_YEARS], axis=0)
    step = CLASS_GRADIENT * np.array([CLASS_STEPS[c] for c in CLASSES])
    shares = published_classes() / published_classes().sum(axis=1, keepdims=True)
    together = np.stack([by_type[:, :2].sum(), by_type[:, 2:].sum()])
    seed = by_type[:, :, None] * shares[TOGETHER][None] * np.exp(poverty[:, None, None] * step)
    where, _ = blocks(seed.shape, {1: TOGETHER, 2: range(len(CLASSES))})
    return fit(seed / n, [((0, 1), by_type / n), (where, shares * together[:, None] / n)]) * n


def nssec() -> Table:
    """Share of births by household NS-SEC, given decile and registration."""
    return [
        {"imd_decile": decile, "registration": kind, "level": level, "share": share}
        | {"source_key": "ons_cim2020;mccabe_2024_data;derived_la_lsoa", "rule": "derived:nssec"}
        for decile, by_type in zip(DECILES, class_joint(), strict=True)
        for kind, row in zip(REGISTRATIONS, by_type, strict=True)
        for level, share in zip(CLASSES, round_shares(row), strict=True)
    ]
