"""Small for gestational age, and congenital anomaly."""

from __future__ import annotations

import re

from ..evidence import Table, by_id, count, percent
from ..numbers import PLACES, Array, between_fifths, relevel
from ..rows import yes_by_decile
from .counts import weights


def small_nationally() -> float:
    """Share of live born singletons that are small for gestational age, England."""
    row = by_id("prevalence", "P160")
    return count(row["numerator"]) / count(row["denominator"])


def small() -> Array:
    """float64[deciles]: share small for gestational age; the gradient is that of the smallest three in a hundred."""
    shape = between_fifths(percent("prevalence", "P063"), percent("prevalence", "P062"))
    return relevel(shape, weights(), small_nationally())


def sga() -> Table:
    """Small for gestational age by decile."""
    return yes_by_decile(small(), "adc_singletons;jardine2021;ons_cim2022", "derived:sga")


def anomalies_nationally() -> float:
    """Share of births with a congenital anomaly: the national figure that Bradford was compared with."""
    note = by_id("prevalence", "P069")["note"]
    found = re.fullmatch(r"national comparator ([\d.]+) per 10000", note)
    if found is None:
        raise ValueError(f"prevalence.csv P069: no national comparator in {note!r}")
    return float(found[1]) / 10_000.0


def anomaly() -> Table:
    """Congenital anomaly: one share for the country."""
    return [
        {"level": "yes", "share": round(anomalies_nationally(), PLACES), "source_key": "sheridan2013"}
        | {"rule": "published"}
    ]


def live_births_with_neural_tube_defect() -> float:
    """Share of live births with a neural tube defect: the most that folic acid could take away.

    A rate of pregnancies to total births, with the share of them that end in a live birth.
    """
    row = by_id("prevalence", "P116")
    found = re.match(r"(\d+)% live births", row["note"])
    if found is None:
        raise ValueError(f"prevalence.csv P116: no share of live births in {row['note']!r}")
    return float(row["value"]) / 1000.0 * int(found[1]) / 100.0
