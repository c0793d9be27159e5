"""Counts that chance makes of expected deaths: a Poisson number around what each draw expects, summed over draws.

Draws differ by what is not known; the count of one draw differs by luck. Both are in a mixture of Poisson
distributions, one for each draw, each as likely as the others. Its probabilities are summed, never sampled.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

TAIL = 0.025
"""What a 95% interval leaves out on either side."""
REACH = 8.0
"""Standard deviations from its mean beyond which no count is looked for: less than 1e-14 of all lies there."""
NOTHING = 40.0
"""Minus the logarithm of what a term may be to be left out of a sum."""
ROUNDING = 1e-12
"""Within which sums of probabilities are equal."""
FAR = 5.0
"""The same for probabilities that a change is shown, which are summed to a thousandth."""
A_DEVIATION, WIDE = 3, 20.0
"""Counts that such a sum takes from each standard deviation, where one is so many counts; else it takes them all."""
POWER = 0.8
"""The probability with which a change is to be shown, where the least such change is asked for."""


def count_interval(expected: Array) -> Integers:
    """The 95% interval of a count: both ends are counts that it holds.

    Parameters
    ----------
    expected : float64[draws]

    Returns
    -------
    int64[2]
        At most 2.5% lies below the first, and at most 2.5% above the second.

    Examples
    --------
    Of one mean of 100 it is that of the Poisson distribution; where the mean is not known, it is wider.

    >>> count_interval(np.array([100.0])).tolist(), count_interval(np.array([80.0, 120.0])).tolist()
    ([81, 120], [66, 138])
    """
    return change_interval(expected, np.zeros_like(expected))


def change_interval(before: Array, after: Array) -> Integers:
    """The 95% interval of one count less another, which is independent of it given the draw.

    Parameters
    ----------
    before, after : float64[draws]
        What is expected of either in each draw.

    Returns
    -------
    int64[2]
        As :func:`count_interval` has it.

    Examples
    --------
    >>> change_interval(np.array([100.0]), np.array([100.0])).tolist()
    [-28, 28]
    """
    first, chances = differences(before, after)
    # sums are off by rounding, which must not carry an end past a count that is certain
    return first + np.searchsorted(np.cumsum(chances), [TAIL - ROUNDING, 1.0 - TAIL - ROUNDING])


def differences(before: Array, after: Array) -> tuple[int, Array]:
    """How likely one count less another is to be each whole number: the first of them, and ``float64[numbers]``.

    Found from the characteristic function of the mixture (each draw's difference has Skellam's distribution) by a
    fast Fourier transform: exact but for rounding, for numbers of any size.

    >>> first, chances = differences(np.array([0.0]), np.array([2.0]))
    >>> round(float(chances[-1 - first]), 6), round(float(2 * np.exp(-2)), 6)
    (0.270671, 0.270671)
    """
    spread = REACH * np.sqrt((before + after).max()) + REACH**2
    first = int(np.floor((before - after).min() - spread))
    size = 1 << int(np.ceil(np.log2((before - after).max() + spread - first + 1)))
    angle = 2.0 * np.pi * np.arange(size // 2 + 1) / size
    # beyond some angle nothing is left of any draw
    angle = angle[(before + after).min() * (1.0 - np.cos(angle)) < NOTHING]
    wave = np.exp(-1j * angle)
    terms = np.outer(before, wave - 1.0) + np.outer(after, wave.conj() - 1.0) + 1j * angle * first
    return first, np.maximum(np.fft.irfft(np.exp(terms).mean(axis=0), size), 0.0)


def shown(before: Array, after: Array) -> Array:
    """How likely each draw makes it that two counts show a fall: ``float64[draws]``.

    It is shown where the exact 95% interval of the ratio of two Poisson counts excludes 1 (Przyborowski and Wilenski
    1940), and the second is the smaller: a two-sided test at 5%, so that where nothing falls one in forty shows it
    at most.

    Parameters
    ----------
    before, after : float64[draws]
        Expected counts, of as many births each.

    Examples
    --------
    >>> shown(np.array([1000.0, 1000.0]), np.array([1000.0, 875.0])).round(3)
    array([0.024, 0.817])
    """
    from scipy.special import pdtrc
    from scipy.stats import poisson

    deviation = np.sqrt(after)
    # an odd step meets even and odd counts alike, which the test treats unlike
    step = np.where(deviation < WIDE, 1, 2 * (deviation / (2 * A_DEVIATION)).astype(np.int64) + 1)
    first = np.maximum(np.floor(after - FAR * deviation), 0.0)
    each = np.arange(int(np.ceil(((2 * FAR * deviation + FAR**2) / step).max())) + 1)
    counts = (first[:, None] + each * step[:, None]).astype(np.int64)
    weights = np.asarray(poisson.pmf(counts, after[:, None]))
    needed = _least_shown(1 << int(counts.max()).bit_length())[counts]
    found = pdtrc(needed - 1.0, before[:, None])
    return np.asarray((weights * found).sum(axis=1) / weights.sum(axis=1))


@lru_cache(maxsize=4)
def _least_shown(counts: int) -> Array:
    """The least first count that shows a fall to each second one: ``float64[counts]``.

    Where nothing falls, the two are as heads and tails, and the first is so large or larger as often as so many
    heads come before one more tail than ``second``.
    """
    from scipy.stats import nbinom

    return np.asarray(nbinom.isf(TAIL, np.arange(counts) + 1, 0.5) + 1.0)


def least_detectable(before: Array, after: Array, power: float = POWER) -> float | None:
    """The share of ``after`` whose absence is shown with this probability; none if all of it is not enough.

    Parameters
    ----------
    before, after : float64[draws]
        Counts expected where nothing falls.

    Examples
    --------
    >>> round(least_detectable(np.array([1000.0]), np.array([1000.0])), 3)
    0.122
    """
    from scipy.optimize import brentq

    def lacking(share: float) -> float:
        return float(shown(before, after * (1.0 - share)).mean()) - power

    if lacking(1.0) < 0:
        return None
    if lacking(0.0) >= 0:
        return 0.0
    return float(brentq(lacking, 0.0, 1.0, xtol=1e-5))
