"""A quick answer in the form of a full one, and what of it is said less surely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenarios.margins import Margins
from scenarios.question import Question
from scenarios.ran import Ran
from scenarios.sections import SECTIONS
from scenarios.summary import summarise

SECTIONS_SHOWN = ("by", "equity", "rates", "reach", "cost")
OF_THE_CENTRAL_DRAW = ("reach", "cost")
"""Sections whose births at steps are those of the central draw alone: they have no interval until draws are run."""


def quick_summary(
    question: Question, margins: Margins, seed: int, error: float | None, notes: Sequence[str]
) -> dict[str, Any]:
    """The answer as ``simcore compare --json`` has it, without variants and with the sections that a page shows.

    ``quick`` says how far the last quick answer of these levers was off, and what a reader should know.
    """
    summary = summarise(question, margins, None, int(margins.total.shape[1]), seed)
    ran = Ran(question, margins)
    sections = {name: [at.as_dict() for at in SECTIONS[name].make(ran)] for name in SECTIONS_SHOWN}
    for name in OF_THE_CENTRAL_DRAW:
        for figure in sections[name]:
            figure["interval95"] = None
    for arm in summary["arms"]:
        for step in arm.get("people", {}).values():
            step["interval95"] = None
    summary["sections"] = sections
    summary["quick"] = {"error": error, "notes": list(notes)}
    return summary
