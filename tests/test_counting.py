"""Counting error: what is resampled has the published deaths as its mean, and no more error than it says."""

from __future__ import annotations

import numpy as np
import pytest

from simcore.contrasts import ReferenceYears
from simcore.counting import resample_targets
from simcore.load import load_model
from simcore.network import Array
from simcore.solve import Targets
from simcore.solved import OWN, read_central

DRAWS = 4000
# 33 two-sided comparisons at 4 standard errors: a false alarm in one run of 500
FAR = 4.0


@pytest.fixture(scope="module")
def resampled() -> tuple[Array, Targets]:
    model, structure = load_model("england"), load_model("england").structure()
    middle = read_central(model, structure, OWN)
    births = ReferenceYears(model, structure, middle).evaluate(middle).births[0]
    return births, resample_targets(model, births, DRAWS)


def far_from(mean: Array, draws: Array) -> Array:
    """Standard errors between the mean over draws and the published figure."""
    error = draws.std(axis=0, ddof=1) / np.sqrt(draws.shape[0])
    return np.abs(draws.mean(axis=0) - mean) / np.where(error > 0, error, np.inf)


def test_deaths_by_decile_have_the_published_mean_and_poisson_spread(
    resampled: tuple[Array, Targets],
) -> None:
    published = load_model("england").targets["residual"].deaths
    strata = resampled[1].strata
    assert strata is not None
    assert (far_from(published, strata) < FAR).all()
    assert strata.var(axis=0) == pytest.approx(published, rel=0.12)


def test_deaths_by_cause_gestation_and_age_have_the_published_mean(resampled: tuple[Array, Targets]) -> None:
    """At 4,000 draws a margin that is 1% off is seen with near certainty; a bias of 6 to 37% once was there."""
    published = load_model("england").targets["baseline"].deaths
    cells = resampled[1].cells
    for margin in ((2, 3), (1, 3), (1, 2)):  # gestation, cause, age band
        wanted = published.sum(axis=tuple(axis - 1 for axis in margin))
        # a ratio of random sums has a small bias of its own: half a percent is let pass
        drawn = cells.sum(axis=margin)
        gap = np.abs(drawn.mean(axis=0) / wanted - 1.0)
        assert ((far_from(wanted, drawn) < FAR) | (gap < 0.005)).all()


def test_a_bias_by_effective_counts_would_be_seen(resampled: tuple[Array, Targets]) -> None:
    """Planted: cells weighted by their effective counts and not by their deaths, as they once were."""
    model = load_model("england")
    target = model.targets["baseline"]
    weight = target.effective / np.where(target.deaths > 0, target.deaths, 1.0)
    tilted = resampled[1].cells * (weight / weight[weight > 0].mean())
    drawn = tilted.sum(axis=(1, 2))
    wanted = target.deaths.sum(axis=(0, 1))
    assert not ((far_from(wanted, drawn) < FAR) | (np.abs(drawn.mean(axis=0) / wanted - 1.0) < 0.005)).all()


def test_nobody_dies_twice_in_any_draw(resampled: tuple[Array, Targets]) -> None:
    births, targets = resampled
    assert (targets.cells.sum(axis=(-1, -2)) < births).all()


def test_both_targets_hold_the_same_deaths(resampled: tuple[Array, Targets]) -> None:
    targets = resampled[1]
    assert targets.strata is not None
    neonatal = targets.cells[..., :3].sum(axis=(1, 2, 3))
    assert neonatal == pytest.approx(targets.strata[:, 0].sum(axis=1), rel=1e-9)
