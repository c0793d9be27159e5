"""Shares of births at some levels of an exposure, and who moves when they become others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simcore.network import Array


@dataclass(frozen=True)
class Found:
    """Births aimed at, as what acted before left them, between levels that change and those they trade with.

    ``births`` is ``float64[draws or 1, *strata, levels]``; what is made of it is ``float64[draws or 1, *strata]``.
    """

    births: Array
    moved: Sequence[int]
    others: Sequence[int]

    @cached_property
    def total(self) -> Array:
        """All births aimed at."""
        return np.asarray(self.births.sum(axis=-1))

    @cached_property
    def at(self) -> Array:
        """Births at the levels that change."""
        return np.asarray(self.births[..., list(self.moved)].sum(axis=-1))

    @cached_property
    def share(self) -> Array:
        """Share of births at the levels that change."""
        return ratio_of(self.at, self.total)

    @cached_property
    def source(self) -> Array:
        """Share of births at the levels that those who enter come from."""
        if len(self.moved) + len(self.others) == self.births.shape[-1]:
            return 1.0 - self.share
        return ratio_of(self.births[..., list(self.others)].sum(axis=-1), self.total)

    def among(self, levels: Sequence[int]) -> Array:
        """How births at some levels spread over these, ``float64[draws or 1, *strata, levels]``: 0 where nobody is."""
        if len(levels) == 1:
            return np.broadcast_to(np.eye(self.births.shape[-1])[levels[0]], self.births.shape)
        inside = np.zeros_like(self.births)
        inside[..., list(levels)] = self.births[..., list(levels)]
        return ratio_of(inside, inside.sum(axis=-1, keepdims=True))


def ratio_of(part: Array, whole: Array) -> Array:
    """A part of a whole, 0 of nothing.

    >>> ratio_of(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def odds_times(share: Array, ratio: Array) -> Array:
    """The share whose odds are so many times those of another: of none nobody, of all everybody.

    >>> odds_times(np.array([0.0, 0.2, 1.0]), np.array([2.0])).round(4)
    array([0.    , 0.3333, 1.    ])
    """
    rest = np.where(share < 1.0, 1.0 - share + share * ratio, 1.0)
    return np.where(share < 1.0, share * ratio / rest, 1.0)


def towards(share: Array, gone: Array, value: Array) -> Array:
    """The share when so much of the way to a value is gone.

    >>> towards(np.array([0.2]), np.array([0.5]), np.array([0.1])).round(4)
    array([0.15])
    """
    return np.where(gone == 1.0, value, share + gone * (value - share))


def moving(stay: Array, enter: Array, found: Found) -> Array:
    """The chance of each new level given the old one: ``float64[draws or 1, levels, *strata, levels]``.

    Parameters
    ----------
    stay : float64[draws or 1, *strata]
        Chance that a birth at the levels that change stays there; leavers spread as those at the other levels do.
    enter : float64[draws or 1, *strata]
        Chance that a birth at the others comes; who comes spreads as those who are there do.

    Examples
    --------
    A quarter leaves the last of three levels; two thirds of the others are at the first:

    >>> found = Found(np.array([[60.0, 30.0, 10.0]]), [2], [0, 1])
    >>> moving(np.array([0.75]), np.array([0.0]), found)[0].round(4)
    array([[1.    , 0.    , 0.    ],
           [0.    , 1.    , 0.    ],
           [0.1667, 0.0833, 0.75  ]])
    """
    stay, enter = np.broadcast_arrays(stay, enter)
    leave = (1.0 - stay)[..., None] * found.among(found.others)
    come = enter[..., None] * found.among(found.moved)
    levels = leave.shape[-1]
    rows = []
    for level in range(levels):
        row = np.zeros_like(leave)
        row[..., level] = 1.0
        if level in found.moved:
            row = leave.copy()
            row[..., level] = stay
        elif level in found.others:
            row = come.copy()
            row[..., level] = 1.0 - enter
        rows.append(row)
    return np.stack(rows, axis=1)
