"""Every problem of a scenario beside a model, in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scenarios.check.costs import find_cost_problems
from scenarios.check.exposures import prevalence, support
from scenarios.check.overlaps import find_overlaps
from scenarios.check.risks import hazard_ratio, what_if_equal, what_if_residual
from scenarios.check.vocabulary import Vocabulary
from scenarios.check.words import Checker
from scenarios.check.years import find_year_problems
from scenarios.schema import Costed, Scenario
from simcore.load import is_model, shipped_models
from simcore.problems import DocumentError, Problem, near_match

_OF_KIND: Mapping[str, Callable[[Checker, Any], Iterator[Problem]]] = {
    "prevalence": prevalence,
    "support": support,
    "hazard_ratio": hazard_ratio,
    "what_if_residual": what_if_residual,
    "what_if_equal": what_if_equal,
}
"""What is asked of some kinds of change, beside what is asked of all."""


def check_against(scenario: Scenario, vocabulary: Vocabulary, years: tuple[int, int] | None = None) -> None:
    """Raise DocumentError with every word of the scenario that the model does not know or allow.

    ``years`` are the first and last year of birth asked for, where they are known.
    """
    problems = list(find_problems(scenario, vocabulary, years))
    if problems:
        raise DocumentError(problems)


def find_problems(
    scenario: Scenario, vocabulary: Vocabulary, years: tuple[int, int] | None = None
) -> Iterator[Problem]:
    """The problems that :func:`check_against` raises, to gather over several files."""
    if scenario.model != vocabulary.model:
        found = f"is for the model `{scenario.model}`, not `{vocabulary.model}`"
        yield scenario.problem(("model",), f"{found}; {_which_model(scenario, vocabulary.model)}")
        return
    if scenario.discount_rate is not None:
        yield from Checker(scenario, vocabulary, ()).sources(scenario.discount_rate, ("discount_rate",))
    for i, change in enumerate(scenario.interventions):
        checker = Checker(scenario, vocabulary, ("interventions", i))
        yield from checker.targeting(("where",), change.where)
        yield from checker.sources(change)
        yield from find_year_problems(checker, change, years)
        if change.change in _OF_KIND:
            yield from _OF_KIND[change.change](checker, change)
        if isinstance(change, Costed):
            yield from find_cost_problems(checker, change, change.change)
    yield from find_overlaps(scenario)


def _which_model(scenario: Scenario, asked: str) -> str:
    """The remedy where a file is for another model: its own named, with its folder if that lies at hand."""
    name, beside = scenario.model, Path(scenario.document.path).parent
    homes = [folder for folder in (beside / name, Path(name)) if is_model(str(folder))]
    if not homes and near_match(name, [asked]):
        return f"did you mean `model: {asked}`?"
    home = name if name in shipped_models() else homes[0] if homes else f"PATH/{name}"
    return f"add `--model {home}`, or write `model: {asked}`"
