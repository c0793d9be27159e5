"""What a leaf of the exact sum costs: hazards multiplied and turned into incidence, five causes and five bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.rows import Goal, Row, in_ns
from benchmarks.timing import in_turn
from simcore.kernels.cells import add_up, risk_of_cells

EARLIER, LATER = (10, 6, 3), (2, 5, 6)
"""Levels of what risk hangs on before the frontier, and after it: a factor each."""
DRAWS = 10
ROUNDS = 7


def by_leaf() -> Iterator[Row]:
    """Every cell of three factors, spread over every combination of three more; then births added up by cell."""
    rng = np.random.default_rng(1)
    levels = (*EARLIER, *LATER)
    tables = rng.uniform(0.2, 1, (DRAWS, sum(levels), 5, 5))
    tables[:, : levels[0]] *= 0.05  # hazards as small as infants' are
    begin = np.cumsum([0, *levels[:-1]])
    draw, *cell = np.indices((DRAWS, *EARLIER)).reshape(1 + len(EARLIER), -1)
    later = np.indices(LATER).reshape(len(LATER), -1)
    of_cell = begin + np.stack([*cell, *np.zeros((len(LATER), draw.size), int)], axis=1)
    of_later = np.stack([*np.zeros((len(EARLIER), later.shape[1]), int), *later], axis=1)
    alike, share = np.arange(sum(levels)), rng.dirichlet(np.ones(later.shape[1]), draw.size)
    risk = risk_of_cells(tables, draw, of_cell, of_later, alike, share).reshape(draw.size, -1)
    leaves = share.size
    place, weight = np.arange(leaves) % draw.size, rng.random(leaves)
    taken = in_turn(
        {
            "hazards to incidence, averaged": lambda: risk_of_cells(
                tables, draw, of_cell, of_later, alike, share
            ),
            "added up by draw": lambda: add_up(risk, place, weight, draw[place], DRAWS),
        },
        ROUNDS,
    )
    for what, seconds in taken.items():
        yield Row(
            "leaves",
            "six factors",
            len(levels),
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
