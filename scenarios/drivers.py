"""Which uncertain numbers an answer hangs on: parameters of the model, effects of years, a scenario's own numbers.

For each number two figures: the share of the headline's variance that goes with it (first-order index), and the mean
headline where it is low and where it is high (tornado). Both are found from the draws of the run. Draws of a posterior
are dependent: what goes with a number is not all its own doing, and shares do not add up to one. A number that does
not vary moves nothing: exactly 0. Baseline hazards and the residual gradient are many numbers that move together, and
are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scenarios.figures import Array, Figure
from scenarios.given_data import first_order, swing
from scenarios.headline import headline
from scenarios.ran import Ran
from scenarios.schema import Scenario
from simcore.draws import uniforms
from simcore.results import counted, wording
from simcore.solved import read_draws


def model_numbers(ran: Ran) -> dict[str, Array]:
    """Every parameter of the model, ``float64[draws]``, and the mean effect of the years asked for by age period."""
    question = ran.question
    block = read_draws(question.model, question.structure, ran.draws, question.source)
    found = {name: values for name, values in sorted(block.parameters.items())}
    if block.year_effects is not None:
        places = [question.model.years.index(year) for year in question.years]
        for period, effects in zip(
            question.model.spec.deaths.age_periods, block.year_effects[:, :, places].swapaxes(0, 1), strict=True
        ):
            found[f"year_effects/{period}"] = effects.mean(axis=1)
    return found
