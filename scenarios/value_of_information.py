"""What it would be worth to know more before choosing, from the draws at hand and no further run.

Whoever must choose today takes the option that is best on average. Whoever knew a number first would take the option
that is best given it. The difference of the two averages is the expected value of (partial) perfect information:
what could be paid, at most, to learn that number. Where the same option is best whatever the number, it is nought.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.given_data import A_PIECE, PIECES, SAME, curves, normal_scores, varies
from simcore.draws import uniforms

Array = NDArray[np.float64]

RESAMPLES = 200
"""Samples of the draws, with replacement, from which a standard error is found."""


def perfect_information(worth: Array) -> tuple[float, float]:
    """The expected value of knowing everything before choosing (EVPI), and its standard error.

    Parameters
    ----------
    worth : float64[options, draws]
        What each option is worth in each draw. Doing nothing takes part if it is among them.

    Examples
    --------
    Nothing, and an offer that costs 1 or saves 3:

    >>> perfect_information(np.array([[0.0, 0.0, 0.0, 0.0], [-1.0, 3.0, -1.0, 3.0]]))[0]
    0.5
    """
    gain = _gain(worth)
    if gain is None:
        return 0.0, 0.0
    lost = np.maximum(gain.max(axis=0), 0.0)
    return float(lost.mean()), float(lost.std() / np.sqrt(max(lost.size - 1, 1)))


def partial_information(number: Array, worths: Sequence[Array]) -> list[tuple[float, float]]:
    """The expected value of knowing one number before choosing (EVPPI), and its standard error, for several worths.

    What each option would gain on the one that is best on average is fitted as a smooth curve over the number
    (Strong, Oakley and Brennan 2014). How bent a curve may be is chosen by the Bayesian information criterion, from a
    constant on: a number with which nothing goes has a constant, and a value of exactly 0. Never negative.

    Parameters
    ----------
    number : float64[draws]
    worths
        Each as :func:`perfect_information` has it.

    Examples
    --------
    An offer that is worth a standard normal number against nothing: 0.399 to know the number, 0 to know another.

    >>> number, other = np.random.default_rng(1).standard_normal((2, 1000))
    >>> worth = np.stack([np.zeros(1000), number - number.mean()])
    >>> round(partial_information(number, [worth])[0][0], 2), partial_information(other, [worth])
    (0.39, [(0.0, 0.0)])
    """
    gains = [_gain(worth) for worth in worths]
    if not varies(number) or all(gain is None for gain in gains):
        return [(0.0, 0.0)] * len(gains)
    scores, n = normal_scores(number), number.size
    candidates = [np.full((n, 1), n**-0.5)]
    candidates += [curves(scores, p) for p in (0, 1, 2, 4, PIECES) if n >= (p + 3) * A_PIECE]
    return [(0.0, 0.0) if gain is None else _partial(candidates, gain) for gain in gains]


def _partial(candidates: list[Array], gain: Array) -> tuple[float, float]:
    bases = [_chosen(candidates, row) for row in gain]
    fitted = np.stack([basis @ (basis.T @ row) for basis, row in zip(bases, gain, strict=True)])
    # a curve that never gains may still be above nought by rounding
    rounding = SAME * np.abs(gain).max()
    value = float(np.maximum(fitted.max(axis=0), 0.0).mean()) if (fitted > rounding).any() else 0.0
    return (value, _bootstrap(bases, gain)) if value else (0.0, 0.0)


def _gain(worth: Array) -> Array | None:
    """What each other option gains on the one that is best on average; None where it never gains."""
    best = int(np.argmax(worth.mean(axis=1)))
    gain = np.delete(worth - worth[best], best, axis=0)
    gain = np.where(np.abs(gain) > SAME * np.abs(worth).max(), gain, 0.0)
    return gain if (gain > 0).any() else None


def _chosen(candidates: list[Array], row: Array) -> Array:
    """The curves by which a gain goes with a number: the Bayesian information criterion is least."""
    n, square = row.size, float((row**2).sum())
    if not varies(row):
        return candidates[0]

    def criterion(basis: Array) -> float:
        left = max(square - float(((basis.T @ row) ** 2).sum()), SAME * square)
        return float(n * np.log(left) + basis.shape[1] * np.log(n))

    return min(candidates, key=criterion)


def _bootstrap(bases: list[Array], gain: Array) -> float:
    """Standard error from samples of the draws with replacement, each curve as bent as it was."""
    n = gain.shape[1]
    # numbers of their own: the same draws have the same error whatever is asked beside
    picks = (uniforms("value of information", RESAMPLES * n).reshape(RESAMPLES, n) * n).astype(np.int64)
    times = np.stack([np.bincount(pick, minlength=n) for pick in picks]).astype(np.float64)
    fitted = np.stack([_refitted(basis, row, times) for basis, row in zip(bases, gain, strict=True)])
    best_on_average = np.maximum((fitted * times).mean(axis=2).max(axis=0), 0.0)
    values = (np.maximum(fitted.max(axis=0), 0.0) * times).mean(axis=1) - best_on_average
    return float(values.std(ddof=1))


def _refitted(basis: Array, row: Array, times: Array) -> Array:
    """A curve fitted to each sample: ``float64[samples, draws]``."""
    size = basis.shape[1]
    products = (times @ (basis[:, :, None] * basis[:, None, :]).reshape(row.size, -1)).reshape(-1, size, size)
    with_row = times @ (basis * row[:, None])
    coefficients = np.linalg.pinv(products, hermitian=True) @ with_row[:, :, None]
    return np.asarray((basis @ coefficients)[:, :, 0])
