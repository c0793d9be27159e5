"""The England model's tables as they ship, read without the code that builds them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from simcore.models.england.build.evidence import DECILES, MODEL

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """Rows of a shipped table, as text."""
    with open(MODEL / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_decile(table: Iterable[Row], column: str = "share", **where: str) -> np.ndarray:
    """float64[deciles]: the rows of a table that are as said, one a decile."""
    found = {r["imd_decile"]: float(r[column]) for r in table if all(r[k] == v for k, v in where.items())}
    return np.array([found[d] for d in DECILES])


def shares(name: str, *shape: int) -> np.ndarray:
    """Shares of a shipped table as an array; the last axis is the level."""
    return np.array([float(r["share"]) for r in rows(name)]).reshape(shape)


def sums(name: str, given: Iterable[str]) -> dict[tuple[str, ...], float]:
    """Sum of the shares of each kind of birth that a table tells apart."""
    total: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows(name):
        total[tuple(row[column] for column in given)] += float(row["share"])
    return total
