"""Births by decile and ethnic group, and by decile and mother's age: the weights of associations between them."""

from __future__ import annotations

import numpy as np

from .births import AGES, weights
from .ethnicity import by_decile
from .evidence import DECILES, read
from .numbers import Array, fit

REFERENCE_YEARS = (2018, 2019, 2020)


def by_ethnic_group() -> Array:
    """float64[deciles, groups]: births of England 2018 to 2020, the groups over deciles as in 2020."""
    return _to_births(by_decile())


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
