"""The value of every uncertain number in each draw: parameters of the model, and what scenarios leave open."""

from __future__ import annotations

import numpy as np

from scenarios.figures import Array
from scenarios.interventions.luck import Luck
from scenarios.question import Question
from scenarios.schema import Costed, Scenario
from scenarios.schema.paths import is_fixed, uncertain_parts
from simcore.solved import read_draws


def every_number(question: Question, draws: int) -> dict[str, Array]:
    """All of them, costs included: ``float64[draws]`` by name; of one id in two files, as the first one has it."""
    found = model_numbers(question, draws)
    for scenario in question.scenarios:
        # the same luck, whatever the distribution: draws stand in the same order
        found = {**scenario_numbers(scenario, draws, costs=True), **found}
    return found


def model_numbers(question: Question, draws: int) -> dict[str, Array]:
    """Every parameter of the model, ``float64[draws]``, and the mean effect of the years asked for by age period."""
    block = read_draws(question.model, question.structure, draws, question.source)
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
