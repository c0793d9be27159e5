"""The hazard factors of a model: where they act is worked out once, their numbers for each block of draws.

Baseline first, then the solved residual, then one factor for each hazard ratio whose arrow is on, then what years
are multiplied by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from simcore.dims import YEAR
from simcore.draws import DrawBlock
from simcore.hazards import Hazards
from simcore.kernels.products import multiplied
from simcore.model import Model, Structure
from simcore.network import Array, Labelled
from simcore.spec import Deaths, HazardRatio, Trend


class NaturalFactors:
    """The factors of a model under one structure, arrows that are switched off left out.

    Factors over the same variables are one: ratios that a file lists cause by cause cost no more than a table.
    """

    def __init__(self, model: Model, structure: Structure, years: Sequence[str]) -> None:
        self.model = model
        self._names: list[str] = []
        deaths = model.spec.deaths
        every = model.strata.get(YEAR, ())
        self._years = [every.index(year) for year in years]
        tables: dict[tuple[str, ...], _Table] = {}
        self._n_residual = 0
        if deaths.residual is not None:
            self._n_residual = len(deaths.age_periods) * len(model.levels(deaths.residual.by))
            self._residual(tables, deaths.residual.by)
        for ratio in structure.hazard_ratios(deaths):
            self._ratio(tables, ratio)
        if structure.trend is not None:
            self._trend(tables, structure.trend, years)
        # tables that draws move stand end to end in one long table, which is filled at once
        drawn = [table for table in tables.values() if table.numbers]
        starts = np.cumsum([0, *(table.fixed.size for table in drawn)])[:-1].tolist()
        for start, table in zip(starts, drawn, strict=True):
            table.start = start
        self._tables = tables
        empty = np.zeros(0, np.int64)
        self._base = np.concatenate([np.zeros(0), *(table.fixed.ravel() for table in drawn)])
        self._number_of = np.concatenate([empty, *(number for table in drawn for number in table.numbers)])
        self._cell_of = np.concatenate([empty, *(table.start + c for table in drawn for c in table.cells)])

    def hazards(self, draws: DrawBlock) -> Hazards:
        """All factors for a block of draws."""
        deaths = self.model.spec.deaths
        residual = np.ones((draws.size, self._n_residual)) if draws.residual is None else draws.residual
        numbers = [residual.reshape(draws.size, -1), *(draws[name][:, None] for name in self._names)]
        filled = multiplied(self._base, np.concatenate(numbers, axis=1), self._number_of, self._cell_of)
        base = draws.baseline if draws.baseline is not None else self.model.baseline[None]
        factors = {deaths.baseline.by: base}
        for axes, table in self._tables.items():
            values = table.values(filled)
            factors[axes] = factors[axes] * values if axes in factors else values
        if draws.year_effects is not None:
            axes, values = self._of_years(draws.year_effects)
            factors[axes] = factors[axes] * values if axes in factors else values
        return Hazards(
            tuple(deaths.causes),
            tuple(deaths.age_bands),
            tuple(Labelled(axes, values) for axes, values in factors.items()),
        )

    def _residual(self, tables: dict[tuple[str, ...], _Table], by: str) -> None:
        """The solved residual by age period and stratum, acting where hazard ratios act."""
        deaths = self.model.spec.deaths
        levels, bands = len(self.model.levels(by)), tuple(deaths.age_bands)
        period_of = _period_of_band(deaths)
        axes, acts = _acting(self.model, None, None, deaths.ratios_act_within)
        number = np.where(period_of >= 0, period_of * levels + np.arange(levels)[:, None], -1)
        spread = number.reshape(levels, *[1] * (acts.ndim - 1), len(bands))
        self._add(tables, (by, *axes), np.where(acts & (spread >= 0), spread, -1))

    def _ratio(self, tables: dict[tuple[str, ...], _Table], ratio: HazardRatio) -> None:
        """One hazard ratio as a factor over its parent and the variables it acts within."""
        deaths, levels = self.model.spec.deaths, self.model.levels(ratio.parent)
        within = deaths.ratios_act_within if ratio.within is None else ratio.within
        within = {name: inside for name, inside in within.items() if name != ratio.parent}
        axes, acts = _acting(self.model, ratio.causes, ratio.age_bands, within)
        number = np.full((len(levels), *acts.shape), -1)
        fixed = np.ones(number.shape)
        for level, value in ratio.ratios.items():
            here = levels.index(level)
            if isinstance(value, str):
                number[here][acts] = self._n_residual + len(self._names)
                self._names.append(value)
            else:
                fixed[here][acts] = value
        self._add(tables, (ratio.parent, *axes), number, fixed)

    def _trend(self, tables: dict[tuple[str, ...], _Table], trend: Trend, years: Sequence[str]) -> None:
        """One number, multiplied in once for each year that has gone by."""
        gone_by = np.array([max(0, int(year) - trend.after) for year in years])
        axes, acts = _acting(self.model, None, None, self.model.spec.deaths.ratios_act_within)
        number = self._n_residual + len(self._names)
        if gone_by.any():
            self._names.append(trend.ratio)
        for passed in range(int(gone_by.max(initial=0))):
            here = acts & (gone_by > passed).reshape(-1, *[1] * acts.ndim)
            self._add(tables, (YEAR, *axes), np.where(here, number, -1))

    def _of_years(self, effects: Array) -> tuple[tuple[str, ...], Array]:
        """The effects of the years wanted as a factor: its axes, ``float64[draws, *axes, causes, age bands]``."""
        axes, acts = _acting(self.model, None, None, self.model.spec.deaths.ratios_act_within)
        return (YEAR, *axes), _where_acting(effects[:, :, self._years], self.model, acts)

    def _add(
        self,
        tables: dict[tuple[str, ...], _Table],
        axes: tuple[str, ...],
        number: NDArray[np.int64],
        fixed: Array | None = None,
    ) -> None:
        """Multiply into the table over ``axes`` what acts in each cell: ``number`` (-1: none), or a fixed one."""
        table = tables.setdefault(axes, _Table(np.ones(number.shape)))
        if fixed is not None:
            table.fixed = table.fixed * fixed
        cells = np.flatnonzero(number >= 0)
        if cells.size:
            table.cells.append(cells)
            table.numbers.append(number.ravel()[cells])


@dataclass
class _Table:
    """A factor over some variables: what is fixed of it, and which cells are multiplied by which drawn numbers."""

    fixed: Array
    cells: list[NDArray[np.int64]] = field(default_factory=list)
    numbers: list[NDArray[np.int64]] = field(default_factory=list)
    start: int = 0
    """Its place in the long table of all that draws move."""

    def values(self, filled: Array) -> Array:
        """``float64[draws or 1, *axes, causes, age bands]``."""
        if not self.numbers:
            return self.fixed[None]
        return filled[:, self.start : self.start + self.fixed.size].reshape(-1, *self.fixed.shape)


def residual_like(model: Model, residual: Array | None, level: str) -> Labelled:
    """What hazards are multiplied by so that every level has the residual of one of them; see :class:`Program`.

    ``residual`` is ``float64[draws, age periods, levels]``, or none where nothing was solved.
    """
    deaths = model.spec.deaths
    if deaths.residual is None:
        raise ValueError(f"{model.name} has no residual")
    levels = model.levels(deaths.residual.by)
    axes, acts = _acting(model, None, None, deaths.ratios_act_within)
    if residual is None:
        residual = np.ones((1, len(deaths.age_periods), len(levels)))
    ratio = residual[..., [levels.index(level)]] / residual
    return Labelled((deaths.residual.by, *axes), _where_acting(ratio, model, acts))


def _where_acting(by_period: Array, model: Model, acts: NDArray[np.bool_]) -> Array:
    """``float64[draws, age periods, levels]`` as a factor, ``float64[draws, levels, *within, causes, age bands]``."""
    # bands of no period take the last column, where nothing is multiplied
    padded = np.pad(by_period, ((0, 0), (0, 1), (0, 0)), constant_values=1.0)
    by_band = padded[:, _period_of_band(model.spec.deaths)].swapaxes(1, 2)
    spread = by_band.reshape(*by_band.shape[:2], *[1] * (acts.ndim - 1), by_band.shape[-1])
    return np.where(acts, spread, 1.0)


def _period_of_band(deaths: Deaths) -> NDArray[np.int64]:
    """The age period that each age band lies in, -1 for none: ``int64[age bands]``."""
    bands = tuple(deaths.age_bands)
    period_of = np.full(len(bands), -1)
    for period, inside in enumerate(deaths.age_periods.values()):
        period_of[[bands.index(band) for band in inside]] = period
    return period_of


def _acting(
    model: Model,
    causes: Sequence[str] | None,
    age_bands: Sequence[str] | None,
    within: dict[str, tuple[str, ...]],
) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Where a factor acts: the variables it acts within, and ``bool[*within, causes, age bands]``."""
    deaths = model.spec.deaths
    along = [_where(inside, model.levels(name)) for name, inside in within.items()]
    along += [_where(causes, tuple(deaths.causes)), _where(age_bands, tuple(deaths.age_bands))]
    return tuple(within), reduce(np.logical_and.outer, along)


def _where(chosen: Sequence[str] | None, every: Sequence[str]) -> NDArray[np.bool_]:
    """True where a label is among those chosen (all of them if none is named)."""
    return np.array([chosen is None or label in chosen for label in every])
