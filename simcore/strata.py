"""The identity of strata: a key from their labels alone, so that another year or area moves no birth."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray


def stratum_labels(strata: Mapping[str, Sequence[str]]) -> list[str]:
    """Every stratum in words, the last dimension fastest.

    >>> stratum_labels({"year": ["2030"], "area": ["north", "south"]})
    ['year=2030,area=north', 'year=2030,area=south']
    """
    cells = product(*strata.values())
    return [",".join(f"{dim}={level}" for dim, level in zip(strata, cell, strict=True)) for cell in cells]


def stratum_keys(strata: Mapping[str, Sequence[str]]) -> NDArray[np.uint32]:
    """The key of each stratum, part of the luck of all its births.

    Raises
    ------
    ValueError
        If two strata share a key (see :func:`same_key`, which a model is checked with).
    """
    labels = stratum_labels(strata)
    keys = np.array([zlib.crc32(label.encode()) for label in labels], dtype=np.uint32)
    if len(set(keys.tolist())) < len(labels):
        raise ValueError("two strata share a key; rename a level")
    return keys


def same_key(strata: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Two strata that would share their luck, which about one model in 100,000 of England's size has.

    >>> same_key({"shore": ["plumless", "buckeroo"]})
    ('shore=plumless', 'shore=buckeroo')
    """
    seen: dict[int, str] = {}
    for label in stratum_labels(strata):
        first = seen.setdefault(zlib.crc32(label.encode()), label)
        if first != label:
            return first, label
    return None
