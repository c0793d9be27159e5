"""Births and deaths of every risk group, as they are and with one factor made equal: exact sums, draw by draw.

A factor is a variable of the model or a stratum dimension. A variable is made equal under ``do``: it is set to its
reference level for everybody, and what follows from it follows. Births are told apart by the level they have by
nature, so that what equalising would spare is spread over the levels, and their sum is that of the factor.

A stratum dimension cannot be set: who lives in a decile differs in everything. Its levels are given the death rate
of the reference level, composition and all, which is a sum of differences and no effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from simcore.arms import Arm
from simcore.contrasts import do_step
from simcore.dims import YEAR
from simcore.expected import RiskCache, exact_weights, expected_deaths
from simcore.model import Model
from simcore.network import Array, Labelled, Network, needed_for, push_forward
from simcore.program import Program
from simcore.worlds import World, lay_arm


class ByLevel(NamedTuple):
    """Births and deaths at each level of one factor: ``float64[draws or 1, levels]`` each."""

    births: Array
    deaths: Array


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


def deaths_by_level(world: World, births: Array, factors: Sequence[str]) -> dict[str, ByLevel]:
    """Births and deaths of one arm at each natural level of some factors, summed over its strata.

    All levels of a variable before the frontier come from one pass, as those of a stratum dimension do. One that
    stands after it is summed out there, and is told apart by masks: its table, all but one level set to zero, gives
    the births and the deaths of that level.

    Parameters
    ----------
    births : float64[*strata]
    """
    cache, strata = RiskCache(), tuple(world.network.strata)
    weights = exact_weights(world, births)
    found = {}
    for name in factors:
        if name in strata:
            born, died = weights.total(name).values, _deaths(world, weights, cache, name)
        else:
            place = world.network.position(name)
            before = world.network.nodes[: place + 1]
            born = push_forward(weights, before, 0, {name}).total(name).values
            if place < world.frontier:
                died = _deaths(world, weights, cache, name)
            else:
                masked = [_only(world, name, level) for level in range(born.shape[-1])]
                died = np.stack([_deaths(at, weights, cache).sum(axis=-1) for at in masked], axis=-1)
        found[name] = ByLevel(born, died)
    return found


def _deaths(world: World, weights: Labelled, cache: RiskCache, by: str | None = None) -> Array:
    """Deaths of every cause and age by one axis, the first stratum dimension if none is named."""
    strata = tuple(world.network.strata)
    further = () if by is None or by in strata else (by,)
    axes = (*strata, *further)
    deaths = expected_deaths(world, 0, weights, cache, further).sum(axis=(-1, -2))
    return Labelled(axes, deaths).total(by or strata[0]).values


def _only(world: World, name: str, level: int) -> World:
    """The world with births of one level alone of a variable after the frontier; their weights do not sum to one."""
    network, hazards = world.network, world.hazards
    node = network[name]
    masked = node.holding(node.tables[0] * (np.arange(len(node.levels)) == level))
    nodes = tuple(masked if other is node else other for other in network.nodes)
    order = (*network.strata, *(other.name for other in nodes))
    if name not in needed_for(nodes, hazards.axes(order)):
        # risk does not hang on it: left alone it would be passed over, and its mask with it
        cells = len(hazards.causes), len(hazards.age_bands)
        hazards = hazards.with_factor(Labelled((name,), np.ones((1, len(node.levels), *cells))))
    return replace(world, network=Network(network.strata, nodes), hazards=hazards)


def choose_references(program: Program, factors: Sequence[str]) -> dict[str, str]:
    """The level that each factor is equalised to.

    Of an exposure its first level, for levels are written best first; of a descriptor or an intermediate its most
    common level; of a stratum dimension the level with the lowest death rate. ``program`` is that of the central
    draw, so that the choice hangs on no number of draws.
    """
    model, births = program.model, _births(program)
    seen = deaths_by_level(lay_arm(program, Arm("natural")), births, factors)
    chosen = {}
    for name in factors:
        born, died = (values[0] for values in seen[name])
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
        Draws of the block: what no draw moves is the same in all.
    """
    births = _births(program)
    natural = deaths_by_level(lay_arm(program, Arm("natural")), births, list(references))
    found = {}
    for name, level in references.items():
        at = program.model.levels(name).index(level)
        born, died = natural[name]
        if name in program.network.strata:
            equalised = _at_one_rate(born, died, at)
        else:
            equalised = _under_do(program, births, name, level, died)
        # whoever has the reference level already is left alone
        equalised = np.where(np.arange(equalised.shape[-1]) == at, died, equalised)
        found[name] = Tally(*(np.broadcast_to(a, (draws, a.shape[-1])) for a in (born, died, equalised)))
    return found


def _at_one_rate(born: Array, died: Array, at: int) -> Array:
    """Deaths of every level at the death rate of one."""
    rate = np.divide(died, born, out=np.zeros_like(died), where=born > 0)[..., at]
    return np.asarray(born * rate[..., None])


def _under_do(program: Program, births: Array, name: str, level: str, died: Array) -> Array:
    """Deaths by natural level with the variable set to one level for everybody."""
    step = do_step(program.model, name, level)
    world = lay_arm(program, Arm(f"{name}={level}", (step,)))
    network = world.network
    order = (*network.strata, *(node.name for node in network.nodes))
    if step.name not in needed_for(network.nodes, world.hazards.axes(order)):
        return died
    return deaths_by_level(world, births, [name])[name].deaths


def _births(program: Program) -> Array:
    return program.model.births_in(program.network.strata)
