"""What an intervention costs, against the steps that it has."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.check.words import Checker
from scenarios.schema import Costed
from simcore.problems import Problem, hint

_STEPS = {
    "prevalence": ("moved", "birth"),
    "support": ("eligible", "reached", "accepts", "moved", "birth"),
    "hazard_ratio": ("eligible", "reached", "accepts", "birth"),
}
"""Whom each kind of change may be paid for: those it counts."""


def find_cost_problems(checker: Checker, change: Costed, kind: str) -> Iterator[Problem]:
    """Costs of a step that this kind of change does not have, or two of one step."""
    steps = _STEPS[kind]
    for i, cost in enumerate(change.costs):
        if cost.per not in steps:
            message = f"`{kind}` counts nobody who is `{cost.per}`; {hint(cost.per, steps)}"
            yield checker.problem(("costs", i, "per"), message)
        elif any(cost.per == earlier.per for earlier in change.costs[:i]):
            message = f"`per: {cost.per}` stands twice; write one cost, of both together"
            yield checker.problem(("costs", i, "per"), message)
