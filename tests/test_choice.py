"""Which option is best, from draws that they share: by hand, with ties, and with the error of a probability."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.ranking import probability, rank_options


def test_probabilities_and_ranks_by_hand() -> None:
    found = rank_options(np.array([[3.0, 1.0, 5.0, -1.0], [2.0, 2.0, 4.0, 1.0], [0.0, 0.0, 9.0, 0.0]]))
    assert found.positive.mean(axis=1).tolist() == [0.75, 1.0, 0.25]
    assert found.best.mean(axis=1).tolist() == [0.25, 0.5, 0.25]
    assert found.rank.tolist() == [[1, 2, 2, 3], [2, 1, 3, 1], [3, 3, 1, 2]]
    assert found.beats.mean(axis=-1).tolist() == [[0.5, 0.5, 0.5], [0.5, 0.5, 0.75], [0.5, 0.25, 0.5]]


def test_ties_are_shared_out_equally_and_rounding_makes_none_better() -> None:
    best = np.array([5.0, 1.0])
    found = rank_options(np.stack([best, best + 1e-12, best - 1e-12, best - 1.0]), rounding=1e-9)
    assert found.best.tolist() == [[1 / 3] * 2] * 3 + [[0, 0]]
    assert found.rank.tolist() == [[2, 2]] * 3 + [[4, 4]]
    assert found.beats[:3, :3].tolist() == np.full((3, 3, 2), 0.5).tolist()
    # the fourth averts nothing in the second draw
    assert found.positive.mean(axis=1).tolist() == [1.0, 1.0, 1.0, 0.5]


def test_whatever_the_draws_probabilities_of_being_best_sum_to_one_and_pairs_to_one() -> None:
    values = np.random.default_rng(2).integers(0, 4, (7, 300)).astype(float)
    found = rank_options(values)
    assert found.best.sum(axis=0) == pytest.approx(np.ones(300))
    assert (found.beats + found.beats.swapaxes(0, 1) == 1.0).all()
    # a rank is one more than those above, those beside counted half
    assert found.rank == pytest.approx(0.5 + found.beats.swapaxes(0, 1).sum(axis=1))


def test_the_order_of_options_moves_no_probability() -> None:
    values = np.random.default_rng(3).integers(0, 4, (5, 200)).astype(float)
    order = np.array([3, 0, 4, 1, 2])
    one, other = rank_options(values), rank_options(values[order])
    assert (one.best[order] == other.best).all() and (one.rank[order] == other.rank).all()


@pytest.mark.parametrize("truth", [0.02, 0.3, 0.98])
def test_the_error_of_a_probability_is_its_spread_over_runs(truth: float) -> None:
    """Over 2,000 runs of 200 draws; a relative error of 10% in the standard error would be 6 of its own errors."""
    runs = (np.random.default_rng(4).random((2000, 200)) < truth).astype(float)
    values, errors = np.array([probability(run) for run in runs]).T
    # the two draws that are added make it wider where hardly any draw differs from the others
    assert 0.94 < np.sqrt((errors**2).mean()) / values.std() < (1.2 if truth in (0.02, 0.98) else 1.06)


def test_what_every_draw_says_is_not_certain() -> None:
    assert probability(np.ones(500)) == (1.0, pytest.approx(1 / 502, rel=0.01))
    assert probability(np.zeros(10))[1] > probability(np.zeros(100))[1] > 0
