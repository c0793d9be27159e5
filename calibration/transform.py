"""Coordinates that are standard normal a priori, and the numbers that they stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from simcore.distributions import Distribution, Lognormal, Normal
from simcore.network import Array

NEAR = 1e-4
"""Half the step of the derivative of a quantile function, in standard normal units."""


@dataclass(frozen=True)
class Coordinate:
    """A number with a prior, on the scale on which it moves, by a coordinate that is standard normal.

    >>> from simcore.distributions import Uniform
    >>> place = Coordinate("place", Uniform(distribution="uniform", low=0, high=1), "plain")
    >>> value, slope = place.moved(np.array([0.0]))
    >>> value.round(6).tolist(), slope.round(4).tolist()
    ([0.5], [0.3989])
    """

    name: str
    prior: Distribution
    scale: Literal["log", "plain"]

    def moved(self, z: Array) -> tuple[Array, Array]:
        """The number on its scale, and its derivative by ``z``: ``float64[*z]`` each."""
        if self.line is not None:
            centre, slope = self.line
            return centre + slope * z, np.full(np.shape(z), slope)
        return self._at(z), (self._at(z + NEAR) - self._at(z - NEAR)) / (2 * NEAR)

    @cached_property
    def line(self) -> tuple[float, float] | None:
        """Where it is at nothing and how fast it moves, if it is a straight line in ``z``."""
        if isinstance(self.prior, Lognormal) and self.scale == "log":
            return math.log(self.prior.median), self.prior.sigma
        if isinstance(self.prior, Normal) and self.scale == "plain":
            return self.prior.mean, self.prior.sigma
        return None

    def _at(self, z: Array) -> Array:
        from scipy.special import ndtr

        value = self.prior.quantile(ndtr(z))
        return np.log(value) if self.scale == "log" else value


@dataclass(frozen=True)
class Coordinates:
    """Several of them at once: those whose number is a straight line in ``z`` without a loop."""

    each: tuple[Coordinate, ...]

    def moved(self, z: Array) -> tuple[Array, Array]:
        """The numbers on their scales, and their derivatives by ``z``: ``float64[..., coordinates]`` each."""
        centre, slope, bent = self._lines
        value, slopes = centre + slope * z, np.broadcast_to(slope, z.shape).copy()
        for i in bent:
            value[..., i], slopes[..., i] = self.each[i].moved(z[..., i])
        return value, slopes

    @cached_property
    def _lines(self) -> tuple[Array, Array, list[int]]:
        lines = [coordinate.line for coordinate in self.each]
        bent = [i for i, line in enumerate(lines) if line is None]
        return (
            np.array([0.0 if line is None else line[0] for line in lines]),
            np.array([0.0 if line is None else line[1] for line in lines]),
            bent,
        )


@lru_cache
def contrasts_of(levels: int) -> Array:
    """``float64[levels, levels - 1]``: columns of length one at right angles, each adding up to nothing.

    Standard normal numbers through it are alike at every level, with the mean taken out.

    >>> bool(np.allclose(contrasts_of(4).T @ contrasts_of(4), np.eye(3)))
    True
    """
    columns = np.zeros((levels, levels - 1))
    for k in range(1, levels):
        columns[:k, k - 1], columns[k, k - 1] = 1.0, -k
        columns[:, k - 1] /= np.sqrt(k * (k + 1))
    return columns
