"""From hazards to cumulative incidence: competing risks with hazards constant within a band.

With ``h[c, b]`` the cumulative hazard of cause ``c`` over band ``b``, ``H[b]`` its sum over causes and
``S[b]`` the chance to reach the band alive, the chance to die of ``c`` in ``b`` is ::

    S[b] * h[c, b] / H[b] * (1 - exp(-H[b]))

Causes share a band in proportion to their hazards, because these keep their ratio throughout it.
"""

import math

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints

_C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12 = (1.0 / math.factorial(n) for n in range(3, 13))


@njit(cache=True, forceinline=True)
def _mean_survival(x):
    """``(1 - exp(-x)) / x``, the share of a band's hazard that is met alive; 1 at ``x = 0``.

    Below 1/4, where nearly all hazards lie, by the Taylor series to the eleventh power, even and odd powers apart
    (left out: under 1e-17): a third of the time of ``expm1``, and no division by zero.
    """
    if x > 0.25:
        return -math.expm1(-x) / x
    y = x * x
    even = _C9 + y * _C11
    odd = _C10 + y * _C12
    even = _C7 + y * even
    odd = _C8 + y * odd
    even = _C5 + y * even
    odd = _C6 + y * odd
    even = _C3 + y * even
    odd = _C4 + y * odd
    return (1.0 + y * even) - x * (0.5 + y * odd)


@njit(cache=True, nogil=True)
def _incidence(hazard, bands, met_alive, died, out):
    """Incidence of one row: ``hazard`` and ``out`` are [causes x bands], flat; ``died`` [bands] is its sum over causes.

    ``met_alive`` [bands] is scratch.
    """
    for b in range(bands):
        met_alive[b] = hazard[b]
    for begin in range(bands, hazard.size, bands):
        for b in range(bands):
            met_alive[b] += hazard[begin + b]
    alive = 1.0
    for b in range(bands):
        total, share = met_alive[b], _mean_survival(met_alive[b])
        met_alive[b] = alive * share
        died[b] = alive * (total * share)
        alive *= 1.0 - total * share
    for begin in range(0, hazard.size, bands):
        for b in range(bands):
            out[begin + b] = hazard[begin + b] * met_alive[b]


@njit(cache=True, forceinline=True)
def _multiply_factors(factors, row_of_factor, row, product):
    """Bring ``product`` [factors, causes x bands] from the row before to this one: its last line is the hazard.

    ``product[f]`` is that of factors 0 to f: a row that differs from the one before in late factors starts there.
    """
    begin = 0
    if row > 0:
        while begin < product.shape[0] and row_of_factor[begin, row] == row_of_factor[begin, row - 1]:
            begin += 1
    for f in range(begin, product.shape[0]):
        table, mine = factors[row_of_factor[f, row]], product[f]
        if f == 0:
            for i in range(mine.size):
                mine[i] = table[i]
        else:
            before = product[f - 1]
            for i in range(mine.size):
                mine[i] = before[i] * table[i]


@njit(cache=True, nogil=True)
def _rows_from_factors(tables, row_of_factor, bands, store_hazard, out):
    """Hazards, or incidence at once, of every row: ``out`` float64[draws, rows, causes x bands]."""
    product = np.empty((row_of_factor.shape[0], tables.shape[2]))
    hazard, met_alive, died = product[-1], np.empty(bands), np.empty(bands)
    for draw in range(tables.shape[0]):
        for row in range(row_of_factor.shape[1]):
            _multiply_factors(tables[draw], row_of_factor, row, product)
            if store_hazard:
                out[draw, row] = hazard
            else:
                _incidence(hazard, bands, met_alive, died, out[draw, row])


def incidence(hazard: Floats) -> Floats:
    """Chance to die of each cause in each band, for every row of cumulative hazards.

    Parameters
    ----------
    hazard : float64[rows, causes, bands]
        Cumulative hazard of the cause over the whole band (not per day), finite and not negative. At least
        one cause and one band.

    Returns
    -------
    float64[rows, causes, bands]
        Sums to at most one in a row.

    Raises
    ------
    ValueError
        When the shape is not rows x causes x bands.
    """
    hazard = np.require(hazard, np.float64, ["C", "W"])
    if hazard.ndim != 3 or 0 in hazard.shape[1:]:
        raise ValueError(f"hazard is rows x causes x bands, got {hazard.shape}")
    rows = np.arange(hazard.shape[0])[None]
    return _from_factors(hazard[None], rows, store_hazard=False)[0]


def _from_factors(tables: Floats, row_of_factor: Ints, *, store_hazard: bool) -> Floats:
    tables = np.require(tables, np.float64, ["C", "W"])
    row_of_factor = np.require(row_of_factor, np.int64, ["C", "W"])
    if tables.ndim != 4 or 0 in tables.shape[2:] or row_of_factor.ndim != 2 or row_of_factor.shape[0] == 0:
        raise ValueError(
            "tables are draws x factor rows x causes x bands and row_of_factor is factors x rows, "
            f"got {tables.shape} and {row_of_factor.shape}"
        )
    if row_of_factor.size and not 0 <= row_of_factor.min() <= row_of_factor.max() < tables.shape[1]:
        raise ValueError(f"row_of_factor leaves the {tables.shape[1]} factor rows")
    draws, factor_rows, causes, bands = tables.shape
    out = np.empty((draws, row_of_factor.shape[1], causes * bands))
    flat = tables.reshape(draws, factor_rows, causes * bands)
    _rows_from_factors(flat, row_of_factor, bands, store_hazard, out)
    return out.reshape(draws, -1, causes, bands)


def hazards_from_factors(tables: Floats, row_of_factor: Ints) -> Floats:
    """Cumulative hazards as products of factors, gathered row by row.

    ``hazard[draw, row] = product over f of tables[draw, row_of_factor[f, row]]``, multiplied in the order of
    the factors. Cheapest when the last factors vary fastest from row to row: products of the first ones are
    kept.

    Parameters
    ----------
    tables : float64[draws, factor rows, causes, bands]
        The tables of all factors below each other.
    row_of_factor : int64[factors, rows]
        Where in ``tables`` each row finds its factor.

    Returns
    -------
    float64[draws, rows, causes, bands]

    Raises
    ------
    ValueError
        When shapes disagree or a row lies outside the tables.
    """
    return _from_factors(tables, row_of_factor, store_hazard=True)


def incidence_from_factors(tables: Floats, row_of_factor: Ints) -> Floats:
    """`incidence` of `hazards_from_factors`, without ever holding the hazards. Same arguments and errors."""
    return _from_factors(tables, row_of_factor, store_hazard=False)
