"""Forecasts that tests make up: three areas, two age periods, fitted to six years."""

from __future__ import annotations

import numpy as np

from calibration.forecast import Forecast

YEARS = (2010, 2011)
AREAS = ("hill", "dale", "town")


def forecast(
    draws: int = 2000,
    *,
    seed: int = 1,
    step: float = 0.05,
    held_at: str = "last",
    drift: float = 0.0,
    dispersion: float = 0.0,
    years: tuple[int, ...] = YEARS,
    strata: tuple[str, ...] = AREAS,
    rate: float = 0.003,
) -> Forecast:
    """Rates known to 3%, and a path known to 2% in the years fitted."""
    random = np.random.default_rng(seed)
    shape = (draws, 2, len(years))
    path = 0.02 * random.standard_normal(shape)
    return Forecast(
        ("neonatal", "postneonatal"),
        strata,
        years,
        years,
        np.full((2, len(strata)), 0.0005),
        np.log(rate) + 0.03 * random.standard_normal((draws, 2, len(strata))),
        path - path.mean(axis=-1, keepdims=True),
        np.zeros(shape),
        np.full((draws, 2), step),
        drift,
        held_at,
        dispersion,
        1,
    )
