"""Risk of cells worked out side by side: one loop over so many cells is vectorised, one over six age bands is not."""

import numpy as np
from numba import njit

from simcore.kernels.block import block_kernel
from simcore.kernels.risk import SMALL, mean_survival, survival_series

LANES = 32
"""Cells side by side. Handed on as the size of an array: loops of a known, small number are unrolled instead."""


@njit(cache=True, nogil=True)
def fill_risk(tables, draw, row_of_cell, row_of_combination, alike, share, bands, out):
    """Fill ``out`` float64[cells, causes x bands]: each cell's incidence, averaged over combinations.

    Arguments as those of `simcore.kernels.cells.risk_of_cells`, causes and bands in one axis.
    """
    factors, combinations, width = row_of_cell.shape[1], share.shape[1], tables.shape[2]
    _fill_side_by_side(
        tables, draw, row_of_cell, row_of_combination, alike, share, out,
        np.zeros((combinations, width, LANES)), np.empty((combinations, bands, LANES)), np.empty((width, LANES)),
        np.empty(LANES), np.empty((factors, width)), np.full((combinations, factors), np.int64(-1)),
        np.full(factors, np.int64(-1)), np.zeros(combinations, np.int64),
    )  # fmt: skip


@block_kernel
def _fill_side_by_side(
    tables, draw, row_of_cell, row_of_combination, alike, share, out, hazard, met_alive, mine, scratch, product,
    row_before, made_of, unchanged,
):  # fmt: skip
    """As `fill_risk`, in rooms: ``hazard`` [combinations, causes x bands, lanes], ``met_alive`` by bands only.

    ``unchanged`` counts for how many cells each combination has been the same.
    """
    combinations, width, lanes = hazard.shape
    bands = met_alive.shape[1]
    start = 0
    while start < out.shape[0]:
        table = tables[draw[start] if tables.shape[0] > 1 else 0]
        if start > 0 and draw[start] != draw[start - 1]:
            row_before[:] = -1
            made_of[:] = -1
            unchanged[:] = 0
        n = 1
        while n < lanes and start + n < out.shape[0] and draw[start + n] == draw[start]:
            n += 1
        for lane in range(n):
            _fill_lane(
                table, row_of_cell[start + lane], row_of_combination, alike, share[start + lane], lane, hazard,
                product, row_before, made_of, unchanged,
            )  # fmt: skip
        mine[:] = 0.0
        for m in range(combinations):
            # every lane holds the same, and did when this was last worked out
            if unchanged[m] < 3 * lanes:
                _fill_met_alive(hazard[m], scratch, met_alive[m])
            for lane in range(n):
                scratch[lane] = share[start + lane, m]
            for c in range(0, width, bands):
                for b in range(bands):
                    for lane in range(lanes):
                        mine[c + b, lane] += scratch[lane] * (hazard[m, c + b, lane] * met_alive[m, b, lane])
        for lane in range(n):
            for i in range(width):
                out[start + lane, i] = mine[i, lane]
        start += n


@block_kernel
def _fill_lane(
    table, row_of_cell, row_of_combination, alike, share, lane, hazard, product, row_before, made_of, unchanged
):  # fmt: skip
    """The hazard of one cell at each combination, into its lane: that of the lane before where nothing is new.

    The next cell is often alike at some combination, and the next combination in its first factors. Where nobody
    is, the hazard is not looked at.
    """
    combinations, width, lanes = hazard.shape
    factors = row_of_cell.size
    for m in range(combinations):
        another = False
        if share[m] != 0.0:
            for f in range(factors):
                row = alike[np.uint64(row_of_cell[f] + row_of_combination[m, f])]
                another |= row != row_before[m, f]
                row_before[m, f] = row
        if another:
            unchanged[m] = 0
            multiply_rows(table, row_before[m], made_of, product)
            for i in range(width):
                hazard[m, i, lane] = product[factors - 1, i]
        else:
            unchanged[m] += 1
            if unchanged[m] < 2 * lanes:
                before = lane - 1 if lane > 0 else lanes - 1
                for i in range(width):
                    hazard[m, i, lane] = hazard[m, i, before]


@njit(cache=True, forceinline=True)
def multiply_rows(table, rows, made_of, product):
    """Bring ``product`` [factors, causes x bands] to the rows given: its last line is the hazard.

    ``product[f]`` is that of factors 0 to f, made of the rows ``made_of``: those that stay are not made again.
    """
    begin = 0
    while begin < rows.size and rows[begin] == made_of[begin]:
        begin += 1
    for f in range(begin, rows.size):
        factor, mine = table[rows[f]], product[f]
        made_of[f] = rows[f]
        if f == 0:
            for i in range(mine.size):
                mine[i] = factor[i]
        else:
            before = product[f - 1]
            for i in range(mine.size):
                mine[i] = before[i] * factor[i]


@block_kernel
def _fill_met_alive(hazard, alive, met_alive):
    """Of each band, the share of its hazard that is met alive: `simcore.kernels.risk.fill_incidence`, in lanes."""
    bands, lanes = met_alive.shape
    for b in range(bands):
        for lane in range(lanes):
            met_alive[b, lane] = hazard[b, lane]
    for c in range(bands, hazard.shape[0], bands):
        for b in range(bands):
            for lane in range(lanes):
                met_alive[b, lane] += hazard[c + b, lane]
    alive[:] = 1.0
    for b in range(bands):
        total = met_alive[b]
        _step(total, alive)


@block_kernel
def _step(total, alive):
    """One band: its hazard in, the share of it that is met alive out, and who lives on."""
    few = True
    for lane in range(total.size):
        few &= total[lane] <= SMALL
    if few:
        for lane in range(total.size):
            share = survival_series(total[lane])
            dying = total[lane] * share
            total[lane] = alive[lane] * share
            alive[lane] *= 1.0 - dying
    else:
        for lane in range(total.size):
            share = mean_survival(total[lane])
            dying = total[lane] * share
            total[lane] = alive[lane] * share
            alive[lane] *= 1.0 - dying
