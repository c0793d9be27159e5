"""How good a prediction was: what was counted against what had been thought likely.

A prediction of counts is a set of draws: each says what is to be expected, and one count that chance might make of
it. Coverage says whether intervals hold what they claim to. A proper score (the continuous ranked probability score,
in deaths; the logarithmic score, in nats) says whether they are also narrow, and cannot be bettered by saying
anything else than what is thought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from simcore.network import Array

HALF, MOST = (0.25, 0.75), (0.05, 0.95)
"""Quantiles that the two intervals lie between."""


@dataclass(frozen=True)
class Predicted:
    """What might be counted.

    Attributes
    ----------
    expected : float64[draws, *cells]
        The mean of each draw: parameters and effects of years, without chance.
    counts : float64[draws, *cells]
        The same with chance.
    dispersion : float
        A count of mean ``m`` has the variance ``m + dispersion * m**2``.
    """

    expected: Array
    counts: Array
    dispersion: float = 0.0

    def period(self, p: int) -> Predicted:
        """Counts of one age period, where cells are by year, age period and stratum."""
        return Predicted(self.expected[:, :, p], self.counts[:, :, p], self.dispersion)


@dataclass(frozen=True)
class Score:
    """How well some counts were predicted. Less is better for ``crps`` and ``log_score``.

    Attributes
    ----------
    cells : int
        Counts scored.
    coverage50, coverage90 : float
        The part of them that lies in the interval, its ends included.
    claimed50, claimed90 : float
        The part that the prediction itself puts there: a little more than is in the name, as counts are whole.
    crps : float
        Mean over counts, in deaths.
    log_score : float
        Mean of minus the logarithm of the probability given to what was counted.
    """

    cells: int
    coverage50: float
    coverage90: float
    claimed50: float
    claimed90: float
    crps: float
    log_score: float

    def as_json(self) -> dict[str, float]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def scored(predicted: Predicted, observed: Array) -> Score:
    """Score the prediction of some counts, ``float64[*cells]``.

    Examples
    --------
    >>> from numpy.random import default_rng
    >>> expected = np.full((4000, 3), 100.0)
    >>> predicted = Predicted(expected, default_rng(1).poisson(expected).astype(float))
    >>> score = scored(predicted, np.array([100.0, 112.0, 130.0]))
    >>> score.cells, round(score.coverage50, 2), round(score.coverage90, 2)
    (3, 0.33, 0.67)
    """
    inside, claimed = [], []
    for quantiles in (HALF, MOST):
        ends = interval(predicted.counts, quantiles)
        inside.append(float(((observed >= ends[0]) & (observed <= ends[1])).mean()))
        claimed.append(float(((predicted.counts >= ends[0]) & (predicted.counts <= ends[1])).mean()))
    return Score(
        observed.size,
        inside[0],
        inside[1],
        claimed[0],
        claimed[1],
        float(crps(predicted.counts, observed).mean()),
        float(-log_probability(predicted, observed).mean()),
    )


def interval(counts: Array, quantiles: tuple[float, float]) -> Array:
    """The counts between which a part of the draws lie, both included: ``float64[2, *cells]``.

    >>> interval(np.arange(101.0), MOST).tolist()
    [5.0, 95.0]
    """
    return np.asarray(np.quantile(counts, quantiles, axis=0, method="inverted_cdf"))


def crps(draws: Array, observed: Array) -> Array:
    """The continuous ranked probability score of each count, ``float64[*cells]``, from draws ``[draws, *cells]``.

    The fair version: right on average however few the draws.

    >>> crps(np.array([[1.0], [3.0]]), np.array([2.0])).tolist()
    [0.0]
    """
    m = draws.shape[0]
    rank = (2.0 * np.arange(m) - m + 1).reshape(-1, *[1] * (draws.ndim - 1))
    apart = (rank * np.sort(draws, axis=0)).sum(axis=0) / (m * (m - 1))
    return np.asarray(np.abs(draws - observed).mean(axis=0) - apart)


def log_probability(predicted: Predicted, observed: Array) -> Array:
    """Logarithm of the probability of what was counted, averaged over draws: ``float64[*cells]``."""
    mean, spread = predicted.expected, predicted.dispersion
    if spread:
        shape = 1.0 / spread
        each = (
            gammaln(observed + shape) - gammaln(shape) - gammaln(observed + 1)
            - shape * np.log1p(spread * mean) + observed * (np.log(spread * mean) - np.log1p(spread * mean))
        )  # fmt: skip
    else:
        each = observed * np.log(mean) - mean - gammaln(observed + 1)
    return np.asarray(logsumexp(each, axis=0) - np.log(mean.shape[0]))


@dataclass(frozen=True)
class Scores:
    """Scores of one predictor: all counts, those of each age period, and totals over strata by year and period."""

    every: Score
    by_age: Mapping[str, Score]
    totals: Score

    def as_json(self) -> dict[str, object]:
        """Plain data; those of all counts stand at the top."""
        return {
            **self.every.as_json(),
            "by_age": {age: score.as_json() for age, score in self.by_age.items()},
            "totals": self.totals.as_json(),
        }


def scores_of(predicted: Predicted, observed: Array, periods: Sequence[str]) -> Scores:
    """Score counts by year, age period and stratum: ``observed`` is ``float64[years, periods, strata]``."""
    by_age = {period: scored(predicted.period(p), observed[:, p]) for p, period in enumerate(periods)}
    # a sum of overdispersed counts is taken to be no more dispersed than by its draws
    whole = Predicted(predicted.expected.sum(axis=-1), predicted.counts.sum(axis=-1))
    return Scores(scored(predicted, observed), by_age, scored(whole, observed.sum(axis=-1)))
