"""Published deaths as arrays: each function is one table, read and grouped, nothing scaled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..births.counts import REFERENCE_YEARS
from ..births.gestation import BANDS
from ..evidence import DECILES, Row, count, read
from ..numbers import Array
from .grouping import AGE_COLUMNS, CAUSE_OF, CAUSES

YEARS = tuple(map(str, REFERENCE_YEARS))
# the nearest gestation band to each birthweight band, for the seed only
WEIGHT_OF = {
    "<1000": ("under_22", "22_23", "24_27"),
    "1000-1499": ("28_31",),
    "1500-1999": ("32_36",),
    "2000-2499": ("32_36",),
    "2500-2999": ("37_plus",),
    "3000-3499": ("37_plus",),
    "3500-3999": ("37_plus",),
    "4000 and over": ("37_plus",),
}


def decile_deaths() -> Array:
    """float64[deciles, 2]: neonatal and post-neonatal deaths of England, 2018 to 2020."""
    out = np.zeros((10, 2))
    for row in read("ons_imd_decile_england_2010_2020"):
        if row["year"] in YEARS and row["imd_decile"] in DECILES:
            d = DECILES.index(row["imd_decile"])
            neonatal = count(row["neonatal_deaths"])
            out[d] += neonatal, count(row["infant_deaths"]) - neonatal
    return out


def age_counts() -> Array:
    """float64[age bands]: deaths of England and Wales, 2018 to 2020."""
    rows = read("ons_infant_deaths_by_age_ew_2018_2020")
    return np.array([sum(count(row[column]) for row in rows) for column in AGE_COLUMNS.values()], np.float64)


def cause_by_period() -> Array:
    """float64[causes, 3]: early, late and post-neonatal deaths of England and Wales, 2020."""
    out = np.zeros((len(CAUSES), 3))
    for row, c in by_cause("ons_cause_birthweight_ew_2020"):
        if row["birthweight_g"] == "All":
            early, neonatal = count(row["early_neonatal_deaths"]), count(row["neonatal_deaths"])
            out[c] += early, neonatal - early, count(row["postneonatal_deaths"])
    return out


def cause_by_gestation_seed() -> Array:
    """float64[causes, 2, bands]: neonatal and post-neonatal deaths by birthweight, as if by gestation."""
    # half a death, so that a zero by chance is not a rule
    out = np.full((len(CAUSES), 2, len(BANDS)), 0.5)
    for row, c in by_cause("ons_cause_birthweight_ew_2020"):
        for band in WEIGHT_OF.get(row["birthweight_g"], ()):
            out[c, 0, BANDS.index(band)] += count(row["neonatal_deaths"])
            out[c, 1, BANDS.index(band)] += count(row["postneonatal_deaths"])
    return out


def cause_totals() -> Array:
    """float64[causes]: infant deaths of England and Wales, 2018 to 2020."""
    out = np.zeros(len(CAUSES))
    for row, c in by_cause("ons_cause_ew_2018_2020"):
        out[c] += count(row["infant_deaths"])
    return out


def cause_24_weeks_up() -> Array:
    """float64[causes]: neonatal deaths of England at 24 weeks and over, linked, 2018 to 2020."""
    out = np.zeros(len(CAUSES))
    for row, c in by_cause("ons_cause_neonatal_24wplus_england_2018_2020"):
        out[c] += count(row["neonatal_deaths"])
    return out


def by_cause(table: str) -> Iterator[tuple[Row, int]]:
    """Each row of a table that is a cause of death, with the place of its cause."""
    for row in read(table):
        if row["cause_group"] in CAUSE_OF:
            yield row, CAUSES.index(CAUSE_OF[row["cause_group"]])
