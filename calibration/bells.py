"""Bells around a peak: multivariate t densities, alone or mixed, to draw from and to divide by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simcore.network import Array

DEGREES = 30.0
"""Of freedom: the tails are longer than normal, and the spread is nearly that of the posterior."""


@dataclass(frozen=True)
class Bell:
    """A multivariate t.

    Attributes
    ----------
    centre : float64[K]
    spread : float64[K, K]
        ``spread spreadᵀ`` is the covariance, but for the tails.
    log_weight : float
        In a mixture, up to a constant.
    """

    centre: Array
    spread: Array
    log_weight: float = 0.0

    def log_density(self, z: Array) -> Array:
        """At each point of ``z`` (``float64[points, K]``), up to a constant that all bells share."""
        white = np.linalg.solve(self.spread, (z - self.centre).T)
        distance = np.einsum("kp,kp->p", white, white)
        _, size = np.linalg.slogdet(self.spread)
        return np.asarray(-0.5 * (DEGREES + len(white)) * np.log1p(distance / DEGREES) - size)


def draw(bells: Sequence[Bell], n: int, random: np.random.Generator) -> Array:
    """``n`` draws from a mixture: ``float64[n, K]``."""
    shares = np.exp(_log_shares(bells))
    which = random.choice(len(bells), size=n, p=shares / shares.sum())
    steps = random.standard_normal((n, bells[0].centre.size))
    steps *= np.sqrt(DEGREES / random.chisquare(DEGREES, n))[:, None]
    drawn = np.empty_like(steps)
    for k, bell in enumerate(bells):
        drawn[which == k] = bell.centre + steps[which == k] @ bell.spread.T
    return drawn


def log_density(bells: Sequence[Bell], z: Array) -> Array:
    """Log density of the mixture at each point, up to a constant: ``float64[points]``."""
    from scipy.special import logsumexp

    shares = _log_shares(bells)
    return np.asarray(
        logsumexp([share + bell.log_density(z) for share, bell in zip(shares, bells, strict=True)], axis=0)
    )


def _log_shares(bells: Sequence[Bell]) -> Array:
    from scipy.special import log_softmax

    return np.asarray(log_softmax([bell.log_weight for bell in bells]))
