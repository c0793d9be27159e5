"""Which of several options is best, draw by draw: probabilities and ranks from draws that all options share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """How options compare over draws; a tie is shared out equally, among as many as are in it.

    Attributes
    ----------
    positive : float64[options, draws]
        1 where an option is above nought, else 0.
    best : float64[options, draws]
        The part of being best that falls to an option: 1, or one over those that are best together.
    rank : float64[options, draws]
        1 for the best; those of a tie have the mean of the ranks that they take.
    beats : float64[options, options, draws]
        1 where the first is above the second, a half where they are equal.
    """

    positive: Array
    best: Array
    rank: Array
    beats: Array


def rank_options(values: Array, rounding: float = 0.0) -> Ranking:
    """Compare options draw by draw; more is better.

    Parameters
    ----------
    values : float64[options, draws]
    rounding
        Values so near each other, or to nought, are equal; so are those that a chain of such neighbours joins.

    Examples
    --------
    Two options that are the same, and a third that is better in one draw of two:

    >>> found = rank_options(np.array([[5.0, 5.0], [5.0, 5.0], [9.0, 1.0]]))
    >>> found.best.mean(axis=1), found.rank.mean(axis=1)
    (array([0.25, 0.25, 0.5 ]), array([2., 2., 2.]))
    """
    from scipy.stats import rankdata

    order = np.argsort(values, axis=0)
    steps = np.diff(np.take_along_axis(values, order, axis=0), axis=0) > rounding
    places = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(steps, axis=0)])
    height = np.empty_like(values)
    np.put_along_axis(height, order, places, axis=0)
    at_top = height == height.max(axis=0)
    above = np.sign(height[:, None] - height[None, :])
    return Ranking(
        (values > rounding).astype(np.float64),
        at_top / at_top.sum(axis=0),
        np.asarray(rankdata(-height, axis=0), np.float64),
        (1.0 + above) / 2.0,
    )


def probability(shares: Array) -> tuple[float, float]:
    """A probability from what falls to it in each draw, ``float64[draws]``, and the standard error of it.

    Two draws that are not there are added to the error, one of each kind: that every draw says the same does not
    make it certain.

    >>> tuple(round(x, 4) for x in probability(np.ones(500)))
    (1.0, 0.002)
    """
    more = np.append(shares, [0.0, 1.0])
    return float(shares.mean()), float(np.sqrt(more.var() / more.size))
