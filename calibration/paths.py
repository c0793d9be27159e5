"""How hazards move over the years for reasons outside the model: by year, and along the gradient by stratum.

The logarithm of what hazards of one age period are multiplied by in a year and a stratum is

    level + random walk by year  +  rank of the stratum x (drift x years gone by + shift of the index in use)

The walk and the drift are centred on the model's reference years, or on the last years fitted where it has none
among them; there the residual by stratum is the whole gradient. An index of deprivation that sorts areas anew moves
births between deciles, and has a shift of its own, or it would read as drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.schema import Parameters
from calibration.transform import Coordinate
from simcore.model import Model
from simcore.network import Array

CENTRED_ON = 3
"""Last years fitted on which paths are centred, where the reference years are not among them."""


@dataclass(frozen=True)
class Paths:
    """Paths of some age periods over the years fitted, as numbers between which nothing else stands.

    Coordinates of one period after the other: level, length of a step, steps in such lengths, drift, shifts.
    """

    periods: tuple[str, ...]
    years: tuple[int, ...]
    centre: tuple[int, ...]
    rank: Array
    """``float64[strata]``: from a half for the first to minus a half for the last."""
    level: float
    step: Coordinate | None
    drift: float
    shift: float
    breaks: tuple[int, ...]

    @classmethod
    def of(cls, model: Model, parameters: Parameters, years: Sequence[int], strata: int) -> Paths:
        """The paths that a config asks for."""
        own = parameters.year_effects
        centre = tuple(year for year in model.spec.reference_years if year in years)
        breaks = parameters.breaks
        return cls(
            tuple(model.spec.deaths.age_periods),
            tuple(years),
            centre if len(centre) == len(model.spec.reference_years) else tuple(years[-CENTRED_ON:]),
            np.linspace(0.5, -0.5, strata),
            0.0 if own is None else own.level.sd,
            None if own is None else Coordinate("step", own.step, "log"),
            0.0 if parameters.drift is None else parameters.drift.sd,
            0.0 if breaks is None else breaks.sd,
            () if breaks is None else tuple(year for year in breaks.at if years[0] < year <= years[-1]),
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One for each coordinate."""
        names = []
        for period in self.periods:
            if self.step is not None:
                names += [f"level/{period}", f"step/{period}"]
                names += [f"walk/{period}/{year}" for year in self.years[1:]]
            if self.drift:
                names.append(f"drift/{period}")
            names += [f"shift/{period}/before_{year}" for year in self.breaks]
        return tuple(names)

    @property
    def size(self) -> int:
        """Coordinates of all periods."""
        return len(self.names)

    def parts(self, z: Array) -> list[Part]:
        """What the coordinates of each period stand for; ``z`` is ``float64[..., size]``."""
        each = self.size // len(self.periods)
        return [self._part(z[..., p * each : (p + 1) * each]) for p in range(len(self.periods))]

    def at(self, z: Array) -> Array:
        """``float64[..., years, periods, strata]``: the logarithm of what hazards are multiplied by."""
        parts = self.parts(z)
        path = np.stack(
            [p.level[..., None] + p.step[..., None] * (p.walk @ self._walked.T) for p in parts], axis=-1
        )
        slope = np.stack(
            [p.drift[..., None] * self._gone_by + p.shifts @ self._versions.T for p in parts], axis=-1
        )
        return np.asarray(path[..., None] + slope[..., None] * self.rank)

    def pulled(self, z: Array, adjoint: Array) -> Array:
        """Gradient by the coordinates; ``adjoint`` is by what :meth:`at` returns."""
        by_path, by_slope = adjoint.sum(axis=2), adjoint @ self.rank
        gradient: list[Array] = []
        for p, part in enumerate(self.parts(z)):
            if self.step is not None:
                moved = self._walked.T @ by_path[:, p]
                gradient.append(np.array([self.level * by_path[:, p].sum()]))
                gradient.append(np.array([part.step_slope * (part.walk @ moved)]))
                gradient.append(part.step * moved)
            if self.drift:
                gradient.append(np.array([self.drift * (self._gone_by @ by_slope[:, p])]))
            gradient.append(self.shift * (self._versions.T @ by_slope[:, p]))
        return np.concatenate(gradient)

    @property
    def scales(self) -> tuple[str, ...]:
        """Coordinates that set how widely others vary."""
        return () if self.step is None else tuple(f"step/{period}" for period in self.periods)

    @cached_property
    def _walked(self) -> Array:
        """``float64[years, steps]``: adds the walk up, nothing on average over the centre."""
        n = len(self.years)
        added = np.tril(np.ones((n, n)), -1)[:, : n - 1]
        return np.asarray(added - added[[self.years.index(y) for y in self.centre]].mean(axis=0))

    @cached_property
    def _gone_by(self) -> Array:
        return np.array(self.years, dtype=np.float64) - float(np.mean(self.centre))

    @cached_property
    def _versions(self) -> Array:
        """``float64[years, shifts]``: the index in use before each break, none after the last."""
        starts = (-np.inf, *self.breaks)
        years = np.array(self.years)
        columns = [(years >= a) & (years < b) for a, b in zip(starts, self.breaks, strict=False)]
        return np.array(columns, dtype=np.float64).reshape(len(columns), years.size).T

    def _part(self, z: Array) -> Part:
        at, nothing = 0, np.zeros(z.shape[:-1])
        level, step, slope, walk = nothing, nothing, nothing, np.zeros((*z.shape[:-1], len(self.years) - 1))
        if self.step is not None:
            at = 1 + len(self.years)
            logs, slopes = self.step.moved(z[..., 1])
            level, step, walk = self.level * z[..., 0], np.exp(logs), z[..., 2:at]
            slope = step * slopes
        drift = nothing
        if self.drift:
            drift = self.drift * z[..., at]
            at += 1
        return Part(level, step, slope, walk, drift, self.shift * z[..., at:])


@dataclass(frozen=True)
class Part:
    """Of one age period: ``float64[...]`` each, the walk and shifts with an axis more."""

    level: Array
    step: Array
    step_slope: Array
    """Derivative of the step by its coordinate."""
    walk: Array
    """In steps, one for each year after the first."""
    drift: Array
    shifts: Array
