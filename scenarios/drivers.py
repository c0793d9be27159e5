"""Which uncertain numbers an answer hangs on: parameters of the model, effects of years, a scenario's own numbers.

For each number two figures: the share of the headline's variance that goes with it (first-order index), and the mean
headline where it is low and where it is high (tornado). Both are found from the draws of the run. Draws of a posterior
are dependent: what goes with a number is not all its own doing, and shares do not add up to one. A number that does
not vary moves nothing: exactly 0. Baseline hazards and the residual gradient are many numbers that move together, and
are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scenarios.convergence import convergence
from scenarios.figures import IN_FILES_ALONE, Figure
from scenarios.given_data import Swing, first_order, swing
from scenarios.headline import headline_draws
from scenarios.ran import Ran
from scenarios.uncertain_numbers import model_numbers, scenario_numbers
from simcore.results import counted, wording

PRINTED = 8
"""Numbers of each scenario that a terminal shows, those that swing its headline most."""


def drivers(ran: Ran) -> list[Figure]:
    """Of every scenario, what goes with each number, first the one that swings its headline most; and convergence."""
    comparator, *scenarios = ran.question.scenarios
    headlines, unit = headline_draws(ran), counted(wording(ran.question.model))
    shared = {**model_numbers(ran.question, ran.draws), **scenario_numbers(comparator, ran.draws)}
    of_shared = {name: first_order(values, headlines) for name, values in shared.items()}
    figures = []
    for at, scenario in enumerate(scenarios):
        own = scenario_numbers(scenario, ran.draws)
        indices = {name: (index[at], error[at]) for name, (index, error) in of_shared.items()}
        for name, values in own.items():
            index, error = first_order(values, headlines[at : at + 1])
            indices[name] = index[0], error[0]
        numbers = {**shared, **own}
        swings = {name: swing(values, headlines[at]) for name, values in numbers.items()}
        in_order = sorted(swings, key=lambda name: -abs(swings[name].difference))
        for place, name in enumerate(in_order):
            beside = {} if place < PRINTED else IN_FILES_ALONE
            figures += _figures(scenario.name, name, indices[name], swings[name], unit, beside)
    return [*figures, *convergence(ran)]


def _figures(
    scenario: str,
    number: str,
    index: tuple[float, float],
    swung: Swing,
    unit: str,
    beside: Mapping[str, Any],
) -> list[Figure]:
    share, error = (None if np.isnan(x) else float(x) for x in index)
    more = {"numbers": list(swung.numbers), "answers": list(swung.answers), "part": swung.part, **beside}
    return [
        Figure(scenario, "first_order_index", number, share, "share of variance", None, error, beside),
        Figure(scenario, "swing", number, swung.difference, unit, None, swung.error, more),
    ]
