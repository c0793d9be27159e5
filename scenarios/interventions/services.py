"""A factor on some causes and ages, among all who are aimed at or those who accept."""

from __future__ import annotations

import numpy as np

from scenarios.interventions.builder import Builder, changes_nothing, over
from scenarios.interventions.cascade import lay_cascade
from scenarios.schema import HazardRatio
from simcore.arms import HazardEdit
from simcore.network import Labelled


def lay_hazard_ratio(builder: Builder, place: int, change: HazardRatio) -> None:
    """The cascade of a service, where not everyone aimed at has it, and the factor on the hazards of those who do."""
    deaths = builder.program.model.spec.deaths
    ratio = builder.number(change, "ratio", change.ratio.value, 1.0)
    acts = np.outer(
        [c in change.causes for c in deaths.causes], [b in change.age_bands for b in deaths.age_bands]
    )
    aimed = builder.aimed(change)
    everyone = change.coverage is None and change.uptake is None
    coverage = change.coverage.value if change.coverage else None
    uptake = change.uptake.value if change.uptake else None
    if everyone and set(aimed) <= set(builder.program.network.strata):
        axes = tuple(aimed)
        hit = builder.hit(axes, aimed)
        if change.costs:
            # counted for what they cost; no death hangs on these steps
            lay_cascade(builder, change, aimed, coverage, uptake)
    else:
        axes = (lay_cascade(builder, change, aimed, coverage, uptake),)
        hit = np.array([False, True])
    if changes_nothing(ratio):
        return
    # a service acts where the model lets hazard ratios act: in England from 24 weeks
    within = {n: levels for n, levels in deaths.ratios_act_within.items() if n not in axes}
    years = tuple(axis for axis in ratio.axes if axis not in (*axes, *within))
    hit = hit[(..., *[None] * len(within))] & builder.hit(tuple(within), within)
    axes = (*axes, *within, *years)
    scale = over(ratio, axes)[..., None, None]
    hit = hit[(..., *[None] * len(years), None, None)] & acts
    builder.hazards.append(HazardEdit(Labelled(axes, np.where(hit, scale, 1.0)), change.id))
