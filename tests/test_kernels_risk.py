"""Competing risks: known closed forms, conservation, and products of factors."""

import math
from typing import Any

import numpy as np
import pytest

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.mixture import mixed_incidence
from simcore.kernels.risk import hazards_from_factors, incidence, incidence_from_factors
from tests import reference

Factors = tuple[Floats, Ints]


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


@pytest.fixture
def factors() -> Factors:
    """Three factors of 4, 3 and 2 rows, in two draws; 40 rows in no order, some twice running."""
    rng = np.random.default_rng(4)
    tables = rng.uniform(0.1, 1.5, (2, 9, 2, 3))
    rows = np.stack([rng.integers(0, 4, 40), 4 + rng.integers(0, 3, 40), 7 + rng.integers(0, 2, 40)])
    rows[:, 11] = rows[:, 10]
    rows[0, 20:30] = 2
    return tables, rows


def test_hazards_are_products_of_their_factors(factors: Factors) -> None:
    tables, rows = factors
    expected = tables[:, rows[0]] * tables[:, rows[1]] * tables[:, rows[2]]
    assert np.array_equal(hazards_from_factors(tables, rows), expected)


def test_incidence_from_factors_is_that_of_the_hazards_bit_for_bit(factors: Factors) -> None:
    hazard = hazards_from_factors(*factors)
    expected = incidence(hazard.reshape(-1, 2, 3)).reshape(hazard.shape)
    assert np.array_equal(incidence_from_factors(*factors), expected)


def test_the_order_of_rows_moves_no_bit(factors: Factors) -> None:
    tables, rows = factors
    order = np.random.default_rng(5).permutation(40)
    assert np.array_equal(
        incidence_from_factors(tables, rows[:, order]), incidence_from_factors(tables, rows)[:, order]
    )


@pytest.mark.parametrize(
    "rows", [[[9]], [[10]], [[-1]], [0], np.zeros((0, 3), int), np.zeros((1, 1, 1), int)], ids=str
)
def test_rows_outside_the_tables_are_refused(factors: Factors, rows: Any) -> None:
    with pytest.raises(ValueError, match=r"leaves the 9 factor rows|row_of_factor is factors x rows"):
        incidence_from_factors(factors[0], rows)


@pytest.mark.parametrize("shape", [(9, 2, 3), (1, 9, 0, 3), (1, 9, 2, 0), (1, 1, 9, 2, 3)], ids=str)
def test_tables_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="draws x factor rows x causes x bands"):
        incidence_from_factors(np.ones(shape), np.zeros((1, 1), int))


def test_any_row_of_the_tables_will_do(factors: Factors) -> None:
    for rows in ([[3, 8]], [[0, 8]], [[4]], np.zeros((2, 0), int)):
        assert hazards_from_factors(factors[0], np.array(rows)).shape == (2, len(rows[0]), 2, 3)
    assert incidence_from_factors(factors[0][:, :0], np.zeros((1, 0), int)).shape == (2, 0, 2, 3)
    assert incidence(np.zeros((0, 2, 3))).shape == (0, 2, 3)


@pytest.mark.parametrize("shape", [(3, 4), (3, 0, 4), (3, 4, 0), (1, 3, 4, 2), ()], ids=str)
def test_hazards_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="hazard is rows x causes x bands"):
        incidence(np.zeros(shape))


@pytest.mark.parametrize("hazard", [0.2499999999999, 0.25, 0.2500000000001], ids=str)
def test_the_two_ways_to_the_same_risk_meet(hazard: float) -> None:
    assert incidence(np.full((1, 1, 1), hazard))[0, 0, 0] == pytest.approx(-math.expm1(-hazard), rel=4e-16)


def test_risk_is_mixed_by_share_within_each_cell(factors: Factors) -> None:
    tables, rows = factors
    rng = np.random.default_rng(6)
    cell = np.append(rng.integers(0, 5, 39), 4)
    for draws in (1, 2):
        share = rng.uniform(0.1, 1, (draws, 40))
        risk = incidence_from_factors(tables, rows) * share[:, :, None, None]
        expected = np.stack([risk[:, cell == c].sum(axis=1) for c in range(6)], axis=1)
        assert mixed_incidence(tables, rows, share, cell, 6) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"share": np.ones((3, 40))}, "do not match"),
        ({"share": np.ones((2, 39))}, "do not match"),
        ({"cell_of_row": np.zeros(39, int)}, "do not match"),
        ({"cell_of_row": np.zeros(41, int)}, "do not match"),
        ({"cell_of_row": np.full(40, 7)}, "leaves its 6 places"),
        ({"cell_of_row": np.full(40, 6)}, "leaves its 6 places"),
        ({"cell_of_row": np.full(40, -1)}, "leaves its 6 places"),
        ({"row_of_factor": np.full((3, 40), 9)}, "leaves its 9 places"),
        ({"row_of_factor": np.full((3, 40), -1)}, "leaves its 9 places"),
    ],
    ids=str,
)
def test_shares_and_cells_that_do_not_fit_are_refused(
    factors: Factors, change: dict[str, Any], problem: str
) -> None:
    fine: dict[str, Any] = {
        "tables": factors[0],
        "row_of_factor": factors[1],
        "share": np.ones((2, 40)),
        "cell_of_row": np.zeros(40, int),
        "n_cells": 6,
    }
    mixed_incidence(**fine)
    mixed_incidence(**{**fine, "cell_of_row": np.arange(2, 6).repeat(10)})
    with pytest.raises(ValueError, match=problem):
        mixed_incidence(**{**fine, **change})
