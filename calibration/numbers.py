"""The free numbers of a model under one structure: which parameters deaths can hang on, and on what scale they move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calibration.transform import Coordinate
from simcore.distributions import Distribution
from simcore.draws import DrawBlock
from simcore.model import Structure
from simcore.network import Array
from simcore.spec import LevelOutcome


@dataclass(frozen=True)
class Number(Coordinate):
    """A parameter that is fitted: ratios move by their logarithm, a place between two bounds as it stands."""

    solved: bool
    """Whether the model file has no prior for it, since a published total is to fix it."""

    def on_scale(self, value: Array) -> Array:
        """Values on the scale on which it moves."""
        return np.log(value) if self.scale == "log" else value

    def value(self, moved: Array) -> Array:
        """Values of numbers on the scale on which it moves."""
        return np.exp(moved) if self.scale == "log" else moved


def numbers_of(
    structure: Structure, effects: Distribution, priors: Mapping[str, Distribution] | None = None
) -> tuple[Number, ...]:
    """Every uncertain parameter that acts under a structure, in the order of the model file, solved effects last.

    Parameters
    ----------
    effects
        Prior of direct effects that the model file has no prior for.
    priors
        In place of the model file's.
    """
    acting = dict(_acting(structure))
    solved = [contrast.solves for contrast in structure.contrasts.values()]
    own = dict(priors or {})
    found = []
    for name, parameter in structure.spec.parameters.items():
        prior = own.get(name, parameter.value)
        low, high = prior.bounds
        # one that the config gives is free even where it cannot move: the model file's value is not its own
        if name in acting and (low < high or name in own):
            found.append(Number(name, prior, acting[name], False))
    return (*found, *(Number(name, own.get(name, effects), acting[name], True) for name in solved))


def _acting(structure: Structure) -> Iterator[tuple[str, Literal["log", "plain"]]]:
    """Parameters whose arrows are on and lead to death or to an outcome of a published effect, each with its scale."""
    leading = _leading(structure)
    for name, variable in structure.spec.variables.items():
        if name not in leading:
            continue
        if variable.shares.between is not None:
            yield variable.shares.between.at, "plain"
        for ratio in structure.odds_ratios(variable):
            yield from ((value, "log") for value in ratio.ratios.values() if isinstance(value, str))
    for hazard in structure.hazard_ratios(structure.spec.deaths):
        yield from ((value, "log") for value in hazard.ratios.values() if isinstance(value, str))


def _leading(structure: Structure) -> set[str]:
    """Variables from which arrows lead to death, or to an outcome of a published effect."""
    spec = structure.spec
    outcomes = (contrast.outcome for contrast in structure.contrasts.values())
    leading = {outcome.variable for outcome in outcomes if isinstance(outcome, LevelOutcome)}
    leading |= {ratio.parent for ratio in structure.hazard_ratios(spec.deaths)} | {*spec.deaths.baseline.by}
    for name, variable in reversed(spec.variables.items()):
        if name in leading:
            leading |= {*variable.shares.by, *(ratio.parent for ratio in structure.odds_ratios(variable))}
    return leading


def with_number(block: DrawBlock, number: Number, moved: float) -> DrawBlock:
    """The block with one parameter moved by so much on its scale."""
    values = {**block.parameters, number.name: number.value(number.on_scale(block[number.name]) + moved)}
    return replace(block, parameters=values)
