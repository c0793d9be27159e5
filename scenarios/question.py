"""A question: scenario files read and checked, against one model under one structure, before anything is run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.check import find_problems, vocabulary_of
from scenarios.read import gather_scenarios, read_scenario
from scenarios.schema import Scenario
from simcore.draw_source import USUAL, DrawSource
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.problems import DocumentError, Problem

DEFAULT_MODEL = "england"
DEFAULT_BASELINE = "current_policy"
DEFAULT_YEARS = range(2025, 2035)
"""Years of birth where none are named, in a model that has them all."""

Given = str | os.PathLike[str]


@dataclass(frozen=True)
class Question:
    """What is asked: checked scenarios (the comparator first) of one model under one structure."""

    model: Model
    structure: Structure
    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]
    source: DrawSource = USUAL
    """Where the draws of the structure come from."""

    def source_of(self, structure: Structure) -> DrawSource:
        """Where those of a structure beside it come from: solved draws stand beside solved ones."""
        if self.source.file(self.model, self.structure) is None:
            return DrawSource(solved=True)
        return self.source.beside(self.structure, structure)


def ask(
    scenarios: Sequence[Given],
    *,
    model: Given = DEFAULT_MODEL,
    baseline: Given = DEFAULT_BASELINE,
    years: Sequence[int] | None = None,
    variants: Mapping[str, str] | None = None,
    posterior: Given | None = None,
) -> Question:
    """Read and check the files of a comparison. Nothing is compiled, run or written; :func:`try_arms` is next.

    Without ``years`` they are :data:`DEFAULT_YEARS`; in a model that lacks one of these, its own years after its
    reference years. ``posterior`` is a file that draws come from, or ``solved``; as the model has it, if not given.

    Raises
    ------
    DocumentError
        With every problem of every file; a file with a slip of form is told of that alone, first.
    """
    loaded = load_model(model)
    structure = loaded.structure(variants)
    source = DrawSource.of(posterior)
    wanted = tuple(usual_years(loaded) if years is None else years)
    given = [scenarios] if isinstance(scenarios, str | os.PathLike) else scenarios
    comparator, problems = _comparator(baseline, loaded)
    read, found = gather_scenarios(given)
    problems += found
    named = [s for s in read if not any(_is_same(s, other) for other in comparator)]
    problems += [
        s.problem(("name",), f"`{s.name}` is the comparator's name ({other.document.path}); give it its own")
        for s in named
        for other in comparator
        if s.name == other.name
    ]
    checked = (*comparator, *named)
    outside = years_outside(wanted, loaded)
    # where nobody named the model, years may be those of the files' own
    if outside and (model != DEFAULT_MODEL or all(s.model == loaded.name for s in named)):
        problems += outside
    vocabulary, within = vocabulary_of(loaded), None if outside else (wanted[0], wanted[-1])
    problems += [p for s in checked for p in find_problems(s, vocabulary, within)]
    if problems:
        raise DocumentError(problems)
    return Question(loaded, structure, checked, wanted, source)


def try_arms(question: Question) -> None:
    """Lay every arm for the central draw, so that what cannot be run is refused before anything is.

    So is a share that would leave 0 to 1 where what changes it is smallest or largest.

    Kernels are compiled first, where that was not done before (:mod:`simcore.warm`): whatever can be refused
    without them is refused before this is called.

    Raises
    ------
    DocumentError
        If arms are at odds with one another, or a share would leave 0 to 1.
    """
    # what computes is loaded once the files are known to be sound
    from scenarios.interventions import arms_of
    from scenarios.interventions.extremes import extreme_draws
    from simcore.arms import ArmConflict
    from simcore.draws import DrawBlock
    from simcore.program import compile_natural
    from simcore.solved import read_central
    from simcore.warm import warm
    from simcore.worlds import lay_arms

    warm()
    middle = read_central(question.model, question.structure, question.source)
    program = compile_natural(question.model, question.structure, middle, question.years)
    arms = arms_of(question.scenarios)(program, middle)
    for place, scenario in enumerate(question.scenarios):
        try:
            lay_arms(program, arms[: place + 1])
        except ArmConflict as error:
            raise DocumentError(scenario.problem(("interventions",), str(error))) from None
    extremes = extreme_draws(question.scenarios)
    if extremes.size:
        arms_of(question.scenarios)(program, DrawBlock(extremes))


def _comparator(baseline: Given, model: Model) -> tuple[list[Scenario], list[Problem]]:
    """The comparator, if it can be read and is not one that nobody named and of another model; else why not."""
    try:
        comparator = read_scenario(baseline)
    except DocumentError as error:
        return [], list(error.problems)
    if comparator.model == model.name or baseline != DEFAULT_BASELINE:
        return [comparator], []
    remedy = f"write a file with `model: {model.name}` and `interventions: []`, and name it with --baseline"
    message = f"`{baseline}` is for the model `{comparator.model}`, not `{model.name}`; {remedy}"
    return [], [Problem("--baseline", None, None, "", message)]


def years_outside(years: Sequence[int], model: Model) -> list[Problem]:
    """What is wrong with years asked for that the model does not have, if anything."""
    if years and (not model.years or set(years) <= set(model.years)):
        return []
    span = f"{model.years[0]} to {model.years[-1]}"
    remedy = f"write --years {model.years[0]}-{model.years[-1]}, or fewer of them"
    message = f"{_span(years)} is outside the model; {model.name} has {span}, {remedy}"
    return [Problem("--years", None, None, "", message)]


def usual_years(model: Model) -> Sequence[int]:
    """Years where none are named."""
    if not model.years or set(DEFAULT_YEARS) <= set(model.years):
        return DEFAULT_YEARS
    observed = max(model.spec.reference_years, default=model.years[0] - 1)
    return [year for year in model.years if year > observed] or model.years


def _is_same(scenario: Scenario, comparator: Scenario) -> bool:
    """Whether a file given, perhaps within a folder, is the comparator: its name and every byte."""
    return scenario.name == comparator.name and scenario.document.digest == comparator.document.digest


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}-{years[-1]}" if years else "nothing"
