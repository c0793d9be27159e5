"""A density at many points, on several threads: heights, and curvature by differences of gradients."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from calibration.fit import Density, FitError, Tick
from simcore.kernels.arrays import Ints
from simcore.network import Array

STEP = 1e-4
"""Half the distance between the two gradients of a second derivative; coordinates are of the size of one."""
TOGETHER = 20
"""Points that a thread works out before it looks for an interrupt."""


def checked(density: Density, z: Array) -> tuple[float, Array]:
    """The log density and its gradient at one point; a density that is not a number ends the fit."""
    value, gradient = density.value_and_gradient(z)
    if np.isnan(value) or value == np.inf or (np.isfinite(value) and not np.isfinite(gradient).all()):
        at_fault = np.flatnonzero(~np.isfinite(gradient))
        where = f"; its gradient fails along {listed(density.names, at_fault)}" if at_fault.size else ""
        raise FitError(f"the log density is {value}{where}: a mistake in the density, not in the data")
    return float(value), np.asarray(gradient, dtype=np.float64)


def evaluate(
    density: Density, points: Array, threads: int = 1, tick: Tick | None = None
) -> tuple[Array, Array]:
    """Log densities ``float64[points]`` and gradients ``float64[points, K]``; threads change nothing."""
    heights, gradients = np.empty(len(points)), np.empty(points.shape)

    def work(first: int) -> None:
        for i in range(first, min(first + TOGETHER, len(points))):
            heights[i], gradients[i] = checked(density, points[i])

    pool = ThreadPoolExecutor(threads)
    try:
        for done, _ in enumerate(pool.map(work, range(0, len(points), TOGETHER)), start=1):
            if tick is not None:
                tick("draws", min(done * TOGETHER, len(points)), len(points))
    finally:
        pool.shutdown(cancel_futures=True)
    return heights, gradients


def hessian(density: Density, z: Array, threads: int = 1) -> Array:
    """Second derivatives of the log density with their sign turned, by central differences: ``float64[K, K]``."""
    shifts = np.eye(z.size) * STEP
    gradients = evaluate(density, np.concatenate([z - shifts, z + shifts]), threads)[1]
    rows = (gradients[: z.size] - gradients[z.size :]) / (2 * STEP)
    return np.asarray((rows + rows.T) / 2)


def rough_hessian(density: Density, z: Array, threads: int = 1) -> Array:
    """The same from half as many gradients, right to a step's length: enough for the shape of a bell."""
    gradients = evaluate(density, np.concatenate([z[None], z + np.eye(z.size) * STEP]), threads)[1]
    rows = (gradients[0] - gradients[1:]) / STEP
    return np.asarray((rows + rows.T) / 2)


def listed(names: tuple[str, ...], which: Ints) -> str:
    """Names of coordinates, as a message has them."""
    return ", ".join(f"`{names[int(k)]}`" for k in which)
