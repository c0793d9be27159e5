"""Numbers of each draw multiplied into the cells of a table that they act on."""

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Ints


@njit(cache=True, nogil=True)
def _multiply(base, numbers, number_of, cell_of, out):
    for draw in range(out.shape[0]):
        out[draw] = base
        for i in range(cell_of.size):
            out[draw, cell_of[i]] *= numbers[draw, number_of[i]]


def multiplied(base: Floats, numbers: Floats, number_of: Ints, cell_of: Ints) -> Floats:
    """A table for each draw: ``base`` with numbers multiplied into some of its cells.

    ``out[draw, cell_of[i]] *= numbers[draw, number_of[i]]``, in the order of ``i``.

    Parameters
    ----------
    base : float64[cells]
        The table as it is where no number acts.
    numbers : float64[draws, numbers]
    number_of, cell_of : int64[pairs]

    Returns
    -------
    float64[draws, cells]

    Raises
    ------
    ValueError
        When shapes disagree or an index leaves its array.

    Examples
    --------
    >>> two_draws = np.array([[2.0], [3.0]])
    >>> multiplied(np.array([1.0, 10.0]), two_draws, np.array([0]), np.array([1]))
    array([[ 1., 20.],
           [ 1., 30.]])
    """
    base = np.require(base, np.float64, ["C", "W"])
    numbers = np.require(numbers, np.float64, ["C", "W"])
    number_of = np.require(number_of, np.int64, ["C", "W"])
    cell_of = np.require(cell_of, np.int64, ["C", "W"])
    if base.ndim != 1 or numbers.ndim != 2 or number_of.shape != cell_of.shape or cell_of.ndim != 1:
        raise ValueError(f"{number_of.shape} numbers do not match {cell_of.shape} cells")
    for index, size in ((number_of, numbers.shape[1]), (cell_of, base.size)):
        if index.size and not 0 <= index.min() <= index.max() < size:
            raise ValueError(f"an index leaves its {size} places")
    out = np.empty((numbers.shape[0], base.size))
    _multiply(base, numbers, number_of, cell_of, out)
    return out
