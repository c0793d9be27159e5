"""Expected deaths as sums of terms, each log-quadratic in every free number: smooth, quick, with a gradient by hand.

A term is the births that are alike in what an answer asks for, under hazards on which the same ratios act. The
engine says how many of them die at the reference, and how that number moves when one free number does. Where all
births of a term carry a ratio its logarithm moves it in a straight line; where some do, their share and its
variance say how it bends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simcore.network import Array


@dataclass(frozen=True)
class Terms:
    """Numbers over some axes, each positive or nowhere.

    Attributes
    ----------
    log : float64[*shape]
        Logarithm of the number at the reference, minus infinity where there is none.
    slope, curve : float64[*shape, numbers]
        First and second derivative of the logarithm by each free number.

    Examples
    --------
    >>> terms = Terms(np.log([10.0, 40.0]), np.array([[1.0], [0.5]]), np.zeros((2, 1)))
    >>> values = terms.at(np.array([np.log(2.0)]))
    >>> values.round(3).tolist()
    [20.0, 56.569]
    >>> terms.pulled(np.array([np.log(2.0)]), values, np.ones(2)).round(3).tolist()
    [48.284]
    """

    log: Array
    slope: Array
    curve: Array

    def at(self, moved: Array) -> Array:
        """The numbers where the free ones have moved by ``moved`` from the reference: ``float64[*shape]``."""
        exponent = self._both @ np.concatenate([moved, 0.5 * moved * moved])
        return np.asarray(np.exp(self.log + exponent.reshape(self.log.shape)))

    def pulled(self, moved: Array, values: Array, adjoint: Array) -> Array:
        """Gradient of ``sum(adjoint * values)`` by the free numbers: ``float64[numbers]``."""
        both = (adjoint * values).ravel() @ self._both
        return np.asarray(both[: moved.size] + both[moved.size :] * moved, dtype=np.float64)

    @cached_property
    def _both(self) -> Array:
        """Slopes and curves side by side, so that one product does for both: ``float64[terms, 2 x numbers]``."""
        k = self.slope.shape[-1]
        return np.concatenate([self.slope.reshape(-1, k), self.curve.reshape(-1, k)], axis=1)


def terms_of(middle: Array, thin: Array, below: Array, above: Array, step: Array) -> Terms:
    """Terms from what the engine returns at the reference and a step to either side along each free number.

    Parameters
    ----------
    middle : float64[*shape]
        Numbers at the reference.
    thin : float64[*shape]
        The same from those births that ``below`` and ``above`` were worked out with.
    below, above : float64[numbers, *shape]
    step : float64[numbers]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        log, near = np.log(middle), np.log(thin)
        down, up = np.log(below) - near, np.log(above) - near
    wide = step.reshape(-1, *[1] * middle.ndim)
    slope = np.where(np.isfinite(up) & np.isfinite(down), (up - down) / (2 * wide), 0.0)
    curve = np.where(np.isfinite(up) & np.isfinite(down), (up + down) / wide**2, 0.0)
    return Terms(log, np.moveaxis(slope, 0, -1), np.moveaxis(curve, 0, -1))
