"""Do two fits of one density say the same? Means and spreads, in standard errors of the sampling itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from calibration.diagnostics import standard_errors
from simcore.network import Array

FALSE_ALARM = 0.01
"""Chance that two sound fits are told apart, over all parameters together."""


@dataclass(frozen=True)
class Compared:
    """One parameter in two fits; ``apart`` in standard errors of the difference."""

    name: str
    means: tuple[float, float]
    mean_apart: float
    sds: tuple[float, float]
    sd_apart: float

    @property
    def apart(self) -> float:
        """The larger of the two distances."""
        return max(abs(self.mean_apart), abs(self.sd_apart))


@dataclass(frozen=True)
class Agreement:
    """Two fits side by side.

    Attributes
    ----------
    parameters
        Every parameter.
    limit : float
        The distance, in standard errors, that none of the means and spreads passes when both fits are sound, but
        for one pair of fits in a hundred: normal errors, shared out over the comparisons.
    least : float
        The shift of a mean, in posterior standard deviations, that is found half of the time in the parameter
        known worst. What is smaller than this may have been missed.
    """

    parameters: tuple[Compared, ...]
    limit: float
    least: float

    @property
    def worst(self) -> Compared:
        """The parameter in which they differ most."""
        return max(self.parameters, key=lambda p: p.apart)

    @property
    def agree(self) -> bool:
        """Whether nothing is further apart than chance explains."""
        return self.worst.apart <= self.limit


def agreement(names: tuple[str, ...], first: Array, second: Array) -> Agreement:
    """Compare two sets of draws of the same parameters, ``float64[chains, draws, K]`` each.

    >>> draws = np.random.default_rng(1).standard_normal((3, 4, 500, 2))
    >>> agreement(("a", "b"), draws[0], draws[1]).agree, agreement(("a", "b"), draws[0], draws[2] + 0.3).agree
    (True, False)
    """
    from scipy.stats import norm

    means, mean_errors = zip(*(_with_errors(draws, "mean") for draws in (first, second)), strict=True)
    sds, sd_errors = zip(*(_with_errors(draws, "sd") for draws in (first, second)), strict=True)
    mean_error, sd_error = np.hypot(*mean_errors), np.hypot(*sd_errors)
    mean_apart, sd_apart = (means[1] - means[0]) / mean_error, (sds[1] - sds[0]) / sd_error
    limit = float(norm.isf(FALSE_ALARM / (4 * len(names))))
    compared = tuple(
        Compared(
            name, (float(means[0][k]), float(means[1][k])), float(mean_apart[k]),
            (float(sds[0][k]), float(sds[1][k])), float(sd_apart[k]),
        )
        for k, name in enumerate(names)
    )  # fmt: skip
    return Agreement(compared, limit, float((limit * mean_error / np.hypot(*sds) * np.sqrt(2)).max()))


def _with_errors(draws: Array, of: Literal["mean", "sd"]) -> tuple[Array, Array]:
    """Means or spreads of each parameter, and their standard errors: ``float64[K]`` each."""
    flat = draws.reshape(-1, draws.shape[-1])
    return flat.mean(axis=0) if of == "mean" else flat.std(axis=0, ddof=1), standard_errors(draws, of)
