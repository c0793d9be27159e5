"""Births and deaths under each scenario, over years and deprivation: what rates and inequalities are made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.figures import Array
from scenarios.margins import IMD
from scenarios.ran import Ran
from scenarios.uncertainty import ROUNDING
from simcore.dims import YEAR


def births_under(ran: Ran, arm: int) -> Array:
    """Births that happen under a scenario: ``float64[draws or 1, *strata]``."""
    prevented = ran.margins.prevented.get(ran.margins.arms[arm])
    return ran.births[None] if prevented is None else ran.births - prevented


def deaths_under(ran: Ran, arm: int) -> Array:
    """Deaths among the births that happen: ``float64[draws, *strata]``."""
    fewer = ran.margins.by_fewer.get(ran.margins.arms[arm])
    return ran.margins.strata[arm] if fewer is None else np.asarray(ran.margins.strata[arm] - fewer)


def over(ran: Ran, values: Array, *dims: str) -> Array:
    """Sums over all strata but some, in the order given: ``float64[draws, *strata]`` to ``float64[draws, *dims]``."""
    strata = list(ran.question.model.strata)
    kept = [dim for dim in dims if dim in strata]
    others = tuple(axis for axis, dim in enumerate(strata, start=1) if dim not in kept)
    summed = values.sum(axis=others)
    left = [dim for dim in strata if dim in kept]
    return np.asarray(summed.transpose(0, *(1 + left.index(dim) for dim in kept)))


def difference(now: Array, before: Array) -> Array:
    """Draw by draw; what is less than rounding of what it is a difference of is none.

    >>> difference(np.array([0.3]), np.array([0.1 + 0.2])).tolist()
    [0.0]
    """
    apart = now - before
    return np.asarray(np.where(np.abs(apart) <= ROUNDING * np.abs(before), 0.0, apart))


def has_years(ran: Ran) -> bool:
    """Whether the model tells years apart."""
    return YEAR in ran.question.model.strata


def has_tenths(ran: Ran) -> bool:
    """Whether births are known by ten equal parts of deprivation, so that two make a fifth."""
    return len(ran.question.model.strata.get(IMD, ())) == 10


def scenarios_of(ran: Ran) -> Iterator[tuple[int, str]]:
    """Every scenario but the comparator: its arm, and its name."""
    yield from list(enumerate(ran.margins.arms))[1:]
