"""Ratios of infant death by ethnic group given gestation: published where published, the rest solved from the total.

Three sets of ratios are published. For all causes and all gestations given gestation; for congenital anomalies at
32 to 36 weeks; for immaturity at 24 to 27 weeks. Laid on top of each other they would count the same deaths twice.
So the two specific ones act where they were measured, and one ratio for what is left is what returns the first.
Sudden deaths are left alone: no ratio is published for them, and England's own deaths by cause show no excess.
"""

from __future__ import annotations

from functools import cache

from ..deaths.targets import joint_table
from ..evidence import Cells, Ratio, Table
from ..evidence import ratio as published
from ..exposures.antenatal import first_cousins

ALL_CAUSES = {
    "black_caribbean": "E078",
    "black_african": "E079",
    "pakistani": "E080",
    "bangladeshi": "E081",
    "indian": "E082",
}
CONGENITAL = {"pakistani": "E083", "bangladeshi": "E084", "black_african": "E085"}
IMMATURITY = {"black_caribbean": "E086", "black_african": "E087", "indian": "E088"}
CONGENITAL_BANDS = ("32_36", "37_plus")
IMMATURITY_BANDS = ("24_27",)
FROM_24_WEEKS = ("24_27", "28_31", "32_36", "37_plus")


@cache
def weight(cause: str, bands: tuple[str, ...]) -> float:
    """Share of England's infant deaths from 24 weeks that are of this cause and born in these bands, 2018 to 2020."""
    rows = [r for r in joint_table() if r["gestation"] in FROM_24_WEEKS]
    here = sum(float(str(r["deaths"])) for r in rows if r["cause"] == cause and r["gestation"] in bands)
    return here / sum(float(str(r["deaths"])) for r in rows)


def remainder(group: str) -> Ratio:
    """The ratio of all other deaths from 24 weeks, so that the deaths-weighted mean is the published total.

    Variances of the published ratios are added, as if they were independent.
    """
    parts = [(weight("sudden", FROM_24_WEEKS), (1.0, 1.0, 1.0))]
    if group in CONGENITAL:
        parts.append((weight("congenital", CONGENITAL_BANDS), published(CONGENITAL[group])))
    if group in IMMATURITY:
        parts.append((weight("immaturity", IMMATURITY_BANDS), published(IMMATURITY[group])))
    total = published(ALL_CAUSES[group])
    left = 1.0 - sum(w for w, _ in parts)
    middle = (total[0] - sum(w * r[0] for w, r in parts)) / left
    variance = (standard_error(total) ** 2 + sum((w * standard_error(r)) ** 2 for w, r in parts)) / left**2
    # the interval is symmetric on the log scale, as a hazard ratio is drawn
    factor = 1.0 + 1.96 * variance**0.5 / middle
    return middle, middle / factor, middle * factor


def standard_error(ratio: Ratio) -> float:
    """Standard error of a ratio, from the width of its interval."""
    return (ratio[2] - ratio[1]) / (2.0 * 1.96)


def cousins_share(group: str) -> float:
    """How much of the congenital ratio is already there through anomalies of babies whose parents are cousins."""
    if group != "pakistani":
        return 1.0
    return 1.0 + first_cousins() * (published("E053")[0] - 1.0)


def hazard_row(
    group: str, causes: str, bands: tuple[str, ...], ratio: Ratio, rule: str, ids: str, keys: str
) -> Cells:
    """One ratio against White British."""
    return {
        "ethnic_group": group,
        "causes": causes,
        "gestation": ";".join(bands),
        "hazard_ratio": round(ratio[0], 4),
        "low": round(ratio[1], 4),
        "high": round(ratio[2], 4),
        "source_key": keys,
        "rule": rule,
        "evidence_id": ids,
    }


def ethnic_hazards() -> Table:
    """Each group's ratios: congenital, immaturity, and what is left."""
    table: Table = []
    for group, row_id in CONGENITAL.items():
        by = cousins_share(group)
        middle, low, high = published(row_id)
        table.append(
            hazard_row(
                group, "congenital", CONGENITAL_BANDS, (middle / by, low / by, high / by),
                "derived:ethnic_congenital", f"{row_id};E053" if by > 1.0 else row_id,
                "kroll2020;sheridan2013" if by > 1.0 else "kroll2020",
            )
        )  # fmt: skip
    for group, row_id in IMMATURITY.items():
        table.append(
            hazard_row(
                group, "immaturity", IMMATURITY_BANDS, published(row_id), "published", row_id, "kroll2020"
            )
        )
    for group, row_id in ALL_CAUSES.items():
        ids = ";".join([row_id, *(i[group] for i in (CONGENITAL, IMMATURITY) if group in i)])
        keys = "li2018;kroll2020;ons_cim2022;ons_cim2020"
        table.append(
            hazard_row(group, "rest", FROM_24_WEEKS, remainder(group), "derived:ethnic_rest", ids, keys)
        )
    return table
