"""``simcore explain``: what a scenario file says and does, in plain words and numbers."""

from __future__ import annotations

import json
import shutil

import click

from simcore.cli.common import DEFAULT_YEARS, load_question, model_option, parse_variants, variants_option

EXAMPLES = """\b
simcore explain smoking_cessation
simcore explain my_scenario.yaml --years 2025-2029 --json
"""
WIDEST = 110


@click.command(epilog=EXAMPLES)
@click.argument("scenario", metavar="FILE")
@click.option(
    "--years", show_default=DEFAULT_YEARS, metavar="YEARS", help="Years of birth, a span or one year."
)
@variants_option
@model_option
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON on standard output.")
def command(scenario: str, years: str | None, variants: tuple[str, ...], model: str, as_json: bool) -> None:
    """Say in plain words what scenario FILE does: who, how many births, what changes from what to what.

    Numbers come from the tables of the model, followed exactly at the central draw; nothing is simulated. What is
    assumed and which sources stand behind each number is said as well.
    """
    question = load_question(model, [scenario], scenario, years, parse_variants(variants), None)
    from scenarios.explain import explain
    from scenarios.traced import Tracer

    tracer = Tracer(question.model, question.structure, question.years)
    found = explain(question.scenarios[0], tracer)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    from scenarios.explain_words import explained

    click.echo(explained(found, min(WIDEST, shutil.get_terminal_size().columns)))
