"""Years of life that are yet to come, at an age: from the probabilities of dying of a period life table.

A period table says how long people would live on were the death rates of its years those of their whole lives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAYS = 365.0
"""Days of a year of age."""


@dataclass(frozen=True)
class LifeTable:
    """Probabilities of dying by sex, and how many are born of each.

    Attributes
    ----------
    dying
        For each sex ``float64[ages]``: of those who reach an exact age, the share that dies within a year. The last
        age stands for all that come after.
    births
        Share of births of each sex.

    Examples
    --------
    A tenth dies in the first year, and half of those who are left in each year after it:

    >>> table = LifeTable({"all": np.array([0.1, 0.5])}, {"all": 1.0})
    >>> table.in_first_year([0, 365], [1.0]).round(3)
    array([1.908])
    """

    dying: Mapping[str, Array]
    births: Mapping[str, float]

    @cached_property
    def of_deaths(self) -> dict[str, float]:
        """Share of infant deaths of each sex, as the table has them: boys die more often than girls."""
        died = {sex: self.births[sex] * float(dying[0]) for sex, dying in self.dying.items()}
        return {sex: each / sum(died.values()) for sex, each in died.items()}

    def in_first_year(
        self, edges: Sequence[int], died: Sequence[float] | Array, discount: float = 0.0
    ) -> Array:
        """Years that a death averted in each band of the first year gains: ``float64[bands]``.

        Parameters
        ----------
        edges
            Days at which bands begin, and the last one ends: ``[0, 28, 365]``.
        died : float[bands]
            How the deaths of the first year are spread over the bands, in any unit.
        discount
            A year, from the day of the death averted on.

        Notes
        -----
        Whose death is averted is taken to live on as everybody of that sex and age does. Sexes are weighted as their
        infant deaths are. A death is in the middle of its band.
        """
        years = sum(
            share * in_first_year(self.dying[sex], edges, died, discount)
            for sex, share in self.of_deaths.items()
        )
        return np.asarray(years, np.float64)


def expectation(dying: Array, discount: float = 0.0) -> Array:
    """Years yet to be lived at each exact age, later ones discounted: ``float64[ages]``.

    Deaths of a year are in its middle, and so are the years lived in it. After the last age the risk of death stays
    what it is there, as is usual for an open age.

    >>> expectation(np.array([0.1, 1.0])).tolist()
    [1.4, 0.5]
    """
    keeps = 1.0 / (1.0 + discount)
    last = dying[-1] / (1.0 - dying[-1] / 2)
    years = np.empty(dying.size)
    # a constant risk of death, and a constant rate beside it
    years[-1] = 1.0 / (last - np.log(keeps))
    for age in range(dying.size - 2, -1, -1):
        lived = (1.0 - dying[age] / 2) * keeps**0.5
        years[age] = lived + (1.0 - dying[age]) * keeps * years[age + 1]
    return years


def in_first_year(
    dying: Array, edges: Sequence[int], died: Sequence[float] | Array, discount: float = 0.0
) -> Array:
    """Years yet to be lived in the middle of each band of the first year: ``float64[bands]``; see :class:`LifeTable`.

    The deaths of the first year are spread evenly within each band. Had they been spread over the whole year, those
    who survive the first week would be told that most of its risk is still to come.
    """
    at = np.asarray(edges, np.float64) / DAYS
    weights = np.asarray(died, np.float64)
    # of no deaths at all none is early or late
    weights = weights if weights.sum() > 0 else np.diff(at)
    share = weights / weights.sum()
    alive = 1.0 - dying[0] * np.concatenate([[0.0], np.cumsum(share)])
    middle, alive_there = (at[1:] + at[:-1]) / 2, (alive[1:] + alive[:-1]) / 2
    keeps = 1.0 / (1.0 + discount)
    birthday = expectation(dying, discount)[1]
    years = np.empty(share.size)
    for band, (age, reach) in enumerate(zip(middle, alive_there, strict=True)):
        # the rest of this band, then every later one, each lived by those alive in the middle of it
        begin = np.concatenate([[age], at[band + 1 : -1]])
        end, there = (
            at[band + 1 :],
            np.concatenate([[(reach + alive[band + 1]) / 2], alive_there[band + 1 :]]),
        )
        lived = (there * (end - begin) * keeps ** ((begin + end) / 2 - age)).sum()
        years[band] = (lived + alive[-1] * keeps ** (1.0 - age) * birthday) / reach
    return years
