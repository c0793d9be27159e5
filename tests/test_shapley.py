"""Shapley values against games whose values are known in closed form."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from scenarios.shapley import MOST_EXACT, Game

WEIGHTS = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0])
"""Of more players than are worked out exactly."""


def worth(game: Game, of: Callable[[frozenset[int]], object]) -> np.ndarray:
    return np.array([of(coalition) for coalition in game.coalitions], dtype=float)


def test_a_left_glove_is_worth_four_times_one_of_two_right_gloves() -> None:
    game = Game(3)
    pairs = worth(game, lambda c: 0 in c and len(c) > 1)
    assert game.parts(pairs) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert game.alone(pairs).tolist() == [0, 0, 0]
    assert game.last(pairs).tolist() == [1, 0, 0]
    assert game.errors(pairs) is None


def test_parts_of_any_game_add_up_draw_by_draw() -> None:
    for players in (1, 2, 5, MOST_EXACT, MOST_EXACT + 1):
        game = Game(players)
        every = np.random.default_rng(players).normal(size=(len(game.coalitions), 4, 3))
        assert game.coalitions[0] == frozenset() and len(game.coalitions[-1]) == players
        assert game.parts(every).sum(axis=0) == pytest.approx(every[-1] - every[0], abs=1e-13)


def test_a_player_who_adds_nothing_gets_nothing_and_equals_get_the_same() -> None:
    for players in (4, MOST_EXACT + 2):
        game = Game(players)
        rest = np.random.default_rng(7).normal(size=players + 1)
        # the last adds nothing; all others are alike
        parts = game.parts(worth(game, lambda c, n=players, v=rest: v[len(c - {n - 1})]))
        assert parts[-1] == 0.0
        if game.exact:
            assert parts[:-1] == pytest.approx(np.full(players - 1, parts[0]), abs=1e-14)


def test_orders_drawn_with_their_reverse_are_exact_where_players_meet_in_pairs() -> None:
    game = Game(WEIGHTS.size)
    squares = worth(game, lambda c: WEIGHTS[list(c)].sum() ** 2)
    assert not game.exact
    assert game.parts(squares) == pytest.approx(WEIGHTS * WEIGHTS.sum())
    assert game.errors(squares) == pytest.approx(np.zeros(WEIGHTS.size), abs=1e-9)


def test_sampled_parts_are_within_their_standard_errors_of_the_truth() -> None:
    game = Game(WEIGHTS.size)
    cubes = worth(game, lambda c: WEIGHTS[list(c)].sum() ** 3)
    truth = np.zeros(WEIGHTS.size)
    for i, w in enumerate(WEIGHTS):
        others = np.delete(WEIGHTS, i)
        triples = sum(a * b for a, b in combinations(others, 2))
        truth[i] = w**3 + 1.5 * (w**2 * others + w * others**2).sum() + 2 * w * triples
    found, errors = game.parts(cubes), game.errors(cubes)
    assert errors is not None and (errors > 0).all()
    away = (found - truth) / errors
    # ten parts of 32 pairs: four standard errors are passed by luck once in a hundred sets; the sum is exact
    assert np.abs(away).max() < 4
    assert found.sum() == pytest.approx(truth.sum())
    # a part off by a seventh of the largest would be seen
    assert 4 * errors.max() < truth.max() / 7


def test_the_orders_drawn_are_always_the_same() -> None:
    assert Game(10).orders == Game(10).orders
    assert Game(10).coalitions == Game(10).coalitions


def test_a_game_of_nobody_has_no_parts() -> None:
    game, worth = Game(0), np.zeros((1, 3))
    assert [at(worth).shape for at in (game.parts, game.alone, game.last)] == [(0, 3)] * 3
