"""Births of some years by stratum: those of the model, or those of a file."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from calibration.units import births_of, why_no_births
from simcore.dims import YEAR
from simcore.model import Model
from simcore.network import Array
from simcore.problems import DocumentError, Problem
from simcore.tables import Column, Table, read_table

LAST_YEAR = 2100
"""Further ahead no births are known and no random walk means anything."""


def births_of_model(model: Model, by: str, years: Sequence[int]) -> Array:
    """``float64[years, levels]`` from the model's table.

    Raises
    ------
    DocumentError
        If years are not in it.
    """
    absent = [year for year in years if year not in model.years]
    if absent:
        first, last = min(model.years), max(model.years)
        message = (
            f"the model has births of {first} to {last}, and {_listed(absent)} was asked for; "
            f"ask for years up to {last}, or give the births (--births)"
        )
        raise DocumentError(Problem("--years", None, None, "", message))
    strata = {**model.strata, YEAR: tuple(str(year) for year in years)}
    at = [i for i, name in enumerate(strata) if name not in (YEAR, by)]
    births = model.births_in(strata).sum(axis=tuple(at))
    order = [name for name in strata if name in (YEAR, by)]
    return np.asarray(births if order[0] == YEAR else births.T, dtype=np.float64)


def births_of_file(path: str | os.PathLike[str], model: Model, by: str, years: Sequence[int]) -> Array:
    """The same from a table with the columns ``year``, that of the stratum, and ``births``; it may hold other years.

    Raises
    ------
    DocumentError
        With every problem of the table: cells that are no births, rows that are missing or stand twice.
    """
    levels = model.levels(by)
    columns = {YEAR: Column(int, 1900, LAST_YEAR), by: Column(choices=levels), "births": Column(float, 0.0)}
    table = read_table(path, columns, key=(YEAR, by))
    found = {(row[YEAR], row[by]): (i, float(row["births"])) for i, row in enumerate(table.rows())}
    problems = [p for key, (i, n) in found.items() for p in _no_births(table, model, by, key, i, n)]
    for year in years:
        missing = [level for level in levels if (year, level) not in found]
        if missing:
            message = (
                f"has no row for {year}, {by} {', '.join(missing)}; add it, or leave {year} out of --years"
            )
            problems.append(table.problem(None, YEAR, message))
    if problems:
        raise DocumentError(problems)
    return np.array([[found[year, level][1] for level in levels] for year in years])


def _no_births(
    table: Table, model: Model, by: str, key: tuple[int, str], row: int, births: float
) -> list[Problem]:
    """What is wrong with one cell: the model's births of that year, or of its nearest, say what is likely."""
    nearest = min(model.years, key=lambda year: abs(year - key[0]))
    why = why_no_births(births, births_of(model, (nearest,), by, key[1]), whole=False)
    return [] if why is None else [table.problem(row, "births", why)]


def _listed(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
