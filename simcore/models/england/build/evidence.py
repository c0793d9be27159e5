"""Reading the copied evidence: rows by id, counts by label, nothing worked out."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

MODEL = Path(__file__).resolve().parent.parent
EVIDENCE = MODEL / "evidence"

DECILES = tuple(str(d) for d in range(1, 11))
"""Labels of the deprivation deciles of small areas, 1 = most deprived."""

Row = dict[str, str]
Cells = Mapping[str, object]
Table = list[Cells]
Ratio = tuple[float, float, float]
"""Estimate and 95% interval."""


OCCURRED = ("ons_cim2020", "ons_cim2022")
"""Sources that count deaths by when they occurred (death cohorts), in the cause groups used up to 2020."""

LAST_YEAR_OF_DEATHS = "2020"


@cache
def read(name: str) -> tuple[Row, ...]:
    """All rows of one evidence file, as text.

    Raises
    ------
    FileNotFoundError
        When the evidence folder lacks the file.
    ValueError
        As `refuse_other_deaths` says.
    """
    with open(EVIDENCE / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    refuse_other_deaths(name, rows)
    return rows


def refuse_other_deaths(name: str, rows: Sequence[Row]) -> None:
    """Let no count of deaths in that is of registrations, or of a year after 2020.

    Deaths registered in a year are 2 to 7% more than those that occurred in it, and from 2021 the cause groups are
    others: neither may stand beside the counts used here.

    Raises
    ------
    ValueError
        With the file and the line.
    """
    if not any("deaths" in column for column in rows[0]):
        return
    for line, row in enumerate(rows, start=2):
        if row["source_key"] not in OCCURRED:
            raise ValueError(
                f"{name}.csv:{line}: {row['source_key']} does not count deaths by when they occurred"
            )
        last = row.get("year") or row.get("period") or LAST_YEAR_OF_DEATHS
        if last[-4:] > LAST_YEAR_OF_DEATHS:
            raise ValueError(f"{name}.csv:{line}: deaths of {last}, after {LAST_YEAR_OF_DEATHS}")


def by_id(name: str, row_id: str) -> Row:
    """The row with this id; KeyError when there is none."""
    for row in read(name):
        if row["id"] == row_id:
            return row
    raise KeyError(f"{name}.csv has no row {row_id}")


def value(name: str, row_id: str, column: str = "value") -> float:
    """One figure by id, in the unit of its row."""
    return float(by_id(name, row_id)[column])


def percent(name: str, row_id: str) -> float:
    """A figure published in percent, as a share."""
    row = by_id(name, row_id)
    if row["unit"] != "percent":
        raise ValueError(f"{name}.csv {row_id} is in {row['unit']!r}, not percent")
    return float(row["value"]) / 100.0


def deciles_percent(first_id: str, *, factor: str, period: str) -> list[float]:
    """Ten shares, deciles 1 to 10, from consecutive ids that start at ``first_id``.

    Factor, period and decile of every row are checked, so a shifted id cannot pass.
    """
    start = int(first_id[1:])
    shares: list[float] = []
    for i in range(10):
        row = by_id("prevalence_by_deprivation", f"D{start + i:03d}")
        decile = row["stratum"].split(" ")[0]
        if (row["factor"], row["period"], decile) != (factor, period, DECILES[i]):
            raise ValueError(f"{row['id']} is {row['factor']} {row['period']} decile {decile}")
        shares.append(float(row["value"]) / 100.0)
    return shares


def decile_of(stratum: str) -> int:
    """Position of a printed decile, such as ``1 most deprived``."""
    return DECILES.index(stratum.split(" ")[0])


def ratio(row_id: str) -> Ratio:
    """A published effect with its interval."""
    row = by_id("effects", row_id)
    return float(row["estimate"]), float(row["ci_low"]), float(row["ci_high"])


def count(text: str) -> int:
    """A published count; ``z`` (not applicable) is refused."""
    return int(text)
