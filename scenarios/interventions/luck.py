"""Values of what a scenario leaves uncertain, by name and draw."""

from __future__ import annotations

import numpy as np

from simcore.distributions import Distribution
from simcore.draws import CENTRAL, uniforms
from simcore.network import Array


class Luck:
    """Uniform numbers by name, as many as any block has asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}

    def first(self, name: str, n: int) -> Array:
        """At least the first ``n`` numbers of a name."""
        known = self._known.get(name)
        if known is None or known.size < n:
            # each block asks for a few more than the one before
            known = self._known[name] = uniforms(name, 2 * n)
        return known

    def values(self, number: Distribution, name: str, draws: np.ndarray) -> Array:
        """A number's values in some draws, by its full name: ``float64[draws]``, one where it is plain.

        Parameters
        ----------
        name
            That of the intervention, of the number within it, and of a part of that: ``offer/uptake``.
        draws : int64[draws]
            Which draws; that of the centre has the central value.
        """
        low, high = number.bounds
        if low == high:
            return np.array([number.central])
        wanted = draws.astype(np.int64)
        central = wanted == CENTRAL % 2**32
        wanted = np.where(central, 0, wanted)
        u = self.first(f"intervention/{name}", int(wanted.max()) + 1)[wanted]
        return np.where(central, number.central, np.asarray(number.quantile(u)))
