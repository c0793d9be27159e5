"""``simcore groups``: births and deaths of every risk group of a model."""

from __future__ import annotations

import json

import click

from simcore.cli.common import (
    default_threads,
    parse_variants,
    posterior_option,
    threads_option,
    variants_option,
)
from simcore.cli.progress import Progress

EXAMPLES = """\b
simcore groups
simcore groups --factor smoking --factor imd_decile --year 2025
simcore groups --variant child_poverty=zero --json
simcore groups my_model/
"""


@click.command(epilog=EXAMPLES)
@click.argument("model", default="england", metavar="[MODEL]")
@click.option(
    "--factor",
    "factors",
    multiple=True,
    metavar="NAME",
    help="A variable, or a stratum dimension as imd_decile (repeatable); all if not given.",
)
@click.option(
    "--year", type=int, metavar="YEAR", help="A year of the model; its last reference year if not given."
)
@click.option(
    "--draws",
    type=click.IntRange(2),
    show_default="200, or as many as ship",
    metavar="N",
    help="Draws of the uncertain parameters; time grows with them.",
)
@variants_option
@posterior_option
@threads_option
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="One row a level as JSON on standard output, and nothing else there.",
)
def command(
    model: str,
    factors: tuple[str, ...],
    year: int | None,
    draws: int | None,
    variants: tuple[str, ...],
    posterior: str | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Print the risk groups of MODEL (a shipped name or a folder; england if not given) in one year.

    For every level of every factor: its death rate, what it is to that of all, its share of births and of deaths,
    and the deaths that go with it: those that there would not be with the factor at its reference level for all.
    The reference is an exposure's first level, a descriptor's or an intermediate's most common one, and of a
    stratum dimension the level with the lowest rate.
    """
    from scenarios.groups import ask_groups, count_groups, group_rows

    question = ask_groups(
        model, factors=factors, year=year, variants=parse_variants(variants), posterior=posterior
    )
    from simcore.warm import warm

    warm()
    with Progress("draws") as progress:
        grouped = count_groups(question, draws, threads or default_threads(), progress.tick)
    if as_json:
        click.echo(json.dumps(group_rows(grouped)))
    else:
        from scenarios.groups_table import print_groups

        print_groups(grouped)
