"""Gestation at birth by decile, so that the national total of every band is met exactly."""

from __future__ import annotations

import numpy as np

from ..evidence import DECILES, Row, Table, count, deciles_percent, read, value
from ..numbers import Array, logit, relevel, round_shares
from .counts import weights

BANDS = ("under_22", "22_23", "24_27", "28_31", "32_36", "37_plus")
KNOWN, UNKNOWN = "known", "unknown"


def band_of(week: str) -> str:
    """The band of a row label of the published tables by week; ``unknown`` where there is none."""
    if week == "under_22":
        return "under_22"
    if week == "42_plus":
        return "37_plus"
    if not week.isdigit():
        return UNKNOWN
    w = int(week)
    for last, band in ((23, "22_23"), (27, "24_27"), (31, "28_31"), (36, "32_36")):
        if w <= last:
            return band
    return "37_plus"


def pooled(rows: tuple[Row, ...], column: str) -> tuple[Array, int]:
    """Sum a column by band.

    Returns
    -------
    float64[bands], int
        Counts with a known gestation, and the count without one (not stated, inconsistent with the
        birthweight, or a death not linked to its birth).
    """
    known = np.zeros(len(BANDS))
    unknown = 0
    for row in rows:
        week = row["gestation_weeks"]
        if week == "All" or row[column] == "z":
            continue
        band = band_of(week)
        if band == UNKNOWN:
            unknown += count(row[column])
        else:
            known[BANDS.index(band)] += count(row[column])
    return known, unknown


def spread(known: Array, unknown: int) -> Array:
    """Give the unknown to the bands from 22 weeks on, in proportion.

    Not to births under 22 weeks: nearly all of them die, and a share of the unlinked deaths would bring
    mortality there over 100%.
    """
    out = known.copy()
    out[1:] += unknown * known[1:] / known[1:].sum()
    return out


def national_births() -> Array:
    """float64[bands]: births of England 2018 to 2020 by gestation, scaled to the births by decile."""
    known, unknown = pooled(read("ons_gestation_neonatal_england_2018_2020"), "live_births")
    births = spread(known, unknown)
    return births * (float(weights().sum()) / float(births.sum()))


def shares_by_decile() -> Array:
    """float64[deciles, bands]: each decile's births by gestation; weighted sums are the national totals."""
    w = weights()
    p = national_births() / w.sum()
    shape = logit(deciles_percent("D429", factor="preterm", period="2021/22-2022/23"))
    preterm = relevel(shape, w, float(p[:5].sum()))
    # under 24 weeks: log odds linear in decile, so that decile 1 to decile 10 is the published ratio
    ratio = value("observed", "O03936")
    steep = np.linspace(np.log(ratio), 0.0, 10)
    extreme = relevel(steep, w, float(p[:2].sum()))
    rest = preterm - extreme
    out = np.empty((10, len(BANDS)))
    out[:, :2] = extreme[:, None] * p[:2] / p[:2].sum()
    out[:, 2:5] = rest[:, None] * p[2:5] / p[2:5].sum()
    out[:, 5] = 1.0 - preterm
    return out


def gestation() -> Table:
    """Share of births by gestation band within each decile, 2018 to 2020."""
    table: Table = []
    for decile, row in zip(DECILES, shares_by_decile(), strict=True):
        for level, share in zip(BANDS, round_shares(row), strict=True):
            table.append(
                {"imd_decile": decile, "level": level, "share": share}
                | {"source_key": "ons_cim2022;derived_msds_ecological;smith_2010"}
                | {"rule": "derived:gestation"}
            )
    return table
