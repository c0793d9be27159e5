"""Competing risks: known closed forms and conservation, for single combinations of levels."""

import math

import numpy as np
import pytest

from simcore.kernels.arrays import Floats
from simcore.kernels.cells import risk_of_cells
from tests import reference


def incidence(hazard: Floats) -> Floats:
    """Of every row of cumulative hazards [rows, causes, bands], each a cell of one factor and nothing later."""
    rows = np.arange(hazard.shape[0])
    later, share = np.zeros((1, 1), int), np.ones((rows.size, 1))
    return risk_of_cells(hazard[None], np.zeros_like(rows), rows[:, None], later, rows, share)


def test_one_cause_alone_dies_with_one_minus_exp() -> None:
    hazard = np.array([0.0, 1e-12, 1e-3, 0.25, 0.2500001, 3.0, 50.0])
    assert incidence(hazard[:, None, None])[:, 0, 0] == pytest.approx(-np.expm1(-hazard), rel=1e-15, abs=0)


def test_two_causes_with_constant_hazards_share_deaths_in_their_ratio() -> None:
    # exponential clocks at rates a and b over time 1: P(a first) = a / (a + b) * (1 - exp(-a - b))
    a, b = 0.3, 0.9
    expected = [a / (a + b) * (1 - math.exp(-a - b)), b / (a + b) * (1 - math.exp(-a - b))]
    assert incidence(np.array([[[a], [b]]]))[0, :, 0] == pytest.approx(expected, rel=1e-14)


def test_a_band_is_met_only_by_those_alive_at_its_start() -> None:
    hazard = np.array([[[0.2, 0.0, 0.1], [0.3, 0.0, 0.4]]])
    dies = incidence(hazard)
    assert dies[0, :, 1].tolist() == [0.0, 0.0]
    reach_last = math.exp(-0.5)
    assert dies[0, :, 2] == pytest.approx([reach_last * f * -math.expm1(-0.5) for f in (0.2, 0.8)], rel=1e-14)


def test_cutting_a_band_in_two_moves_no_death() -> None:
    rng = np.random.default_rng(1)
    hazard = rng.exponential(0.3, (50, 4, 1))
    halves = np.concatenate([hazard * 0.25, hazard * 0.75], axis=2)
    assert incidence(halves).sum(axis=2) == pytest.approx(incidence(hazard)[:, :, 0], rel=1e-13)


def test_deaths_and_survivors_add_up_to_everyone() -> None:
    hazard = np.random.default_rng(2).exponential(0.5, (200, 5, 5))
    assert incidence(hazard).sum(axis=(1, 2)) + np.exp(-hazard.sum(axis=(1, 2))) == pytest.approx(
        1, rel=1e-14
    )


def test_compiled_incidence_agrees_with_the_readable_reference() -> None:
    rng = np.random.default_rng(3)
    hazard = 10.0 ** rng.uniform(-8, 1, (300, 3, 4)) * (rng.random((300, 3, 4)) > 0.2)
    expected = [reference.incidence(row) for row in hazard.tolist()]
    assert incidence(hazard) == pytest.approx(np.array(expected), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("hazard", [0.2499999999999, 0.25, 0.2500000000001], ids=str)
def test_the_two_ways_to_the_same_risk_meet(hazard: float) -> None:
    assert incidence(np.full((1, 1, 1), hazard))[0, 0, 0] == pytest.approx(-math.expm1(-hazard), rel=4e-16)
