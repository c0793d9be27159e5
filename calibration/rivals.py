"""Plain predictions of counts, which a model has to be better than to be worth its trouble.

The last value carried forward: the rate of the last year fitted, for every year to come. Alone, it takes that rate
for the truth; ``last_value_with_error`` knows that it was a count itself. A Poisson regression of each age period on
stratum (a level each) and year (a straight line on the log scale); ``quasi_poisson_regression`` widens it by how much
more than by chance the counts fitted vary, if they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from calibration.scores import Predicted
from calibration.targets import CountTarget
from simcore.network import Array

PRIOR_DEATHS = 0.5
"""What a rate is thought to rest on before anyone is counted (Jeffreys): where nobody died, a rate is not nothing."""

MISSING = "the regression needs statsmodels: install it with `pip install 'simcore[rivals]'`"


def last_value(seen: CountTarget, births: Array, draws: int, seed: int) -> Predicted:
    """Poisson about the last year's rate times births, ``float64[years, strata]``."""
    rate = np.maximum(seen.deaths[-1], PRIOR_DEATHS) / seen.births[-1]
    expected = np.broadcast_to(rate * births[:, None, :], (draws, births.shape[0], *rate.shape))
    return _with_chance(np.asarray(expected), np.random.default_rng(seed))


def last_value_with_error(seen: CountTarget, births: Array, draws: int, seed: int) -> Predicted:
    """The same, the rate itself uncertain by the deaths that it was counted from: gamma, then Poisson."""
    random = np.random.default_rng(seed)
    shape = seen.deaths[-1] + PRIOR_DEATHS
    rate = random.gamma(shape, 1.0, (draws, *shape.shape)) / seen.births[-1]
    return _with_chance(rate[:, None] * births[:, None, :], random)


def poisson_regression(
    seen: CountTarget, births: Array, years: Sequence[int], draws: int, seed: int, *, quasi: bool = False
) -> Predicted:
    """Poisson regression on stratum and year; coefficients normal about their estimate, then Poisson.

    With ``quasi`` the variance of coefficients and of counts is as many times wider as Pearson's chi-squared is more
    than its degrees of freedom, and chance is gamma-Poisson.

    Raises
    ------
    ImportError
        When statsmodels is not installed.
    """
    if not can_regress():
        raise ImportError(MISSING)
    api = import_module("statsmodels.api")
    random = np.random.default_rng(seed)
    strata = len(seen.levels)
    middle = float(np.mean(seen.years))
    design = _design(seen.years, strata, middle)
    later = _design(years, strata, middle)
    expected = np.empty((draws, len(years), len(seen.periods), strata))
    for p in range(len(seen.periods)):
        found = api.GLM(
            seen.deaths[:, p].ravel(),
            design,
            family=api.families.Poisson(),
            offset=np.log(seen.births).ravel(),
        ).fit()
        wide = max(1.0, float(found.pearson_chi2 / found.df_resid)) if quasi else 1.0
        # the covariance at a scale of one
        normal = random.multivariate_normal(np.zeros(design.shape[1]), found.cov_params(), draws)
        moved = (np.asarray(found.params) + np.sqrt(wide) * normal) @ later.T
        mean = np.exp(moved).reshape(draws, len(years), strata) * births
        if wide > 1.0:
            mean = random.gamma(mean / (wide - 1.0), wide - 1.0)
        expected[:, :, p] = np.maximum(mean, np.finfo(np.float64).tiny)
    return _with_chance(expected, random)


def rivals_of(
    seen: CountTarget, births: Array, years: Sequence[int], draws: int, seed: int
) -> dict[str, Predicted]:
    """Every rival's prediction, by name; regressions only where their library is installed."""
    found = {
        "last_value": last_value(seen, births, draws, seed),
        "last_value_with_error": last_value_with_error(seen, births, draws, seed),
    }
    if can_regress():
        found["poisson_regression"] = poisson_regression(seen, births, years, draws, seed)
        found["quasi_poisson_regression"] = poisson_regression(seen, births, years, draws, seed, quasi=True)
    return found


def can_regress() -> bool:
    """Whether statsmodels is installed."""
    return find_spec("statsmodels") is not None


def _design(years: Sequence[int], strata: int, middle: float) -> Array:
    """``float64[years x strata, strata + 1]``: a level for each stratum, and the year."""
    level = np.tile(np.eye(strata), (len(years), 1))
    return np.column_stack([level, np.repeat(np.array(years, dtype=np.float64) - middle, strata)])


def _with_chance(expected: Array, random: np.random.Generator) -> Predicted:
    return Predicted(expected, random.poisson(expected).astype(np.float64))
