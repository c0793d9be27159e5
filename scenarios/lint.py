"""What is sound and yet perhaps not meant: notes on scenario files, each with its address. None refuses anything.

What an intervention does to births is looked up in the tables of the model (:mod:`scenarios.traced`); what its words
say of each other, here and in :mod:`scenarios.lint_evidence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from scenarios.lint_evidence import outside_the_published
from scenarios.meaning import in_words, means_the_same
from scenarios.numbers_of import stated
from scenarios.schema import ASSUMPTION, Costed, Intervention, Scenario, Support
from scenarios.schema.paths import is_fixed
from scenarios.traced import Trace, Traced, Tracer
from simcore.model import Model
from simcore.problems import Loc, Problem

GATES = ("coverage", "uptake")


def lint(scenario: Scenario, model: Model, tracer: Tracer | None) -> Iterator[Problem]:
    """Notes on one file that was checked against the model.

    ``tracer`` follows it through the model; without one, what it does to births is not looked at.

    Raises
    ------
    DocumentError
        If an intervention would push a share out of 0 to 1.
    """
    if scenario.interventions and scenario.evidence is None:
        message = "says not how good its evidence is; add `evidence: {grade: ..., status: ..., summary: ...}`"
        yield _note(scenario, ("name",), message)
    yield from _effective_by_assumption(scenario)
    for place, change in enumerate(scenario.interventions):
        yield from _borrowed_words(scenario, place, change)
        yield from (
            _note(scenario, _at(place, number.loc), said)
            for number, said in outside_the_published(change, model)
        )
    if tracer is not None:
        found = tracer.trace(scenario)
        for place, trace in enumerate(found.traces):
            yield from _without_effect(scenario, place, trace, found, tracer)
        yield from _stacked(scenario, found, model)


def lint_together(scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, Problem]]:
    """Notes on files that are asked together, each with its file: what is said twice, prices of another year."""
    for first, other in combinations(scenarios, 2):
        if means_the_same(first, other):
            ids = [{change.id for change in scenario.interventions} for scenario in (first, other)]
            luck = "" if ids[0] == ids[1] else ", by other ids"
            message = (
                f"asks the same as `{first.name}` ({first.document.path}){luck}; one of the two is enough"
            )
            yield other, _note(other, ("name",), message)
    priced = [
        (scenario, _at(place, ("costs", i, "price_year")), cost.price_year)
        for scenario in scenarios
        for place, change in enumerate(scenario.interventions)
        if isinstance(change, Costed)
        for i, cost in enumerate(change.costs)
    ]
    latest = max((year for _, _, year in priced), default=0)
    for scenario, loc, year in priced:
        if year != latest:
            beside = f"prices of {year} stand beside prices of {latest}, and are not made alike"
            message = f"{beside}; write both in prices of one year"
            yield scenario, _note(scenario, loc, message)


def _effective_by_assumption(scenario: Scenario) -> Iterator[Problem]:
    """An effect said to have been found, of which no number has a source."""
    sources = [
        key for change in scenario.interventions for number in stated(change) for key in number.sourced.source
    ]
    said = scenario.evidence is not None and scenario.evidence.status == "effective"
    if said and sources and set(sources) == {ASSUMPTION}:
        message = "no number has a source, so nothing shows an effect; name one, or write `status: what_if`"
        yield _note(scenario, ("evidence", "status"), message)


def _borrowed_words(scenario: Scenario, place: int, change: Intervention) -> Iterator[Problem]:
    """A number that a file writes anew keeps the source of the number it replaced."""
    document = scenario.document
    for number in stated(change):
        loc, source = _at(place, number.loc), _at(place, number.source_loc)
        if document.file_of(loc) == document.path != document.file_of(source):
            message = f"the number is this file's, and its source is that of {document.file_of(source)}; write its own"
            yield _note(scenario, loc, message)


def _without_effect(
    scenario: Scenario, place: int, trace: Trace, found: Traced, tracer: Tracer
) -> Iterator[Problem]:
    """Why an intervention changes nothing, if it does not; the first reason alone."""
    change = trace.change
    span = f"{found.years[0]} to {found.years[-1]}"
    acts = [year for year in found.years if change.years.holds(year)]
    if not acts:
        yield _note(scenario, _at(place, ("years",)), f"acts in none of the years {span}; nothing changes")
        return
    if not trace.aimed.any():
        key = "where" if change.where else "offer_to" if isinstance(change, Support) else "id"
        yield _note(
            scenario, _at(place, (key,)), f"aims at no births: {tracer.model.name} has none there in {span}"
        )
        return
    if scenario.evidence is not None and scenario.evidence.status == "null":
        return  # that nothing changes is what it says
    numbers = [number for number in stated(change) if not number.key.startswith("cost/")]
    for number in numbers:
        nothing = 0.0 if number.key in GATES else number.nothing
        if is_fixed(number.number) and all(at == nothing for at in number.by_year(change, acts)):
            if number.key == "relapse":
                continue
            message = f"{in_words(nothing)} in every year from {span} changes nothing"
            yield _note(scenario, _at(place, number.loc), message)
            return
    certain = all(is_fixed(number.number) for number in numbers)
    if certain and trace.moves and not any(move.moved.any() for move in trace.moves):
        variable = trace.moves[0].variable
        message = f"moves nobody: no birth aimed at can change its {variable} so"
        yield _note(scenario, _at(place, ("id",)), message)
        return
    idle = [move.variable for move in trace.moves if move.variable not in tracer.deadly]
    if idle and len(idle) == len(trace.moves):
        message = f"no risk of death hangs on {idle[0]} under this structure; it averts nothing"
        yield _note(scenario, _at(place, ("of",) if hasattr(change, "of") else ("effect",)), message)


def _stacked(scenario: Scenario, found: Traced, model: Model) -> Iterator[Problem]:
    """Offers that together cover more than all of the same people, of one exposure."""
    offers: dict[str, list[int]] = {}
    for place, change in enumerate(scenario.interventions):
        if isinstance(change, Support):
            offers.setdefault(change.effect.outcome.variable, []).append(place)
    for variable, places in offers.items():
        told: set[int] = set()
        for year in found.years:
            cover = {place: _coverage(scenario.interventions[place], year) for place in places}
            for together in _same_people(scenario, [p for p in places if cover[p] > 0.0], model):
                total = sum(cover[place] for place in together)
                last = max(together, default=0)
                if len(together) < 2 or total <= 1.0 + 1e-9 or last in told:
                    continue
                told.add(last)
                parts = ", ".join(f"{scenario.interventions[p].id} {cover[p]:.0%}" for p in sorted(together))
                message = (
                    f"offers about {variable} to the same people add up to {total:.0%} in {year} ({parts}); some are "
                    "reached twice, and whoever one offer has moved no other moves"
                )
                yield _note(scenario, _at(last, ("coverage", "value")), message)


def _coverage(change: Intervention, year: int) -> float:
    """The central share that is reached in a year."""
    number = next(number for number in stated(change) if number.key == "coverage")
    return number.by_year(change, [year])[0]


def _same_people(scenario: Scenario, places: Sequence[int], model: Model) -> set[frozenset[int]]:
    """Which offers meet in one person, for some combination of the levels they aim at."""
    wanted = {place: _target(scenario.interventions[place]) for place in places}
    meet = {frozenset(places)}
    for name in {name for target in wanted.values() for name in target}:
        by_level = {
            frozenset(p for p in places if level in wanted[p].get(name, (level,)))
            for level in model.levels(name)
        }
        meet = {together & here for together in meet for here in by_level}
    return meet


def _target(change: Intervention) -> Mapping[str, Sequence[str]]:
    target = dict(change.where)
    if isinstance(change, Support):
        for name, levels in change.offer_to.items():
            target[name] = tuple(level for level in levels if level in target.get(name, levels))
    return target


def _at(place: int, loc: Loc) -> Loc:
    return ("interventions", place, *loc)


def _note(scenario: Scenario, loc: Loc, message: str) -> Problem:
    return scenario.problem(loc, f"note: {message}")
