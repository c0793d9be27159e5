"""Births of a draw counted in equal parts, by whose spread the Monte Carlo error is known.

Eight does not divide the births of most strata, so that some slices hold a birth more than others. Left in, that
difference would be taken for luck: where nothing was drawn, a Monte Carlo error would be reported all the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SLICES = 8
"""Parts that each draw's births are counted in, to see how far they differ: the Monte Carlo error."""


def births_in_slices(simulated: NDArray[np.int64], keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Simulated births of each stratum and slice: birth ``k`` is in slice ``(k + key) % 8``.

    >>> births_in_slices(np.array([11]), np.array([6], np.uint32))
    array([[2, 1, 1, 1, 1, 1, 2, 2]])
    """
    first = keys.astype(np.int64).reshape(*simulated.shape, 1)
    births = simulated[..., None]
    return np.asarray(births // SLICES + ((np.arange(SLICES) - first) % SLICES < births % SLICES))


def even_slices(deaths: Array, births: NDArray[np.int64]) -> Array:
    """Deaths by slice as though each slice had held an eighth of the births of its stratum.

    Each slice is set right by the mean of its stratum, so that slices differ by luck alone and still add up to the
    same deaths. What the mean takes with it of their spread is given back, so that eight times the variance between
    slices is, on average, the variance of their sum, however few births there are. A stratum of one birth
    tells nothing of spread: it is left as it is, which overrates its error and never underrates it.

    Parameters
    ----------
    deaths : float64[..., *strata, slices]
    births : int64[*strata, slices]

    Returns
    -------
    float64[..., *strata, slices]

    Examples
    --------
    >>> even_slices(np.array([[2.0, 1, 1, 1, 1, 1, 2, 2]]), np.array([[2, 1, 1, 1, 1, 1, 2, 2]]))
    array([[1.375, 1.375, 1.375, 1.375, 1.375, 1.375, 1.375, 1.375]])
    """
    n = births.sum(axis=-1, keepdims=True).astype(np.float64)
    several = n > 1
    total = deaths.sum(axis=-1, keepdims=True)
    mean = total / np.maximum(n, 1.0)
    seen = n - (births.astype(np.float64) ** 2).sum(axis=-1, keepdims=True) / np.maximum(n, 1.0)
    given_back = np.sqrt(n * (1.0 - 1.0 / SLICES) / np.where(several, seen, 1.0))
    return np.asarray(np.where(several, total / SLICES + given_back * (deaths - births * mean), deaths))
