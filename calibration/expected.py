"""What is to be expected under given numbers: deaths by year and stratum, shares of deaths, published effects.

Baselines are nowhere among the numbers. Whatever ratios and residuals are, the hazards of one kind are scaled so that
the deaths observed in the reference years come out: that is where their likelihood has its peak, and all of it that
hangs on other numbers. What the observed deaths might have been instead is drawn when draws are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.engine import Engine, Kinds
from calibration.targets import ContrastTarget, CountTarget, ShareTarget
from calibration.terms import Terms
from simcore.dims import YEAR
from simcore.network import Array, push_forward, Labelled
from simcore.program import compile_natural
from simcore.spec import DeathsOutcome


@dataclass(frozen=True)
class Moved:
    """Where the free numbers stand.

    Attributes
    ----------
    numbers : float64[numbers]
        How far each is from the reference, on its scale.
    residual : float64[periods, strata]
        Logarithm of the residual, over that of the reference.
    """

    numbers: Array
    residual: Array


class Gradient:
    """What adjoints add up to, number by number."""

    def __init__(self, at: Moved) -> None:
        self.numbers = np.zeros_like(at.numbers)
        self.residual = np.zeros_like(at.residual)


class ByStratum:
    """Deaths of the natural world by stratum, by what varies from year to year, and by kind of hazard."""

    def __init__(self, engine: Engine) -> None:
        self.kinds, self.engine = engine.kinds, engine
        self.by = _by(engine)
        self.varying = varying(engine)
        self.terms = engine.deaths((0,), (self.by, *self.varying))

    def at(self, at: Moved) -> Scaled:
        """The deaths and the factor of each kind that returns what was observed."""
        values = self.terms.at(at.numbers)[0].reshape(at.residual.shape[1], -1, self.kinds.size)
        values = values * self._residual(at)[:, None, :]
        return Scaled(values, self.kinds.observed / values.sum(axis=(0, 1)))

    def pull(self, at: Moved, now: Scaled, by_deaths: Array, by_factor: Array, into: Gradient) -> None:
        """Add the gradient, given the adjoints of the scaled deaths and of the factors."""
        # deaths = values x factor, factor = observed / sum of values
        by_factor = by_factor + (by_deaths * now.values).sum(axis=(0, 1))
        by_values = by_deaths * now.factor - by_factor * now.factor / now.values.sum(axis=(0, 1))
        weight = by_values * now.values
        terms = self.terms
        into.numbers += Terms.pulled(
            terms, at.numbers, now.values.reshape(terms.log.shape), by_values.reshape(terms.log.shape)
        )
        into.residual += _by_period(weight.sum(axis=1), self.kinds, at.residual.shape[0])

    def _residual(self, at: Moved) -> Array:
        """``float64[strata, kinds]``."""
        return np.asarray(np.exp(at.residual[self.kinds.period].T * self.kinds.acting))

    @cached_property
    def births(self) -> Array:
        """Births of the reference years by stratum and by what varies: ``float64[strata, cells]``."""
        return self._births(self.engine.model.spec.reference_years).sum(axis=0)

    def times(self, target: CountTarget) -> Array:
        """How many times the births of the reference years those of each year are: ``[years, strata, cells]``."""
        births = self._births(target.years)
        births *= (target.births / births.sum(axis=2))[..., None]
        return np.asarray(np.divide(births, self.births, out=np.zeros_like(births), where=self.births > 0))

    def _births(self, years: Sequence[int]) -> Array:
        """``float64[years, strata, cells]``, with every number at the reference."""
        engine = self.engine
        program = compile_natural(engine.model, engine.structure, engine.reference, years)
        network = program.network
        births = Labelled(tuple(network.strata), engine.model.births_in(network.strata)[None])
        keep = (YEAR, self.by, *self.varying)
        spread = push_forward(births, network.nodes, 0, keep).total(*keep).values[0]
        return spread.reshape(*spread.shape[:2], -1)


@dataclass(frozen=True)
class Scaled:
    """Deaths at the reference's baselines, and what brings each kind to the deaths observed.

    ``values`` is ``float64[strata, cells, kinds]``, ``factor`` ``float64[kinds]``.
    """

    values: Array
    factor: Array

    @property
    def deaths(self) -> Array:
        """``float64[strata, cells, kinds]``: as many of each kind as were observed."""
        return self.values * self.factor


class Counts:
    """Deaths of some years by period and stratum."""

    def __init__(self, deaths: ByStratum, target: CountTarget) -> None:
        self.deaths, self.target = deaths, target
        self.times = deaths.times(target)
        kinds = deaths.kinds
        n = len(target.periods)
        self._sorted = np.zeros((kinds.size, 2, n))
        self._sorted[np.arange(kinds.size), kinds.acting.astype(int), kinds.period] = 1.0

    def at(self, now: Scaled, path: Array) -> tuple[Array, Array]:
        """Deaths, and those of them that the path multiplies: ``float64[years, periods, strata]`` each.

        ``path`` is the logarithm of what hazards are multiplied by, of the same shape.
        """
        by_kind = np.einsum("dck,kap->apdc", now.deaths, self._sorted)
        outside = np.einsum("ydc,pdc->ypd", self.times, by_kind[0])
        within = np.einsum("ydc,pdc->ypd", self.times, by_kind[1]) * np.exp(path)
        return outside + within, within

    def pulled(self, adjoint: Array, path: Array) -> Array:
        """The adjoint of the scaled deaths, ``float64[strata, cells, kinds]``, from that of the counts."""
        outside = np.einsum("ypd,ydc->pdc", adjoint, self.times)
        within = np.einsum("ypd,ydc->pdc", adjoint * np.exp(path), self.times)
        return np.einsum("apdc,kap->dck", np.stack([outside, within]), self._sorted)


class Groups:
    """Deaths of the reference years in some worlds by some variables and kind, residuals taken at their mean.

    Which strata the deaths of a term are of is held as it is at the reference.
    """

    def __init__(self, engine: Engine, arms: Sequence[int], by: Sequence[str], apart: Sequence[str] = ()) -> None:
        self.kinds = engine.kinds
        stratum = _by(engine)
        others = tuple(name for name in (*by, *varying(engine)) if name != stratum)
        self.axes = others
        self.terms = engine.deaths(arms, others, apart)
        whole = engine.at_reference(arms, (*others, stratum), apart)
        total = whole.sum(axis=-2, keepdims=True)
        share = np.divide(whole, total, out=np.zeros_like(whole), where=total > 0)
        self.share = np.moveaxis(share, -2, -1)
        """``float64[arms, *by, kinds, strata]``: where the deaths of each term are."""

    def at(self, at: Moved) -> tuple[Array, Array]:
        """Deaths at the reference's baselines, ``float64[arms, *by, kinds]``, and their spread over strata."""
        factor = np.where(self.kinds.acting[:, None], np.exp(at.residual)[self.kinds.period], 1.0)
        spread = self.share * factor
        mean = spread.sum(axis=-1)
        return self.terms.at(at.numbers) * mean, spread / np.where(mean > 0, mean, 1.0)[..., None]

    def pull(self, at: Moved, values: Array, spread: Array, adjoint: Array, into: Gradient) -> None:
        """Add the gradient, given the adjoint of :meth:`at`."""
        into.numbers += self.terms.pulled(at.numbers, values, adjoint)
        weight = np.einsum("xk,xkd->kd", _flat(adjoint * values, 1), _flat(spread, 2))
        into.residual += _by_period(weight.T, self.kinds, at.residual.shape[0])


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


def _by(engine: Engine) -> str:
    residual = engine.model.spec.deaths.residual
    assert residual is not None
    return residual.by


def _by_period(weight: Array, kinds: Kinds, periods: int) -> Array:
    """``float64[strata, kinds]`` added up over the kinds of each period where ratios act: ``[periods, strata]``."""
    out = np.zeros((periods, weight.shape[0]))
    np.add.at(out, kinds.period[kinds.acting], weight.T[kinds.acting])
    return out


def _flat(values: Array, kept: int) -> Array:
    return values.reshape(-1, *values.shape[values.ndim - kept :])
