"""Births and deaths of one arm told apart by one variable, at the level that babies have without the policy.

A policy's steps leave the natural value of what they replace where it was, so that babies keep the level by which they
are told apart in every arm: a mother who quits is counted among smokers in both. Not so where the variable follows
what a policy changes (gestation follows smoking): who would have had which level is then not known, and births are
counted at the level that they have in each arm. :func:`follows_policy` says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simcore.expected import Met, RiskCache, meet
from simcore.network import Array, needed_for
from simcore.rows import Rows, summed_by
from simcore.worlds import World


@dataclass(frozen=True)
class LevelCounts:
    """One variable in every arm of a block of draws.

    Attributes
    ----------
    births, deaths : float64[arms, draws, levels]
        Over all strata, causes and ages.
    moved : bool[arms]
        Whether a policy of the arm changes who has which level.
    """

    births: Array
    deaths: Array
    moved: NDArray[np.bool_]

    def of_first(self, arms: int) -> LevelCounts:
        """Of so many arms."""
        return LevelCounts(self.births[:arms], self.deaths[:arms], self.moved[:arms])

    @classmethod
    def join(cls, parts: Sequence[LevelCounts]) -> LevelCounts:
        """Several blocks of draws as one, in the order given."""
        return cls(
            np.concatenate([part.births for part in parts], axis=1),
            np.concatenate([part.deaths for part in parts], axis=1),
            parts[0].moved,
        )


def follows_policy(world: World, name: str) -> bool:
    """Whether a variable hangs on something that a policy changes before it."""
    before = world.network.nodes[: world.network.position(name) + 1]
    needed = needed_for(before, {name})
    return any(node.name in needed and node.name not in world.carriers for node in before)


def reaching(world: World, name: str) -> World:
    """The same world with its frontier behind a variable, so that births are known by it where they meet their risk."""
    return replace(world, frontier=max(world.frontier, world.network.position(name) + 1))


def count_at_levels(world: World, name: str, rows: Rows, cache: RiskCache) -> tuple[Array, Array]:
    """Births and deaths of one arm at every level of a variable: ``float64[draws, levels]`` each.

    Parameters
    ----------
    world
        As :func:`reaching` gives it.
    rows
        Births by all that risk and the variable hang on before the cut.
    """
    met = meet(world, world.cut, rows, cache, (name,))
    deaths = met.deaths.sum(axis=(-1, -2))
    return _by_last(_births(met)), _by_last(deaths)


def _births(met: Met) -> Array:
    """Births where deaths are told apart: ``float64[draws, *strata, levels]``."""
    shape = met.shape[:-2]
    return summed_by(met.by, met.births, int(np.prod(shape))).reshape(shape)


def _by_last(values: Array) -> Array:
    return np.asarray(values.reshape(values.shape[0], -1, values.shape[-1]).sum(axis=1))
