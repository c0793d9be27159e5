"""Interventions on risk itself: a service, and bounds that no policy reaches."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.check.words import Checker
from scenarios.schema import HazardRatio, WhatIfEqual, WhatIfResidual
from simcore.dims import YEAR
from simcore.problems import Problem, hint


def hazard_ratio(checker: Checker, change: HazardRatio) -> Iterator[Problem]:
    """Causes and ages at which risk is multiplied."""
    words = checker.words
    for key, given, known in (
        ("causes", change.causes, words.causes),
        ("age_bands", change.age_bands, words.age_bands),
    ):
        for j, word in enumerate(given):
            if word not in known:
                what = "cause" if key == "causes" else "age band"
                yield checker.problem((key, j), f"no {what} `{word}`; {hint(word, known)}")
            elif word in given[:j]:
                yield checker.problem((key, j), f"`{word}` stands twice; keep one")
            elif change.begins == "after_birth" and word == words.age_bands[0]:
                message = f"what begins after birth comes too late for {word}; take it out, or write "
                message += "`begins: pregnancy` for what acts from the first day"
                yield checker.problem((key, j), message)


def what_if_residual(checker: Checker, change: WhatIfResidual) -> Iterator[Problem]:
    """Like a level of the dimension over which risk differs for reasons unknown."""
    by = checker.words.residual
    if by is None:
        message = f"{checker.words.model} has no residual gradient to change; take the intervention out"
        yield checker.problem(("change",), message)
    else:
        yield from checker.level(("like",), by, change.like, checker.words.strata[by])


def what_if_equal(checker: Checker, change: WhatIfEqual) -> Iterator[Problem]:
    """A stratum dimension whose levels are all as one of them."""
    strata = checker.words.strata
    if change.dimension not in strata:
        what = "is no dimension that can be equal" if change.dimension == YEAR else "is no stratum dimension"
        message = f"`{change.dimension}` {what}; {hint(change.dimension, strata)}"
        yield checker.problem(("dimension",), message)
    else:
        levels = strata[change.dimension]
        yield from checker.level(("like",), change.dimension, change.like, levels)
    for name in change.where:
        if name in checker.words.variables:
            message = f"{name} is not settled before births are made alike"
            yield checker.problem(("where", name), f"{message}; choose from {', '.join(strata)}", "key")
