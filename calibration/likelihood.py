"""What observed counts, shares and published effects say: log likelihoods, and their adjoints added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.engine import Engine
from calibration.expected import Adjoints, ByStratum, Groups, Settled
from calibration.targets import INFANT, ContrastTarget, CountTarget, ShareTarget
from simcore.network import Array
from simcore.spec import DeathsOutcome


class CountTerm:
    """Counts by year and stratum: Poisson, or negative binomial about the same mean."""

    def __init__(self, deaths: ByStratum, years: Sequence[int], target: CountTarget) -> None:
        self.target = target
        self.rows = [years.index(year) for year in target.years]
        self.outside, self.within = expected_counts(deaths, target.births)

    def mean(self, moved: Array, path: Array) -> Array:
        """Deaths to be expected, ``float64[years, periods, strata]``."""
        return self.outside + self.within * np.exp(moved + path[self.rows])

    def add(self, moved: Array, path: Array, by_gradient: Array, by_path: Array) -> float:
        """The log likelihood; its adjoints are added up."""
        within = self.within * np.exp(moved + path[self.rows])
        value, adjoint = log_counts(self.target.deaths, self.outside + within, self.target.dispersion)
        by_path[self.rows] += adjoint * within
        by_gradient += (adjoint * within).sum(axis=0)
        return float(value.sum())


def expected_counts(deaths: ByStratum, births: Array) -> tuple[Array, Array]:
    """Deaths of ``births`` [years, strata] at the rates of the reference: where no ratio acts, and where they do."""
    times = (births / deaths.births)[:, None, :]
    return times * deaths.outside, times * deaths.observed


class ShareTerm:
    """Shares of deaths among groups, within each cause and period: multinomial."""

    def __init__(self, engine: Engine, target: ShareTarget) -> None:
        self.target, kinds = target, engine.kinds
        apart = () if target.by in engine.model.strata else (target.by,)
        self.groups = Groups(engine, (0,), (target.by,), apart)
        levels = engine.model.levels(target.by)
        member = np.array(
            [[level in group for level in levels] for group in target.members], dtype=np.float64
        )
        births = engine.births_by(target.by)
        self._member = member
        self._risk = target.births / (member @ births)
        causes, names = list(engine.model.spec.deaths.causes), list(engine.model.spec.deaths.age_periods)
        of_cause = np.array(
            [
                kinds.of_cause.sum(axis=1) if c == "all" else kinds.of_cause[:, causes.index(c)]
                for c in target.within
            ]
        )
        in_period = np.array(
            [np.ones(kinds.size) if p == INFANT else kinds.period == names.index(p) for p in target.periods]
        )
        self._cells = np.array(of_cause)[:, None] * np.array(in_period, dtype=np.float64)
        """``float64[within, periods, kinds]``: the part of each kind's deaths that are of each cell."""

    def shares(self, now: Settled) -> Array:
        """The share of each group among the deaths of each cell: ``float64[within, periods, groups]``."""
        expected = self._expected(self.groups.at(now)[0], now.factor)
        return np.asarray(expected / expected.sum(axis=-1, keepdims=True))

    def add(self, now: Settled, into: Adjoints) -> float:
        """The log likelihood; its adjoints are added up."""
        values, spread = self.groups.at(now)
        expected = self._expected(values, now.factor)
        total = expected.sum(axis=-1, keepdims=True)
        deaths, weight = self.target.deaths, self.target.weight
        some = deaths > 0
        value = weight * float((deaths[some] * np.log((expected / total)[some])).sum())
        adjoint = weight * (
            np.where(some, deaths / np.where(some, expected, 1.0), 0.0)
            - deaths.sum(axis=-1, keepdims=True) / total
        )
        cells = self._cells.reshape(-1, now.factor.size)
        by_level = self._member.T @ ((adjoint * self._risk).reshape(cells.shape[0], -1).T @ cells)
        summed = values[0].reshape(values.shape[1], -1, values.shape[-1])
        into.factor += (by_level * summed.sum(axis=1)).sum(axis=0)
        by_values = np.broadcast_to((by_level * now.factor)[:, None, :], summed.shape).reshape(values.shape)
        self.groups.pull(now, values, spread, by_values, into)
        return value

    def _expected(self, values: Array, factor: Array) -> Array:
        by_level = values[0].reshape(values.shape[1], -1, values.shape[-1]).sum(axis=1) * factor
        return np.asarray(self._cells @ (self._member @ by_level).T * self._risk)


class ContrastTerm:
    """Published total effects, each normal about what the model returns under ``do``."""

    def __init__(self, engine: Engine, targets: Sequence[ContrastTarget]) -> None:
        self.targets = tuple(targets)
        names = list(engine.structure.contrasts)
        periods = list(engine.model.spec.deaths.age_periods)
        self.contrasts = engine.structure.contrasts
        of_deaths = [n for n in names if isinstance(self.contrasts[n].outcome, DeathsOutcome)]
        self.of_deaths, self.of_levels = of_deaths, engine.of_levels
        self.levels = engine.measures() if self.of_levels else None
        arms = [1 + 2 * names.index(name) + side for name in of_deaths for side in (0, 1)]
        self.groups = Groups(engine, arms, ()) if arms else None
        self.births = engine.births(arms).reshape(-1, 2)
        self._inside = np.zeros((len(of_deaths), engine.kinds.size))
        for i, name in enumerate(of_deaths):
            outcome = self.contrasts[name].outcome
            assert isinstance(outcome, DeathsOutcome)
            whole = outcome.deaths == INFANT
            self._inside[i] = whole or engine.kinds.period == periods.index(outcome.deaths)

    def measures(self, now: Settled) -> dict[str, float]:
        """Every contrast as published."""
        found: dict[str, float] = {}
        if self.levels is not None:
            found.update(zip(self.of_levels, map(float, self.levels.at(now.numbers)), strict=True))
        if self.groups is not None:
            exposed, unexposed = self._risk(self.groups.at(now)[0], now.factor).T
            for i, name in enumerate(self.of_deaths):
                found[name] = _measure(
                    self.contrasts[name].measure, exposed[i], unexposed[i], self.contrasts[name].per
                )[0]
        return found

    def add(self, now: Settled, into: Adjoints) -> float:
        """The log likelihood; its adjoints are added up."""
        value, factor = 0.0, now.factor
        levels = None if self.levels is None else self.levels.at(now.numbers)
        by_level = np.zeros(len(self.of_levels))
        if self.groups is not None:
            values, spread = self.groups.at(now)
            risk = self._risk(values, factor)
            by_risk = np.zeros_like(risk)
        for target in self.targets:
            if levels is not None and target.contrast in self.of_levels:
                i = self.of_levels.index(target.contrast)
                away = (np.log(levels[i]) - target.mean) / target.sd
                by_level[i] -= away / target.sd / levels[i]
            else:
                i = self.of_deaths.index(target.contrast)
                contrast = self.contrasts[target.contrast]
                found, slopes = _measure(contrast.measure, risk[i, 0], risk[i, 1], contrast.per)
                away = ((np.log(found) if target.is_ratio else found) - target.mean) / target.sd
                by_risk[i] -= away / target.sd * slopes / (found if target.is_ratio else 1.0)
            value -= 0.5 * float(away) ** 2
        if levels is not None and self.levels is not None:
            into.numbers += self.levels.pulled(now.numbers, levels, by_level)
        if self.groups is not None:
            # risk = sum of values x factor over what is inside, over births
            by_kind = ((by_risk / self.births)[..., None] * self._inside[:, None, :]).reshape(-1, factor.size)
            flat = values.reshape(values.shape[0], -1, factor.size)
            into.factor += (by_kind * flat.sum(axis=1)).sum(axis=0)
            by_values = np.broadcast_to((by_kind * factor)[:, None, :], flat.shape).reshape(values.shape)
            self.groups.pull(now, values, spread, by_values, into)
        return value

    def _risk(self, values: Array, factor: Array) -> Array:
        """``float64[contrasts, exposed or not]``."""
        each = values.reshape(values.shape[0], -1, factor.size).sum(axis=1) * factor
        inside = np.repeat(self._inside, 2, axis=0)
        return np.asarray((each * inside).sum(axis=1).reshape(-1, 2) / self.births)


def log_counts(deaths: Array, mean: Array, dispersion: float) -> tuple[Array, Array]:
    """Log probability of counts without its constant, and its derivative by the mean: the shape of ``deaths`` each.

    >>> value, slope = log_counts(np.array([3.0]), np.array([3.0]), 0.0)
    >>> slope.tolist()
    [0.0]
    """
    if dispersion == 0.0:
        return deaths * np.log(mean) - mean, deaths / mean - 1.0
    spread = 1.0 + dispersion * mean
    value = deaths * np.log(mean) - (deaths + 1.0 / dispersion) * np.log(spread)
    return value, deaths / mean - (1.0 + dispersion * deaths) / spread


def _measure(measure: str, exposed: float, unexposed: float, per: float) -> tuple[float, Array]:
    """A contrast of two risks and its derivatives by them."""
    if measure == "risk_difference":
        return (exposed - unexposed) * per, np.array([per, -per])
    if measure == "risk_ratio":
        return exposed / unexposed, np.array([1 / unexposed, -exposed / unexposed**2])
    odds = exposed / (1 - exposed) / (unexposed / (1 - unexposed))
    return odds, odds * np.array([1 / (exposed * (1 - exposed)), -1 / (unexposed * (1 - unexposed))])
