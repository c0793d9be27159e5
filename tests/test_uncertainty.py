"""Means, intervals and the two errors, against worlds whose answer is known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios.arm_summaries import baseline_summary
from scenarios.margins import Margins
from scenarios.uncertainty import LARGEST_SHARE, averted, estimate
from simcore.results import BlockResult, join_blocks
from simcore.slices import SLICES
from tests.models import invented

# ---- by hand


def test_interval_and_errors_by_hand() -> None:
    draws = np.array([3.0, 1.0, 5.0, 4.0, 2.0])
    slices = np.outer(draws / 4, [1, 1, 1, 1]) + np.outer(np.ones(5), [0.01, -0.01, 0.01, -0.01])
    found = estimate(draws, slices)
    assert found.mean == 3.0
    # quantiles interpolate between sorted draws: 0.025 * 4 = 0.1 of the way from 1 to 2
    assert found.interval95 == pytest.approx((1.1, 4.9))
    assert found.draw_error == pytest.approx(np.sqrt(2.5 / 5))
    # a draw is the sum of four slices whose variance is 4/3 * 0.0001, the mean has a fifth of that
    assert found.mc_error == pytest.approx(np.sqrt(4 * (4 / 3) * 1e-4 / 5))
    assert found.mc_variance_share == pytest.approx(4 * (4 / 3) * 1e-4 / 2.5)
    assert not found.mc_variance_removed


def test_without_slices_nothing_was_drawn_and_there_is_no_monte_carlo_error() -> None:
    draws = np.array([1.0, 2.0, 3.0])
    for slices in (None, np.zeros((3, 0)), draws[:, None]):
        found = estimate(draws, slices)
        assert (found.mc_error, found.mc_variance_share, found.mc_variance_removed) == (0.0, 0.0, False)
        assert found.draw_error > 0


def test_one_draw_has_no_spread_and_equal_draws_no_share() -> None:
    assert estimate(np.array([2.0])).interval95 == (2.0, 2.0)
    zero = estimate(np.zeros(6), np.zeros((6, 16)))
    assert zero.as_dict() == {
        "mean": 0.0,
        "interval95": [0.0, 0.0],
        "mc_error": 0.0,
        "draw_error": 0.0,
        "mc_variance_share": 0.0,
        "mc_variance_removed": False,
    }


def test_a_spread_that_is_rounding_is_no_spread_and_has_no_share() -> None:
    """A difference of two numbers of 130,000 deaths is known to about 1e-11; less than 1e-6 of a death is nothing."""
    rng = np.random.default_rng(4)
    draws = 77.0 + rng.normal(0.0, 1e-11, 300)
    slices = draws[:, None] / SLICES + rng.normal(0.0, 1e-11, (300, SLICES))
    found = estimate(draws, slices, size=130_000.0)
    assert (found.mc_error, found.draw_error, found.mc_variance_share) == (0.0, 0.0, 0.0)
    assert found.interval95 == (found.mean, found.mean)
    # luck of the births is not rounding though draws are alike
    luck = estimate(draws, slices + rng.normal(0.0, 0.1, (300, SLICES)), size=130_000.0)
    assert luck.mc_error > 0.01
    assert (luck.mc_variance_share, luck.mc_variance_removed) == (0.0, False)
    # and a small spread is a spread
    assert estimate(draws + rng.normal(0.0, 1e-4, 300), None, size=130_000.0).draw_error > 1e-6


def test_what_no_parameter_moves_has_no_interval_and_all_its_spread_is_that_of_births() -> None:
    draws, slices = world(np.random.default_rng(5), 100, spread=0.0, noise=1.0)
    found = estimate(draws, slices, settled=True)
    assert found.interval95 == (found.mean, found.mean)
    assert (found.mc_variance_share, found.mc_variance_removed) == (1.0, True)
    assert found.mc_error == estimate(draws, slices).mc_error > 0
    sure = estimate(np.full(100, 3.0), None, settled=True)
    assert (sure.mc_error, sure.mc_variance_share, sure.mc_variance_removed) == (0.0, 0.0, False)


def test_plain_numbers_are_plain() -> None:
    found = estimate(*world(np.random.default_rng(3), 100, spread=1.0, noise=0.5)).as_dict()
    assert {type(v) for k, v in found.items() if k != "interval95"} == {float, bool}
    assert {type(v) for v in found["interval95"]} == {float}


# ---- the two errors are two things


def world(rng: np.random.Generator, n: int, spread: float, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Draws whose true values have one standard deviation, seen through births with another."""
    truth = rng.normal(100.0, spread, n)
    slices = truth[:, None] / SLICES + rng.normal(0.0, noise / np.sqrt(SLICES), (n, SLICES))
    return slices.sum(axis=1), slices


def test_parameters_move_the_draw_error_and_births_the_monte_carlo_error() -> None:
    def errors(spread: float, noise: float) -> tuple[float, float]:
        found = estimate(*world(np.random.default_rng(1), 2000, spread, noise))
        return found.draw_error * np.sqrt(2000), found.mc_error * np.sqrt(2000)

    # about 2,000 * 15 squares behind each Monte Carlo error, 2,000 behind each draw error
    assert errors(1.0, 0.1) == pytest.approx((np.hypot(1.0, 0.1), 0.1), rel=0.06)
    assert errors(3.0, 0.1)[1] == pytest.approx(errors(1.0, 0.1)[1])
    assert errors(1.0, 0.4)[1] == pytest.approx(0.4, rel=0.02)
    assert errors(0.0, 0.4) == pytest.approx((0.4, 0.4), rel=0.06)


def test_monte_carlo_variance_above_its_share_is_taken_out_of_the_interval() -> None:
    clean = 2 * 1.96
    small = estimate(*world(np.random.default_rng(2), 20_000, 1.0, 0.15))
    large = estimate(*world(np.random.default_rng(2), 20_000, 1.0, 0.9))
    assert small.mc_variance_share < LARGEST_SHARE < large.mc_variance_share
    assert (small.mc_variance_removed, large.mc_variance_removed) == (False, True)
    for found, width in ((small, clean * np.hypot(1, 0.15)), (large, clean)):
        assert found.interval95[1] - found.interval95[0] == pytest.approx(width, rel=0.03)
    # left in, the second interval would be a third too wide, which 3% would show
    draws, _ = world(np.random.default_rng(2), 20_000, 1.0, 0.9)
    assert np.subtract(*estimate(draws).interval95[::-1]) > 1.3 * clean
    assert large.mean == draws.mean()


def test_an_interval_is_never_a_point_for_want_of_births() -> None:
    for seed in range(20):
        draws, slices = world(np.random.default_rng(seed), 40, spread=0.01, noise=1.0)
        found = estimate(draws, slices)
        assert found.mc_variance_share > LARGEST_SHARE
        assert found.interval95 == estimate(draws).interval95
        assert not found.mc_variance_removed


# ---- against worlds that are drawn


def reported_over_true(worlds: int, slip: float = 1.0) -> float:
    """Root mean square of ``mc_error`` over that of a binomial world, whose error is known."""
    rng = np.random.default_rng(20)
    births, p, draws, weight = 12_800, 0.004, 30, 50.0
    counts = rng.binomial(births // SLICES, p, (worlds, draws, SLICES)) * weight
    true = weight * np.sqrt(births * p * (1 - p) / draws)
    found = [estimate(c.sum(axis=1), c * slip).mc_error for c in counts]
    return float(np.sqrt(np.mean(np.square(found))) / true)


WORLDS = 200
"""30 draws x 15 degrees of freedom x 200 worlds: a relative standard error of 0.24% (0.3% for rare deaths)."""
TOLERANCE = 0.012


def test_the_monte_carlo_error_is_that_of_a_multinomial_world() -> None:
    assert reported_over_true(WORLDS) == pytest.approx(1.0, abs=TOLERANCE)


@pytest.mark.parametrize("slip", [0.97, 1.03])
def test_a_planted_error_of_three_per_cent_would_be_seen(slip: float) -> None:
    """Power: 3% is two and a half tolerances, seven standard errors beyond the first."""
    assert abs(reported_over_true(WORLDS, slip) - 1.0) > TOLERANCE


# ---- margins


def block(seed: int, start: int = 0) -> BlockResult:
    """Three draws of two arms in harbour's shape, of any numbers."""
    model, rng = invented("harbour"), np.random.default_rng(seed)
    deaths = model.spec.deaths
    shape = (2, 3, 2, len(model.strata["area"]))
    return BlockResult(
        np.arange(start, start + 3),
        ("held", "less"),
        rng.random((*shape, len(deaths.causes), len(deaths.age_bands))),
        rng.random((*shape, SLICES)),
        {("less", "offer:reached"): rng.random(shape[1:])},
    )


def test_margins_of_blocks_are_those_of_the_whole() -> None:
    model = invented("harbour")
    parts = [block(1), block(2, 3)]
    joined = Margins.join([Margins.of(model, part) for part in parts])
    whole = Margins.of(model, join_blocks(parts))
    assert np.array_equal(joined.total, whole.total)
    assert np.array_equal(joined.slices, whole.slices)
    for dim, values in joined.by.items():
        assert np.array_equal(values, whole.by[dim])
        assert values.sum(axis=-1) == pytest.approx(whole.total, rel=1e-12)
    assert np.array_equal(joined.people["less", "offer:reached"], whole.people["less", "offer:reached"])


@pytest.mark.parametrize("levels", [3, 5, 10])
def test_fifths_are_made_of_ten_tenths_and_of_nothing_else(levels: int) -> None:
    births = np.full(levels, 1000.0)
    deaths = np.arange(1.0, levels + 1)[None, None] * np.ones((1, 2, 1))
    margins = Margins(("base",), deaths.sum(axis=-1), {"imd_decile": deaths}, np.zeros((1, 2, 0)), {})
    model = SimpleNamespace(strata={"imd_decile": tuple(map(str, range(levels)))})
    found = baseline_summary(model, births, margins)
    assert found.get("imr_by_fifth") == ([1.5, 3.5, 5.5, 7.5, 9.5] if levels == 10 else None)


def test_averted_is_the_comparator_less_the_arm() -> None:
    margins = Margins.of(invented("harbour"), block(1))
    total, slices, *_ = averted(margins, 1)
    assert slices is not None
    assert np.array_equal(total, margins.total[0] - margins.total[1])
    assert slices.shape == (3, SLICES)
    assert averted(margins, 0).draws.tolist() == [0.0] * 3
