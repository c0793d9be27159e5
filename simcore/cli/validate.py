"""``simcore validate``: whether scenario files and models are sound."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from simcore.cli.common import parse_years

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from scenarios.traced import Tracer
    from simcore.model import Model
    from simcore.problems import Problem

EXAMPLES = """\b
simcore validate my_scenario.yaml
simcore validate scenarios/library --strict
simcore validate my_model/                                a model: a folder with a model.yaml
simcore validate my_scenario.yaml --model my_model/
"""
NOTED = 3
"""Exit status where ``--strict`` was asked for and there are notes."""


@click.command(epilog=EXAMPLES)
@click.argument("files", nargs=-1, metavar="FILES...")
@click.option("--model", metavar="NAME", help="Model that scenario files are for; england if not given.")
@click.option(
    "--years", metavar="YEARS", help="Years of birth that notes look at; those of a comparison if not given."
)
@click.option("--strict", is_flag=True, help="End with exit status 3 where there are notes.")
def command(files: tuple[str, ...], model: str | None, years: str | None, strict: bool) -> int:
    """Check scenario files and models, and print every problem with its address.

    FILES are scenario files, folders of them or bare names; a folder that holds a model.yaml, or the name of a
    shipped model, is a model. Scenarios beside one model are checked against it. What is sound and perhaps not
    meant is noted: what changes nothing, aims at nobody or covers more than all, what lies outside the published
    interval, what another file says too.
    """
    from simcore.load import is_model

    models = [name for name in files if is_model(name)]
    scenarios = [name for name in files if name not in models]
    span = None if years is None else parse_years(years)
    if not files and model is None:
        raise click.MissingParameter(param_hint="'FILES...'", param_type="argument")
    if not files:
        models = [str(model)]
    for_model = model or (models[0] if len(models) == 1 else "england")
    files_read, notes, lines = _check(models, scenarios, for_model, span)
    for line in lines:
        click.echo(line)
    counted = [(len(models), "model"), (files_read, "file")]
    found = " and ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counted if n)
    noted = f", {notes} note{'s' * (notes != 1)}" if notes else ""
    click.echo(f"{found} without a problem{noted}", file=sys.stderr)
    return NOTED if strict and notes else 0


def _check(
    models: Sequence[str], scenarios: Sequence[str], for_model: str, years: Sequence[int] | None
) -> tuple[int, int, list[str]]:
    """Everything read and checked: how many scenarios, how many notes, and what is to be said.

    Raises DocumentError with all problems together; shares that would leave 0 to 1 are worked out, and told of, once
    there are no others.
    """
    from scenarios.check import find_problems, vocabulary_of
    from scenarios.read import gather_scenarios
    from simcore.load import load_model
    from simcore.problems import DocumentError

    lines: list[str] = []
    read, problems = gather_scenarios(scenarios)
    for name in models:
        try:
            lines += _about(name, load_model(name))
        except DocumentError as error:
            problems += error.problems
    try:
        if scenarios:
            model = load_model(for_model)
            vocabulary = vocabulary_of(model)
            problems += [problem for scenario in read for problem in find_problems(scenario, vocabulary)]
    except DocumentError as error:
        problems += error.problems
    if problems:
        raise DocumentError(problems)
    # only now is the model compiled
    noted = _notes(read, model, years) if read else {}
    for scenario in read:
        told = noted[scenario.name]
        lines += [_named(scenario), *map(str, (*told.words, *told.lints))]
    return len(read), sum(len(told.lints) for told in noted.values()), lines


class _Noted(NamedTuple):
    """What is to be said of one file."""

    words: list[Problem]
    """What its words do in the model: nothing to mend."""
    lints: list[Problem]


def _notes(scenarios: Sequence[Scenario], model: Model, years: Sequence[int] | None) -> dict[str, _Noted]:
    """Notes by the scenario's name. Raises DocumentError for shares that would leave 0 to 1."""
    from scenarios.lint import lint, lint_together
    from scenarios.notes import find_notes
    from simcore.problems import DocumentError

    tracer = _tracer(model, years)
    problems: list[Problem] = []
    noted = {}
    for scenario in scenarios:
        noted[scenario.name] = _Noted(list(find_notes(scenario, model)), [])
        try:
            noted[scenario.name].lints.extend(lint(scenario, model, tracer))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    for scenario, note in lint_together(scenarios):
        noted[scenario.name].lints.append(note)
    return noted


def _tracer(model: Model, years: Sequence[int] | None) -> Tracer | None:
    """What follows scenarios through the model, if that can be run."""
    from scenarios.question import usual_years, years_outside
    from scenarios.traced import Tracer
    from simcore.problems import DocumentError

    wanted = usual_years(model) if years is None else years
    if outside := years_outside(wanted, model):
        raise DocumentError(outside)
    try:
        return Tracer(model, model.structure(), wanted)
    except DocumentError as error:
        click.echo(f"what files do to births was not looked at: {error}", err=True)
        return None


def _named(scenario: Scenario) -> str:
    count = len(scenario.interventions)
    words = f"{count} intervention{'s' * (count != 1)}" if count else "no intervention: the reference path"
    return f"{scenario.document.path}: {scenario.name}, {words}"


def _about(given: str, model: Model) -> list[str]:
    from simcore.survey import survey
    from simcore.warm import warm

    warm()
    head = f"{given}: {model.name}, edition {model.spec.edition}: {model.spec.title}"
    return [head, *(f"  {line}" for line in survey(model))]
