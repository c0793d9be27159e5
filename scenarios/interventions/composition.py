"""Fewer births, and bounds: another residual, or every level of a dimension as one of them is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.fewer_births import BESIDE, PREVENTED
from scenarios.interventions.builder import Builder, decision_of
from scenarios.interventions.cascade import NO_YES, lay_aimed
from scenarios.schema import Births, WhatIfEqual, WhatIfResidual
from simcore.arms import Arm, HazardEdit, Step
from simcore.network import Labelled
from simcore.program import Program


def lay_births(builder: Builder, place: int, change: Births) -> None:
    """Who is prevented, by luck among those aimed at and not prevented already.

    They are counted here, and taken away in an arm beside this one.
    """
    left = builder.number(change, "multiply", change.multiply, 1.0)
    before = {step.name: ("no",) for step in builder.steps if step.name.endswith(f":{PREVENTED}")}
    aimed = {**builder.aimed(change), **before}
    lay_aimed(builder, f"{change.id}:{PREVENTED}", aimed, Labelled(left.axes, 1.0 - left.values))


def with_fewer_births(arm: Arm, program: Program) -> Arm | None:
    """The arm in which births that another one counts as prevented have no hazard; none if it counts none.

    The arm itself has all births, so that what it averts is averted by what is done for them; what this one averts
    beyond it is averted by fewer births alone.
    """
    stages = [step.name for step in arm.steps if step.name.endswith(f":{PREVENTED}")]
    if not stages:
        return None
    deaths = program.model.spec.deaths
    lives = np.ones((1, len(NO_YES), len(deaths.causes), len(deaths.age_bands)))
    lives[:, NO_YES.index("yes")] = 0.0
    edits = (HazardEdit(Labelled((stage,), lives), stage.partition(":")[0]) for stage in stages)
    return replace(arm, name=f"{arm.name}{BESIDE}", hazard_edits=(*arm.hazard_edits, *edits))


def lay_what_if_residual(builder: Builder, place: int, change: WhatIfResidual) -> None:
    """Births aimed at have the residual of one level; where the model has none, nothing is to be changed."""
    try:
        factor = builder.program.residual_like(change.like)
    except ValueError as error:
        raise builder.refusal(place, "like", f"{error}; take the intervention out") from None
    by = factor.axes[0]
    aimed = builder.aimed(change)
    if aimed:
        stage = lay_aimed(builder, f"{change.id}:eligible", aimed, Labelled((), np.ones(1)))
        values = np.stack([np.ones_like(factor.values), factor.values], axis=1)
        factor = Labelled((stage, *factor.axes), values)
    builder.certain &= builder.program.residual is None
    builder.hazards.append(HazardEdit(factor, change.id, (by,)))


def lay_what_if_equal(builder: Builder, place: int, change: WhatIfEqual) -> None:
    """Everything that hangs on a stratum dimension reads one level of it; births stay where they are counted."""
    dimension = change.dimension
    levels = builder.program.network.levels(dimension)
    aimed = builder.aimed(change)
    parents = (dimension, *(axis for axis in aimed if axis != dimension))
    hit = builder.hit(parents, aimed)
    own = np.eye(len(levels)).reshape(len(levels), *[1] * (len(parents) - 1), len(levels))
    like = np.eye(len(levels))[levels.index(change.like)]
    table = np.where(hit[..., None], like, own)[None]
    name = f"{change.id}:{dimension}"
    builder.steps.append(Step(name, levels, parents, table, decision_of(name), replaces=dimension))
