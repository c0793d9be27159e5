"""Simulation-based calibration (Talts et al. 2018; test quantities of Modrak et al. 2023).

Parameters are drawn from the prior, data are made from them (`tests.made`), and the posterior of these data is asked
where in it the parameters are. Were it right, that place would be uniform: for every parameter, and for whatever is
worked out from parameters and data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from calibration.climb import Optimum, climb
from calibration.density import Posterior
from calibration.likelihood import ShareTerm
from calibration.optimum import optimum
from calibration.quick import quick
from calibration.schema import Calibration
from calibration.targets import Observed
from simcore.model import Target
from tests.made import as_targets, births, observed, published, truth
from tests.models.reduced import reduced

Fault = Callable[[Posterior], Posterior]
"""Plants an error into a posterior."""


class DataSet(NamedTuple):
    """One made world: its posterior, and where in the coordinates of that posterior the truth is."""

    config: Calibration
    posterior: Posterior
    z: np.ndarray
    next_year: np.ndarray
    """Deaths of the year after the last one fitted, ``float64[periods, fifths]``."""
    totals: dict[str, float]
    """The true contrasts."""
    cells: Mapping[str, Target]
    """Deaths of the reference years that were to be expected."""

    def with_true_cells(self) -> Posterior:
        """The posterior of one who knows them, and has the same data otherwise."""
        own = self.posterior
        engine = own.engine
        data = Observed(
            tuple(t.target for t in own.counts), tuple(t.target for t in own.shares), own.contrasts.targets
        )
        return Posterior(self.config, replace(engine.model, targets=self.cells), engine.structure, data)


class Ranked(NamedTuple):
    """Where the truth is in one posterior."""

    place: dict[str, float]
    """The share of the posterior below the truth of each quantity."""
    white: np.ndarray
    """The truth in coordinates in which the posterior has mean nothing and variance one: ``float64[K]``."""
    khat: float


@dataclass(frozen=True)
class Study:
    """Made worlds of one config."""

    config: Calibration
    draws: int = 200
    scales: bool = False
    """Whether steps of the walk are integrated around, as they must be where their prior is wide."""

    def prior(self) -> Posterior:
        """The posterior of no data."""
        model = reduced()
        return Posterior(self.config, model, model.structure({}), Observed((), (), ()))

    def data_sets(self, n: int, seed: int) -> Iterator[DataSet]:
        """Worlds drawn from the prior; each has random numbers of its own."""
        prior = self.prior()
        for stream in np.random.SeedSequence(seed).spawn(n):
            random = np.random.default_rng(stream)
            yield self.data_set(prior, random.standard_normal(len(prior.names)), random)

    def data_set(self, prior: Posterior, z: np.ndarray, random: np.random.Generator) -> DataSet:
        """Deaths made at one point of the prior, and published effects around the true ones."""
        found = truth(prior, z)
        deaths = random.poisson(found.deaths).astype(np.float64)
        engine = prior.engine
        model = replace(engine.model, targets=as_targets(deaths, prior))
        data = observed(deaths, prior, published(found, prior, random))
        posterior = Posterior(self.config, model, engine.structure, data)
        at = same_point(prior, posterior, z)
        later = random.poisson(next_year(posterior, at, random))
        return DataSet(
            self.config, posterior, at, later, dict(found.measures), as_targets(found.deaths, prior)
        )

    def rank(
        self, data: DataSet, seed: int, fault: Fault | None = None, peak: Optimum | None = None
    ) -> Ranked:
        """Where the truth is in the posterior of these data, or in one with an error planted; its peak, if known."""
        posterior = data.posterior if fault is None else fault(data.posterior)
        random = np.random.default_rng([seed, 1])
        peak = peak or self.peak(posterior)
        fit = quick(posterior, peak, self.draws, seed)
        drawn = quantities(posterior, fit.draws.reshape(-1, fit.draws.shape[-1]), random)
        true = quantities(posterior, data.z[None], random)
        true["next year"] = data.next_year.sum(axis=-1)[None, :]
        return Ranked(
            {
                name: place
                for name in drawn
                for name, place in _places(name, drawn[name], true[name][0], random)
            },
            white(data, peak),
            float(fit.khat if fit.khat is not None else np.nan),
        )

    def peak(self, posterior: Posterior) -> Optimum:
        return (
            optimum(posterior, scales=posterior.scales)
            if self.scales
            else climb(posterior, np.zeros(len(posterior.names)))
        )


def white(data: DataSet, peak: Optimum) -> np.ndarray:
    """The truth in coordinates in which the posterior is nearly a standard normal: ``float64[K]``."""
    return np.asarray(np.linalg.solve(peak.whitening, data.z - peak.z))


def standard(data: DataSet, peak: Optimum) -> np.ndarray:
    """The distance of the truth from the peak, in standard deviations of each parameter: ``float64[K]``."""
    return np.asarray((data.z - peak.z) / np.sqrt(np.diag(peak.whitening @ peak.whitening.T)))


def same_point(prior: Posterior, posterior: Posterior, z: np.ndarray) -> np.ndarray:
    """The coordinates of the same world where levels are against other observed deaths."""
    at = z.copy()
    level = [np.log(p.deaths.observed / p.deaths.births).mean(axis=-1) for p in (prior, posterior)]
    for p, period in enumerate(posterior.layout.periods):
        at[posterior.names.index(f"level/{period}")] += (level[0] - level[1])[
            p
        ] / posterior.layout.paths.level
    return at


def expected(posterior: Posterior, z: np.ndarray) -> np.ndarray:
    """Deaths of the years fitted at many points: ``float64[points, years, periods, fifths]``."""
    layout = posterior.layout
    moved = layout.gradient(z) - posterior.origin_gradient
    (count,) = posterior.counts
    return np.asarray(count.outside + count.within * np.exp(moved[:, None] + layout.path(z)))


def next_year(posterior: Posterior, z: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Deaths to be expected in the year after, the walk a step further: ``float64[..., periods, fifths]``."""
    layout = posterior.layout
    points = np.atleast_2d(z)
    paths, year = layout.paths, layout.paths.years[-1] + 1
    parts = paths.parts(layout.parts(points)[2])
    path = layout.path(points)[:, -1]
    for p, part in enumerate(parts):
        path[:, p] += (part.step * random.standard_normal(len(points)))[:, None] + part.drift[
            :, None
        ] * paths.rank
    moved = layout.gradient(points) - posterior.origin_gradient
    times = births(posterior.engine.model, (year,))[0] / posterior.deaths.births
    found = times * (posterior.deaths.outside + posterior.deaths.observed * np.exp(moved + path))
    return np.asarray(found.reshape(*z.shape[:-1], *found.shape[1:]))


def quantities(posterior: Posterior, z: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Everything that is ranked, by name: ``float64[points, ...]``."""
    found = {name: z[:, [k]] for k, name in enumerate(posterior.names)}
    settled = [posterior.at(point) for point in z]
    measures = [posterior.contrasts.measures(now) for now in settled]
    found |= {f"total/{name}": np.array([[float(m[name])] for m in measures]) for name in measures[0]}
    found["deaths of the last year"] = expected(posterior, z)[:, -1].sum(axis=1)
    found["next year"] = random.poisson(next_year(posterior, z, random).sum(axis=-1)).astype(np.float64)
    heights = np.array([posterior.value_and_gradient(point)[0] for point in z])
    found["log likelihood"] = (heights + 0.5 * (z**2).sum(axis=-1))[:, None]
    return found


def _places(
    name: str, drawn: np.ndarray, true: np.ndarray, random: np.random.Generator
) -> Iterator[tuple[str, float]]:
    """The share below the truth, ties and the steps between draws filled by chance: uniform, to the last digit."""
    for k in range(drawn.shape[1]):
        below, same = int((drawn[:, k] < true[k]).sum()), int((drawn[:, k] == true[k]).sum())
        place = (below + random.random() * (same + 1)) / (len(drawn) + 1)
        yield (name if drawn.shape[1] == 1 else f"{name}/{k + 1}"), place


def scores(found: list[Ranked]) -> dict[str, np.ndarray]:
    """Places as standard normal scores, by quantity: ``float64[data sets]``."""
    return {name: norm.ppf([each.place[name] for each in found]) for name in found[0].place}


# ---- errors to plant


def counts_twice(posterior: Posterior) -> Posterior:
    """The likelihood of the counts squared."""
    return _with(posterior, counts=[*posterior.counts, *posterior.counts])


def margin_twice(posterior: Posterior) -> Posterior:
    """Deaths by ethnic group and cause told once more, without the cause."""
    own = next(term.target for term in posterior.shares if term.target.by == "ethnic_group")
    again = replace(own, name="again", within=("all",), deaths=own.deaths.sum(axis=0, keepdims=True))
    return _with(posterior, shares=[*posterior.shares, ShareTerm(posterior.engine, again)])


def drift_turned(posterior: Posterior) -> Posterior:
    """The gap closes where it should widen."""
    layout = posterior.layout
    return _with(posterior, layout=replace(layout, paths=replace(layout.paths, drift=-layout.paths.drift)))


FAULTS: dict[str, Fault] = {
    "counts twice": counts_twice, "the same deaths in two margins": margin_twice, "drift the wrong way": drift_turned
}  # fmt: skip


def _with(posterior: Posterior, **parts: object) -> Posterior:
    other = copy(posterior)
    for name, part in parts.items():
        setattr(other, name, part)
    return other
