"""Deaths averted, draw by draw, as the terms of an answer define its headline."""

from __future__ import annotations

import numpy as np

from scenarios.figures import Array
from scenarios.margins import in_final_year
from scenarios.ran import Ran
from scenarios.uncertainty import Quantity, averted


def headline(ran: Ran, arm: int) -> Quantity:
    """Deaths averted against the comparator: over the whole period, or in its final year."""
    if ran.terms.definition == "period":
        return averted(ran.margins, arm)
    return averted(in_final_year(ran.question.model, ran.margins), arm)


def headline_draws(ran: Ran) -> Array:
    """Of every scenario but the comparator: ``float64[scenarios, draws]``."""
    scenarios = range(1, len(ran.margins.arms))
    return np.array([headline(ran, arm).draws for arm in scenarios]).reshape(-1, ran.draws)
