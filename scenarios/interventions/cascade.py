"""Eligible, reached, accepts: the counted steps of whatever is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scenarios.interventions.builder import Builder, decision_of
from scenarios.schema import Number
from simcore.arms import Step

NO_YES = ("no", "yes")


def lay_cascade(
    builder: Builder,
    id: str,
    eligible: Mapping[str, Sequence[str]],
    coverage: Number | None,
    uptake: Number | None,
) -> str:
    """Three counted steps, eligible, reached and accepts; gives the name of the last."""
    name = f"{id}:eligible"
    hit = builder.hit(tuple(eligible), eligible).astype(np.float64)[None]
    table = np.stack([1.0 - hit, hit], axis=-1)
    builder.steps.append(Step(name, NO_YES, tuple(eligible), table, decision_of(name)))
    for stage, share in (("coverage", coverage), ("uptake", uptake)):
        before, name = name, f"{id}:{'reached' if stage == 'coverage' else 'accepts'}"
        passes = np.ones(1) if share is None else builder.number(share, f"{id}/{stage}")
        table = np.zeros((passes.size, 2, 2))
        table[:, 0, 0] = 1.0
        table[:, 1, 0], table[:, 1, 1] = 1.0 - passes, passes
        builder.steps.append(Step(name, NO_YES, (before,), table, decision_of(name)))
    return name
