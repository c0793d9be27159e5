"""How death rates changed from year to year, 2010 to 2020: a straight line on the log scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..evidence import Table, count, read
from ..numbers import Array

PLACES = 5
NORMAL_95 = 1.959964
ROUNDS = 50
DEATHS = {"T1": "infant", "T2": "neonatal", "T3": "postneonatal"}


@dataclass(frozen=True)
class Slope:
    """Ratio of the rate from one year to the next, its 95% interval, and the variance about the line.

    ``dispersion`` is the variance over that of counts alone; the interval is widened by it.
    """

    ratio: float
    low: float
    high: float
    dispersion: float


def log_linear(years: Array, births: Array, deaths: Array) -> Slope:
    """Quasi-Poisson regression of deaths on the year, births given.

    Examples
    --------
    >>> import numpy as np
    >>> births = np.full(4, 1000.0)
    >>> round(log_linear(np.arange(4.0), births, births * 0.1 * 0.9 ** np.arange(4)).ratio, 6)
    0.9
    """
    design = np.column_stack([np.ones(years.size), years - years.mean()])
    slope = np.array([np.log(deaths.sum() / births.sum()), 0.0])
    for _ in range(ROUNDS):
        expected = births * np.exp(design @ slope)
        information = design.T @ (expected[:, None] * design)
        slope = slope + np.linalg.solve(information, design.T @ (deaths - expected))
    expected = births * np.exp(design @ slope)
    dispersion = float(((deaths - expected) ** 2 / expected).sum() / (years.size - 2))
    information = design.T @ (expected[:, None] * design)
    error = float(np.sqrt(dispersion * np.linalg.inv(information)[1, 1]))
    ratio, low, high = (float(np.exp(slope[1] + z * error)) for z in (0.0, -NORMAL_95, NORMAL_95))
    return Slope(ratio, low, high, dispersion)


def hazard_trend() -> Table:
    """The slope of infant deaths of England, which the model takes, and of its two parts."""
    rows = [r for r in read("ons_imd_decile_england_2010_2020") if r["imd_decile"] == "Total"]
    years, births, infant, neonatal = (
        np.array([count(r[c]) for r in rows], np.float64)
        for c in ("year", "live_births", "infant_deaths", "neonatal_deaths")
    )
    table: Table = []
    for (row_id, name), deaths in zip(DEATHS.items(), (infant, neonatal, infant - neonatal), strict=True):
        found = log_linear(years, births, deaths)
        table.append(
            {
                "id": row_id,
                "deaths": name,
                "ratio_per_year": round(found.ratio, PLACES),
                "low": round(found.low, PLACES),
                "high": round(found.high, PLACES),
                "dispersion": round(found.dispersion, 2),
                "source_key": "ons_cim2022",
                "rule": "derived:hazard_trend",
            }
        )
    return table
