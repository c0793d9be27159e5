"""Child poverty by year and decile, and its scenario paths."""

from __future__ import annotations

import numpy as np

from ..births.counts import FIRST_YEAR, LAST_YEAR
from ..evidence import DECILES, Table, deciles_percent, percent, read, value
from ..numbers import PLACES, Array, logit, relevel

POVERTY_LEVEL = {
    2015: "O03987",
    2016: "O03994",
    2017: "O04001",
    2018: "O04008",
    2019: "O04015",
    2020: "O04022",
}
POVERTY_SHAPE = {2021: ("D259", "2021/22"), 2022: ("D269", "2022/23"), 2023: ("D279", "2023/24")}


def children() -> Array:
    """float64[deciles]: children aged 0 to 15 in each decile, mid-2020."""
    return np.array([value("prevalence_by_deprivation", f"D{i}", "denominator") for i in range(239, 249)])


def poverty_of(year: int) -> tuple[Array, str, str]:
    """Share of children under 16 in poverty before housing costs, by decile; source key; rule."""
    if year < 2015:
        shares, keys, _ = poverty_of(2015)
        return shares, keys, "derived:held_2015"
    if year > 2023:
        shares, keys, _ = poverty_of(2023)
        return shares, keys, "derived:held_2023"
    if year >= 2021:
        first, period = POVERTY_SHAPE[year]
        published = deciles_percent(first, factor="child_poverty", period=period)
        return np.array(published), "derived_la_lsoa", "derived:poverty_rows"
    shape = logit(deciles_percent("D259", factor="child_poverty", period="2021/22"))
    shares = relevel(shape, children(), percent("observed", POVERTY_LEVEL[year]))
    return shares, "mccabe_2024_data;derived_la_lsoa;mhclg_idaci", "derived:poverty_relevelled"


def child_poverty() -> Table:
    """Child poverty before housing costs by year and decile, 2010 to 2035."""
    table: Table = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        shares, keys, rule = poverty_of(year)
        for decile, share in zip(DECILES, shares, strict=True):
            table.append(
                {"year": year, "imd_decile": decile, "level": "yes", "share": round(float(share), PLACES)}
                | {"source_key": keys, "rule": rule}
            )
    return table


def poverty_paths() -> Table:
    """Scenario paths of child poverty as multiples of the 2023 rate, 2023 to 2033."""
    rows = {r["year"]: r for r in read("mccabe_scenario_child_poverty_paths")}
    base_2023 = float(rows["2023"]["baseline_multiplier_of_2020_rate"])
    table: Table = []
    for year in range(2023, 2034):
        row = rows[str(year)]
        path: dict[str, float] = {}
        for name in ("low", "medium", "high"):
            column = f"{name}_multiplier_of_2023_rate"
            path[column] = float(row[column]) if row[column] else 1.0
        rising = float(row["baseline_multiplier_of_2020_rate"]) / base_2023
        table.append(
            {"year": year, "baseline_multiplier_of_2023_rate": round(rising, 6)}
            | path
            | {"source_key": "mccabe_2024_data", "rule": "derived:poverty_paths"}
        )
    return table
