"""What it is worth to know a number before choosing, against decisions whose value is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scenarios.value_of_information import partial_information, perfect_information


def unit_normal_loss(mean: float, spread: float) -> float:
    """What is lost, on average, by refusing a normal gain of this mean whenever it is above nought."""
    away = abs(mean) / spread
    return float(spread * (stats.norm.pdf(away) - away * stats.norm.sf(away)))


RUNS, DRAWS = 40, 600


def decisions(mean: float, seed: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A number, one of no use, and the worth of nothing and of an offer: a mean, the number, twice another number."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(RUNS):
        number, second, useless = rng.standard_normal((3, DRAWS))
        found.append((number, useless, np.stack([np.zeros(DRAWS), mean + number + 2 * second])))
    return found


@pytest.mark.parametrize("mean", [-0.5, 1.0])
def test_the_value_of_knowing_one_number_or_all_is_that_of_the_closed_form(mean: float) -> None:
    """0.198 with one number known and 0.664 with both, of a mean of -0.5. A value off by 0.05 is found with 99%."""
    runs = decisions(mean, 1)
    partial = np.array([partial_information(number, [worth])[0] for number, _, worth in runs])
    perfect = np.array([perfect_information(worth) for _, _, worth in runs])
    for found, spread in ((partial, 1.0), (perfect, np.sqrt(5))):
        values, errors = found.T
        error = values.std(ddof=1) / np.sqrt(RUNS)
        assert (3.9 + 2.33) * error < 0.05
        # the best option on average is that of the sample: a few thousandths too well chosen
        assert values.mean() == pytest.approx(unit_normal_loss(mean, spread), abs=3.9 * error + 0.005)
        # 40 runs know a spread to 11%
        assert np.sqrt((errors**2).mean()) / values.std(ddof=1) == pytest.approx(1.0, abs=3.9 * 0.11)


def test_a_number_of_no_use_is_worth_exactly_nothing() -> None:
    """Chance makes a curve of it once in forty or so: not one of those that the criterion takes turns a choice here."""
    found = [partial_information(useless, [worth])[0] for _, useless, worth in decisions(-1.0, 2)]
    assert found == [(0.0, 0.0)] * RUNS


def test_a_number_that_never_turns_the_choice_is_worth_exactly_nothing_however_much_it_moves() -> None:
    number, second = np.random.default_rng(3).standard_normal((2, 1000))
    worth = np.stack([np.zeros(1000), 10.0 + number + second])
    assert partial_information(number, [worth]) == [(0.0, 0.0)]
    assert perfect_information(worth) == (0.0, 0.0)
    # in some draws it would be wrong to take the offer, but no value of the number says in which
    unsure = np.stack([np.zeros(1000), 2.0 + 0.1 * number + second])
    assert partial_information(number, [unsure]) == [(0.0, 0.0)]
    assert perfect_information(unsure)[0] > 0


def test_no_value_is_negative_and_none_is_above_that_of_knowing_all() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        number, others = rng.standard_normal(300), rng.standard_normal((4, 300))
        worth = np.concatenate([np.zeros((1, 300)), others + rng.normal(0, 1, (4, 1)) * number])
        ((value, error),) = partial_information(number, [worth])
        assert 0 <= value <= perfect_information(worth)[0] and error >= 0


def test_the_same_option_twice_is_one_option() -> None:
    number, second = np.random.default_rng(5).standard_normal((2, 500))
    worth = np.stack([np.zeros(500), number + second])
    twice = np.concatenate([worth, worth[1:]])
    assert partial_information(number, [twice]) == pytest.approx(
        np.array(partial_information(number, [worth]))
    )
    assert perfect_information(twice) == perfect_information(worth)
    # against itself it never gains, and rounding is no gain
    alike = np.stack([number, number + 1e-15 * second])
    assert partial_information(second, [alike]) == [(0.0, 0.0)]


def test_what_is_asked_beside_it_and_the_unit_of_worth_move_no_value() -> None:
    number, second = np.random.default_rng(6).standard_normal((2, 500))
    worth = np.stack([np.zeros(500), 0.2 + number + second])
    alone, *_ = partial_information(number, [worth, worth * 2.0])
    assert [alone] == partial_information(number, [worth])
    pounds = partial_information(number, [1e6 * worth])[0]
    assert np.array(pounds) == pytest.approx(1e6 * np.array(alone))
    assert partial_information(np.full(500, 7.0), [worth]) == [(0.0, 0.0)]
