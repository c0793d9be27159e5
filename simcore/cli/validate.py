"""``simcore validate``: whether scenario files are sound."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIOS...")
@click.option("--model", default="england", show_default=True, help="Model that the files are for.")
def command(scenarios: tuple[str, ...], model: str) -> None:
    """Check scenario files (paths, folders or bare names) and print every problem with its address."""
    from scenarios.check import find_problems, vocabulary_of
    from scenarios.read import read_scenarios
    from simcore.documents import DocumentError
    from simcore.load import load_model

    vocabulary = vocabulary_of(load_model(model))
    read = read_scenarios(scenarios)
    problems = [problem for scenario in read for problem in find_problems(scenario, vocabulary)]
    if problems:
        raise DocumentError(problems)
    for scenario in read:
        count = len(scenario.interventions)
        words = (
            f"{count} intervention{'s' * (count != 1)}" if count else "no intervention: the reference path"
        )
        click.echo(f"{scenario.document.path}: {scenario.name}, {words}")
    click.echo(f"{len(read)} file{'s' * (len(read) != 1)} without a problem", file=sys.stderr)
