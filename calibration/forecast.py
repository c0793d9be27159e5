"""Deaths by year and stratum as a fit predicts them, in years that were counted and in years that were not.

Rates of the years fitted follow the path that was fitted; after the last of them the random walk goes on, flat in the
middle, by the steps that each draw has, and so does the gradient by stratum by the steps that its drift has a priori.
Chance is Poisson, or as overdispersed as the counts were taken to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from calibration.density import Posterior
from simcore.draws import uniforms
from simcore.network import Array

Normals = Callable[[str], Array]
"""Standard normal numbers by name, one for each draw."""


@dataclass(frozen=True)
class Forecast:
    """Of every draw, what deaths by year and stratum are told from.

    Attributes
    ----------
    periods, strata
        Labels of age periods and strata.
    years
        Those fitted.
    centre
        Years on which the path is centred.
    outside : float64[periods, strata]
        Deaths a birth where no ratio acts.
    log_rate : float64[draws, periods, strata]
        Logarithm of deaths a birth where ratios act, in the centre.
    path : float64[draws, periods, years]
        Logarithm of what hazards were multiplied by in a year, nothing on average over the centre.
    slope : float64[draws, periods, years]
        Logarithm of the ratio of the first stratum to the last, over that of the centre.
    step, drift_sd : float64[draws, periods], float
        Length of a step of the walk; of the gradient.
    held_at : "reference" or "last"
        Where the flat path starts: in the centre, or in the last year.
    dispersion : float
    """

    periods: tuple[str, ...]
    strata: tuple[str, ...]
    years: tuple[int, ...]
    centre: tuple[int, ...]
    outside: Array
    log_rate: Array
    path: Array
    slope: Array
    step: Array
    drift_sd: float
    held_at: str
    dispersion: float
    chains: int

    @classmethod
    def of(cls, posterior: Posterior, z: Array, chains: int) -> Forecast:
        """From draws ``float64[draws, coordinates]``, numbered across chains."""
        layout, deaths = posterior.layout, posterior.deaths
        along, paths = layout.parts(z)[2], layout.paths
        parts = paths.parts(along)
        level = np.stack([part.level for part in parts], axis=-1)
        whole = paths.at(along)
        middle = whole.mean(axis=-1)
        rate = np.log(deaths.observed / deaths.births) + layout.gradient(z) - posterior.origin_gradient
        residual = posterior.engine.model.spec.deaths.residual
        assert residual is not None
        return cls(
            paths.periods,
            posterior.engine.model.levels(residual.by),
            paths.years,
            paths.centre,
            deaths.outside / deaths.births,
            rate + level[..., None],
            (middle - level[..., None, :]).swapaxes(-1, -2),
            (whole[..., 0] - whole[..., -1]).swapaxes(-1, -2),
            np.stack([part.step for part in parts], axis=-1),
            paths.drift,
            posterior.held_at,
            max((count.target.dispersion for count in posterior.counts), default=0.0),
            chains,
        )

    @property
    def rank(self) -> Array:
        """``float64[strata]``: from a half for the first to minus a half for the last."""
        return np.linspace(0.5, -0.5, len(self.strata))

    def later(self, period: str, years: Sequence[int], normal: Normals) -> Mapping[int, Array]:
        """The path in years after the last one fitted, float64[draws] each."""
        p = self.periods.index(period)
        start = self.path[:, p, -1] if self.held_at == "last" else np.zeros(self.path.shape[0])
        return self._walked(start, self.step[:, p], f"{period}/path", years, normal)

    def steeper(self, period: str, years: Sequence[int], normal: Normals) -> Mapping[int, Array]:
        """The same of the gradient."""
        p = self.periods.index(period)
        start = self.slope[:, p, -1] if self.held_at == "last" else np.zeros(self.path.shape[0])
        return self._walked(start, self.drift_sd, f"{period}/gradient", years, normal)

    def expected(self, years: Sequence[int], births: Array, normal: Normals) -> Array:
        """Deaths to be expected in each draw: ``float64[draws, years, periods, strata]``.

        ``births`` is ``float64[years, strata]``.
        """
        ahead = range(self.years[-1] + 1, max(years) + 1)
        out = np.empty((self.path.shape[0], len(years), len(self.periods), len(self.strata)))
        for p, period in enumerate(self.periods):
            paths, slopes = self.later(period, ahead, normal), self.steeper(period, ahead, normal)
            for y, year in enumerate(years):
                if year > self.years[-1]:
                    path, slope = paths[year], slopes[year]
                else:
                    at = self.years.index(year)
                    path, slope = self.path[:, p, at], self.slope[:, p, at]
                within = np.exp(self.log_rate[:, p] + path[:, None] + slope[:, None] * self.rank)
                out[:, y, p] = births[y] * (self.outside[p] + within)
        return out

    def counted(self, expected: Array, seed: int) -> Array:
        """What might be counted where so much is expected: chance drawn, of the shape of ``expected``."""
        numbers = np.random.Generator(np.random.Philox(key=seed))
        if self.dispersion:
            expected = expected * numbers.gamma(1 / self.dispersion, self.dispersion, expected.shape)
        return numbers.poisson(expected).astype(np.float64)

    def _walked(
        self, start: Array, step: Array | float, name: str, years: Sequence[int], normal: Normals
    ) -> Mapping[int, Array]:
        found, at = {}, start
        for i, year in enumerate(years):
            # from the centre, whose years lie one step behind the last on average: 5/9 of a variance for three years
            n = len(self.centre)
            behind = (n - 1) * (2 * n - 1) / (6 * n) if i == 0 and self.held_at == "reference" else 0.0
            at = at + step * np.sqrt(1.0 + behind) * normal(f"{name}/{year}")
            found[year] = at
        return found


def named_normals(model: str, draws: int) -> Normals:
    """Standard normal numbers that hang on a name alone: more draws or other years move none."""

    def numbers(name: str) -> Array:
        return np.asarray(ndtri(uniforms(f"{model}/later/{name}", draws)))

    return numbers
