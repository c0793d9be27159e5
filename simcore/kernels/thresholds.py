"""Probabilities to the 32-bit thresholds that a birth's word is held against."""

import numpy as np
from numba import njit

from simcore.kernels.arrays import Floats, Words

_WORDS = 2.0**32
_TO_WHOLE = 2.0**52
"""Added and taken off again it rounds to a whole number, as `rint` does in twice the time."""


@njit(cache=True, nogil=True)
def _fill(table, words, start):
    """``table`` float64[draws or 1, rows, levels] to ``words[:, start:]``, rows x (levels - 1) of them."""
    inner = table.shape[2] - 1
    for draw in range(words.shape[0]):
        rows = table[draw if table.shape[0] > 1 else 0]
        at = start
        for row in range(rows.shape[0]):
            last = inner
            # what is left over by rounding must not make a level possible that has no probability
            while last > 0 and rows[row, last] <= 0.0:
                last -= 1
            below = 0.0
            for level in range(inner):
                below += rows[row, level]
                word = min(max(below, 0.0), 1.0) * _WORDS + _TO_WHOLE - _TO_WHOLE if level < last else _WORDS
                words[draw, at + level] = np.uint32(min(word, _WORDS - 1.0))
            at += inner


def fill_thresholds(table: Floats, words: Words, start: int) -> int:
    """Cumulative probabilities as 32-bit words, one and zero kept exactly.

    Parameters
    ----------
    table : float64[draws or 1, rows, levels]
        Rows sum to one.
    words : uint32[draws, words]
        Where they are written, from column ``start`` on: rows x (levels - 1) columns.

    Returns
    -------
    int
        The column after the last one written.

    Raises
    ------
    ValueError
        When shapes disagree.
    """
    table = np.require(table, np.float64, ["C", "W"])
    draws, rows, levels = table.shape
    end = start + rows * (levels - 1)
    if draws not in {1, words.shape[0]} or not 0 <= start <= end <= words.shape[1]:
        raise ValueError(f"a table {table.shape} does not fit into thresholds {words.shape} from {start} on")
    _fill(table, words, start)
    return end
