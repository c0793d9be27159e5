"""One row per parameter draw: sampled from the priors, or read with what was solved from them.

A draw's number depends on its index and the parameter's name alone, so that more draws, or another
parameter, move no number that was there before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from simcore.model import Model
from simcore.network import Array

CENTRAL = -1
"""Index of the central draw in a file; random numbers of its births are keyed by 2**32 - 1."""


@dataclass(frozen=True)
class DrawBlock:
    """Parameter values of some draws.

    Attributes
    ----------
    index : int64[draws]
        Which draws these are; random numbers of births are keyed by it.
    parameters
        ``float64[draws]`` for each parameter, the solved direct effects among them.
    baseline : float64[draws, *by, causes, age bands], optional
        Solved baseline hazards.
    residual : float64[draws, age periods, levels], optional
        Solved residual gradient.
    year_effects : float64[draws, age periods, years of the model], optional
        What hazards of an age period are multiplied by in each year, where hazard ratios act.
    """

    index: np.ndarray
    parameters: Mapping[str, Array] = field(default_factory=dict)
    baseline: Array | None = None
    residual: Array | None = None
    year_effects: Array | None = None

    @property
    def size(self) -> int:
        """Number of draws."""
        return int(self.index.size)

    def __getitem__(self, name: str) -> Array:
        return self.parameters[name]

    def number(self, value: float | str) -> Array:
        """A plain number as ``float64[1]``, or a parameter's values as ``float64[draws]``."""
        return self.parameters[value] if isinstance(value, str) else np.array([value], dtype=np.float64)

    def rows(self, chosen: slice) -> DrawBlock:
        """Some of the draws."""
        return DrawBlock(
            self.index[chosen],
            {name: values[chosen] for name, values in self.parameters.items()},
            None if self.baseline is None else self.baseline[chosen],
            None if self.residual is None else self.residual[chosen],
            None if self.year_effects is None else self.year_effects[chosen],
        )


def uniforms(name: str, n: int) -> Array:
    """The first ``n`` uniform numbers that belong to a name: ``float64[n]``, in (0, 1).

    >>> bool((uniforms("smoking", 5)[:3] == uniforms("smoking", 3)).all())
    True
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    numbers = np.random.Generator(np.random.Philox(key=key)).random(n)
    return np.clip(numbers, 2.0**-53, 1 - 2.0**-53)


def sample_priors(model: Model, n: int) -> DrawBlock:
    """``n`` draws of every uncertain parameter, independent of one another."""
    values = {
        name: np.asarray(parameter.value.quantile(uniforms(f"{model.name}/{name}", n)), dtype=np.float64)
        for name, parameter in model.spec.parameters.items()
    }
    return DrawBlock(np.arange(n), values)


def central(model: Model) -> DrawBlock:
    """One draw with every parameter at its central value."""
    values = {name: np.array([p.value.central]) for name, p in model.spec.parameters.items()}
    return DrawBlock(np.array([0]), values)
