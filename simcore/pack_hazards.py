"""Hazards as kernels take them: a few tables whose product is the hazard of a birth.

Factors of the model are multiplied together into joint tables while these stay small, always in the same groups;
what an arm adds stays a table of its own. So an arm's hazards have the same bits in any company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np

from simcore.kernels.arrays import row_major
from simcore.kernels.outcome import Outcome
from simcore.network import Labelled
from simcore.worlds import Worlds

MOST_ROWS = 1024
"""Rows of a joint table: it then stays in the cache."""


def pack_outcome(
    worlds: Worlds,
    sizes: Mapping[str, int],
    draw: int,
    clocks: Sequence[int],
    edges: Sequence[int],
    cells: Sequence[str],
) -> Outcome:
    """The outcome of one draw.

    Parameters
    ----------
    worlds
        Arms over one network.
    sizes
        Levels of every variable of the packed program, in its order.
    draw
        Place of the draw in the block.
    clocks, edges
        The number of each cause's clock; ends of age bands in days, 0 first.
    cells
        Variables whose combinations deaths are counted by, the last one fastest.
    """
    names = list(sizes)
    base = worlds.hazards[0].factors
    tables = [reduce(_times, (_of_draw(f, draw) for f in group)) for group in _groups(base, sizes)]
    of_arm = []
    shared = range(len(tables))
    own: list[range] = []
    for hazards in worlds.hazards:
        own.append(range(len(tables), len(tables) + len(hazards.factors) - len(base)))
        tables += [_of_draw(factor, draw) for factor in hazards.factors[len(base) :]]
    of_arm = [[*shared, *own[which]] for which in worlds.hazards_of_arm]
    width = max(len(table.axes) for table in tables)
    variables = np.full((len(tables), max(width, 1)), -1, np.int64)
    strides = np.zeros_like(variables)
    for f, table in enumerate(tables):
        n = len(table.axes)
        variables[f, :n] = [names.index(axis) for axis in table.axes]
        strides[f, :n] = row_major([sizes[axis] for axis in table.axes])
    flat = [table.values.reshape(-1, *table.values.shape[-2:]) for table in tables]
    most = max(len(factors) for factors in of_arm)
    return Outcome(
        clock=np.array(clocks),
        edges=np.array(edges, dtype=np.float64),
        factor_vars=variables,
        factor_strides=strides,
        factor_start=np.cumsum([0, *(len(rows) for rows in flat)])[:-1],
        factors=np.concatenate(flat),
        of_arm=np.array([[*factors, *[-1] * (most - len(factors))] for factors in of_arm]),
        cell_vars=np.array([names.index(name) for name in cells]),
        cell_strides=np.array(row_major([sizes[name] for name in cells])),
    )


def _groups(factors: Sequence[Labelled], sizes: Mapping[str, int]) -> list[list[Labelled]]:
    """Factors in their order, cut where a joint table would have more than `MOST_ROWS` rows."""
    groups: list[list[Labelled]] = []
    axes: set[str] = set()
    for factor in factors:
        together = axes | set(factor.axes)
        if groups and np.prod([sizes[axis] for axis in together], dtype=np.int64) <= MOST_ROWS:
            groups[-1].append(factor)
            axes = together
        else:
            groups.append([factor])
            axes = set(factor.axes)
    return groups


def _of_draw(factor: Labelled, draw: int) -> Labelled:
    """One draw's table, ``float64[*axes, causes, age bands]``."""
    return Labelled(factor.axes, factor.values[draw if factor.values.shape[0] > 1 else 0])


def _times(left: Labelled, right: Labelled) -> Labelled:
    """The product of two factors over the axes of both."""
    axes = (*left.axes, *(axis for axis in right.axes if axis not in left.axes))
    places = [axes.index(axis) for axis in right.axes]
    table = right.values.transpose(*np.argsort(places), -2, -1)
    here = sorted(places)
    shape = [table.shape[here.index(i)] if i in here else 1 for i in range(len(axes))]
    before = left.values.reshape(
        *left.values.shape[:-2], *[1] * (len(axes) - len(left.axes)), *left.values.shape[-2:]
    )
    return Labelled(axes, before * table.reshape(*shape, *table.shape[-2:]))
