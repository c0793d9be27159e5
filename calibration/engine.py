"""What the engine returns for births of the reference years, as terms: at a reference and a step to either side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calibration.numbers import Number, with_number
from calibration.terms import Terms, terms_of
from simcore.contrasts import Fit, ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array, Labelled, push_forward
from simcore.program import compile_natural
from simcore.solve import solve_central
from simcore.spec import LevelOutcome, Variable

MOST_CELLS = 12_000
"""Births are thinned to about so many cells to see how terms move; what they are at the reference is asked of all."""
LEAST_RESPONSE = 0.3
"""Deaths follow hazards by no less, where ratios act: what is under it are kinds of few deaths. What this leaves amiss
the engine sets right when draws are settled."""
MOST_APART = 2_000_000
"""Cells of the reference years that births may be told apart by: some gigabytes."""
FEWER_CELLS = 4_000
"""The same where terms are not told apart by stratum."""
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

    @cached_property
    def in_period(self) -> Array:
        """``float64[periods, kinds]``: one for the kinds of each period where ratios act."""
        periods = np.arange(int(self.period.max()) + 1)[:, None]
        return np.asarray((periods == self.period) & self.acting, dtype=np.float64)

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
    periods = [
        next(i for i, inside in enumerate(deaths.age_periods.values()) if band in inside) for band in bands
    ]
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
    each = np.stack(
        [kinds.summed(cells * (np.arange(len(causes)) == c)[:, None]) for c in range(len(causes))]
    )
    return Kinds(of, kinds.period, kinds.acting, total, (each / total).T)


class Engine:
    """The model at a reference: every number at its centre, effects, baselines and residuals solved."""

    def __init__(
        self, model: Model, structure: Structure, numbers: Sequence[Number], threads: int = 1
    ) -> None:
        self.model, self.structure, self.numbers, self.threads = model, structure, tuple(numbers), threads
        self.kinds = kinds_of(model, structure)
        self.step = np.array([_step(number) for number in numbers])
        self._worlds: dict[tuple[tuple[str, ...], bool, Number | None, float], ReferenceYears] = {}

    @cached_property
    def reference(self) -> DrawBlock:
        """One draw."""
        return solve_central(self.model, self.structure).block

    def deaths(self, arms: Sequence[int], by: Sequence[str], apart: Sequence[str] = ()) -> Terms:
        """Deaths of some worlds by the variables named and the kind of hazard: ``[arms, *by, kinds]``.

        Worlds are numbered as in :func:`simcore.contrasts.contrast_arms`; levels of variables told ``apart`` are,
        though risk may not hang on them.
        """
        residual = self.model.spec.deaths.residual
        cells = MOST_CELLS if residual is not None and residual.by in by else FEWER_CELLS

        def ask(world: ReferenceYears, block: DrawBlock) -> Array:
            return self.kinds.summed(
                _merged(world.deaths_by(block, arms, (*by, *self._by)), len(by), len(self._by))
            )

        return self._terms(ask, apart, any(arms), self.numbers, cells)

    def at_reference(self, arms: Sequence[int], by: Sequence[str], apart: Sequence[str] = ()) -> Array:
        """The same at the reference alone: ``float64[arms, *by, kinds]``."""
        deaths = self._world(apart, any(arms)).deaths_by(self.reference, arms, (*by, *self._by))
        return self.kinds.summed(_merged(deaths, len(by), len(self._by)))

    def measures(self) -> Terms:
        """Contrasts that are of levels and not of deaths, as published: ``[contrasts]``, in the file's order."""

        def ask(world: ReferenceYears, block: DrawBlock) -> Array:
            fit: Fit = world.evaluate(block)
            return np.array([float(fit.measures[name][0]) for name in self.of_levels])

        return self._terms(
            ask, (), True, [number for number in self.numbers if number.name in self._spreading], FEWER_CELLS
        )

    @cached_property
    def of_levels(self) -> tuple[str, ...]:
        """Contrasts whose outcome is a level: of preterm birth, say."""
        contrasts = self.structure.contrasts.items()
        return tuple(name for name, contrast in contrasts if isinstance(contrast.outcome, LevelOutcome))

    @cached_property
    def of_hazards(self) -> set[str]:
        """Numbers that are ratios of hazards."""
        ratios = self.structure.hazard_ratios(self.model.spec.deaths)
        return {value for ratio in ratios for value in ratio.ratios.values() if isinstance(value, str)}

    @cached_property
    def _spreading(self) -> set[str]:
        """Numbers that move how births spread."""
        return set().union(*(self._moving(v) for v in self.model.spec.variables.values()))

    def _moving(self, variable: Variable) -> set[str]:
        """Numbers that move how births spread over the levels of a variable, given its causes."""
        ratios = self.structure.odds_ratios(variable)
        named = {value for ratio in ratios for value in ratio.ratios.values() if isinstance(value, str)}
        between = variable.shares.between
        return named if between is None else named | {between.at}

    def births(self, arms: Sequence[int]) -> Array:
        """Births of some worlds: ``float64[arms]``."""
        world = self._world((), True)
        return np.array([float(world.births[arm].sum()) for arm in arms])

    def response(self, by: Sequence[str]) -> Array:
        """By how much deaths of the natural world follow hazards, logarithm by logarithm: ``float64[*by, kinds]``.

        One where few die; less where births are depleted, for who died before cannot die again.
        """
        baseline = self.reference.baseline
        assert baseline is not None
        more = replace(self.reference, baseline=baseline * np.exp(STEP_SOLVED))
        shape = (*by, *self._by)
        deaths = [self._world((), False).deaths_by(block, (0,), shape) for block in (self.reference, more)]
        before, after = (self.kinds.summed(_merged(d, len(by), len(self._by)))[0] for d in deaths)
        with np.errstate(divide="ignore", invalid="ignore"):
            follows = np.log(after / before) / STEP_SOLVED
        return np.where(self.kinds.acting & (before > 0), np.clip(follows, LEAST_RESPONSE, 1.0), 1.0)

    def thinned(self, cells: int) -> ReferenceYears:
        """Births of the reference, as about so many cells that stand for all."""
        return self._world((), False).thinned(cells)

    def by_kind(self, deaths: Array, by: int) -> Array:
        """Deaths of one world, ``[1, draws, *by, *baseline by, causes, bands]``, as ``float64[draws, *by, kinds]``."""
        shape = deaths.shape[1:]
        head, tail = shape[: 1 + by], shape[1 + by + len(self._by) :]
        return self.kinds.summed(deaths.reshape(*head, -1, *tail))

    def with_ratios(self, numbers: Array, baseline: Array, residual: Array) -> DrawBlock:
        """Draws whose ratios of hazards stand as told, and what moves births as at the reference."""
        n = len(numbers)
        parameters = {name: np.repeat(values, n) for name, values in self.reference.parameters.items()}
        for i, number in enumerate(self.numbers):
            if number.name in self.of_hazards:
                parameters[number.name] = number.value(
                    number.on_scale(parameters[number.name]) + numbers[:, i]
                )
        return DrawBlock(np.arange(n), parameters, baseline, residual)

    @cached_property
    def births_by_cell(self) -> Array:
        """Births of the reference years by the variables that baselines hang on: ``float64[*by]``."""
        return self.births_by(*self._by)

    def births_by(self, *names: str) -> Array:
        """Births of the reference years by variables or stratum dimensions: ``float64[*names]``."""
        program = compile_natural(self.model, self.structure, self.reference, self.model.spec.reference_years)
        network = program.network
        births = Labelled(tuple(network.strata), self.model.births_in(network.strata)[None])
        return np.asarray(push_forward(births, network.nodes, 0, names).total(*names).values[0])

    @property
    def _by(self) -> tuple[str, ...]:
        return self.model.spec.deaths.baseline.by

    def _world(
        self, apart: Sequence[str], under_do: bool, number: Number | None = None, way: float = 0.0
    ) -> ReferenceYears:
        """Births of the reference years at the reference, or with one number moved from it: kept, they cost most."""
        key = (tuple(apart), under_do, number, way)
        if key not in self._worlds:
            block = self.reference if number is None else with_number(self.reference, number, way)
            self._worlds[key] = ReferenceYears(self.model, self.structure, block, apart, not under_do)
        return self._worlds[key]

    def bears(self, name: str) -> bool:
        """Whether births can be told apart by a variable without more cells than memory bears."""
        cells = self._world((), False).cells
        return name in cells.at or cells.draw.size * len(self.model.levels(name)) <= MOST_APART

    def forget(self) -> None:
        """Let go of the births that terms were made from."""
        self._worlds.clear()

    def _terms(
        self,
        ask: Callable[[ReferenceYears, DrawBlock], Array],
        apart: Sequence[str],
        under_do: bool,
        moving: Sequence[Number],
        cells: int,
    ) -> Terms:
        whole = self._world(apart, under_do)
        thin = whole.thinned(cells)
        first = list(self.model.spec.variables.values())[: whole.recompiler.first_moving]
        early = set().union(*(self._moving(variable) for variable in first))

        def moved(item: tuple[Number, float]) -> Array:
            number, step = item
            block = with_number(self.reference, number, step)
            if number.name not in early:
                return ask(thin, block)
            world = self._world(apart, under_do, number, step)
            return ask(world if thin.kept is None else world.only(*thin.kept), block)

        steps = [float(self.step[self.numbers.index(number)]) for number in moving]
        either = [(number, way) for number, step in zip(moving, steps, strict=True) for way in (-step, step)]
        with ThreadPoolExecutor(self.threads) as pool:
            found = list(pool.map(moved, either))
        middle, near = ask(whole, self.reference), ask(thin, self.reference)
        below, above = (np.repeat(near[None], len(self.numbers), axis=0) for _ in range(2))
        for i, number in enumerate(moving):
            below[self.numbers.index(number)], above[self.numbers.index(number)] = found[2 * i : 2 * i + 2]
        return terms_of(middle, near, below, above, self.step)


def _merged(deaths: Array, kept: int, merged: int) -> Array:
    """``[arms, 1, *by, *baseline by, causes, bands]`` without the draw, what baselines hang on in one axis."""
    shape = deaths.shape
    head = (shape[0], *shape[2 : 2 + kept])
    return deaths.reshape(*head, -1, *shape[2 + kept + merged :])


def _step(number: Number) -> float:
    if number.solved:
        return STEP_SOLVED
    ends, _ = number.moved(np.array([-1.0, 1.0]))
    return min(STEP_MOST, float(0.5 * (ends[1] - ends[0]))) or STEP_SOLVED
