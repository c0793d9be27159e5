"""What the data say of each parameter: prior beside posterior, and the words where they say nothing.

Contraction is the part of the prior variance that the data take away, ``1 - variance after / variance before``: 0 where
the posterior is the prior, 1 where the parameter is known. It and the shift are worked out on the coordinates of a fit,
which are standard normal a priori, so that they mean the same for a ratio, a share and a step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.density import Layout
from calibration.diagnostics import effective
from simcore.network import Array

NOTHING, LITTLE = 0.05, 0.5
"""Contraction below which the data say nothing, and little."""
MOVED = 0.3
"""Shift, in prior standard deviations, from which they do say something, however wide the posterior stays."""
GRID = 4001


@dataclass(frozen=True)
class Identified:
    """One parameter before and after the data.

    Attributes
    ----------
    prior_mean, prior_sd, posterior_mean, posterior_sd : float
        In the parameter's own unit (a ratio, a share); for gradients and paths on the coordinate of the fit.
    contraction : float
        Of the variance; below 0 where the posterior is wider than the prior.
    error : float
        Monte Carlo standard error of the contraction.
    shift : float
        Of the mean, in prior standard deviations.
    """

    name: str
    prior_mean: float
    prior_sd: float
    posterior_mean: float
    posterior_sd: float
    contraction: float
    error: float
    shift: float

    @property
    def said(self) -> str:
        """What the data say of it, in words."""
        if self.contraction < NOTHING:
            return (
                "the data say nothing" if abs(self.shift) < MOVED else "the data move it and leave it as wide"
            )
        return "the data say little" if self.contraction < LITTLE else "known from the data"

    @property
    def says_nothing(self) -> bool:
        """Whether the posterior is the prior, as far as can be seen."""
        return self.contraction < NOTHING and abs(self.shift) < MOVED


def identify(layout: Layout, draws: Array) -> tuple[Identified, ...]:
    """Every coordinate of a calibration, numbers in their own unit.

    Parameters
    ----------
    layout
        Of the posterior that was fitted.
    draws : float64[chains, draws, coordinates]
    """
    own = {number.name: _value(number.moved, number.value) for number in layout.numbers}
    return compare(layout.names, draws, own)


def compare(
    names: Sequence[str], draws: Array, values: Mapping[str, Callable[[Array], Array]] | None = None
) -> tuple[Identified, ...]:
    """The same for coordinates that are standard normal a priori, ``float64[chains, draws, coordinates]``.

    ``values`` says for some of them what they stand for.

    >>> z = np.random.default_rng(1).standard_normal((4, 1000, 2)) * [1.0, 0.1]
    >>> [one.said for one in compare(("free", "known"), z)]
    ['the data say nothing', 'known from the data']
    """
    from scipy.special import ndtri

    sizes = effective(draws, "bulk")
    flat = draws.reshape(-1, draws.shape[-1])
    before = ndtri((np.arange(GRID) + 0.5) / GRID)
    found = []
    for k, name in enumerate(names):
        value = _same if values is None or name not in values else values[name]
        prior, posterior = value(before), value(flat[:, k])
        left = float(flat[:, k].var(ddof=1))
        found.append(
            Identified(
                name,
                prior_mean=float(prior.mean()),
                prior_sd=float(prior.std()),
                posterior_mean=float(posterior.mean()),
                posterior_sd=float(posterior.std(ddof=1)),
                contraction=1.0 - left,
                error=left * float(np.sqrt(2 / sizes[k])),
                shift=float(flat[:, k].mean()),
            )
        )
    return tuple(found)


def _same(z: Array) -> Array:
    return z


def _value(
    moved: Callable[[Array], tuple[Array, Array]], value: Callable[[Array], Array]
) -> Callable[[Array], Array]:
    return lambda z: value(moved(z)[0])
