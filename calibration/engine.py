"""What the engine returns for the births of the reference years, as terms: at a reference, and a step to either side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calibration.numbers import Number, with_number
from calibration.terms import Terms, terms_of
from simcore.contrasts import Fit, ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.solve import solve_central

MOST_CELLS = 12_000
"""Births are thinned to about so many cells to see how terms move; what they are at the reference is asked of all."""
STEP_SOLVED, STEP_MOST = 0.15, 0.4
"""Steps along a number: its prior's standard deviation, no more than the second; the first for solved effects."""


@dataclass(frozen=True)
class Kinds:
    """Hazards on which the same ratios act, told by cause, age band and the levels that baselines hang on."""

    of: NDArray[np.int64]
    """``int64[by cells, causes, age bands]``: the kind of each hazard, -1 where nobody dies."""
    period: NDArray[np.int64]
    """``int64[kinds]``: the age period."""
    acting: NDArray[np.bool_]
    """``bool[kinds]``: whether ratios, residuals and year effects act."""
    observed: Array
    """``float64[kinds]``: deaths observed in the reference years."""
    of_cause: Array
    """``float64[kinds, causes]``: the part of them of each cause."""

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.period.size)

    def summed(self, deaths: Array) -> Array:
        """``float64[..., by cells, causes, age bands]`` to ``float64[..., kinds]``."""
        flat = deaths.reshape(*deaths.shape[: deaths.ndim - self.of.ndim], -1)
        some = self.of.ravel() >= 0
        spread = np.zeros((int(some.sum()), self.size))
        spread[np.arange(spread.shape[0]), self.of.ravel()[some]] = 1.0
        return np.asarray(flat[..., some] @ spread)


def kinds_of(model: Model, structure: Structure) -> Kinds:
    """The kinds of hazards of a model whose baselines are solved from observed deaths."""
    deaths = model.spec.deaths
    causes, bands, by = list(deaths.causes), list(deaths.age_bands), deaths.baseline.by
    observed = model.targets["baseline"].deaths
    periods = [next(i for i, inside in enumerate(deaths.age_periods.values()) if band in inside) for band in bands]
    acts = np.ones(observed.shape[: len(by)], dtype=bool)
    for name, levels in deaths.ratios_act_within.items():
        inside = np.array([level in levels for level in model.levels(name)])
        acts &= inside.reshape([-1 if other == name else 1 for other in by])
    ratios = structure.hazard_ratios(deaths)
    cells = observed.reshape(-1, len(causes), len(bands))
    of = np.full(cells.shape, -1, dtype=np.int64)
    known: dict[tuple[object, ...], int] = {}
    period, acting = [], []
    for cell, cause, band in np.argwhere(cells > 0):
        same = tuple(
            i
            for i, ratio in enumerate(ratios)
            if (ratio.causes is None or causes[cause] in ratio.causes)
            and (ratio.age_bands is None or bands[band] in ratio.age_bands)
        )
        key = (int(cell), periods[band], same if acts.ravel()[cell] else ())
        if key not in known:
            known[key] = len(known)
            period.append(periods[band])
            acting.append(bool(acts.ravel()[cell]))
        of[cell, cause, band] = known[key]
    kinds = Kinds(of, np.array(period), np.array(acting), np.zeros(0), np.zeros(0))
    total = kinds.summed(cells)
    each = np.stack([kinds.summed(cells * (np.arange(len(causes)) == c)[:, None]) for c in range(len(causes))])
    return Kinds(of, kinds.period, kinds.acting, total, (each / total).T)


class Engine:
    """The model at a reference: every number at its centre, effects, baselines and residuals solved."""

    def __init__(self, model: Model, structure: Structure, numbers: Sequence[Number], threads: int = 1) -> None:
        self.model, self.structure, self.numbers, self.threads = model, structure, tuple(numbers), threads
        self.kinds = kinds_of(model, structure)
        self.step = np.array([_step(number) for number in numbers])

    @cached_property
    def reference(self) -> DrawBlock:
        """One draw."""
        return solve_central(self.model, self.structure).block

    def deaths(self, arms: Sequence[int], by: Sequence[str], apart: Sequence[str] = ()) -> Terms:
        """Deaths of some worlds by the variables named and the kind of hazard: ``[arms, *by, kinds]``."""

        def ask(world: ReferenceYears, block: DrawBlock) -> Array:
            return self.kinds.summed(_merged(world.deaths_by(block, arms, (*by, *self._by)), len(by), len(self._by)))

        return self._terms(ask, apart)

    def measures(self) -> Terms:
        """Logarithms of contrasts that are of levels and not of deaths, as they are published: ``[contrasts]``."""

        def ask(world: ReferenceYears, block: DrawBlock) -> Array:
            fit: Fit = world.evaluate(block)
            return np.array([float(values[0]) for values in fit.measures.values()])

        return self._terms(ask, ())

    def births(self, arms: Sequence[int]) -> Array:
        """Births of some worlds: ``float64[arms]``."""
        world = self._world(self.reference, ())
        return np.array([float(world.births[arm].sum()) for arm in arms])

    @property
    def _by(self) -> tuple[str, ...]:
        return self.model.spec.deaths.baseline.by

    def _world(self, block: DrawBlock, apart: Sequence[str]) -> ReferenceYears:
        return ReferenceYears(self.model, self.structure, block, apart)

    def _terms(self, ask: object, apart: Sequence[str]) -> Terms:
        assert callable(ask)
        whole = self._world(self.reference, apart)
        thin = whole.thinned(MOST_CELLS)
        early = self._early(whole)

        def moved(item: tuple[Number, float]) -> Array:
            number, step = item
            block = with_number(self.reference, number, step)
            if number.name not in early:
                return np.asarray(ask(thin, block))
            world = self._world(block, apart)
            return np.asarray(ask(world if thin.kept is None else world.only(*thin.kept), block))

        either = [(n, s) for n, step in zip(self.numbers, self.step, strict=True) for s in (-step, step)]
        with ThreadPoolExecutor(self.threads) as pool:
            found = np.stack(list(pool.map(moved, either)))
        return terms_of(
            np.asarray(ask(whole, self.reference)),
            np.asarray(ask(thin, self.reference)),
            found[0::2],
            found[1::2],
            self.step,
        )

    def _early(self, world: ReferenceYears) -> set[str]:
        """Numbers that move how births spread before anything that is solved does."""
        names = list(self.model.spec.variables)[: world.recompiler.first_moving]
        early = set()
        for name in names:
            variable = self.model.spec.variables[name]
            ratios = self.structure.odds_ratios(variable)
            early |= {value for ratio in ratios for value in ratio.ratios.values() if isinstance(value, str)}
            if variable.shares.between is not None:
                early.add(variable.shares.between.at)
        return early


def _merged(deaths: Array, kept: int, merged: int) -> Array:
    """``[arms, 1, *by, *baseline by, causes, bands]`` without the draw, what baselines hang on in one axis."""
    shape = deaths.shape
    head = (shape[0], *shape[2 : 2 + kept])
    return deaths.reshape(*head, -1, *shape[2 + kept + merged :])


def _step(number: Number) -> float:
    if number.solved:
        return STEP_SOLVED
    low, high = (number.moved(float(q)) for q in number.prior.quantile([0.1587, 0.8413]))
    return min(STEP_MOST, 0.5 * (high - low))
