"""Risk averaged over variables that nothing later hangs on, without ever holding it row by row."""

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.risk import _incidence, _multiply_factors


@njit(cache=True, nogil=True)
def _mix(tables, row_of_factor, bands, share, cell_of_row, out):
    """Add ``share x incidence`` of every row to its cell: ``out`` float64[draws, cells, causes x bands]."""
    product = np.empty((row_of_factor.shape[0], tables.shape[2]))
    hazard, met_alive, risk = product[-1], np.empty(bands), np.empty(tables.shape[2])
    for draw in range(tables.shape[0]):
        shares = share[draw if share.shape[0] > 1 else 0]
        for row in range(row_of_factor.shape[1]):
            _multiply_factors(tables[draw], row_of_factor, row, product)
            _incidence(hazard, bands, met_alive, risk)
            cell, weight = out[draw, cell_of_row[row]], shares[row]
            for i in range(risk.size):
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
