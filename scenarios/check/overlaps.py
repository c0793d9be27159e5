"""Two interventions that cannot both hold: one exposure set, or one dimension or residual likened, to two things."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.schema import Intervention, Prevalence, Scenario, WhatIfEqual, WhatIfResidual, Window
from simcore.problems import Problem


def find_overlaps(scenario: Scenario) -> Iterator[Problem]:
    """What is set where another sets it already, told at the later of the two."""
    setting = [
        (i, c, *settled) for i, c in enumerate(scenario.interventions) if (settled := _sets(c)) is not None
    ]
    for later, (i, change, key, what) in enumerate(setting):
        for j, other, _, theirs in setting[:later]:
            if what != theirs:
                continue
            line = scenario.document.where(("interventions", j))[0]
            at = ("interventions", i, key)
            if isinstance(change, WhatIfEqual):
                # one likeness stands in for the whole dimension
                message = f"`{other.id}` (line {line}) sets {what} already; keep one"
                yield scenario.problem(at, message)
                break
            if _meet(change, other):
                message = (
                    f"`{other.id}` (line {line}) sets {what} for some of the same births in the same years"
                )
                yield scenario.problem(at, f"{message}; keep one, or part them with `where` or `years`")
                break


def _sets(change: Intervention) -> tuple[str, str] | None:
    """The key at which an intervention sets something whatever it was, and what; none if it sets nothing."""
    if isinstance(change, Prevalence):
        return ("set", change.of) if change.how == "set" else None
    if isinstance(change, WhatIfEqual):
        return "dimension", f"what {change.dimension} is like"
    return ("like", "the residual") if isinstance(change, WhatIfResidual) else None


def _meet(one: Intervention, other: Intervention) -> bool:
    """Whether there may be births at which both are aimed."""
    shared = set(one.where) & set(other.where)
    apart = any(not set(one.where[name]) & set(other.where[name]) for name in shared)
    return not apart and _in_one_year(one.years, other.years)


def _in_one_year(one: Window, other: Window) -> bool:
    first = max(one.from_ or 0, other.from_ or 0)
    ends = [window.to for window in (one, other) if window.to is not None]
    return not ends or first <= min(ends)
