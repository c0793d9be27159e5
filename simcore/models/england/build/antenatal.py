"""Before the birth: when the mother booked, folic acid, Healthy Start, parents who are cousins."""

from __future__ import annotations

import numpy as np

from .births import weights
from .ethnicity import GROUPS
from .evidence import DECILES, Table, by_id, count, deciles_percent
from .group_births import REFERENCE_YEARS
from .numbers import Array, logit, relevel, round_shares

PLACES = 8
LATE = ("D015", "D016")
FOLIC_ACID = {"before_pregnancy": "D004", "once_confirmed": "D005", "none": "D006"}


def booked_late_nationally() -> float:
    """Share of deliveries of 2020/21 booked after 90 days (12 weeks and 6 days), of those with a known day."""
    rows = [by_id("prevalence_by_deprivation", row_id) for row_id in LATE]
    return sum(count(r["numerator"]) for r in rows) / count(rows[0]["denominator"])


def booked_late() -> Array:
    """float64[deciles]: share booked after 90 days."""
    shape = deciles_percent("D439", factor="late_booking", period="2021/22-2022/23")
    return relevel(logit(shape), weights(*REFERENCE_YEARS), booked_late_nationally())


def late_booking() -> Table:
    """Booking after 12 weeks by decile."""
    return [
        {"imd_decile": decile, "level": "yes", "share": round(float(share), PLACES)}
        | {"source_key": "msds_annual;derived_msds_ecological;ons_cim2022", "rule": "derived:late_booking"}
        for decile, share in zip(DECILES, booked_late(), strict=True)
    ]


def folic_acid() -> Table:
    """When folic acid was started, England 2020/21, the same in every decile."""
    counts = [count(by_id("prevalence_by_deprivation", i)["numerator"]) for i in FOLIC_ACID.values()]
    shares = round_shares(np.array(counts, np.float64))
    return [
        {"level": level, "share": share, "source_key": "msds_annual", "rule": "derived:folic_acid"}
        for level, share in zip(FOLIC_ACID, shares, strict=True)
    ]


def healthy_start() -> Table:
    """Receipt of Healthy Start: no eligibility and no uptake is published in what was read, so nobody is given any."""
    return [
        {"level": level, "share": share, "source_key": "assumption", "rule": "derived:healthy_start"}
        for level, share in (("not_known", 1.0), ("receives", 0.0))
    ]


def first_cousins() -> float:
    """Share of babies of Pakistani origin whose parents are first cousins, Bradford 2007 to 2011."""
    row = by_id("prevalence", "P065")
    return count(row["numerator"]) / count(row["denominator"])


def consanguinity() -> Table:
    """Parents who are first cousins, by ethnic group of the baby: known for one group, none taken elsewhere."""
    table: Table = []
    for group in GROUPS:
        known = group == "pakistani"
        table.append(
            {"ethnic_group": group, "level": "yes", "share": round(first_cousins(), PLACES) if known else 0.0}
            | {"source_key": "sheridan2013" if known else "assumption"}
            | {"rule": "derived:consanguinity" if known else "derived:consanguinity_elsewhere"}
        )
    return table
