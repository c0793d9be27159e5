"""Hazards of death as a product of factors, and the risk that follows from them.

``hazard[cause, age band] = baseline x product of hazard ratios (x residual)``, each factor a table
over a few variables. The product is never stored: the kernel multiplies and integrates row by row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.kernels.mixture import mixed_incidence
from simcore.kernels.risk import incidence_from_factors
from simcore.network import Array, Labelled


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

    def risk(self, axes: Sequence[str], sizes: Sequence[int]) -> Labelled:
        """Probability of dying of each cause in each age band.

        Returns
        -------
        Labelled
            ``float64[draws or 1, *axes, causes x age bands]``, the last axis unnamed.
        """
        tables, row_of_factor = self._packed(axes, sizes)
        risk = incidence_from_factors(tables, row_of_factor)
        return Labelled(tuple(axes), risk.reshape(tables.shape[0], *sizes, -1))

    def mixed_risk(self, share: Labelled, keep: Sequence[str]) -> Labelled:
        """Risk averaged over every axis of ``share`` but those in ``keep``.

        ``share`` is how the births of each combination of ``keep`` spread over its other axes; it has
        every axis that hazards hang on. Returns ``float64[draws or 1, *keep, causes x age bands]``.
        Levels that no factor and no share tells apart (mothers of 20 and over, say) are worked out once.
        """
        hazards, back = self, {}
        for axis in keep:
            first, of_level = hazards._alike(axis, share)
            if len(first) < len(of_level):
                hazards, share = hazards._at(axis, first), _at(share, axis, first)
                back[axis] = of_level
        risk = hazards._mixed(share, keep)
        for axis, of_level in back.items():
            risk = _at(risk, axis, of_level)
        return risk

    def _mixed(self, share: Labelled, keep: Sequence[str]) -> Labelled:
        # axes that most factors hang on vary slowest, so that the kernel keeps their products from row to row
        axes = sorted(share.axes, key=lambda axis: -sum(axis in factor.axes for factor in self.factors))
        values = share.values.transpose(0, *(1 + share.axes.index(axis) for axis in axes))
        sizes = values.shape[1:]
        tables, row_of_factor = self._packed(axes, sizes)
        grid = np.indices(sizes).reshape(len(sizes), math.prod(sizes))
        cell = np.zeros(grid.shape[1], np.int64)
        kept = [sizes[axes.index(axis)] for axis in keep]
        for axis, size in zip(keep, kept, strict=True):
            cell = cell * size + grid[axes.index(axis)]
        if values.shape[0] > tables.shape[0]:
            tables = np.repeat(tables, values.shape[0], axis=0)
        flat = values.reshape(values.shape[0], -1)
        risk = mixed_incidence(tables, row_of_factor, flat, cell, math.prod(kept))
        return Labelled(tuple(keep), risk.reshape(risk.shape[0], *kept, -1))

    def _alike(self, axis: str, share: Labelled) -> tuple[list[int], list[int]]:
        """The first level of each kind along an axis, and which kind each level is."""
        tables = [*(f for f in self.factors if axis in f.axes), share]
        slices = [np.moveaxis(table.values, 1 + table.axes.index(axis), 0) for table in tables]
        first: list[int] = []
        of_level: list[int] = []
        for level in range(slices[-1].shape[0]):
            kind = next(
                (
                    k
                    for k, other in enumerate(first)
                    if all(np.array_equal(s[level], s[other]) for s in slices)
                ),
                len(first),
            )
            if kind == len(first):
                first.append(level)
            of_level.append(kind)
        return first, of_level

    def _at(self, axis: str, levels: list[int]) -> Hazards:
        """The factors at some levels of an axis."""
        factors = tuple(_at(f, axis, levels) if axis in f.axes else f for f in self.factors)
        return Hazards(self.causes, self.age_bands, factors)

    def _packed(self, axes: Sequence[str], sizes: Sequence[int]) -> tuple[Array, NDArray[np.int64]]:
        """Factor tables end to end, and which row of each one every combination of levels takes."""
        n_draws = max(f.values.shape[0] for f in self.factors)
        cells = len(self.causes), len(self.age_bands)
        n_rows = math.prod(sizes)
        grid = np.indices(tuple(sizes)).reshape(len(sizes), n_rows)
        # the kernel keeps products of the first factors from row to row, so those that vary slowly come first
        factors = sorted(
            self.factors, key=lambda f: sorted((list(axes).index(a) for a in f.axes), reverse=True)
        )
        tables, row_of_factor, start = [], np.empty((len(factors), n_rows), np.int64), 0
        for i, factor in enumerate(factors):
            flat = factor.values.reshape(factor.values.shape[0], -1, *cells)
            tables.append(np.broadcast_to(flat, (n_draws, *flat.shape[1:])))
            row = np.zeros(n_rows, np.int64)
            for axis, size in zip(factor.axes, factor.values.shape[1:], strict=False):
                row = row * size + grid[list(axes).index(axis)]
            row_of_factor[i] = row + start
            start += flat.shape[1]
        return np.concatenate(tables, axis=1), row_of_factor


def _at(table: Labelled, axis: str, levels: list[int]) -> Labelled:
    return Labelled(table.axes, table.values.take(levels, axis=1 + table.axes.index(axis)))
