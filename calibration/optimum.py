"""The peak of a posterior and how sharp it is: where both ways of drawing begin.

The Hessian also gives the coordinates in which the posterior is nearly a standard normal: ``z = peak + L x``.
With them a sampler needs a tenth of the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.fit import Density, FitError, Tick
from simcore.network import Array

STEP = 1e-4
"""Half the distance between the two gradients of a second derivative; coordinates are of the size of one."""
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
        Of the log density with its sign turned: positive definite.
    whitening : float64[K, K]
        Lower triangular ``L`` with ``L Lᵀ`` the inverse of the Hessian.
    log_determinant : float
        Of ``L``.
    """

    z: Array
    value: float
    hessian: Array
    whitening: Array

    @property
    def log_determinant(self) -> float:
        return float(np.log(np.diag(self.whitening)).sum())

    def from_white(self, x: Array) -> Array:
        """``float64[..., K]`` in whitened coordinates as ``z``."""
        return np.asarray(self.z + x @ self.whitening.T)


def optimum(density: Density, start: Array | None = None, tick: Tick | None = None) -> Optimum:
    """Climb to the peak of a density from ``start``, or from the middle of the prior.

    Quasi-Newton steps do most of the way. Newton steps end it, until the next one would be shorter than a
    thousandth of a posterior standard deviation.

    Raises
    ------
    FitError
        When the density cannot be worked out at the start, when no peak is reached, or when the density is not
        curved downwards there in every direction; the coordinates at fault are named.
    """
    from scipy.optimize import minimize

    z = np.zeros(len(density.names)) if start is None else np.array(start, dtype=np.float64)
    value, gradient = _checked(density, z)
    if not np.isfinite(value):
        raise FitError(f"the log density is {value} at the start of the search: begin elsewhere")

    def downhill(at: Array) -> tuple[float, Array]:
        height, slope = _checked(density, at)
        return -height, -slope

    found = minimize(
        downhill, z, jac=True, method="L-BFGS-B",
        options={"maxiter": 2000, "maxfun": 4000, "maxcor": 30, "ftol": 1e-13, "gtol": 1e-6},
    )  # fmt: skip
    if np.isfinite(found.fun) and -found.fun >= value:
        z = np.asarray(found.x, dtype=np.float64)
        value, gradient = _checked(density, z)
    distance = np.inf
    for done in range(NEWTON_STEPS):
        curvature = hessian(density, z)
        whitening = _whitening(curvature, density.names)
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
        f" steepest along {_listed(density.names, steepest)}"
    )


def hessian(density: Density, z: Array, step: float = STEP) -> Array:
    """Second derivatives of the log density with their sign turned, by central differences: ``float64[K, K]``."""
    rows = np.empty((z.size, z.size))
    for k in range(z.size):
        ahead, behind = z.copy(), z.copy()
        ahead[k] += step
        behind[k] -= step
        rows[k] = (_checked(density, behind)[1] - _checked(density, ahead)[1]) / (2 * step)
    return (rows + rows.T) / 2


def _checked(density: Density, z: Array) -> tuple[float, Array]:
    value, gradient = density.value_and_gradient(z)
    if np.isnan(value) or (np.isfinite(value) and not np.isfinite(gradient).all()):
        at_fault = np.flatnonzero(~np.isfinite(gradient))
        where = f"; its gradient fails along {_listed(density.names, at_fault)}" if at_fault.size else ""
        raise FitError(f"the log density is {value}{where}: a mistake in the density, not in the data")
    return float(value), np.asarray(gradient, dtype=np.float64)


def _step(density: Density, z: Array, value: float, move: Array) -> tuple[Array, float, Array]:
    """A Newton step, halved until it does not lead down."""
    share = 1.0
    while share >= SHORTEST:
        height, gradient = _checked(density, z + share * move)
        # on the flat top the two heights differ by rounding alone
        if height >= value - 1e-9 * max(abs(value), 1.0):
            return z + share * move, height, gradient
        share /= 2
    raise FitError("no peak was reached: the gradient does not lead up; check it against finite differences")


def _whitening(curvature: Array, names: tuple[str, ...]) -> Array:
    from scipy.linalg import solve_triangular

    values, vectors = np.linalg.eigh(curvature)
    if values[0] <= 0:
        downwards = np.abs(vectors[:, values <= 0]).max(axis=1)
        named = np.argsort(-downwards)
        raise FitError(
            "the posterior has no peak where the search ended: it is flat or curved upwards along"
            f" {_listed(names, named[downwards[named] > 0.3][:5])} (smallest curvature {values[0]:.3g})"
        )
    # L Lᵀ = H⁻¹, lower triangular: from the Cholesky factor of H with its order turned
    turned = np.linalg.cholesky(curvature[::-1, ::-1])[::-1, ::-1]
    return np.asarray(solve_triangular(turned, np.eye(len(names)), lower=False).T)


def _listed(names: tuple[str, ...], which: Array) -> str:
    return ", ".join(f"`{names[int(k)]}`" for k in which)
