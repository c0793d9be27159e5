"""Every figure of the answer as a row of one table: what ``summary.csv`` and ``summary.parquet`` hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simcore.results import counted

MORE = (
    "mc_error",
    "draw_error",
    "mc_variance_share",
    "mc_variance_removed",
    "draws",
    "chosen_on_same_draws",
)
"""What stands beside a headline in the CSV file."""


def summary_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure of the table as a row: scenario, measure, stratum, value and interval, unrounded."""
    rows: list[dict[str, Any]] = []

    def add(
        scenario: str,
        measure: str,
        level: str,
        value: float | None,
        unit: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        low, high = (more or {}).get("interval95", ("", ""))
        errors = {name: (more or {}).get(name, "") for name in MORE}
        row = {"scenario": scenario, "measure": measure, "level": level, "value": value}
        rows.append({**row, "low95": low, "high95": high, **errors, "unit": unit})

    baseline, births = summary["baseline"], summary["words"]["births"]
    unit = counted(summary["words"])
    name = baseline["name"]
    add(name, "births", "all", baseline["births"], births)
    deaths = {**baseline["deaths"], "draws": summary["draws"]}
    add(name, "deaths", "all", deaths["mean"], unit, deaths)
    for arm in summary["arms"]:
        name = arm["name"]
        headline = {**arm["deaths_averted"], "draws": summary["draws"]}
        add(name, "deaths_averted", "all", headline["mean"], unit, headline)
        add(name, "p_positive", "all", arm["p_positive"], "probability")
        final = arm["final_year"]
        last = {**final["deaths_averted"], "draws": summary["draws"]}
        add(name, "deaths_averted_in_final_year", "all", last["mean"], unit, last)
        add(name, "p_positive_in_final_year", "all", final["p_positive"], "probability")
        for fifth in ("most_deprived_fifth", "least_deprived_fifth"):
            if fifth in arm:
                add(name, "deaths_averted", fifth, arm[fifth]["mean"], unit, arm[fifth])
        if "by_fewer_births" in arm:
            fewer = arm["by_fewer_births"]
            add(name, "deaths_averted_by_fewer_births", "all", fewer["mean"], unit, fewer)
        for variant, at in arm["variants"].items():
            add(name, "deaths_averted", f"variant {variant}", at["mean"], unit, at)
        for variant, at in final["variants"].items():
            add(name, "deaths_averted_in_final_year", f"variant {variant}", at["mean"], unit, at)
    for figures in summary["sections"].values():
        for at in figures:
            add(at["scenario"], at["measure"], at["level"], at["value"], at["unit"], _known(at))
    return rows


def _known(at: Mapping[str, Any]) -> dict[str, Any]:
    """A figure's interval and errors; an empty cell stands where there is no such number."""
    ends = at["interval95"] or (None, None)
    known = {"interval95": ["" if end is None else end for end in ends]}
    return {**known, **{name: at[name] for name in MORE if at.get(name) is not None}}
