"""Scenarios become arms, block of draws after block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.interventions.builder import Builder
from scenarios.interventions.composition import (
    lay_births,
    lay_what_if_equal,
    lay_what_if_residual,
    with_fewer_births,
)
from scenarios.interventions.luck import Luck
from scenarios.interventions.prevalence import lay_prevalence
from scenarios.interventions.services import lay_hazard_ratio
from scenarios.interventions.support import lay_support
from scenarios.schema import AnyIntervention, Prevalence, Scenario, Support, WhatIfEqual
from simcore.arms import Arm
from simcore.draws import DrawBlock
from simcore.model import Model
from simcore.program import Program

LAYING: Mapping[str, Callable[[Builder, int, Any], None]] = {
    "prevalence": lay_prevalence,
    "support": lay_support,
    "hazard_ratio": lay_hazard_ratio,
    "births": lay_births,
    "what_if_residual": lay_what_if_residual,
    "what_if_equal": lay_what_if_equal,
}
"""How each kind of change is laid: over the builder's program, from its place in the file."""

HOWS_IN_ORDER = ("set", "multiply", "odds_ratio", "add")
"""Changes of one exposure follow one another so, whatever the order of the file."""


def arms_of(
    scenarios: Sequence[Scenario], *, fewer_births: bool = False
) -> Callable[[Program, DrawBlock], list[Arm]]:
    """What turns scenarios into the arms of any block of draws, in the order given.

    With ``fewer_births`` there stands after them, for each scenario that prevents births, the arm without these
    (:func:`scenarios.interventions.composition.with_fewer_births`). Arms that no draw moves are made for the first
    block and kept for the others of the same question.
    """
    return _Arms(tuple(scenarios), fewer_births)


def arm_of(scenario: Scenario, program: Program, draws: DrawBlock) -> Arm:
    """The arm of one scenario for one block of draws.

    Raises
    ------
    DocumentError
        If an intervention would push a share out of 0 to 1.
    """
    return _laid(scenario, program, draws, Luck()).arm()


class _Arms:
    """Arms of block after block; threads may share it, and at worst make an arm twice."""

    def __init__(self, scenarios: tuple[Scenario, ...], fewer_births: bool) -> None:
        self.scenarios, self.fewer_births = scenarios, fewer_births
        self._luck = Luck()
        self._kept = _Kept(None, "", ())

    def __call__(self, program: Program, draws: DrawBlock) -> list[Arm]:
        kept = self._kept_for(program)
        arms = []
        for place, scenario in enumerate(self.scenarios):
            arm = kept.get(place)
            if arm is None:
                builder = _laid(scenario, program, draws, self._luck)
                arm = builder.arm()
                if builder.certain:
                    kept[place] = arm
            arms.append(arm)
        beside = [with_fewer_births(arm, program) for arm in arms] if self.fewer_births else []
        return [*arms, *(arm for arm in beside if arm is not None)]

    def _kept_for(self, program: Program) -> dict[int, Arm]:
        kept, label = self._kept, program.structure.label
        if kept.model is not program.model or (kept.structure, kept.years) != (label, program.years):
            kept = self._kept = _Kept(program.model, label, program.years)
        return kept.arms


@dataclass(frozen=True)
class _Kept:
    """Arms of one question that no draw moves, by their place."""

    model: Model | None
    structure: str
    years: tuple[str, ...]
    arms: dict[int, Arm] = field(default_factory=dict)


def _laid(scenario: Scenario, program: Program, draws: DrawBlock, luck: Luck) -> Builder:
    builder = Builder(scenario, program, draws, luck)
    for place, change in in_one_order(scenario.interventions, list(program.model.spec.variables)):
        LAYING[change.change](builder, place, change)
    return builder


def in_one_order(
    interventions: Sequence[AnyIntervention], variables: Sequence[str]
) -> Iterator[tuple[int, AnyIntervention]]:
    """Interventions in the order in which they act, each with its place in the file: that of the file is no matter.

    First what makes strata alike; then exposures, a cause before what follows from it; each is set, multiplied, has
    its odds multiplied, is added to, and is moved by offers, in this order and then by id. All else comes after, by
    id.
    """

    def order(placed: tuple[int, AnyIntervention]) -> tuple[int, int, int, str]:
        change = placed[1]
        if isinstance(change, WhatIfEqual):
            return 0, 0, 0, change.id
        if isinstance(change, Prevalence):
            return 1, variables.index(change.of), HOWS_IN_ORDER.index(change.how), change.id
        if isinstance(change, Support):
            return 1, variables.index(change.effect.outcome.variable), len(HOWS_IN_ORDER), change.id
        return 2, 0, 0, change.id

    return iter(sorted(enumerate(interventions), key=order))
