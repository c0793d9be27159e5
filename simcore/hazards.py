"""Hazards of death as a product of factors, and the risk that follows from them.

``hazard[cause, age band] = baseline x product of hazard ratios (x residual)``, each factor a table
over a few variables. The product is never stored: the kernel multiplies and integrates row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simcore.network import Labelled


@dataclass(frozen=True)
class Hazards:
    """Factors on the hazard of each cause over each whole age band.

    Every factor is ``float64[draws or 1, *axes, causes, age bands]``.
    """

    causes: tuple[str, ...]
    age_bands: tuple[str, ...]
    factors: tuple[Labelled, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Causes and age bands."""
        return len(self.causes), len(self.age_bands)

    def axes(self, order: Sequence[str]) -> tuple[str, ...]:
        """Variables that any factor depends on, in the order given."""
        used = {axis for factor in self.factors for axis in factor.axes}
        return tuple(name for name in order if name in used)

    def renamed(self, carriers: Mapping[str, str]) -> Hazards:
        """The same factors, read from the nodes that carry each variable's value under policy."""
        factors = []
        for factor in self.factors:
            axes = tuple([carriers.get(axis, axis) for axis in factor.axes])
            factors.append(factor if axes == factor.axes else Labelled(axes, factor.values))
        return Hazards(self.causes, self.age_bands, tuple(factors))

    def with_factor(self, factor: Labelled) -> Hazards:
        """One more factor."""
        return Hazards(self.causes, self.age_bands, (*self.factors, factor))
