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
from scenarios.figures import IN_FILES_ALONE, Array, Figure
from scenarios.given_data import Swing, first_order, swing
from scenarios.headline import headline_draws
from scenarios.interventions.luck import Luck
from scenarios.ran import Ran
from scenarios.schema import Costed, Scenario
from scenarios.schema.paths import is_fixed, uncertain_parts
from simcore.results import counted, wording
from simcore.solved import read_draws

PRINTED = 8
"""Numbers of each scenario that a terminal shows, those that swing its headline most."""


def model_numbers(ran: Ran) -> dict[str, Array]:
    """Every parameter of the model, ``float64[draws]``, and the mean effect of the years asked for by age period."""
    question = ran.question
    block = read_draws(question.model, question.structure, ran.draws, question.source)
    found = dict(sorted(block.parameters.items()))
    if block.year_effects is not None:
        places = [question.model.years.index(year) for year in question.years]
        for at, period in enumerate(question.model.spec.deaths.age_periods):
            found[f"year_effects/{period}"] = block.year_effects[:, at, places].mean(axis=-1)
    return found


def scenario_numbers(scenario: Scenario, draws: int, costs: bool = False) -> dict[str, Array]:
    """Every number of a scenario that is uncertain, by the name of its intervention and its own: ``float64[draws]``.

    Parameters
    ----------
    draws
        How many, from the first on.
    costs
        Whether costs are among them, on which no death hangs.
    """
    luck = Luck()
    found = {}
    for change in scenario.interventions:
        named = change.named_numbers()
        if costs and isinstance(change, Costed):
            named |= change.cost_numbers()
        for key, number in named.items():
            for part, value in uncertain_parts(number).items():
                if not is_fixed(value):
                    name = f"{change.id}/{key}{part}"
                    found[name] = luck.values(value, name, np.arange(draws))
    return found


def every_number(ran: Ran) -> dict[str, Array]:
    """Every number that any answer hangs on, costs among them; of one id in two files, as the first one has it."""
    found = model_numbers(ran)
    for scenario in ran.question.scenarios:
        # the same luck, whatever the distribution: draws stand in the same order
        found = {**scenario_numbers(scenario, ran.draws, costs=True), **found}
    return found


def drivers(ran: Ran) -> list[Figure]:
    """Of every scenario, what goes with each number, first the one that swings its headline most; and convergence."""
    comparator, *scenarios = ran.question.scenarios
    headlines, unit = headline_draws(ran), counted(wording(ran.question.model))
    shared = {**model_numbers(ran), **scenario_numbers(comparator, ran.draws)}
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
