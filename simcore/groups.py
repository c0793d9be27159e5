"""Births and deaths of every risk group, as they are and with one factor made equal: exact sums, draw by draw.

A factor is a variable of the model or a stratum dimension. A variable is made equal under ``do``: it is set to its
reference level for everybody, and what follows from it follows. Births are told apart by the level they have by
nature, so that what equalising would spare is spread over the levels, and their sum is that of the factor. Each draw
is summed by itself, all factors in one go (:mod:`simcore.both_ways`): its bits hang on no other draw or factor.

A stratum dimension cannot be set: who lives in a decile differs in everything. Its levels are given the death rate
of the reference level, composition and all, which is a sum of differences and no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simcore.arms import Arm
from simcore.both_ways import BothWays
from simcore.contrasts import do_step
from simcore.dims import YEAR
from simcore.model import Model
from simcore.network import Array, Labelled, Network, needed_for
from simcore.program import Program
from simcore.risk_table import RiskTable
from simcore.worlds import lay_arm


@dataclass(frozen=True)
class Tally:
    """One factor: ``float64[draws, levels]`` each.

    Attributes
    ----------
    births, deaths
        As they are.
    equalised
        Deaths of the same births were the factor at its reference level for all; the very same number at that
        level, and at every level where nothing hangs on the factor.
    """

    births: Array
    deaths: Array
    equalised: Array

    @property
    def attributable(self) -> Array:
        """Deaths that equalising would spare, by the level that births have now."""
        return self.deaths - self.equalised

    @classmethod
    def join(cls, parts: Sequence[Tally]) -> Tally:
        """Several blocks of draws as one."""
        births, deaths, equalised = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("births", "deaths", "equalised")
        )
        return cls(births, deaths, equalised)


def factors_of(model: Model) -> tuple[str, ...]:
    """Everything that births can be told apart by: stratum dimensions but the year, then variables."""
    return (*(dim for dim in model.strata if dim != YEAR), *model.spec.variables)


def both_ways(program: Program) -> BothWays:
    """Births and risk of the natural world of one draw."""
    risk = RiskTable.of(program.network, program.hazards)
    return BothWays(program.network, risk, program.model.births_in(program.network.strata))


def choose_references(program: Program, factors: Sequence[str]) -> dict[str, str]:
    """The level that each factor is equalised to.

    Of an exposure its first level, for levels are written best first; of a descriptor or an intermediate its most
    common level; of a stratum dimension the level with the lowest death rate. ``program`` is that of the central
    draw, so that the choice hangs on no number of draws.
    """
    model, natural = program.model, both_ways(program)
    chosen = {}
    for name in factors:
        born, died = natural.by_level(name)
        if name in model.strata:
            rate = np.divide(died, born, out=np.full_like(born, np.inf), where=born > 0)
            level = int(rate.argmin())
        else:
            level = 0 if model.spec.variables[name].kind == "exposure" else int(born.argmax())
        chosen[name] = model.levels(name)[level]
    return chosen


def tally_groups(program: Program, references: Mapping[str, str], draws: int) -> dict[str, Tally]:
    """Births, deaths, and deaths with the factor made equal, for every factor that has a reference level.

    Parameters
    ----------
    program
        The natural world of one block of draws, of the years that are summed over.
    draws
        Draws of the block.
    """
    each = [_of_one_draw(at_draw(program, z), references) for z in range(draws)]
    return {name: Tally.join([tallies[name] for tallies in each]) for name in references}


def at_draw(program: Program, draw: int) -> Program:
    """One draw of a block."""

    def one(values: Array) -> Array:
        return values if values.shape[0] == 1 else values[draw : draw + 1]

    network, hazards = program.network, program.hazards
    nodes = tuple(
        node if node.tables[0].shape[0] == 1 else node.holding(one(node.tables[0])) for node in network.nodes
    )
    factors = tuple(Labelled(factor.axes, one(factor.values)) for factor in hazards.factors)
    return replace(program, network=Network(network.strata, nodes), hazards=replace(hazards, factors=factors))


def _of_one_draw(program: Program, references: Mapping[str, str]) -> dict[str, Tally]:
    natural = both_ways(program)
    found = {}
    for name, level in references.items():
        at = program.model.levels(name).index(level)
        born, died = natural.by_level(name)
        if name in program.network.strata:
            equalised = _at_one_rate(born, died, at)
        else:
            equalised = _under_do(program, natural, name, level, died)
        # whoever has the reference level already is left alone
        equalised = np.where(np.arange(equalised.size) == at, died, equalised)
        found[name] = Tally(born[None], died[None], equalised[None])
    return found


def _at_one_rate(born: Array, died: Array, at: int) -> Array:
    """Deaths of every level at the death rate of one."""
    rate = np.divide(died, born, out=np.zeros_like(died), where=born > 0)[at]
    return np.asarray(born * rate)


def _under_do(program: Program, natural: BothWays, name: str, level: str, died: Array) -> Array:
    """Deaths by natural level with the variable set to one level for everybody."""
    step = do_step(program.model, name, level)
    world = lay_arm(program, Arm(f"{name}={level}", (step,)))
    network = world.network
    order = (*network.strata, *(node.name for node in network.nodes))
    if step.name not in needed_for(network.nodes, world.hazards.axes(order)):
        return died
    return natural.deaths_under(world, name)
