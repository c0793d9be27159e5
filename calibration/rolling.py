"""The same question asked again and again: fitted up to a year, the next few are foreseen and scored.

One span of years held out is one answer, however many counts it has: they share the random walk. Here every year
is the last one fitted in its turn. Only the part of the posterior that the counts speak on is fitted, deaths by
stratum and paths over the years; with the gradient cut from what effects are learnt from, the rest says next to
nothing on it, and a fit takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from calibration.density import Layout, Posterior
from calibration.forecast import Forecast, named_normals
from calibration.held_out import predict_counts
from calibration.likelihood import CountTerm
from calibration.optimum import optimum
from calibration.paths import Paths
from calibration.quick import quick
from calibration.rivals import rivals_of
from calibration.schema import Parameters
from calibration.scores import HALF, MOST, Predicted, crps, interval, log_probability
from calibration.targets import CountTarget
from calibration.transform import contrasts_of
from simcore.network import Array


class CountsAlone:
    """The posterior of deaths by stratum and of paths, given counts of some years and nothing else.

    Parameters
    ----------
    posterior
        Any of the same model: it says what the reference is.
    parameters
        How paths may go.
    """

    def __init__(self, posterior: Posterior, parameters: Parameters, seen: CountTarget) -> None:
        own = copy(posterior)
        strata = posterior.layout.strata
        paths = Paths.of(posterior.engine.model, parameters, seen.years, strata)
        own.layout = Layout((), posterior.layout.periods, strata, parameters.residual.sd, paths)
        own.counts = [CountTerm(posterior.deaths, paths.years, seen)]
        own.held_at = parameters.projection.from_
        self.posterior = own

    @property
    def names(self) -> tuple[str, ...]:
        return self.posterior.layout.names

    def value_and_gradient(self, z: Array) -> tuple[float, Array]:
        own, layout = self.posterior, self.posterior.layout
        _, across, along = layout.parts(z)
        path, moved = layout.path(z), layout.gradient(z) - own.origin_gradient
        by_path, by_gradient = np.zeros_like(path), np.zeros_like(moved)
        value = own.counts[0].add(moved, path, by_gradient, by_path) - 0.5 * float(z @ z)
        pulled = (layout.gradient_sd * by_gradient @ contrasts_of(layout.strata) - across).ravel()
        return value, np.concatenate([pulled, layout.paths.pulled(along, by_path) - along])

    def forecast(self, draws: int = 2000, seed: int = 1, threads: int = 1) -> Forecast:
        """Fitted by the quick path, as draws to predict from."""
        peak = optimum(self, scales=self.posterior.scales, threads=threads)
        found = quick(self, peak, draws, seed, threads=threads).draws
        return Forecast.of(self.posterior, found.swapaxes(0, 1).reshape(-1, found.shape[-1]), found.shape[0])


@dataclass(frozen=True)
class Foreseen:
    """One year as foreseen from another, by one predictor: scores are means over counts of the year."""

    last_fitted: int
    year: int
    predictor: str
    period: str
    crps: float
    log_score: float
    inside50: float
    inside90: float

    @property
    def ahead(self) -> int:
        """Years ahead."""
        return self.year - self.last_fitted


def rolling(
    posterior: Posterior,
    counted: CountTarget,
    rules: Mapping[str, Parameters],
    last_fitted: Sequence[int],
    *,
    ahead: int = 4,
    draws: int = 2000,
    threads: int = 1,
    rivals: bool = True,
) -> Iterator[Foreseen]:
    """Fit up to each year by each rule, and score the years that come next, as far as they were counted."""
    for last in last_fitted:
        seen = of_years(counted, [year for year in counted.years if year <= last])
        held = of_years(counted, [year for year in counted.years if last < year <= last + ahead])
        predictions: dict[str, Predicted] = {}
        fitted: dict[str, Forecast] = {}
        normals = named_normals(posterior.engine.model.name, draws)
        for name, parameters in rules.items():
            # where the path starts is no part of the fit
            alike = parameters.model_dump_json(exclude={"projection"})
            if alike not in fitted:
                fitted[alike] = CountsAlone(posterior, parameters, seen).forecast(draws, threads=threads)
            forecast = replace(fitted[alike], held_at=parameters.projection.from_)
            predictions[name] = predict_counts(forecast, held, normals, last)
        if rivals:
            predictions |= rivals_of(seen, held.births, held.years, draws, last)
        for name, predicted in predictions.items():
            yield from _foreseen(name, last, predicted, held)


def of_years(target: CountTarget, years: Sequence[int]) -> CountTarget:
    """The counts of some of its years."""
    rows = [target.years.index(year) for year in years]
    return replace(target, years=tuple(years), births=target.births[rows], deaths=target.deaths[rows])


def _foreseen(name: str, last: int, predicted: Predicted, held: CountTarget) -> Iterator[Foreseen]:
    score, log = crps(predicted.counts, held.deaths), -log_probability(predicted, held.deaths)
    half, most = (
        (held.deaths >= ends[0]) & (held.deaths <= ends[1])
        for ends in (interval(predicted.counts, quantiles) for quantiles in (HALF, MOST))
    )
    for y, year in enumerate(held.years):
        for p, period in enumerate(held.periods):
            means = (float(values[y, p].mean()) for values in (score, log, half, most))
            yield Foreseen(last, year, name, period, *means)
