"""Draws in which a share is likeliest to leave its range: tried before a run, that none is refused midway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenarios.interventions.luck import Luck
from scenarios.schema import Prevalence, Scenario
from scenarios.schema.paths import uncertain_parts

TRIED = 1_000
"""Draws among which the extremes are sought."""


def extreme_draws(scenarios: Sequence[Scenario]) -> np.ndarray:
    """Of the first draws, those in which some uncertain change of a share is smallest or largest: ``int64[draws]``."""
    luck, found = Luck(), set[int]()
    changes = [change for scenario in scenarios for change in scenario.interventions]
    for change in changes:
        if isinstance(change, Prevalence):
            for tail, part in uncertain_parts(change.amount).items():
                values = luck.values(part, f"{change.id}/{change.how}{tail}", np.arange(TRIED))
                if values.size > 1:
                    found |= {int(values.argmin()), int(values.argmax())}
    return np.array(sorted(found), dtype=np.int64)
