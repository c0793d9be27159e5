"""``simcore diff``: how two scenario files differ in what they mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scenarios.schema import Scenario
    from simcore.problems import Problem

EXAMPLES = """\b
simcore diff smoking_halved poverty_and_smoking
simcore diff child_poverty_35 my_scenario.yaml --json
"""


@click.command(epilog=EXAMPLES)
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON on standard output.")
def command(one: str, other: str, as_json: bool) -> None:
    """Print what scenario B says otherwise than scenario A, by meaning.

    A and B are files or bare names of shipped files. Interventions are matched by `id`; order and spelling do not
    matter, and what a file takes from another with `extends` is part of it. Exit status 0 whether they differ or not.
    """
    from scenarios.diff import differences, told
    from scenarios.read import read_scenario
    from simcore.problems import DocumentError

    read: list[Scenario] = []
    problems: list[Problem] = []
    for name in (one, other):
        try:
            read.append(read_scenario(name))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    found = differences(*read)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        click.echo("\n".join(told(found)))
