"""Body mass index at booking, by decile."""

from __future__ import annotations

import numpy as np

from ..births.counts import weights
from ..evidence import DECILES, Table, percent
from ..numbers import between_fifths, relevel, round_shares

BMI_LEVELS = ("under_25", "25_29", "30_plus")


def bmi() -> Table:
    """Body mass index at booking in three levels, by decile."""
    under, normal, over, obese = (percent("prevalence_by_deprivation", f"D{i}") for i in range(587, 591))
    recorded = under + normal + over + obese
    shape = between_fifths(percent("prevalence", "P267"), percent("prevalence", "P268"))
    p_obese = relevel(shape, weights(), obese / recorded)
    over_of_rest = over / (under + normal + over)
    table: Table = []
    for decile, p in zip(DECILES, p_obese, strict=True):
        rest = 1.0 - float(p)
        shares = round_shares(np.array([rest * (1.0 - over_of_rest), rest * over_of_rest, float(p)]))
        for level, share in zip(BMI_LEVELS, shares, strict=True):
            table.append(
                {"imd_decile": decile, "level": level, "share": share}
                | {"source_key": "pq_29922;kent2021;ons_cim2022", "rule": "derived:bmi"}
            )
    return table
