"""What a later year counts for: as the answer's terms say, else as the scenario file does."""

from __future__ import annotations

import numpy as np

from scenarios.figures import Array
from scenarios.ran import Ran


def discount_rate(ran: Ran, arm: int) -> float | None:
    """The rate a year of one scenario; None where neither the terms nor the file name one."""
    if ran.terms.discount_rate is not None:
        return ran.terms.discount_rate
    stated = ran.question.scenarios[arm].discount_rate
    return None if stated is None else stated.value


def weights_of_years(ran: Ran, rate: float) -> Array:
    """What each year counts for, the first one in full: ``float64[years]``, of length one in a model without years."""
    years = np.asarray(ran.question.years or [0], np.float64)
    return np.asarray((1.0 + rate) ** -(years - years[0]))
