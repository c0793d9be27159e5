"""Published deaths as arrays: each function is one table, read and grouped, nothing scaled."""

from __future__ import annotations

import numpy as np

from .evidence import DECILES, count, read
from .gestation import BANDS
from .numbers import Array

YEARS = ("2018", "2019", "2020")
CAUSES = ("immaturity", "congenital", "sudden", "infection", "other")
AGE_BANDS = ("day_0", "days_1_6", "days_7_27", "days_28_90", "days_91_364")
CAUSE_OF = {
    "Immaturity related conditions": "immaturity",
    "Congenital anomalies": "congenital",
    "Sudden infant deaths": "sudden",
    "Infections": "infection",
    "Antepartum infections": "infection",
    "Asphyxia, anoxia or trauma (intrapartum)": "other",
    "External conditions": "other",
    "Other specific conditions": "other",
    "Other conditions": "other",
}
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
    out = np.zeros(5)
    for row in read("ons_infant_deaths_by_age_ew_2018_2020"):
        out += [
            count(row["deaths_under_1_day"]),
            count(row["deaths_1_day_to_under_1_week"]),
            count(row["late_neonatal_deaths"]),
            count(row["deaths_4_weeks_to_under_3_months"]),
            count(row["deaths_3_to_under_6_months"]) + count(row["deaths_6_months_to_under_1_year"]),
        ]
    return out


def cause_by_period() -> Array:
    """float64[causes, 3]: early, late and post-neonatal deaths of England and Wales, 2020."""
    out = np.zeros((5, 3))
    for row in read("ons_cause_birthweight_ew_2020"):
        if row["birthweight_g"] == "All" and row["cause_group"] in CAUSE_OF:
            c = CAUSES.index(CAUSE_OF[row["cause_group"]])
            early = 0 if row["early_neonatal_deaths"] == "z" else count(row["early_neonatal_deaths"])
            neonatal = 0 if row["neonatal_deaths"] == "z" else count(row["neonatal_deaths"])
            out[c] += early, neonatal - early, count(row["postneonatal_deaths"])
    return out


def cause_by_gestation_seed() -> Array:
    """float64[causes, 2, bands]: neonatal and post-neonatal deaths by birthweight, as if by gestation."""
    out = np.full((5, 2, 6), 0.5)  # half a death, so that a zero by chance is not a rule
    for row in read("ons_cause_birthweight_ew_2020"):
        if row["cause_group"] in CAUSE_OF and row["birthweight_g"] in WEIGHT_OF:
            c = CAUSES.index(CAUSE_OF[row["cause_group"]])
            for band in WEIGHT_OF[row["birthweight_g"]]:
                out[c, 0, BANDS.index(band)] += count(row["neonatal_deaths"])
                out[c, 1, BANDS.index(band)] += count(row["postneonatal_deaths"])
    return out


def cause_totals() -> Array:
    """float64[causes]: infant deaths of England and Wales, 2018 to 2020."""
    out = np.zeros(5)
    for row in read("ons_cause_ew_2018_2020"):
        if row["cause_group"] in CAUSE_OF:
            out[CAUSES.index(CAUSE_OF[row["cause_group"]])] += count(row["infant_deaths"])
    return out


def cause_24_weeks_up() -> Array:
    """float64[causes]: neonatal deaths of England at 24 weeks and over, linked, 2018 to 2020."""
    out = np.zeros(5)
    for row in read("ons_cause_neonatal_24wplus_england_2018_2020"):
        if row["cause_group"] in CAUSE_OF:
            out[CAUSES.index(CAUSE_OF[row["cause_group"]])] += count(row["neonatal_deaths"])
    return out
