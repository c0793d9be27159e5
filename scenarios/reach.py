"""Reach: births at each step of an intervention, and how many of them there are for one death averted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.figures import IN_FILES_ALONE, Array, Figure, figure_of
from scenarios.ran import Ran
from scenarios.schema.composition import Births
from scenarios.uncertainty import averted
from scenarios.under import has_years, scenarios_of
from simcore.measures import PER, per_unit, ratio
from simcore.results import counted, wording

SHARED = "several interventions of this scenario share what is averted"


def reach(ran: Ran) -> list[Figure]:
    """Every step of every scenario: births there, in all and in each year, and what is averted for so many."""
    return [figure for arm, _ in scenarios_of(ran) for figure in _of_scenario(ran, arm)]


def _of_scenario(ran: Ran, arm: int) -> Iterator[Figure]:
    name = ran.margins.arms[arm]
    births = wording(ran.question.model)["births"]
    gained = averted(ran.margins, arm).draws
    # births that are prevented avert nothing of the headline
    acting = [c.id for c in ran.question.scenarios[arm].interventions if not isinstance(c, Births)]
    for (scenario, step), at in ran.margins.people.items():
        if scenario != name:
            continue
        total = at.sum(axis=1)
        yield figure_of(name, "births_at_step", step, total, births)
        if has_years(ran):
            yield figure_of(
                name, "births_at_step_a_year", step, total / len(ran.question.years), f"{births} a year"
            )
            for year, of_year in zip(ran.question.years, at.T, strict=True):
                level = f"{step}, year {year}"
                yield figure_of(name, "births_at_step", level, of_year, births, **IN_FILES_ALONE)
        if step.partition(":")[0] in acting:
            yield from _for_one(ran, name, step, total, gained, len(acting) == 1)


def _for_one(ran: Ran, name: str, step: str, births: Array, gained: Array, alone: bool) -> Iterator[Figure]:
    """Births for one death averted, and deaths averted for so many births, which are always a number."""
    words = wording(ran.question.model)
    unit = f"{words['births']} for one of {words['deaths']} averted"
    if not alone:
        yield Figure(name, "number_needed", step, None, unit, more={"why": SHARED})
        return
    found = per_unit(births, gained)
    more = {"p_no_gain": found.p_none}
    yield Figure(name, "number_needed", step, found.value, unit, found.interval95, more=more)
    for_each = PER * ratio(gained, np.asarray(births))
    yield figure_of(
        name, "averted_per_1000_at_step", step, for_each, f"{counted(words)} per 1,000 {words['births']}"
    )
