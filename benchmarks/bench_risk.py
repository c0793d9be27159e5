"""From hazards to incidence: what a row of five causes and five bands costs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simcore.kernels.arrays import Floats, Ints
from simcore.kernels.risk import hazards_from_factors, incidence, incidence_from_factors

LEVELS = [10, 6, 3, 2, 5, 6]
DRAWS = 10

Medians = Callable[..., list[float]]


@pytest.fixture(scope="module")
def factors() -> tuple[Floats, Ints]:
    """Six factors and every combination of their rows, the last one fastest."""
    rng = np.random.default_rng(1)
    tables = rng.uniform(0.2, 1, (DRAWS, sum(LEVELS), 5, 5))
    tables[:, : LEVELS[0]] *= 0.05  # hazards as small as infants' are
    begin = np.concatenate([[0], np.cumsum(LEVELS)[:-1]])
    rows = np.indices(LEVELS).reshape(len(LEVELS), -1) + begin[:, None]
    incidence_from_factors(tables, rows)
    return tables, rows


def test_incidence_from_factors(benchmark: Any, medians: Medians, factors: tuple[Floats, Ints]) -> None:
    tables, rows = factors
    hazard = hazards_from_factors(tables, rows)
    flat = hazard.reshape(-1, 5, 5)
    n = DRAWS * rows.shape[1]
    stored, alone, fused = medians(
        lambda: hazards_from_factors(tables, rows), lambda: incidence(flat),
        lambda: incidence_from_factors(tables, rows),
    )  # fmt: skip
    benchmark.extra_info["ns a row"] = round(1e9 * fused / n, 1)
    benchmark.extra_info["ns a row, hazards alone"] = round(1e9 * stored / n, 1)
    benchmark.extra_info["ns a row, incidence alone"] = round(1e9 * alone / n, 1)
