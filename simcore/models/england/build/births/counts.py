"""Births by year and decile; single and multiple births."""

from __future__ import annotations

import numpy as np

from ..evidence import DECILES, Table, count, read
from ..numbers import Array, round_shares

FIRST_YEAR, LAST_COUNTED, LAST_YEAR = 2010, 2023, 2035
REFERENCE_YEARS = (2018, 2019, 2020)
"""Years whose deaths the model is solved to; margins that do not vary by year are those of these years together."""


def counted(year: int) -> list[int]:
    """Published live births by decile; 2010 to 2020, 2021 and 2023."""
    name = "ons_imd_decile_england_2010_2020" if year <= 2020 else "ons_live_births_imd_2021_2023"
    rows = {r["imd_decile"]: r for r in read(name) if r["year"] == str(year)}
    return [count(rows[d]["live_births"]) for d in DECILES]


def england_births(year: int) -> int:
    """Published live births of England, all deciles together (2018 to 2023)."""
    for row in read("ons_births_maternities_2018_2023"):
        if row["year"] == str(year) and row["country"] == "England":
            return count(row["live_births"])
    raise KeyError(year)


def births_of(year: int) -> tuple[list[int], str, str, str]:
    """Births by decile, with status, source key and rule."""
    if year <= 2020:
        return counted(year), "counted", "ons_cim2022", "published"
    if year == 2021:
        return counted(year), "counted", "ons_births2021", "published"
    if year == 2022:
        middle = (np.array(counted(2021)) + np.array(counted(2023))) / 2.0
        shares = np.array(round_shares(middle, 9))
        exact = shares * england_births(2022)
        whole = np.floor(exact).astype(int)
        for i in np.argsort(-(exact - whole), kind="stable")[: england_births(2022) - int(whole.sum())]:
            whole[i] += 1
        keys = "ons_births2021;ons_births2023;ons_births2023_t6"
        return [int(x) for x in whole], "interpolated", keys, "derived:births_2022"
    if year == 2023:
        return counted(year), "counted", "ons_births2023", "published"
    return counted(2023), "projected", "ons_births2023", "derived:held_2023"


def births() -> Table:
    """Live births by year and decile, 2010 to 2035."""
    table: Table = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        numbers, status, key, rule = births_of(year)
        for decile, n in zip(DECILES, numbers, strict=True):
            table.append(
                {"year": year, "imd_decile": decile, "births": n, "status": status}
                | {"source_key": key, "rule": rule}
            )
    return table


def weights(*years: int) -> Array:
    """float64[deciles]: births by decile, these years together; without any, the reference years."""
    years = years or REFERENCE_YEARS
    total: Array = np.sum([births_of(y)[0] for y in years], axis=0, dtype=np.float64)
    return total


def plurality() -> Table:
    """Share of live births that are one of twins, triplets or more: England and Wales 2018 to 2020."""
    multiple = sum(
        count(r["numerator"]) for r in read("observed") if r["measure"] == "multiple_maternity_rate"
    )
    total = singles = still = 0
    deaths = {r["year"]: r for r in read("ons_infant_deaths_by_age_ew_2018_2020")}
    for row in read("ons_births_maternities_2018_2023"):
        if row["country"].startswith("England,") and row["year"] in deaths:
            total += count(row["live_births"])
            still += count(deaths[row["year"]]["stillbirths"])
            singles += count(row["maternities"])
    singles -= multiple
    # all births, live and still, are one for each single maternity and the rest for the multiple ones
    share = 1.0 - singles / (total + still)
    shares = round_shares(np.array([1.0 - share, share]))
    keys = "ons_births2021;ons_births2023_t6;ons_cim2022"
    return [
        {"level": level, "share": s, "source_key": keys, "rule": "derived:plurality"}
        for level, s in zip(("single", "multiple"), shares, strict=True)
    ]
