"""Deaths averted because fewer are born, kept apart from those averted among births that happen.

A scenario that prevents births has an arm beside it: its own holds all births, the other lacks those prevented. What
its own averts is the headline; what the other averts beyond it is averted by fewer births alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PREVENTED = "prevented"
"""The counted stage of births that an intervention prevents, after its id."""
BESIDE = ":fewer_births"
"""What the arm without them adds to the name of its scenario; no scenario's name has a colon."""


def is_beside(arm: str) -> bool:
    """Whether an arm only says what another averts by fewer births.

    >>> is_beside("teenage_pregnancies:fewer_births"), is_beside("teenage_pregnancies")
    (True, False)
    """
    return arm.endswith(BESIDE)


def averted_by_fewer(arms: Sequence[str], deaths: Array) -> dict[str, Array]:
    """Deaths that fewer births avert, of each scenario that prevents some.

    Parameters
    ----------
    arms
        Every arm of a run.
    deaths : float64[arms, ...]

    Examples
    --------
    >>> deaths = np.array([[9.0], [8.0], [6.5]])
    >>> averted_by_fewer(["held", "offer", "offer:fewer_births"], deaths)
    {'offer': array([1.5])}
    """
    beside = {arm.removesuffix(BESIDE): place for place, arm in enumerate(arms) if is_beside(arm)}
    return {arm: deaths[list(arms).index(arm)] - deaths[place] for arm, place in beside.items()}


def prevented(stages: Mapping[tuple[str, str], Array]) -> dict[str, Array]:
    """Births prevented by each scenario, over all its interventions: nobody is prevented twice.

    ``stages`` are births at each counted step by ``(arm, step)``, arrays of one shape.
    """
    found: dict[str, Array] = {}
    for (arm, step), births in stages.items():
        if step.endswith(f":{PREVENTED}") and not is_beside(arm):
            found[arm] = found[arm] + births if arm in found else births
    return found
