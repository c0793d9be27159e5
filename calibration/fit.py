"""What is fitted, and what a fit is: a log density over plain coordinates, and draws from it.

The coordinates ``z`` are unconstrained and standard normal a priori. Who calls a density need not know which
parameters they stand for; who writes one need not know how it is drawn from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from simcore.network import Array

Tick = Callable[[str, int, int], None]
"""Told how far a long work is: what, done, of how many."""


class Density(Protocol):
    """The logarithm of a posterior density over ``K`` coordinates, up to a constant, with its gradient.

    It is called from several threads at once: a call writes to nothing that another call reads. What lies
    outside the support has the value ``-inf``; not-a-number is a mistake in the density and ends the fit.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    def value_and_gradient(self, z: Array) -> tuple[float, Array]:
        """The log density at ``z`` (``float64[K]``) and its gradient, ``float64[K]``."""
        ...


class FitError(ValueError):
    """No fit can be made of this density, and why. Nothing is wrong with the user's files as such."""


@dataclass(frozen=True)
class Steps:
    """How the sampler went, over all draws that are kept.

    Attributes
    ----------
    divergences : int
        Draws whose path left the energy that it must keep.
    at_full_depth : int
        Draws whose path was cut off at the greatest length allowed: slow, not wrong.
    gradients : int
        Evaluations of the density, without tuning.
    acceptance : float
        Mean probability with which a step is taken.
    step_size : float
        Mean over chains, in posterior standard deviations.
    """

    divergences: int
    at_full_depth: int
    gradients: int
    acceptance: float
    step_size: float


@dataclass(frozen=True)
class Fit:
    """Equally weighted draws from a density, and what the way they were made says of them.

    Attributes
    ----------
    names
        One for each coordinate.
    draws : float64[chains, draws, K]
    log_density : float64[chains, draws]
    method
        ``nuts``: chains of a sampler from starts far apart. ``quick``: importance draws; a chain is a batch with
        random numbers of its own, and a draw that was taken twice stands twice in a row, so that effective
        sizes worked out as for any chain count it once.
    seed : int
    khat : float, optional
        Shape of the tail of the importance weights (`quick`).
    steps : optional
        How the sampler went (`nuts`).
    """

    names: tuple[str, ...]
    draws: Array
    log_density: Array
    method: Literal["nuts", "quick"]
    seed: int
    khat: float | None = None
    steps: Steps | None = None
