"""Reading the copied evidence: rows by id, counts by label, nothing worked out."""

from __future__ import annotations

import csv
from collections.abc import Mapping
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


@cache
def read(name: str) -> tuple[Row, ...]:
    """All rows of one evidence file, as text.

    Raises
    ------
    FileNotFoundError
        When the evidence folder lacks the file.
    """
    with open(EVIDENCE / f"{name}.csv", newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


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
