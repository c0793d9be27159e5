"""What a leaf of the exact sum costs: hazards multiplied and turned into incidence, five causes and five bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.rows import Goal, Row, in_ns
from benchmarks.timing import in_turn
from simcore.kernels.risk import hazards_from_factors, incidence, incidence_from_factors

LEVELS = (10, 6, 3, 2, 5, 6)
DRAWS = 10
ROUNDS = 7


def by_leaf() -> Iterator[Row]:
    """Six factors and every combination of their rows, the last one fastest."""
    rng = np.random.default_rng(1)
    tables = rng.uniform(0.2, 1, (DRAWS, sum(LEVELS), 5, 5))
    tables[:, : LEVELS[0]] *= 0.05  # hazards as small as infants' are
    begin = np.concatenate([[0], np.cumsum(LEVELS)[:-1]])
    rows = np.indices(LEVELS).reshape(len(LEVELS), -1) + begin[:, None]
    flat = hazards_from_factors(tables, rows).reshape(-1, 5, 5)
    taken = in_turn(
        {
            "hazards alone": lambda: hazards_from_factors(tables, rows),
            "incidence alone": lambda: incidence(flat),
            "hazards to incidence": lambda: incidence_from_factors(tables, rows),
        },
        ROUNDS,
    )
    leaves = DRAWS * rows.shape[1]
    for what, seconds in taken.items():
        yield Row(
            "leaves",
            "six factors",
            len(LEVELS),
            1,
            leaves,
            1,
            what,
            *in_ns(seconds, leaves),
            unit="ns a leaf",
        )


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """None: what a leaf costs is part of what W1's exact sum costs, which has a goal."""
    yield from ()
