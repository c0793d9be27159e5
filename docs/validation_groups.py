"""Births and deaths of groups, by cause and age at death, as the model has them, draw by draw."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from validation_tools import Array

from simcore.arms import Arm, HazardEdit
from simcore.draws import DrawBlock
from simcore.expected import exact_weights
from simcore.model import Model, Structure
from simcore.network import Labelled, push_forward
from simcore.program import Program, compile_natural
from simcore.run import Settings, simulate
from simcore.worlds import lay_arm

EXACT = Settings(estimator="exact", people=False)


@dataclass(frozen=True)
class Groups:
    """Births and deaths at every combination of levels of some factors.

    Attributes
    ----------
    births : float64[draws, *factors]
        Summed exactly.
    deaths : float64[draws, *factors, causes, age bands]
    """

    births: Array
    deaths: Array


def count_groups(
    model: Model,
    structure: Structure,
    draws: DrawBlock,
    years: Sequence[int],
    *factors: str,
    settings: Settings = EXACT,
) -> Groups:
    """Every combination of levels of the factors (variables or stratum dimensions), in some years together.

    Deaths of a group are those of an arm where nobody else can die: its hazards are multiplied by one at the levels
    of the group and by nothing elsewhere. So any estimator counts groups, and their deaths add up to all deaths.
    """
    variables = [name for name in factors if name not in model.strata]
    sizes = [len(model.levels(name)) for name in variables]
    born: list[Array] = []

    def arms(program: Program, block: DrawBlock) -> list[Arm]:
        born.append(_births(program, factors, block.size))
        return [
            Arm(
                " ".join(map(str, levels)),
                hazard_edits=tuple(map(_only, itertools.repeat(program), variables, levels)),
            )
            for levels in itertools.product(*map(range, sizes))
        ]

    results = [result for _, result in simulate(model, structure, draws, arms, years, settings)]
    deaths = np.concatenate([result.deaths for result in results], axis=1)
    strata = tuple(model.strata)
    # from arms, draws, strata, causes, ages to draws, variables, strata, causes, ages
    apart = deaths.reshape(*sizes, *deaths.shape[1:])
    apart = np.moveaxis(apart, len(sizes), 0)
    return Groups(np.concatenate(born), Labelled((*variables, *strata), apart).total(*factors).values)


def _only(program: Program, name: str, level: int) -> HazardEdit:
    """Hazards as they are at one level of a variable, and none at the others."""
    cells = len(program.hazards.causes), len(program.hazards.age_bands)
    levels = len(program.network.levels(name))
    factor = np.zeros((1, levels, *cells))
    factor[:, level] = 1.0
    return HazardEdit(Labelled((name,), factor))


def count_births(
    model: Model, structure: Structure, draws: DrawBlock, years: Sequence[int], *factors: str
) -> Array:
    """Births at every combination of levels, ``float64[draws, *factors]``, deaths left alone."""
    return _births(compile_natural(model, structure, draws, years), factors, draws.size)


def _births(program: Program, factors: Sequence[str], draws: int) -> Array:
    world = lay_arm(program, Arm("natural"))
    weights = exact_weights(world, program.model.births_in(world.network.strata))
    found = push_forward(weights, world.network.nodes, 0, set(factors)).total(*factors).values
    return np.broadcast_to(found, (draws, *found.shape[1:]))
