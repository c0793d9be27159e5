"""Eligible, reached, accepts: the counted steps of whatever is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.interventions.builder import Builder, decision_of
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
    name = f"{change.id}:eligible"
    hit = builder.hit(tuple(eligible), eligible).astype(np.float64)[None]
    table = np.stack([1.0 - hit, hit], axis=-1)
    builder.steps.append(Step(name, NO_YES, tuple(eligible), table, decision_of(name)))
    for stage, key, share in (("reached", "coverage", coverage), ("accepts", "uptake", uptake)):
        before, name = name, f"{change.id}:{stage}"
        passes = Labelled((), np.ones(1)) if share is None else builder.number(change, key, share, 0.0)
        table = np.zeros((passes.values.shape[0], 2, *passes.values.shape[1:], 2))
        table[:, 0, ..., 0] = 1.0
        table[:, 1, ..., 0], table[:, 1, ..., 1] = 1.0 - passes.values, passes.values
        builder.steps.append(Step(name, NO_YES, (before, *passes.axes), table, decision_of(name)))
    return name
