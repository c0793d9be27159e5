"""Changing rows of a table, given as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from simcore.network import Array
from simcore.sensitivity.file import TableChange, Tilt
from simcore.sensitivity.places import NoPlace

Row = dict[str, str]
LEVEL = "level"


def changed(
    rows: Sequence[Row], change: TableChange, axes: Iterable[str], weights: Mapping[str, float]
) -> list[Row]:
    """The rows of a table after a change.

    ``axes`` are columns that tell cells apart; ``weights`` are births by level of what a tilt goes over.

    Raises
    ------
    NoPlace
        If the table lacks a column, or no row is chosen.
    """
    rows = [dict(row) for row in rows]
    for column in (*change.columns, *change.where):
        if column not in rows[0]:
            raise NoPlace(f"{change.table} has no column {column}")
    hit = [_chosen(row, change) for row in rows]
    if not any(hit):
        raise NoPlace(f"{change.table} has no such rows")
    by = [axis for axis in axes if axis in rows[0] and axis != LEVEL]
    for column in change.columns:
        if change.rake is not None:
            _rake(rows, column, change.rake)
        elif LEVEL not in rows[0]:
            for row, is_hit in zip(rows, hit, strict=True):
                if is_hit:
                    row[column] = repr(_moved(float(row[column]), change, row))
        elif change.tilt is not None:
            _tilt(rows, hit, column, change.tilt, by, weights)
        else:
            for cell in _cells(rows, by).values():
                _share(rows, hit, cell, column, lambda s, row: _moved(s, change, row))
    return rows


def _chosen(row: Row, change: TableChange) -> bool:
    year = int(row["year"]) if "year" in row else None
    return (
        all(row[name] in levels for name, levels in change.where.items())
        and (change.since is None or (year is not None and year >= change.since))
        and (change.until is None or (year is not None and year <= change.until))
    )


def _moved(value: float, change: TableChange, row: Row) -> float:
    if change.value is not None:
        return change.value
    if change.times is not None:
        return value * change.times
    if change.odds is not None:
        return _by_odds(value, change.odds)
    if change.yearly is not None and change.since is not None:
        return float(value * change.yearly ** (int(row["year"]) - change.since + 1))
    raise ValueError("a change that is none of value, times, odds and yearly")


def _by_odds(share: float, ratio: float) -> float:
    """A share whose odds are multiplied.

    >>> round(_by_odds(0.2, 2.0), 4)
    0.3333
    """
    return share * ratio / (1.0 - share + share * ratio)


def _cells(rows: Sequence[Row], by: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    cells: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        cells.setdefault(tuple(row[axis] for axis in by), []).append(i)
    return cells


def _share(
    rows: list[Row],
    hit: Sequence[bool],
    cell: Sequence[int],
    column: str,
    move: Callable[[float, Row], float],
) -> None:
    """Chosen levels of a cell moved together; those left, where the cell is whole, share the rest as before.

    Chosen levels that were none share alike what they come to.
    """
    chosen = [i for i in cell if hit[i]]
    if not chosen:
        return
    whole = sum(float(rows[i][column]) for i in cell)
    before = sum(float(rows[i][column]) for i in chosen)
    after = min(move(before, rows[chosen[0]]), 1.0)
    rest = (1.0 - after) / (1.0 - before) if abs(whole - 1.0) < 1e-6 and before < 1.0 else 1.0
    for i in cell:
        if i in chosen and before == 0:
            rows[i][column] = repr(after / len(chosen))
        else:
            rows[i][column] = repr(float(rows[i][column]) * (after / before if i in chosen else rest))


def _tilt(
    rows: list[Row],
    hit: Sequence[bool],
    column: str,
    tilt: Tilt,
    by: Sequence[str],
    weights: Mapping[str, float],
) -> None:
    """Every set of cells that differ in the tilt's axis alone, moved so that their mean over births stays."""
    if tilt.over not in by:
        raise NoPlace(f"the table is not by {tilt.over}")
    sets: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for key, cell in _cells(rows, by).items():
        rest = tuple(part for axis, part in zip(by, key, strict=True) if axis != tilt.over)
        sets.setdefault(rest, {})[key[list(by).index(tilt.over)]] = cell
    for cells in sets.values():
        levels = list(cells)
        share = np.array([sum(float(rows[i][column]) for i in cells[x] if hit[i]) for x in levels])
        births = np.array([weights[level] for level in levels])
        slope = np.log(tilt.odds_ratio) * np.linspace(0.5, -0.5, len(levels))
        new = _relevelled(share, slope, births)
        for level, value in zip(levels, new, strict=True):
            _share(rows, hit, cells[level], column, _always(float(value)))


def _always(share: float) -> Callable[[float, Row], float]:
    """A move to one share, whatever it was."""
    return lambda before, row: share


def _relevelled(share: Array, slope: Array, births: Array) -> Array:
    """Shares whose log odds are moved by a slope and one intercept, the mean over births kept."""
    share = np.clip(share, 1e-12, 1.0 - 1e-12)
    log_odds = np.log(share / (1.0 - share)) + slope
    wanted = births @ share
    low, high = -20.0, 20.0
    for _ in range(100):
        middle = (low + high) / 2
        reached = births @ (1.0 / (1.0 + np.exp(-(log_odds + middle))))
        low, high = (middle, high) if reached < wanted else (low, middle)
    return np.asarray(1.0 / (1.0 + np.exp(-(log_odds + low))))


def _rake(rows: list[Row], column: str, margins: Sequence[Sequence[str]]) -> None:
    """The table refitted to its own margins from ones, where it is not zero."""
    values = np.array([float(row[column]) for row in rows])
    fitted = (values > 0).astype(np.float64)
    groups = [list(_cells(rows, margin).values()) for margin in margins]
    for _ in range(500):
        before = fitted.copy()
        for cells in groups:
            for cell in cells:
                total = fitted[cell].sum()
                if total > 0:
                    fitted[cell] *= values[cell].sum() / total
        if np.abs(fitted - before).max() < 1e-10 * values.max():
            break
    for row, value in zip(rows, fitted, strict=True):
        row[column] = repr(float(value))
