"""Coordinates that set how widely others vary: integrated around, not climbed along (nested Laplace).

At a value of the scales, the rest has a peak ``x`` and a curvature ``H`` there; with the rest integrated out as if
it were normal, the height of the scales is ``log p(x) - log det H / 2``. Its peak is where the posterior is. Points
around it, each with the peak and the curvature that the rest has there, make a mixture of bells that follows a
funnel as it narrows (Rue, Martino and Chopin 2009); importance weights correct what the mixture gets wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calibration.bells import Bell
from calibration.climb import Optimum, climb, inverse_root
from calibration.evaluate import checked, listed, rough_hessian
from calibration.fit import Density, FitError, Tick
from simcore.kernels.arrays import Ints
from simcore.network import Array

REACH = 0.5
"""Distance of the points by which the peak of the scales is found, in prior standard deviations."""
SEARCHES = 12
NEAR = 0.01
"""How flat the rest is to be at its peak, per standard deviation of its own."""
NARROWEST = 0.1
"""Least spread of a scale, in prior standard deviations."""
APART = 1.0
"""Distance of the points of the mixture, in posterior standard deviations of the scales."""
WIDTH = 0.8
"""Spread of a bell along the scales, in the same unit: neighbours overlap."""
DEEP = 2.5
"""A point so much lower than the peak has no neighbours further out."""
MOST = 200


@dataclass(frozen=True)
class _Held:
    """A density with some coordinates held."""

    density: Density
    free: Ints
    z: Array

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.density.names[k] for k in self.free)

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        value, gradient = self.density.value_and_gradient(self.whole(x))
        return value, gradient[self.free]

    def whole(self, x: Array) -> Array:
        z = self.z.copy()
        z[self.free] = x
        return z


@dataclass(frozen=True)
class _Point:
    """The rest at one value of the scales.

    Attributes
    ----------
    z : float64[K]
        The scales, and the peak of the rest.
    value : float
        The log density there.
    hessian : float64[K, K]
    root : float64[free, free]
        Of the covariance of the rest.
    height : float
        Of the scales, with the rest integrated out.
    """

    z: Array
    value: float
    hessian: Array
    root: Array
    height: float


@dataclass(frozen=True)
class _Apart:
    """A density whose coordinates are split into scales and the rest."""

    density: Density
    scales: Ints
    free: Ints
    threads: int

    @classmethod
    def of(cls, density: Density, scales: tuple[int, ...], threads: int) -> _Apart:
        return cls(
            density, np.array(scales), np.setdiff1d(np.arange(len(density.names)), np.array(scales)), threads
        )

    def point(self, at: Array, z: Array, guess: Array, root: Array) -> _Point:
        """Climb to the peak of the rest, in coordinates that are nearly round, and look at its curvature."""
        from scipy.optimize import minimize

        held = z.copy()
        held[self.scales] = at
        rest = _Held(self.density, self.free, held)

        def downhill(white: Array) -> tuple[float, Array]:
            height, slope = checked(rest, guess + root @ white)
            return -height, -(root.T @ slope)

        found = minimize(
            downhill,
            np.zeros(self.free.size),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": 200, "gtol": NEAR},
        )
        peak = rest.whole(guess + root @ found.x)
        curvature = rough_hessian(self.density, peak, self.threads)
        inverse = inverse_root(curvature[np.ix_(self.free, self.free)], rest.names)
        value = -float(found.fun)
        return _Point(peak, value, curvature, inverse, value + float(np.log(np.diag(inverse)).sum()))

    def beside(self, near: _Point, move: Array) -> _Point:
        """The point so far from another along the scales; the rest begins where that one points."""
        guess = near.z[self.free] + self.follows(near) @ move
        return self.point(near.z[self.scales] + move, near.z, guess, near.root)

    def follows(self, point: _Point) -> Array:
        """How the peak of the rest moves with the scales: ``float64[free, scales]``."""
        mixed = point.hessian[np.ix_(self.free, self.scales)]
        return np.asarray(-point.root @ (point.root.T @ mixed))

    def spread(self, point: _Point, widths: Array) -> Array:
        """Of a bell so wide along the scales, whose rest follows them: ``float64[K, K]``."""
        whole = np.zeros_like(point.hessian)
        whole[np.ix_(self.scales, self.scales)] = np.diag(widths)
        whole[np.ix_(self.free, self.scales)] = self.follows(point) * widths
        whole[np.ix_(self.free, self.free)] = point.root
        return whole


def marginal_peak(
    density: Density, start: Array, scales: tuple[int, ...], threads: int, tick: Tick | None = None
) -> Optimum:
    """The peak of the scales with the rest integrated out, and of the rest there.

    Newton's way, each scale for itself, until a step is shorter than a tenth of its spread.

    Raises
    ------
    FitError
        As `calibration.optimum.optimum`, or when the scales have no peak.
    """
    apart = _Apart.of(density, scales, threads)
    first = climb(_Held(density, apart.free, start), start[apart.free], threads)
    point = apart.point(start[apart.scales], start, first.z, first.whitening)
    axes = np.eye(len(scales)) * REACH
    for done in range(SEARCHES):
        if tick is not None:
            tick("optimum", done + 1, SEARCHES)
        low = np.array([apart.beside(point, -axis).height for axis in axes])
        high = np.array([apart.beside(point, axis).height for axis in axes])
        slope, bend = (high - low) / (2 * REACH), (low - 2 * point.height + high) / REACH**2
        # the prior alone bends by one, unless the rest bends the other way
        widths = np.clip(1 / np.sqrt(np.maximum(-bend, 1.0)), NARROWEST, 1.0)
        step = np.clip(slope * widths**2, -1.0, 1.0)
        if (np.abs(step) < 0.1 * widths).all():
            return Optimum(point.z, point.value, point.hessian, apart.spread(point, widths), scales)
        point = apart.beside(point, step)
    raise FitError(
        f"no peak was reached along {listed(density.names, apart.scales)}, with the rest integrated out"
    )


def bells_along(density: Density, peak: Optimum, threads: int) -> tuple[Bell, ...]:
    """Bells at points of a lattice over the scales, from the peak outwards as far as there is any height."""
    apart = _Apart.of(density, peak.scales, threads)
    widths = np.linalg.norm(peak.whitening[apart.scales], axis=1)
    root = peak.whitening[np.ix_(apart.free, apart.free)]
    origin = (0,) * len(peak.scales)
    found = {origin: apart.point(peak.z[apart.scales], peak.z, peak.z[apart.free], root)}
    edge = [origin]
    while edge:
        place = edge.pop(0)
        if found[place].height < max(point.height for point in found.values()) - DEEP:
            continue
        for beside in _neighbours(place):
            if beside not in found and len(found) < MOST:
                move = (np.array(beside) - np.array(place)) * APART * widths
                found[beside] = apart.beside(found[place], move)
                edge.append(beside)
    return tuple(Bell(point.z, apart.spread(point, WIDTH * widths), point.height) for point in found.values())


def _neighbours(place: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    for j, way in itertools.product(range(len(place)), (-1, 1)):
        yield (*place[:j], place[j] + way, *place[j + 1 :])
