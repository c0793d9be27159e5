"""A quick answer in the form of a full one, and what of it is said less surely."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scenarios.by import deaths_by
from scenarios.cost import cost
from scenarios.equity import equity
from scenarios.figures import Figure
from scenarios.margins import Margins
from scenarios.question import Question
from scenarios.ran import Ran
from scenarios.rates import rates_alone
from scenarios.reach import reach
from scenarios.summary import summarise

MADE: Mapping[str, Callable[[Ran], list[Figure]]] = {
    "by": deaths_by,
    "equity": equity,
    "rates": rates_alone,
    "reach": reach,
    "cost": cost,
}
"""Sections that a page shows; of rates what its pictures hold, for it is asked for them at every move."""
OF_THE_CENTRAL_DRAW = ("reach", "cost")
"""Sections whose births at steps are those of the central draw alone: they have no interval until draws are run."""


def quick_summary(question: Question, margins: Margins, seed: int, error: float | None) -> dict[str, Any]:
    """The answer as ``simcore compare --json`` has it, without variants and with the sections that a page shows.

    ``quick`` says how far the last quick answer of these levers was off, if one was held against full draws.
    """
    summary = summarise(question, margins, None, int(margins.total.shape[1]), seed)
    ran = Ran(question, margins)
    sections = {name: [at.as_dict() for at in make(ran)] for name, make in MADE.items()}
    for name in OF_THE_CENTRAL_DRAW:
        for figure in sections[name]:
            figure["interval95"] = None
    for arm in summary["arms"]:
        for step in arm.get("people", {}).values():
            step["interval95"] = None
    summary["sections"] = sections
    summary["quick"] = {"error": error}
    return summary
