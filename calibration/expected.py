"""What is to be expected under given numbers: deaths by stratum, residuals, deaths by group and under ``do``.

Baselines are nowhere among the numbers. Whatever ratios are, the hazards of one kind are scaled so that the deaths
observed in the reference years come out: that is where their likelihood has its peak, and all of it that hangs on
other numbers. What the observed deaths might have been instead is drawn when draws are put together.

The same holds for the gradient by stratum: deaths by stratum are a coordinate, and the residual is what ratios leave
of them. So no gradient has to be explained, and the posterior has no curved ridge along which the two trade places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.engine import LEAST_RESPONSE, Engine, Kinds
from simcore.dims import YEAR
from simcore.network import Array, Labelled, push_forward
from simcore.program import compile_natural


class Adjoints:
    """What adjoints add up to: by free numbers, by residuals, by the factor of each kind of hazard."""

    def __init__(self, numbers: int, now: Settled) -> None:
        self.numbers = np.zeros(numbers)
        self.residual = np.zeros_like(now.residual)
        self.factor = np.zeros_like(now.factor)


@dataclass(frozen=True)
class Settled:
    """Where numbers and deaths by stratum stand, and what follows for residuals and baselines.

    Attributes
    ----------
    numbers : float64[numbers]
        How far each free number is from the reference, on its scale.
    deaths : float64[strata, kinds]
        Deaths at the baselines of the reference, without any residual.
    relative : float64[periods, strata]
        Those of one period where ratios act, kinds in the proportions observed.
    residual : float64[periods, strata]
        Logarithm of the residual.
    factor : float64[kinds]
        What brings the deaths of each kind to those observed.
    """

    numbers: Array
    deaths: Array
    relative: Array
    residual: Array
    factor: Array


@dataclass(frozen=True)
class ByCell:
    """Deaths without residuals by stratum, by what varies by year, and kind; and how they follow hazards.

    ``float64[draws, strata, cells, kinds]`` each; :meth:`calibration.engine.Engine.response` has the second.
    """

    deaths: Array
    response: Array


class ByStratum:
    """Deaths of the natural world by stratum and kind of hazard."""

    def __init__(self, engine: Engine) -> None:
        self.kinds, self.engine = engine.kinds, engine
        self.by = by_stratum(engine)
        self.terms = engine.deaths((0,), (self.by, *varying(engine)))
        residual = engine.reference.residual
        assert residual is not None
        self.log_residual = np.log(residual[0])
        """``float64[periods, strata]``: of the reference."""
        self.periods = residual.shape[1]
        self.settled = self._with(
            self._deaths(np.zeros(len(engine.numbers))), np.zeros(len(engine.numbers)), None
        )

    @cached_property
    def observed(self) -> Array:
        """``float64[periods, strata]``: deaths of the reference years where ratios act, as the reference has them."""
        now = self.settled
        return _by_period(now.deaths * now.factor * self._spread(now.residual), self.kinds)

    @cached_property
    def outside(self) -> Array:
        """``float64[periods, strata]``: deaths where no ratio acts."""
        now, kinds = self.settled, self.kinds
        inside = (np.arange(self.periods)[:, None] == kinds.period) & ~kinds.acting
        return np.asarray(inside @ (now.deaths * now.factor).T)

    @cached_property
    def births(self) -> Array:
        """``float64[strata]``: births of the reference years."""
        return np.asarray(self.engine.births_by(self.by))

    def at(self, numbers: Array, moved: Array) -> Settled:
        """What follows where numbers have moved from the reference and log deaths by stratum by ``moved``."""
        return self._with(self._deaths(numbers), numbers, moved)

    def pull(self, now: Settled, into: Adjoints) -> Array:
        """Carry adjoints of residuals and factors on to the numbers; gives those of ``moved``."""
        kinds, by_residual = self.kinds, into.residual.copy()
        spread = self._spread(now.residual)
        weighed = now.deaths * spread
        total = weighed.sum(axis=0)
        # factor = observed / sum over strata of deaths x residual
        by_total = -into.factor * now.factor / total
        by_deaths = by_total * spread
        by_residual += _by_period(by_total * weighed, kinds)
        # residual = deaths by stratum / relative; relative = sum over kinds of start x deaths
        by_relative = -by_residual / now.relative
        start, weight = self._start(now.deaths)
        each = np.where(kinds.acting, by_relative[kinds.period].T, 0.0)
        by_deaths += each * start
        by_start = (each * now.deaths).sum(axis=0)
        by_deaths -= by_start * start * weight / (now.deaths * weight).sum(axis=0)
        terms = self.terms
        values = terms.at(now.numbers)
        shape = (1, values.shape[1], *[1] * (values.ndim - 3), values.shape[-1])
        # the reference's terms hold its residual
        adjoint = np.broadcast_to((by_deaths / weight).reshape(shape), values.shape)
        into.numbers += terms.pulled(now.numbers, values, adjoint)
        return by_residual

    @cached_property
    def at_reference(self) -> Array:
        """Deaths of the reference, residuals and all: ``float64[strata, kinds]``."""
        values = np.exp(self.terms.log[0])
        return np.asarray(values.reshape(values.shape[0], -1, values.shape[-1]).sum(axis=1))

    def spreading(self, numbers: Array) -> Array:
        """What numbers that move births make of deaths, ratios of hazards as they stand: ``[draws, strata, kinds]``."""
        ratios = np.array([number.name in self.engine.of_hazards for number in self.engine.numbers])
        alone = np.where(ratios, numbers, 0.0)
        each = [[self.terms.at(row)[0] for row in rows] for rows in (numbers, alone)]
        both = [
            np.stack(values).reshape(len(numbers), values[0].shape[0], -1, values[0].shape[-1])
            for values in each
        ]
        return np.asarray(both[0].sum(axis=2) / both[1].sum(axis=2))

    def by_cell(self, numbers: Array) -> ByCell:
        """Deaths of some draws, by stratum and by what varies by year; ``numbers`` is ``float64[draws, numbers]``."""
        values = np.stack([self.terms.at(row)[0] for row in numbers])
        strata, kinds = values.shape[1], values.shape[-1]
        ratios = [i for i, number in enumerate(self.engine.numbers) if number.name in self.engine.of_hazards]
        slope = self.terms.slope[0].reshape(strata, -1, kinds, numbers.shape[1])[..., ratios]
        # ratios raise hazards by more than deaths; with hazards so much higher, births are depleted the more
        raised = np.tensordot(numbers[:, ratios], slope, axes=(1, 3)) / self._response
        response = 1.0 - (1.0 - self._response) * np.exp(raised)
        deaths = values.reshape(len(numbers), strata, -1, kinds) / self._spread(self.log_residual)[:, None, :]
        return ByCell(deaths, np.clip(response, LEAST_RESPONSE, 1.0))

    @cached_property
    def _response(self) -> Array:
        response = self.engine.response((self.by, *varying(self.engine)))
        return response.reshape(response.shape[0], -1, response.shape[-1])

    def explained(self, numbers: Array, residual: Array) -> Array:
        """What exposures alone make of deaths where ratios act, year by year: ``float64[periods, years of the model]``.

        Over the reference years, births by stratum as they are in each year.
        """
        values = self.terms.at(numbers)[0]
        values = values.reshape(values.shape[0], -1, values.shape[-1])
        weight = self._spread(residual - self.log_residual)[:, None, :]
        factor = self.kinds.observed / (values * weight).sum(axis=(0, 1))
        deaths = (values * weight * factor) @ self.kinds.in_period.T
        then, alike = self._by_year
        return np.asarray(
            np.tensordot(then, deaths, axes=2).T / np.tensordot(alike, deaths, axes=2).T, dtype=np.float64
        )

    @cached_property
    def _by_year(self) -> tuple[Array, Array]:
        """How many times the births of the reference years those of each year are, ``[years, strata, cells]``.

        By stratum and by what varies from year to year, numbers at the reference; then with exposures as they were.
        """
        engine = self.engine
        spread = self._births_in(engine.model.years)
        before = self._births_in(engine.model.spec.reference_years).sum(axis=0)
        then = np.divide(spread, before, out=np.zeros_like(spread), where=before > 0)
        alike = np.broadcast_to(spread.sum(axis=2, keepdims=True) / before.sum(axis=1)[:, None], then.shape)
        return then, alike

    def _births_in(self, years: Sequence[int]) -> Array:
        """``float64[years, strata, cells]``."""
        engine = self.engine
        program = compile_natural(engine.model, engine.structure, engine.reference, years)
        network = program.network
        births = Labelled(tuple(network.strata), engine.model.births_in(network.strata)[None])
        keep = (YEAR, self.by, *varying(engine))
        spread = push_forward(births, network.nodes, 0, keep).total(*keep).values[0]
        return np.asarray(spread.reshape(*spread.shape[:2], -1))

    def _deaths(self, numbers: Array) -> Array:
        """Without residuals: ``float64[strata, kinds]``."""
        values = self.terms.at(numbers)[0]
        return np.asarray(values.reshape(values.shape[0], -1, values.shape[-1]).sum(axis=1)) / self._spread(
            self.log_residual
        )

    def _with(self, deaths: Array, numbers: Array, moved: Array | None) -> Settled:
        start, _ = self._start(deaths)
        relative = _by_period(deaths * start, self.kinds)
        residual = self.log_residual if moved is None else np.log(self.observed) + moved - np.log(relative)
        factor = self.kinds.observed / (deaths * self._spread(residual)).sum(axis=0)
        return Settled(numbers, deaths, relative, residual, factor)

    def _start(self, deaths: Array) -> tuple[Array, Array]:
        """Factors of kinds under the residual of the reference, and that residual by stratum and kind."""
        weight = self._spread(self.log_residual)
        return self.kinds.observed / (deaths * weight).sum(axis=0), weight

    def _spread(self, residual: Array) -> Array:
        """The residual of each stratum and kind, one where it does not act: ``float64[strata, kinds]``."""
        return np.asarray(np.exp(residual[self.kinds.period].T * self.kinds.acting))


class Groups:
    """Deaths of the reference years in some worlds by some variables and kind, residuals taken at their mean.

    Which strata the deaths of a term are of is held as it is at the reference.
    """

    def __init__(
        self, engine: Engine, arms: Sequence[int], by: Sequence[str], apart: Sequence[str] = ()
    ) -> None:
        self.kinds = engine.kinds
        stratum = by_stratum(engine)
        residual = engine.reference.residual
        assert residual is not None
        self.log_residual = np.log(residual[0])
        others = tuple(name for name in (*by, *varying(engine)) if name != stratum)
        self.axes = others
        self.terms = engine.deaths(arms, others, apart)
        whole = engine.at_reference(arms, (*others, stratum), apart)
        total = whole.sum(axis=-2, keepdims=True)
        share = np.divide(whole, total, out=np.zeros_like(whole), where=total > 0)
        self.share = np.moveaxis(share, -2, -1)
        """``float64[arms, *by, kinds, strata]``: where the deaths of each term are."""

    def at(self, now: Settled) -> tuple[Array, Array]:
        """Deaths at the reference's baselines, ``float64[arms, *by, kinds]``, and their spread over strata."""
        moved = np.exp(now.residual - self.log_residual)[self.kinds.period]
        spread = self.share * np.where(self.kinds.acting[:, None], moved, 1.0)
        mean = spread.sum(axis=-1)
        return self.terms.at(now.numbers) * mean, spread / np.where(mean > 0, mean, 1.0)[..., None]

    def pull(self, now: Settled, values: Array, spread: Array, adjoint: Array, into: Adjoints) -> None:
        """Add the gradient, given the adjoint of :meth:`at`."""
        into.numbers += self.terms.pulled(now.numbers, values, adjoint)
        weight = (adjoint * values).reshape(-1, self.kinds.size)
        by_kind = (weight[:, :, None] * spread.reshape(*weight.shape, -1)).sum(axis=0)
        into.residual += _by_period(by_kind.T, self.kinds)


def varying(engine: Engine) -> tuple[str, ...]:
    """Variables that hazards hang on and that vary by year, themselves or through their causes."""
    spec, deaths = engine.model.spec, engine.model.spec.deaths
    found: set[str] = set()
    for name, variable in spec.variables.items():
        parents = [ratio.parent for ratio in engine.structure.odds_ratios(variable)]
        shares = variable.shares.by
        if YEAR in shares or not found.isdisjoint((*parents, *shares)):
            found.add(name)
    acting = {ratio.parent for ratio in engine.structure.hazard_ratios(deaths)}
    return tuple(name for name in spec.variables if name in found & acting and name not in deaths.baseline.by)


def by_stratum(engine: Engine) -> str:
    """The stratum dimension that residuals are by."""
    residual = engine.model.spec.deaths.residual
    assert residual is not None
    return residual.by


def _by_period(weight: Array, kinds: Kinds) -> Array:
    """``float64[strata, kinds]`` added up over the kinds of each period where ratios act: ``[periods, strata]``."""
    return np.asarray(kinds.in_period @ weight.T)
