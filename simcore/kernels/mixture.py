"""Risk averaged over variables that nothing later hangs on, without ever holding it row by row."""

import numpy as np
from numba import njit

from simcore.kernels.packed import Floats, Ints
from simcore.kernels.risk import _incidence


@njit(cache=True, nogil=True)
def _mix(tables, row_of_factor, bands, share, cell_of_row, out):
    """Add ``share x incidence`` of every row to its cell: ``out`` float64[draws, cells, causes x bands]."""
    factors, rows = row_of_factor.shape
    size = tables.shape[2]
    product = np.empty((factors, size))
    met_alive, risk = np.empty(bands), np.empty(size)
    for draw in range(tables.shape[0]):
        shares = share[draw if share.shape[0] > 1 else 0]
        for row in range(rows):
            begin = 0
            if row > 0:
                # rows that share their first factors with the row before keep those products
                while begin < factors and row_of_factor[begin, row] == row_of_factor[begin, row - 1]:
                    begin += 1
            for f in range(begin, factors):
                table, mine = tables[draw, row_of_factor[f, row]], product[f]
                if f == 0:
                    for i in range(size):
                        mine[i] = table[i]
                else:
                    before = product[f - 1]
                    for i in range(size):
                        mine[i] = before[i] * table[i]
            _incidence(product[factors - 1], bands, met_alive, risk)
            cell, weight = out[draw, cell_of_row[row]], shares[row]
            for i in range(size):
                cell[i] += weight * risk[i]


def mixed_incidence(
    tables: Floats, row_of_factor: Ints, share: Floats, cell_of_row: Ints, n_cells: int
) -> Floats:
    """Weighted sums of `simcore.kernels.risk.incidence_from_factors` over rows.

    Parameters
    ----------
    tables : float64[draws, factor rows, causes, bands]
    row_of_factor : int64[factors, rows]
    share : float64[draws or 1, rows]
        Weight of each row in its cell.
    cell_of_row : int64[rows]
        The cell each row belongs to.

    Returns
    -------
    float64[draws, cells, causes, bands]

    Raises
    ------
    ValueError
        When shapes disagree or an index leaves its array.
    """
    tables = np.require(tables, np.float64, ["C", "W"])
    row_of_factor = np.require(row_of_factor, np.int64, ["C", "W"])
    share = np.require(share, np.float64, ["C", "W"])
    cell_of_row = np.require(cell_of_row, np.int64, ["C", "W"])
    draws, factor_rows, causes, bands = tables.shape
    rows = row_of_factor.shape[1]
    if share.shape not in {(1, rows), (draws, rows)} or cell_of_row.shape != (rows,):
        raise ValueError(f"{rows} rows do not match shares {share.shape} and cells {cell_of_row.shape}")
    for index, size in ((row_of_factor, factor_rows), (cell_of_row, n_cells)):
        if index.size and not 0 <= index.min() <= index.max() < size:
            raise ValueError(f"an index leaves its {size} places")
    out = np.zeros((draws, n_cells, causes * bands))
    _mix(tables.reshape(draws, factor_rows, -1), row_of_factor, bands, share, cell_of_row, out)
    return out.reshape(draws, n_cells, causes, bands)
