"""Births and deaths of groups, by cause and age at death, as the model has them: exact sums, draw by draw."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simcore.arms import Arm
from simcore.draws import DrawBlock
from simcore.expected import RiskCache, exact_weights, expected_deaths
from simcore.model import Model, Structure
from simcore.network import Labelled, Network, needed_for, push_forward
from simcore.program import compile_natural
from simcore.worlds import World, lay_arm

Array = NDArray[np.float64]
BLOCK = 25
"""Draws worked out together."""


@dataclass(frozen=True)
class Groups:
    """Births and deaths at every combination of levels of some factors.

    Attributes
    ----------
    births : float64[draws, *factors]
    deaths : float64[draws, *factors, causes, age bands]
    """

    births: Array
    deaths: Array


def count_groups(
    model: Model, structure: Structure, draws: DrawBlock, years: Sequence[int], *factors: str
) -> Groups:
    """Every combination of levels of the factors (variables or stratum dimensions), in some years together."""
    parts = []
    for start in range(0, draws.size, BLOCK):
        block = draws.rows(slice(start, start + BLOCK))
        world = lay_arm(compile_natural(model, structure, block, years), Arm("natural"))
        parts.append(_count(world, model.births_in(world.network.strata), factors, block.size))
    return Groups(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _count(world: World, births: Array, factors: Sequence[str], draws: int) -> tuple[Array, Array]:
    """One block. Variables after the frontier are summed out there, so they are told apart by masks, one a level."""
    network, hazards = world.network, world.hazards
    weights, strata = exact_weights(world, births), tuple(network.strata)
    sizes = [len(network.levels(name)) for name in factors]
    late = [f for f in factors if f not in strata and network.position(f) >= world.frontier]
    by = tuple(f for f in factors if f not in strata and f not in late)
    cells = len(hazards.causes), len(hazards.age_bands)
    deaths = np.zeros((draws, *sizes, *cells))
    for chosen in itertools.product(*(range(len(network.levels(name))) for name in late)):
        only = dict(zip(late, chosen, strict=True))
        died = expected_deaths(_masked(world, only), 0, weights, RiskCache(), by)
        kept = [f for f in factors if f not in late]
        found = Labelled((*strata, *by), died).total(*kept).values
        deaths[(slice(None), *(only.get(f, slice(None)) for f in factors))] = found
    born = push_forward(weights, network.nodes, 0, set(factors)).total(*factors).values
    return np.broadcast_to(born, (draws, *sizes)), deaths


def _masked(world: World, only: dict[str, int]) -> World:
    """The world with births of one level alone of some variables; their weights do not sum to one."""
    nodes, hazards = list(world.network.nodes), world.hazards
    for name, level in only.items():
        place = world.network.position(name)
        chosen = np.arange(len(nodes[place].levels)) == level
        nodes[place] = nodes[place].holding(nodes[place].tables[0] * chosen)
        order = (*world.network.strata, *(node.name for node in nodes))
        if name not in needed_for(nodes, hazards.axes(order)):
            # risk does not hang on it: left alone it would be passed over, and its mask with it
            ones = np.ones((1, len(chosen), len(hazards.causes), len(hazards.age_bands)))
            hazards = hazards.with_factor(Labelled((name,), ones))
    return replace(world, network=Network(world.network.strata, tuple(nodes)), hazards=hazards)
