"""No back door: under `feedback: cut` neither the gradient by stratum nor the trend moves an effect; `full` lets it.

The reduced England with England's deaths, 2016 to 2020, and priors of effects so wide that published totals alone fix
them. 600 draws know the mean of the total to a twentieth of its spread: a shift by two fifths of it is found with
probability 99%.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from calibration.climb import climb
from calibration.density import Posterior
from calibration.diagnostics import standard_errors
from calibration.quick import quick
from calibration.read import load_calibration
from calibration.targets import CountTarget, Observed, contrast_target
from tests.made import births
from tests.models.reduced import calibration, reduced

WIDE = "{distribution: lognormal, median: 1.0, ci95: [0.01, 100.0]}"
DRAWS = 600
APART = 3.5
"""Standard errors that two means may be apart: once in two thousand."""
Change = Callable[[np.ndarray], np.ndarray]
"""Of deaths, ``float64[years, periods, fifths]``."""


class Total(NamedTuple):
    """Infant deaths for each further point of child poverty, per 100,000, a posteriori."""

    mean: float
    sd: float
    error: float


def as_counted(deaths: np.ndarray) -> np.ndarray:
    return deaths


def gradient_turned(deaths: np.ndarray) -> np.ndarray:
    """The least deprived die most."""
    return deaths[..., ::-1].copy()


def falling(deaths: np.ndarray) -> np.ndarray:
    """Half as many at the end as at the beginning, and most so among the most deprived."""
    years = np.linspace(1.4, 0.7, len(deaths))[:, None, None]
    return np.round(deaths * years ** np.linspace(1.5, 0.5, 5))


@cache
def posterior(change: Change | None = as_counted, feedback: str = "cut", residual: str = "2.0") -> Posterior:
    """Published effects and, changed, England's deaths; without any where none is asked for."""
    config, model = calibration(feedback, residual=residual, effects=WIDE, poverty=WIDE), reduced()
    structure = model.structure({})
    effects = tuple(
        contrast_target(name, contrast, value.central, value.sigma, 1.0)
        for name, contrast in structure.contrasts.items()
        for value in [model.spec.parameters[contrast.value].value]
    )
    counts: tuple[CountTarget, ...] = ()
    if change is not None:
        _, _, _, england = load_calibration("england_2010_2020")
        (counted,) = england.counts
        rows = [counted.years.index(year) for year in config.years.all]
        deaths = counted.deaths[rows].reshape(len(rows), 2, 5, 2).sum(axis=-1)
        own = births(model, config.years.all)
        levels = model.levels("imd_fifth")
        counts = (
            CountTarget(
                "deaths", "imd_fifth", levels, config.years.all, counted.periods, own, change(deaths)
            ),
        )
    return Posterior(config, model, structure, Observed(counts, (), effects))


@cache
def total(change: Change | None = as_counted, feedback: str = "cut", residual: str = "2.0") -> Total:
    density = posterior(change, feedback, residual)
    fit = quick(density, climb(density, np.zeros(len(density.names))), DRAWS, seed=1)
    assert fit.khat is not None and fit.khat < 0.7
    totals = np.array([[_total(density, z) for z in chain] for chain in fit.draws])
    return Total(totals.mean(), totals.std(), float(standard_errors(totals[..., None], "mean")[0]))


def _total(density: Posterior, z: np.ndarray) -> float:
    return density.contrasts.measures(density.at(z))["child_poverty"]


def apart(one: Total, other: Total) -> float:
    """In standard errors."""
    return abs(one.mean - other.mean) / float(np.hypot(one.error, other.error))


def test_counts_have_no_slope_along_any_ratio() -> None:
    """To the last bit, wherever one looks: what is counted by year and fifth says nothing on an effect."""
    random = np.random.default_rng(1)
    counted, nothing = posterior(), posterior(None)
    n = len(counted.layout.numbers)
    for _ in range(5):
        z = random.standard_normal(len(counted.names))
        with_, without = (density.value_and_gradient(z)[1] for density in (counted, nothing))
        assert np.abs(with_[:n] - without[:n]).max() == 0.0
        assert np.abs(with_[n:] - without[n:]).max() > 1.0


@pytest.mark.parametrize("change", [as_counted, gradient_turned, falling])
def test_the_poverty_effect_is_what_was_published_whatever_is_counted(change: Change) -> None:
    assert apart(total(change), total(None)) < APART


def test_the_poverty_effect_is_its_evidence() -> None:
    """The published interval times the wide prior of the ratio, summed over the ratio alone."""
    density = posterior()
    start = climb(density, np.zeros(len(density.names))).z
    k = density.names.index("hr_poverty")
    (target,) = (t for t in density.contrasts.targets if t.contrast == "child_poverty")
    places = np.linspace(-4, 4, 400)
    points = np.repeat(start[None], places.size, axis=0)
    points[:, k] = places
    totals = np.array([_total(density, z) for z in points])
    weight = np.exp(-0.5 * places**2 - 0.5 * ((totals - target.mean) / target.sd) ** 2)
    mean = float((weight * totals).sum() / weight.sum())
    seen = total()
    assert abs(seen.mean - mean) < APART * seen.error
    assert seen.sd == pytest.approx(target.sd, rel=0.1)
    # the prior of the ratio is flat on its logarithm, nearly, and leans to small ones
    assert abs(mean - target.mean) < 0.25 * target.sd


def test_the_gradient_pulls_where_it_may_and_the_more_the_less_is_left_over() -> None:
    """`feedback: full`: the narrower the residual, the more of the gradient poverty has to explain, or not."""
    pulled = [total(as_counted, "full", sd) for sd in ("2.0", "0.5", "0.05")]
    assert apart(pulled[0], total()) < APART
    assert pulled[0].mean > pulled[1].mean > pulled[2].mean
    assert apart(pulled[1], total()) > APART
    assert apart(pulled[2], pulled[1]) > APART
    assert pulled[2].sd < 0.5 * pulled[0].sd
