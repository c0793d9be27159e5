"""What happens at home: overcrowding, where the baby sleeps, breastfeeding."""

from __future__ import annotations

import numpy as np

from ..births.counts import weights
from ..evidence import DECILES, Table, by_id, deciles_percent, percent
from ..numbers import PLACES, Array, logit, relevel
from ..rows import yes_by_decile

FED_BY_DECILE, FED_PERIOD = "D529", "2021/22-2023/24, scaled to 52.7%"
OVERCROWDING_IDS = tuple(f"D{i}" for i in range(150, 187, 4))


def overcrowded() -> Array:
    """float64[deciles]: share of households that are overcrowded where infants live, March 2021."""
    shares: list[float] = []
    for decile, row_id in zip(DECILES, OVERCROWDING_IDS, strict=True):
        row = by_id("prevalence_by_deprivation", row_id)
        if row["level"] != "household rate where infants live" or row["stratum_type"] != "IMD 2019 decile":
            raise ValueError(f"{row_id} is {row['level']!r}")
        if row["stratum"].split(" ")[0] != decile:
            raise ValueError(f"{row_id} is decile {row['stratum']}")
        shares.append(float(row["value"]) / 100.0)
    return np.array(shares)


def overcrowding() -> Table:
    """Overcrowded homes by decile."""
    return yes_by_decile(overcrowded(), "ons_census2021_lsoa", "derived:overcrowding")


def breastfed() -> Array:
    """float64[deciles]: share of infants with any breastfeeding at 6 to 8 weeks, at the England level of 2019/20."""
    shape = deciles_percent(FED_BY_DECILE, factor="breastfeeding_6_8w", period=FED_PERIOD)
    return relevel(logit(shape), weights(), percent("prevalence", "P034"))


def breastfeeding() -> Table:
    """Any breastfeeding at 6 to 8 weeks by decile, in two levels, the better one first."""
    table: Table = []
    for decile, yes in zip(DECILES, breastfed(), strict=True):
        fed = round(float(yes), PLACES)
        for level, share in (("yes", fed), ("no", round(1.0 - fed, PLACES))):
            table.append(
                {"imd_decile": decile, "level": level, "share": share}
                | {"source_key": "ohid_bf2324;derived_la_lsoa;ons_cim2022", "rule": "derived:breastfeeding"}
            )
    return table


def unsafe_sleep() -> Table:
    """Babies who slept beside an adult in the sleep that was asked about: one share for the country."""
    row = by_id("prevalence", "P104")
    return [
        {"level": "yes", "share": float(row["value"]) / 100.0, "source_key": row["source_key"]}
        | {"rule": "published"}
    ]


def share_of_sudden_deaths_beside_an_adult(ratio: float, share: float) -> float:
    """Share of sudden deaths that co-sleepers have: ``share`` of babies at ``ratio`` times the risk of others.

    Examples
    --------
    >>> round(share_of_sudden_deaths_beside_an_adult(3.9, 0.15), 3)
    0.408
    """
    exposed = share * ratio
    return exposed / (exposed + 1.0 - share)
