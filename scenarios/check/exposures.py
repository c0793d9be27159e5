"""Interventions that move an exposure: a share that changes, and an offer."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.check.words import Checker
from scenarios.schema import Prevalence, Support
from simcore.problems import Loc, Problem, hint


def prevalence(checker: Checker, change: Prevalence) -> Iterator[Problem]:
    """What changes, at which levels, for whom."""
    yield from checker.lever(("of",), change.of)
    yield from checker.comes_before(("where",), change.where, change.of)
    words = checker.words.variables.get(change.of)
    if words is None or words.kind != "exposure":
        return
    levels = words.levels
    if change.level is None and len(levels) != 2:
        message = (
            f"is missing, for {change.of} has {len(levels)} levels; add `level: ...`, whose share changes"
        )
        yield checker.problem(("level",), f"{message}; choose from {', '.join(levels)}")
        return
    moved = change.level or levels[1:]
    for j, level in enumerate(change.level or ()):
        yield from checker.level(("level", j), change.of, level, levels)
        if level in moved[:j]:
            yield checker.problem(("level", j), f"`{level}` stands twice; keep one")
    if set(levels) <= set(moved):
        message = f"names every level of {change.of}, so that nobody is left to come or go; leave one out"
        yield checker.problem(("level",), message)
    if change.to is not None:
        yield from checker.level(("to",), change.of, change.to, levels)
        if change.to in moved:
            others = [level for level in levels if level not in moved]
            yield checker.problem(
                ("to",), f"`{change.to}` is what changes; choose from {', '.join(others) or 'other levels'}"
            )


def support(checker: Checker, change: Support) -> Iterator[Problem]:
    """An offer, and what it makes likelier."""
    yield from checker.targeting(("offer_to",), change.offer_to)
    for name, levels in change.offer_to.items():
        if not set(levels) & set(change.where.get(name, levels)):
            message = f"`where` and `offer_to` have no level of {name} in common; nobody is left to offer to"
            yield checker.problem(("where", name), message)
    outcome = change.effect.outcome
    loc: Loc = ("effect", change.effect.by)
    yield from checker.lever((*loc, "variable"), outcome.variable)
    words = checker.words.variables.get(outcome.variable)
    if words is not None and outcome.level == words.levels[-1]:
        # those who gain come from the levels after it, so that nobody is moved the other way
        earlier = ", ".join(words.levels[:-1])
        message = f"`{outcome.level}` is the last level and nobody comes to it; choose from {earlier}"
        yield checker.problem((*loc, "level"), message)
    elif words is not None:
        yield from checker.level((*loc, "level"), outcome.variable, outcome.level, words.levels)
    yield from checker.comes_before(("offer_to",), change.offer_to, outcome.variable)
    yield from checker.comes_before(("where",), change.where, outcome.variable)
    if change.relapse is not None and change.relapse.from_age not in checker.words.age_bands:
        age = change.relapse.from_age
        message = f"no age band `{age}`; {hint(age, checker.words.age_bands)}"
        yield checker.problem(("relapse", "from_age"), message)
