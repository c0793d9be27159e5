"""Eligible, reached, accepts: the counted steps of whatever is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.interventions.builder import Builder, decision_of, over
from scenarios.schema import Intervention, Number
from simcore.arms import Step
from simcore.network import Labelled

NO_YES = ("no", "yes")


def lay_cascade(
    builder: Builder,
    change: Intervention,
    eligible: Mapping[str, Sequence[str]],
    coverage: Number | None,
    uptake: Number | None,
) -> str:
    """Three counted steps, eligible, reached and accepts; gives the name of the last."""
    name = lay_aimed(builder, f"{change.id}:eligible", eligible, Labelled((), np.ones(1)))
    for stage, key, share in (("reached", "coverage", coverage), ("accepts", "uptake", uptake)):
        before, name = name, f"{change.id}:{stage}"
        passes = Labelled((), np.ones(1)) if share is None else builder.number(change, key, share, 0.0)
        table = np.zeros((passes.values.shape[0], 2, *passes.values.shape[1:], 2))
        table[:, 0, ..., 0] = 1.0
        table[:, 1, ..., 0], table[:, 1, ..., 1] = 1.0 - passes.values, passes.values
        builder.steps.append(Step(name, NO_YES, (before, *passes.axes), table, decision_of(name)))
    return name


def lay_aimed(builder: Builder, name: str, aimed: Mapping[str, Sequence[str]], share: Labelled) -> str:
    """One counted step: of births aimed at a share, luck says who; gives its name."""
    parents = (*aimed, *(axis for axis in share.axes if axis not in aimed))
    chance = builder.hit(parents, aimed) * over(share, parents)
    table = np.stack([1.0 - chance, chance], axis=-1)
    builder.steps.append(Step(name, NO_YES, parents, table, decision_of(name)))
    return name
