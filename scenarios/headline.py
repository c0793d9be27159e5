"""Deaths averted, draw by draw, as the terms of an answer define its headline."""

from __future__ import annotations

import numpy as np

from scenarios.figures import Array
from scenarios.ran import Ran
from scenarios.uncertainty import Quantity, averted
from simcore.dims import YEAR


def headline(ran: Ran, arm: int) -> Quantity:
    """Deaths averted against the comparator: over the whole period, or in its final year."""
    whole = averted(ran.margins, arm)
    if ran.terms.definition == "period" or YEAR not in ran.margins.by:
        return whole
    last = ran.margins.by[YEAR][0, :, -1] - ran.margins.by[YEAR][arm, :, -1]
    # by year nothing is known of slices
    return whole._replace(draws=last, slices=None)


def headline_draws(ran: Ran) -> Array:
    """Of every scenario but the comparator: ``float64[scenarios, draws]``."""
    scenarios = range(1, len(ran.margins.arms))
    return np.array([headline(ran, arm).draws for arm in scenarios]).reshape(-1, ran.draws)
