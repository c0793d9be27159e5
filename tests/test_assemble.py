"""What runs draw from returns what was fitted: asked of the engine itself, draw by draw."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import calibration.assemble
from calibration.assemble import Assembled, assemble
from calibration.density import Posterior
from calibration.forecast_file import read_forecast
from calibration.settle import Margins
from simcore.contrasts import Fit, ReferenceYears
from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.posterior import posterior_path, read_header
from simcore.solved import read_central, read_draws
from simcore.solving import structures
from tests.test_calibration_density import built
from tests.test_england import england

CHAINS, DRAWS = 2, 15
TOTAL, STRATUM, CONTRAST = 0.005, 0.01, 1.0
"""How far deaths of a period and a fifth may be from what was fitted, which England's counts know to some 2% and 5%;
and effects, in the standard errors that they were published with: levels and the counts of the joint table, drawn
after the fit, move them by less than one where everything is drawn from the prior."""


@cache
def points() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((CHAINS, DRAWS, len(built().names)))


@cache
def assembled() -> Assembled:
    return assemble(built(), points())


def returned(model: Model, structure: Structure, block: DrawBlock, draw: int) -> Fit:
    """The reference years as a run would have them, without effects of single years."""
    alone = replace(block.rows(slice(draw, draw + 1)), year_effects=None)
    return ReferenceYears(model, structure, alone).evaluate(alone)


def wanted(posterior: Posterior, z: np.ndarray) -> np.ndarray:
    """Deaths where ratios act: the fitted gradient at the fitted level, ``float64[periods, strata]``."""
    layout, observed = posterior.layout, posterior.deaths.observed
    deaths = observed * np.exp(layout.gradient(z) - posterior.origin_gradient)
    level = np.array([part.level for part in layout.paths.parts(layout.parts(z)[2])])
    return deaths * (observed.sum(axis=1) / deaths.sum(axis=1) * np.exp(level))[:, None]


def furthest(draws: Assembled) -> tuple[float, float, float]:
    """Greatest distance of deaths by period, by period and fifth, and of effects, over all draws."""
    posterior, block = built(), draws.block
    model, structure = posterior.engine.model, posterior.engine.structure
    z = points().swapaxes(0, 1).reshape(CHAINS * DRAWS, -1)
    off: list[tuple[float, float, float]] = []
    for draw in range(block.size):
        fit = returned(model, structure, block, draw)
        within, asked = fit.strata_within[0], wanted(posterior, z[draw])
        contrasts = []
        for target in posterior.contrasts.targets:
            found = fit.measures[target.contrast][0], block[structure.contrasts[target.contrast].value][draw]
            one, other = np.log(found) if target.is_ratio else found
            contrasts.append((one - other) / target.sd)
        off.append((
            float(np.abs(within.sum(axis=1) / asked.sum(axis=1) - 1.0).max()),
            float(np.abs(within / asked - 1.0).max()),
            float(np.abs(contrasts).max()),
        ))  # fmt: skip
    totals, cells, contrasted = zip(*off, strict=True)
    return max(totals), max(cells), max(contrasted)


def test_the_engine_returns_the_deaths_and_the_effects_of_every_draw() -> None:
    total, stratum, contrast = furthest(assembled())
    assert total < TOTAL and stratum < STRATUM and contrast < CONTRAST


def test_hazards_that_are_not_settled_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Baselines left where the reference has them, whatever ratios are."""

    def unsettled(deaths: object, margins: Margins, *_: object) -> tuple[np.ndarray, np.ndarray]:
        residual = np.exp(built().deaths.log_residual)
        return np.repeat(residual[None], len(margins.numbers), axis=0), np.ones_like(margins.by_kind)

    monkeypatch.setattr(calibration.assemble, "settled", unsettled)
    total, stratum, _ = furthest(assemble(built(), points()))
    assert total > 5 * TOTAL and stratum > 5 * STRATUM


def test_draws_are_numbered_across_chains() -> None:
    numbers, block = built().layout.numbers, assembled().block
    for i, number in enumerate(numbers):
        moved, _ = number.moved(points()[1, 0, i])
        assert block[number.name][1] == pytest.approx(float(number.value(moved)))


# ---- the posteriors that ship


@pytest.mark.parametrize("structure", structures(england()), ids=lambda structure: structure.label)
def test_every_structure_on_offer_has_a_posterior_that_passed_its_gate(structure: Structure) -> None:
    path = posterior_path(england(), structure)
    assert path is not None and path.stat().st_size < 2_000_000
    header = read_header(path)
    assert header.model_hash == england().hash and header.size >= 4000
    assert header.made.status == "passed" and header.year_effects
    assert header.made.method == ("nuts" if structure.label == "default" else "quick")


@pytest.mark.parametrize("structure", structures(england()), ids=lambda structure: structure.label)
def test_no_draw_that_ships_is_out_of_all_bounds(structure: Structure) -> None:
    """One draw in thousands with a hazard astray would be met by a run sooner or later."""
    block, middle = read_draws(england(), structure, 4000), read_central(england(), structure)
    assert block.baseline is not None and middle.baseline is not None
    # a cell of fifty deaths or more is known to a third of itself, and ratios move its baseline by some times that
    large = england().targets["baseline"].deaths > 50
    assert np.abs(np.log(block.baseline[:, large] / middle.baseline[0, large])).max() < 3.0
    assert block.residual is not None and middle.residual is not None
    assert np.abs(np.log(block.residual / middle.residual)).max() < 1.6


@pytest.mark.parametrize("structure", structures(england()), ids=lambda structure: structure.label)
def test_effects_of_later_years_are_a_walk_with_the_steps_of_each_draw(structure: Structure) -> None:
    """Over its own standard deviation each is standard normal: of 120,000 that hang together, 1 give or take 3%."""
    path = posterior_path(england(), structure)
    assert path is not None
    forecast, block = read_forecast(path), read_draws(england(), structure, 4000)
    assert block.year_effects is not None
    first = england().years.index(forecast.years[-1] + 1)
    ahead = np.arange(1, len(england().years) - first + 1)
    # from the mean of the last three years, which lies 5/9 of a variance behind the last
    sd = forecast.step[:, :, None] * np.sqrt(ahead + 5 / 9)
    walked = np.log(block.year_effects[:, :, first:]) / sd
    assert walked.std(axis=(0, 1)) == pytest.approx(np.ones(ahead.size), abs=0.03)
    assert np.abs(walked).max() < 6.0


def test_draws_that_ship_return_the_deaths_of_2018_to_2020_and_their_own_published_effects() -> None:
    """Deaths of a period are known to 1.4% and 2.4% by their counts: six standard errors, in any of eight draws.

    Effects are those of the fit but for the counts of the joint table, drawn after it (3%), and for births that are
    depleted where poverty kills most, which the fit takes in proportion (0.3 of a published standard error).
    """
    structure = england().structure()
    block, observed = read_draws(england(), structure, 8), england().targets["residual"].deaths.sum(axis=1)
    for draw in range(8):
        fit = returned(england(), structure, block, draw)
        assert (np.abs(fit.strata[0].sum(axis=1) / observed - 1.0) < 6 / np.sqrt(observed)).all()
        for name, contrast in structure.contrasts.items():
            found, asked = fit.measures[name][0], block[contrast.value][draw]
            if contrast.measure == "risk_difference":
                assert abs(found - asked) < 0.35 * england().spec.parameters[contrast.value].value.sigma, name
            else:
                assert found == pytest.approx(asked, rel=0.05), name
