"""What an answer owes to each uncertain number, from the draws at hand and no further run.

Draws need not be independent between numbers, and those of a posterior are not. What is said of a number then holds
for it and for all that goes with it: shares of variance of several numbers do not add up. A number counts by the order
of its draws alone, so that it does not matter on which scale it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PIECES = 8
"""Pieces of the curve by which an answer goes with a number, where there are draws enough."""
A_PIECE = 20
"""Draws that a piece is made from at least."""
GROUPS = 20
"""Groups of draws that are left out in turn to find a standard error."""
A_TENTH = 20
"""Draws that a tenth of them must be; where they are fewer, quarters are compared."""
SAME = 1e-12
"""The share of its size within which a number does not vary."""


def varies(values: Array) -> bool:
    """Whether a number has more than one value, rounding apart.

    >>> varies(np.array([0.1 + 0.2, 0.3])), varies(np.array([0.3, 0.4]))
    (False, True)
    """
    return bool(np.ptp(values) > SAME * np.abs(values).max())


def normal_scores(number: Array) -> Array:
    """Where each draw would stand, were the number standard normal; draws that are equal stand at one place.

    >>> normal_scores(np.array([5.0, 1.0, 80.0])).round(2)
    array([ 0.  , -0.97,  0.97])
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(number) - 0.5) / number.size))


def curves(scores: Array, pieces: int) -> Array:
    """Smooth curves over a number, none of which the others make up: ``float64[draws, curves]``, orthonormal.

    Cubic splines of so many pieces, with as many draws in each; a straight line for none.

    >>> curves(normal_scores(np.arange(200.0)), 8).shape, curves(normal_scores(np.array([0.0, 1, 1, 1])), 8).shape
    ((200, 11), (4, 2))
    """
    from scipy.interpolate import BSpline

    if pieces:
        knots = np.unique(np.quantile(scores, np.linspace(0.0, 1.0, pieces + 1)))
        ends = [knots[0]] * 3, [knots[-1]] * 3
        columns = BSpline.design_matrix(scores, np.concatenate([ends[0], knots, ends[1]]), 3).toarray()
    else:
        columns = np.stack([np.ones_like(scores), scores], axis=1)
    across, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(across[:, sizes > 1e-9 * sizes[0]])


def first_order(number: Array, answers: Array) -> tuple[Array, Array]:
    """The share of an answer's variance that goes with one number, and its standard error.

    The first-order index ``Var(E[answer | number]) / Var(answer)``: what a smooth curve over the number explains, less
    what it would explain if the number did nothing (the adjusted R squared of a regression spline). The error is that
    of leaving out one group of draws in turn.

    Parameters
    ----------
    number : float64[draws]
    answers : float64[answers, draws]

    Returns
    -------
    tuple of float64[answers]
        Index and error: 0 for a number that does not vary; NaN for an answer that does not, or where draws are fewer
        than twice the curves.

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((2, 4000))
    >>> first_order(x[0], np.stack([2 * x[0] + x[1]]))[0].round(2)
    array([0.8])
    """
    moved = np.array([varies(answer) for answer in answers], dtype=bool)
    if not varies(number):
        return np.where(moved, 0.0, np.nan), np.where(moved, 0.0, np.nan)
    n = number.size
    basis = curves(normal_scores(number), max(1, min(PIECES, n // A_PIECE)))
    if n < 2 * basis.shape[1]:
        return np.full(moved.shape, np.nan), np.full(moved.shape, np.nan)
    about = (answers - answers.mean(axis=1, keepdims=True)).T
    groups = [slice(first, None, GROUPS) for first in range(min(GROUPS, n))]
    whole = _Sums.of(basis, about)
    index = whole.explained()
    left_out = np.stack([whole.without(_Sums.of(basis[group], about[group])).explained() for group in groups])
    error = np.sqrt((1.0 - 1.0 / len(groups)) * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    return np.where(moved, np.maximum(index, 0.0), np.nan), np.where(moved, error, np.nan)


@dataclass(frozen=True)
class _Sums:
    """All that a regression of some answers on curves needs to know of some draws."""

    draws: int
    products: Array
    """``float64[curves, curves]``."""
    with_answers: Array
    """``float64[curves, answers]``."""
    sums: Array
    squares: Array

    @classmethod
    def of(cls, basis: Array, answers: Array) -> _Sums:
        sums, squares = answers.sum(axis=0), (answers**2).sum(axis=0)
        return cls(basis.shape[0], basis.T @ basis, basis.T @ answers, sums, squares)

    def without(self, other: _Sums) -> _Sums:
        return _Sums(
            self.draws - other.draws,
            self.products - other.products,
            self.with_answers - other.with_answers,
            self.sums - other.sums,
            self.squares - other.squares,
        )

    def explained(self) -> Array:
        """Adjusted R squared: ``float64[answers]``; 0 for an answer that does not vary."""
        fitted = np.linalg.pinv(self.products, hermitian=True) @ self.with_answers
        left = self.squares - (fitted * self.with_answers).sum(axis=0)
        total = self.squares - self.sums**2 / self.draws
        freedom = self.draws - self.products.shape[0], self.draws - 1
        ratio = np.divide(left, total, out=np.ones_like(total), where=total > 0)
        return np.asarray(1.0 - ratio * freedom[1] / freedom[0])


@dataclass(frozen=True)
class Swing:
    """The mean of an answer where one number is low and where it is high.

    Attributes
    ----------
    numbers, answers
        Low, then high: the mean of the number, and of the answer, in those draws.
    error
        The standard error of the difference between the answers.
    part
        The part of all draws that is low, and that is high.
    """

    numbers: tuple[float, float]
    answers: tuple[float, float]
    error: float
    part: float

    @property
    def difference(self) -> float:
        """By how much the answer is more where the number is high."""
        return self.answers[1] - self.answers[0]


def swing(number: Array, answer: Array) -> Swing:
    """The mean answer in the lowest and in the highest tenth of a number's draws; quarters, if draws are few.

    A number that does not vary swings nothing.

    >>> found = swing(np.arange(400.0), 2.0 * np.arange(400.0))
    >>> found.numbers, found.answers, found.part
    ((19.5, 379.5), (39.0, 759.0), 0.1)
    """
    n = number.size
    part = 0.1 if n >= 10 * A_TENTH else 0.25
    size = max(1, int(n * part))
    if not varies(number):
        at, mean = float(number[0]), float(answer.mean())
        return Swing((at, at), (mean, mean), 0.0, part)
    order = np.argsort(number, kind="stable")
    low, high = order[:size], order[-size:]
    error = np.sqrt((answer[low].var() + answer[high].var()) / max(size - 1, 1))
    return Swing(
        (float(number[low].mean()), float(number[high].mean())),
        (float(answer[low].mean()), float(answer[high].mean())),
        float(error),
        part,
    )
