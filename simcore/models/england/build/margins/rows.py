"""The form of a margin: as published, reconciled, and as the shipped tables achieve it, in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..evidence import Table
from ..numbers import Array

ENGLAND, EW, UK = "England", "England and Wales", "United Kingdom"
SAME = "as published"
PLACES = {"births": 3, "percent": 4}
"""Decimal places of what is reconciled and achieved, by unit."""


class Of(NamedTuple):
    """Whom a published margin is of, where and when."""

    population: str
    geography: str
    period: str


def margin_rows(
    margin: str,
    of: Of,
    items: Sequence[str],
    published: Array | Sequence[float],
    reconciled: Array | Sequence[float],
    achieved: Array | Sequence[float],
    why: str,
    source_key: str,
    unit: str = "births",
) -> Table:
    """Rows of one published margin.

    Parameters
    ----------
    margin : variable, or variables joined by ``x``
    items : levels, those of a crossed margin joined by a comma; several levels together joined by ``+``
    published, reconciled, achieved : float64[items]
        Births (those published may be of another country or year), or shares of the births of a cell, which are
        written in percent. nan where nothing is published.
    """
    places, scale = PLACES[unit], 100.0 if unit == "percent" else 1.0
    columns = (np.asarray(x, np.float64).ravel() * scale for x in (published, reconciled, achieved))
    return [
        {"margin": margin, "item": item, **of._asdict(), "unit": unit}
        | {"published": "" if np.isnan(raw) else round(float(raw), 4)}
        | {"reconciled": round(float(want), places), "achieved": round(float(got), places)}
        | {"difference": round(float(got) - float(want), places) + 0.0, "why": why}
        | {"source_key": source_key, "rule": "published" if why == SAME else "derived:margins"}
        for item, raw, want, got in zip(items, *columns, strict=True)
    ]


def pairs(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Names of the cells of a two-way table, row by row."""
    return [f"{a}, {b}" for a in first for b in second]


def shares(table: Table, *shape: int) -> Array:
    """The shipped shares as an array; the last axis is the level."""
    return np.array([float(str(row["share"])) for row in table]).reshape(shape)


def within(births: Array) -> Array:
    """Births as shares of the births of their row."""
    return np.asarray(births / births.sum(axis=1, keepdims=True), np.float64)
