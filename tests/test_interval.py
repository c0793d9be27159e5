"""Intervals over draws are NumPy's quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.interval import interval95


@pytest.mark.parametrize("draws", [1, 2, 3, 20, 39, 40, 41, 80, 81, 200, 500, 1000])
def test_an_interval_has_the_bits_of_numpys_quantiles(draws: int) -> None:
    luck = np.random.default_rng(draws)
    for case in range(30):
        # every third has ties
        values = (
            luck.integers(0, 3, draws).astype(float) if case % 3 else luck.normal(size=draws) * 10.0**case
        )
        assert interval95(values) == tuple(np.quantile(values, [0.025, 0.975]))


def test_an_interval_leaves_the_draws_as_they_were() -> None:
    values = np.array([3.0, 1.0, 2.0])
    interval95(values)
    assert values.tolist() == [3.0, 1.0, 2.0]
