"""Births by decile and ethnic group, and by decile and mother's age: the weights of odds ratios within deciles.

Each group keeps its share of the country in 2020. The tables of families keep births by age of 2018 to 2020, or groups
decile by decile: the two differ by up to 5% of an age and 0.3% of a group, which no odds ratio shows.
"""

from __future__ import annotations

from ..births.counts import weights
from ..families.ethnicity import by_decile
from ..families.mothers import modelled_ages
from ..numbers import Array, fit


def by_ethnic_group() -> Array:
    """float64[deciles, groups]: births of England 2018 to 2020, the groups over deciles as in 2020."""
    return _to_births(by_decile())


def by_mother_age() -> Array:
    """float64[deciles, ages]: births of England 2018 to 2020, the ages over deciles as in 2020."""
    return _to_births(modelled_ages())


def _to_births(seed: Array) -> Array:
    """Scale to the births of each decile, keeping each group's share of the country."""
    w = weights()
    shares = seed.sum(axis=0) / seed.sum()
    return fit(seed / seed.sum(), [((0,), w / w.sum()), ((1,), shares)]) * float(w.sum())
