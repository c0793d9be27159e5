"""Two interventions that cannot both hold: shares of one exposure set for the same births."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.schema import Prevalence, Scenario, Window
from simcore.problems import Problem


def find_overlaps(scenario: Scenario) -> Iterator[Problem]:
    """A share that is set where another sets it already, told at the later of the two."""
    placed = enumerate(scenario.interventions)
    setting = [(i, c) for i, c in placed if isinstance(c, Prevalence) and c.how == "set"]
    for later, (i, change) in enumerate(setting):
        for j, other in setting[:later]:
            if change.of == other.of and _meet(change, other):
                line = scenario.document.where(("interventions", j))[0]
                message = f"`{other.id}` (line {line}) sets {other.of} for some of the same births in the same years"
                remedy = "keep one, or part them with `where` or `years`"
                yield scenario.problem(("interventions", i, "set"), f"{message}; {remedy}")
                break


def _meet(one: Prevalence, other: Prevalence) -> bool:
    """Whether there may be births at which both are aimed."""
    shared = set(one.where) & set(other.where)
    apart = any(not set(one.where[name]) & set(other.where[name]) for name in shared)
    return not apart and _in_one_year(one.years, other.years)


def _in_one_year(one: Window, other: Window) -> bool:
    first = max(one.from_ or 0, other.from_ or 0)
    ends = [window.to for window in (one, other) if window.to is not None]
    return not ends or first <= min(ends)
