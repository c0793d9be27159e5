"""``simcore validate``: whether scenario files and models are sound."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from simcore.model import Model

EXAMPLES = """\b
simcore validate my_scenario.yaml
simcore validate my_model/                                a model: a folder with a model.yaml
simcore validate my_scenario.yaml --model my_model/
"""


@click.command(epilog=EXAMPLES)
@click.argument("files", nargs=-1, metavar="FILES...")
@click.option("--model", metavar="NAME", help="Model that scenario files are for; england if not given.")
def command(files: tuple[str, ...], model: str | None) -> None:
    """Check scenario files and models, and print every problem with its address.

    FILES are scenario files, folders of them or bare names; a folder that holds a model.yaml, or the name of a
    shipped model, is a model. Scenarios beside one model are checked against it.
    """
    from simcore.load import is_model

    models = [name for name in files if is_model(name)]
    scenarios = [name for name in files if name not in models]
    if not files and model is None:
        raise click.MissingParameter(param_hint="'FILES...'", param_type="argument")
    if not files:
        models = [str(model)]
    for_model = model or (models[0] if len(models) == 1 else "england")
    files_read, lines = _check(models, scenarios, for_model)
    for line in lines:
        click.echo(line)
    counted = [(len(models), "model"), (files_read, "file")]
    found = " and ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counted if n)
    click.echo(f"{found} without a problem", file=sys.stderr)


def _check(models: Sequence[str], scenarios: Sequence[str], for_model: str) -> tuple[int, list[str]]:
    """Everything read and checked: how many scenarios, and what is to be said. All problems together."""
    from scenarios.check import find_problems, vocabulary_of
    from scenarios.notes import find_notes
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
    for scenario in read:
        lines += [_named(scenario), *(str(note) for note in find_notes(scenario, model))]
    return len(read), lines


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
