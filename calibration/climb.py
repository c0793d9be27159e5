"""The peak of a posterior and how sharp it is: where both ways of drawing begin.

The Hessian also gives the coordinates in which the posterior is nearly a standard normal: ``z = peak + L x``.
With them a sampler needs a tenth of the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.evaluate import checked, hessian, listed
from calibration.fit import Density, FitError, Tick
from simcore.network import Array

CLOSE = 1e-3
"""How near the peak must be, in posterior standard deviations."""
NEWTON_STEPS = 20
SHORTEST = 1 / 64
"""Share of a Newton step below which the search gives up."""


@dataclass(frozen=True)
class Optimum:
    """Where the density is highest, and its shape there.

    Attributes
    ----------
    z : float64[K]
    value : float
        The log density at ``z``.
    hessian : float64[K, K]
        Of the log density at ``z``, with its sign turned.
    whitening : float64[K, K]
        ``L``: ``L Lᵀ`` is nearly the covariance of the posterior. Without scales, the inverse of the Hessian.
    scales : tuple[int, ...]
        Coordinates that were treated apart.
    """

    z: Array
    value: float
    hessian: Array
    whitening: Array
    scales: tuple[int, ...] = ()

    def from_white(self, x: Array) -> Array:
        """``float64[..., K]`` in whitened coordinates as ``z``."""
        return np.asarray(self.z + x @ self.whitening.T)


def climb(density: Density, start: Array, threads: int = 1, tick: Tick | None = None) -> Optimum:
    """The joint peak of all coordinates. Errors as in `calibration.optimum.optimum`."""
    from scipy.optimize import minimize

    z = start
    value, gradient = checked(density, z)
    if not np.isfinite(value):
        raise FitError(f"the log density is {value} at the start of the search: begin elsewhere")

    def downhill(at: Array) -> tuple[float, Array]:
        height, slope = checked(density, at)
        return -height, -slope

    found = minimize(
        downhill, z, jac=True, method="L-BFGS-B",
        options={"maxiter": 2000, "maxfun": 4000, "maxcor": 30, "ftol": 1e-13, "gtol": 1e-6},
    )  # fmt: skip
    if np.isfinite(found.fun) and -found.fun >= value:
        z = np.asarray(found.x, dtype=np.float64)
        value, gradient = checked(density, z)
    distance = np.inf
    for done in range(NEWTON_STEPS):
        curvature = hessian(density, z, threads)
        whitening = inverse_root(curvature, density.names)
        white = whitening.T @ gradient
        distance = float(np.sqrt(white @ white))
        if tick is not None:
            tick("optimum", done + 1, NEWTON_STEPS)
        if distance < CLOSE:
            return Optimum(z, value, curvature, whitening)
        z, value, gradient = _step(density, z, value, whitening @ white)
    steepest = np.argsort(-np.abs(gradient))[:3]
    raise FitError(
        f"no peak was reached: the last step is {distance:.2g} posterior standard deviations long,"
        f" steepest along {listed(density.names, steepest)}"
    )


def inverse_root(curvature: Array, names: tuple[str, ...]) -> Array:
    """Lower triangular ``L`` with ``L Lᵀ`` the inverse of the curvature.

    Raises
    ------
    FitError
        When the curvature is not positive in every direction.
    """
    from scipy.linalg import solve_triangular

    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= 0:
        downwards = np.abs(vectors[:, values <= 0]).max(axis=1)
        named = np.argsort(-downwards)
        raise FitError(
            "the posterior has no peak where the search ended: it is flat or curved upwards along"
            f" {listed(names, named[downwards[named] > 0.3 * downwards.max()][:5])}"
            f" (smallest curvature {values[0]:.3g})"
        )
    # of H with its order turned, the Cholesky factor is upper triangular when turned back
    upper = np.linalg.cholesky(curvature[::-1, ::-1])[::-1, ::-1]
    return np.asarray(solve_triangular(upper, np.eye(len(names)), lower=False).T)


def _step(density: Density, z: Array, value: float, move: Array) -> tuple[Array, float, Array]:
    """A Newton step, halved until it does not lead down."""
    share = 1.0
    while share >= SHORTEST:
        height, gradient = checked(density, z + share * move)
        # on the flat top the two heights differ by rounding alone
        if height >= value - 1e-9 * max(abs(value), 1.0):
            return z + share * move, height, gradient
        share /= 2
    raise FitError("no peak was reached: the gradient does not lead up; check it against finite differences")
