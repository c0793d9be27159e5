"""What an answer owes to each uncertain number, from the draws at hand and no further run.

Draws need not be independent between numbers, and those of a posterior are not. What is said of a number then holds
for it and for all that goes with it: shares of variance of several numbers do not add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GROUPS = 20
"""Groups of draws that are left out in turn to find a standard error."""
LEAST_IN_A_TENTH = 20
"""Draws that a tenth of them must be; where they are fewer, quarters are compared."""
SAME = 1e-12
"""The share of its size within which a number does not vary."""


def varies(values: Array) -> bool:
    """Whether a number has more than one value, rounding apart.

    >>> varies(np.array([0.1 + 0.2, 0.3])), varies(np.array([0.3, 0.4]))
    (False, True)
    """
    return bool(np.ptp(values) > SAME * np.abs(values).max())


def first_order(number: Array, answers: Array) -> tuple[Array, Array]:
    """The share of an answer's variance that goes with one number, and its standard error.

    The first-order index ``Var(E[answer | number]) / Var(answer)``. Draws are put in bins of equal size by the number;
    variance between bins is set against variance within (Kelley's epsilon squared), which takes out what bins
    would differ by if the number did nothing. The error is that of leaving out one group of draws in turn.

    Parameters
    ----------
    number : float64[draws]
    answers : float64[answers, draws]

    Returns
    -------
    tuple of float64[answers]
        Index and error: 0 for a number that does not vary, NaN for an answer that does not.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((2, 4000))
    >>> first_order(x[0], np.stack([2 * x[0] + x[1]]))[0].round(2)
    array([0.79])
    """
    n = number.size
    moved = np.array([varies(answer) for answer in answers], dtype=bool)
    if not varies(number) or n < 4:
        return np.where(moved, 0.0, np.nan), np.where(moved, 0.0, np.nan)
    order = np.argsort(number, kind="stable")
    # a draw's group goes by its place in the file, which is no part of its value
    group = (np.arange(n) % GROUPS)[order]
    sorted_answers = answers[:, order]
    index = _epsilon_squared(sorted_answers)
    left_out = np.stack([_epsilon_squared(sorted_answers[:, group != g]) for g in range(min(GROUPS, n))])
    error = np.sqrt((GROUPS - 1) / GROUPS * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    return np.where(moved, np.maximum(index, 0.0), np.nan), np.where(moved, error, np.nan)


def _epsilon_squared(answers: Array) -> Array:
    """Of answers in the order of a number: ``float64[answers]``; NaN where all are equal."""
    n = answers.shape[1]
    starts = np.unique(np.linspace(0, n, _bins(n), endpoint=False).astype(np.int64))
    sizes = np.diff(np.append(starts, n))
    about = answers - answers.mean(axis=1, keepdims=True)
    total = (about**2).sum(axis=1)
    between = (np.add.reduceat(about, starts, axis=1) ** 2 / sizes).sum(axis=1)
    within = (total - between) / (n - starts.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1.0 - within / (total / (n - 1)))


def _bins(draws: int) -> int:
    """Bins that hold more draws, and are narrower, the more draws there are."""
    return max(2, min(round(2 * draws ** (1 / 3)), draws // 2))


@dataclass(frozen=True)
class Swing:
    """The mean of an answer where one number is low and where it is high.

    ``error`` is the standard error of the difference; ``part`` the part of all draws that is low, and high.
    """

    low: float
    high: float
    error: float
    part: float

    @property
    def width(self) -> float:
        """How far the two are apart, whichever is larger."""
        return abs(self.high - self.low)


def swing(number: Array, answer: Array) -> Swing:
    """The mean answer in the lowest and in the highest tenth of a number's draws; quarters, if draws are few.

    A number that does not vary swings nothing.

    >>> swing(np.arange(400.0), 2.0 * np.arange(400.0))
    Swing(low=39.0, high=759.0, error=5.220153254455275, part=0.1)
    """
    n = number.size
    part = 0.1 if n >= 10 * LEAST_IN_A_TENTH else 0.25
    size = max(1, int(n * part))
    if not varies(number) or n < 2:
        mean = float(answer.mean())
        return Swing(mean, mean, 0.0, part)
    order = np.argsort(number, kind="stable")
    ends = answer[order[:size]], answer[order[-size:]]
    error = np.sqrt(sum(end.var(ddof=1) / size for end in ends)) if size > 1 else 0.0
    return Swing(float(ends[0].mean()), float(ends[1].mean()), float(error), part)
