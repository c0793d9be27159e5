"""Risk of single combinations of levels, averaged over what comes later; and sums of such risks over births."""

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.block import block_kernel
from simcore.kernels.lanes import fill_risk, multiply_rows
from simcore.kernels.risk import fill_incidence


def risk_of_cells(
    tables: Floats,
    draw: Ints,
    row_of_cell: Ints,
    row_of_combination: Ints,
    alike: Ints,
    share: Floats,
    out: Floats | None = None,
) -> Floats:
    """Chance to die of each cause in each band, for single cells, averaged over combinations of later levels.

    Parameters
    ----------
    tables : float64[draws or 1, factor rows, causes, bands]
        Tables of hazard factors below each other.
    draw : int64[cells]
        The draw of each cell.
    row_of_cell : int64[cells, factors]
    row_of_combination : int64[combinations, factors]
        A factor's row is the sum of the two: its first row and the cell's levels, and the later levels.
    alike : int64[factor rows]
        A row with the same content, the same one for all rows that are alike.
    share : float64[cells, combinations]
        How the births of each cell spread over combinations.
    out : float64[cells, causes x bands], optional
        Where the answer is put.

    Returns
    -------
    float64[cells, causes, bands]

    Raises
    ------
    ValueError
        When shapes disagree or an index leaves its array.
    """
    tables, draw, row_of_cell, row_of_combination, alike, share = _checked(
        tables, draw, row_of_cell, row_of_combination, alike, share
    )
    draws, factor_rows, causes, bands = tables.shape
    cells = draw.size
    out = np.empty((cells, causes * bands)) if out is None else out
    if out.shape != (cells, causes * bands) or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise ValueError(f"no room for {cells} cells of {causes * bands} numbers in {out.shape} {out.dtype}")
    flat = tables.reshape(draws, factor_rows, -1)
    fill_risk(flat, draw, row_of_cell, row_of_combination, alike, share, bands, out)
    return out.reshape(cells, causes, bands)


def _checked(
    tables: Floats, draw: Ints, row_of_cell: Ints, row_of_combination: Ints, alike: Ints, share: Floats
) -> tuple[Floats, Ints, Ints, Ints, Ints, Floats]:
    """The arrays that say where cells find their hazard, in the form that kernels take, or refused."""
    tables = np.require(tables, np.float64, ["C", "W"])
    draw, alike = np.require(draw, np.int64, ["C", "W"]), np.require(alike, np.int64, ["C", "W"])
    row_of_cell = np.require(row_of_cell, np.int64, ["C", "W"])
    row_of_combination = np.require(row_of_combination, np.int64, ["C", "W"])
    share = np.require(share, np.float64, ["C", "W"])
    if tables.ndim != 4 or 0 in tables.shape[2:] or not row_of_cell.ndim == row_of_combination.ndim == 2:
        raise ValueError(
            "tables are draws x factor rows x causes x bands, and rows are cells or combinations x factors, "
            f"got {tables.shape}, {row_of_cell.shape} and {row_of_combination.shape}"
        )
    draws, factor_rows = tables.shape[:2]
    cells, factors = row_of_cell.shape
    fits = (
        draw.shape == (cells,)
        and share.shape == (cells, row_of_combination.shape[0])
        and row_of_combination.shape[1] == factors > 0
        and alike.shape == (factor_rows,)
    )
    if not fits:
        raise ValueError(
            f"{row_of_cell.shape} rows of cells do not match draws {draw.shape}, shares {share.shape}, "
            f"combinations {row_of_combination.shape} and {alike.shape} alike of {factor_rows}"
        )
    if cells and row_of_combination.size:
        least = row_of_cell.min(axis=0) + row_of_combination.min(axis=0)
        most = row_of_cell.max(axis=0) + row_of_combination.max(axis=0)
        inside = least.min() >= 0 and most.max() < factor_rows
        if not inside or not 0 <= alike.min() <= alike.max() < factor_rows:
            raise ValueError(f"a row leaves the {factor_rows} factor rows")
        if draws != 1 and not 0 <= draw.min() <= draw.max() < draws:
            raise ValueError(f"a draw leaves the {draws} draws")
    return tables, draw, row_of_cell, row_of_combination, alike, share


@njit(cache=True, nogil=True)
def _apart(where, births, group_of_cell, group_of_combination, part_of, deaths, by_part):
    """Fill ``deaths`` float64[groups, causes x bands] and ``by_part`` float64[cells, combinations, parts]."""
    tables, draw, row_of_cell, row_of_combination, alike = where
    factors, combinations, bands = row_of_cell.shape[1], births.shape[1], part_of.size
    product = np.empty((factors, tables.shape[2]))
    hazard, met_alive, died = product[-1], np.empty(bands), np.empty(bands)
    row_before = np.full((combinations, factors), np.int64(-1))
    risk = np.empty((combinations, tables.shape[2]))
    parts = np.zeros((combinations, by_part.shape[2]))
    made_of = np.full(factors, np.int64(-1))
    for cell in range(births.shape[0]):
        table = tables[draw[cell] if tables.shape[0] > 1 else 0]
        if cell > 0 and draw[cell] != draw[cell - 1]:
            row_before[:] = -1
            made_of[:] = -1
        for m in range(combinations):
            another = False
            for f in range(factors):
                row = alike[row_of_cell[cell, f] + row_of_combination[m, f]]
                another |= row != row_before[m, f]
                row_before[m, f] = row
            if another:
                multiply_rows(table, row_before[m], made_of, product)
                fill_incidence(hazard, bands, met_alive, died, risk[m])
                parts[m, :] = 0.0
                for b in range(bands):
                    parts[m, part_of[b]] += died[b]
            here, weight = deaths[group_of_cell[cell] + group_of_combination[m]], births[cell, m]
            for i in range(here.size):
                here[i] += weight * risk[m, i]
            for p in range(by_part.shape[2]):
                by_part[cell, m, p] = parts[m, p]


def deaths_apart(
    tables: Floats,
    draw: Ints,
    row_of_cell: Ints,
    row_of_combination: Ints,
    alike: Ints,
    births: Floats,
    group_of_cell: Ints,
    group_of_combination: Ints,
    groups: int,
    part_of: Ints,
) -> tuple[Floats, Floats]:
    """Deaths by group, and the risk of every cell at every combination of later levels, by part of the year.

    Parameters
    ----------
    tables, draw, row_of_cell, row_of_combination, alike
        As for `risk_of_cells`.
    births : float64[cells, combinations]
    group_of_cell : int64[cells]
    group_of_combination : int64[combinations]
        A group is the sum of the two.
    part_of : int64[bands]
        The part that each age band belongs to.

    Returns
    -------
    float64[groups, causes, bands], float64[cells, combinations, parts]

    Raises
    ------
    ValueError
        When shapes disagree or an index leaves its array.
    """
    tables, draw, row_of_cell, row_of_combination, alike, births = _checked(
        tables, draw, row_of_cell, row_of_combination, alike, births
    )
    group_of_cell = np.require(group_of_cell, np.int64, ["C", "W"])
    group_of_combination = np.require(group_of_combination, np.int64, ["C", "W"])
    part_of = np.require(part_of, np.int64, ["C", "W"])
    draws, factor_rows, causes, bands = tables.shape
    cells, combinations = births.shape
    if (
        group_of_cell.shape != (cells,)
        or group_of_combination.shape != (combinations,)
        or part_of.shape != (bands,)
    ):
        raise ValueError(f"groups and parts do not match {births.shape} births and {bands} bands")
    if cells and combinations:
        least = group_of_cell.min() + group_of_combination.min()
        most = group_of_cell.max() + group_of_combination.max()
        if not 0 <= least <= most < groups or part_of.min() < 0:
            raise ValueError(f"a group leaves the {groups} groups")
    deaths = np.zeros((groups, causes * bands))
    by_part = np.empty((cells, combinations, int(part_of.max()) + 1))
    where = tables.reshape(draws, factor_rows, -1), draw, row_of_cell, row_of_combination, alike
    _apart(where, births, group_of_cell, group_of_combination, part_of, deaths, by_part)
    return deaths.reshape(groups, causes, bands), by_part


@block_kernel
def _add(values, place, weight, group, out):
    for i in range(place.size):
        to, value, w = out[group[i]], values[place[i]], weight[i]
        for j in range(to.size):
            to[j] += w * value[j]


def add_up(values: Floats, place: Ints, weight: Floats, group: Ints, groups: int) -> Floats:
    """Weighted sums of rows of ``values`` by group, in the order given.

    Parameters
    ----------
    values : float64[places, columns]
    place, group : int64[entries]
    weight : float64[entries]

    Returns
    -------
    float64[groups, columns]

    Raises
    ------
    ValueError
        When shapes disagree or an index leaves its array.

    Examples
    --------
    >>> values = np.array([[1.0, 10.0], [2.0, 20.0]])
    >>> add_up(values, np.array([0, 1, 1]), np.array([1.0, 1.0, 0.5]), np.array([0, 0, 1]), 2)
    array([[ 3., 30.],
           [ 1., 10.]])
    """
    values = np.require(values, np.float64, ["C", "W"])
    place, group = np.require(place, np.int64, ["C", "W"]), np.require(group, np.int64, ["C", "W"])
    weight = np.require(weight, np.float64, ["C", "W"])
    if not place.shape == group.shape == weight.shape == (place.size,) or values.ndim != 2:
        raise ValueError(
            f"places {place.shape}, groups {group.shape} and weights {weight.shape} do not match"
        )
    for index, size in ((place, values.shape[0]), (group, groups)):
        if index.size and not 0 <= index.min() <= index.max() < size:
            raise ValueError(f"an index leaves its {size} places")
    out = np.zeros((groups, values.shape[1]))
    _add(values, place, weight, group, out)
    return out
