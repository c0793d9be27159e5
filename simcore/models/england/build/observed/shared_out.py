"""Births and deaths that a published table gives to no group, shared out over its groups, once.

A table by a characteristic of the mother leaves out the deaths that were not linked to a birth (208 or 211
of the 2,226 of 2020) and puts others under "not stated". Its groups then have too few deaths: by 9% in 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..numbers import Array

COLUMNS = ("births", "neonatal", "postneonatal", "infant")
"""What a count holds, as ``float64[4]``; nan where nothing is published."""

Counts = dict[str, Array]
"""Level -> births and deaths."""


def in_proportion(groups: Counts, whole: Array) -> Counts:
    """Scale the groups of a table so that they add up to its total, column by column.

    Neonatal and post-neonatal deaths are scaled apart where both are published, and infant deaths are then
    their sum.

    Examples
    --------
    >>> import numpy as np
    >>> groups = {"a": np.array([50.0, 6.0, 2.0, 8.0]), "b": np.array([50.0, 4.0, 2.0, 6.0])}
    >>> in_proportion(groups, np.array([100.0, 20.0, 4.0, 24.0]))["a"]
    array([50., 12.,  2., 14.])

    Raises
    ------
    ValueError
        When deaths have no group to go to.
    """
    have = np.sum(list(groups.values()), axis=0)
    if ((have == 0) & (whole > 0)).any():
        raise ValueError(f"no group has what the total of {whole} has")
    # a column without any has nothing to scale; nan, not published, stays nan
    scale = np.divide(whole, have, out=np.ones_like(whole), where=have != 0)
    return {level: whole_of_parts(counts * scale) for level, counts in groups.items()}


def known_groups(groups: Counts, unlinked: Mapping[str, Array]) -> Counts:
    """Add the unlinked deaths of each group to it, where the death record alone tells the group."""
    return {level: counts + np.nan_to_num(unlinked[level]) for level, counts in groups.items()}


def whole_of_parts(counts: Array) -> Array:
    """Infant deaths as the sum of neonatal and post-neonatal, where both are there."""
    births, neonatal, later, infant = counts
    parts = neonatal + later
    return np.array([births, neonatal, later, infant if np.isnan(parts) else parts])
