"""``simcore compare``: deaths averted by scenario files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from simcore.cli.common import (
    DEFAULT_YEARS,
    births_option,
    default_threads,
    load_question,
    model_option,
    parse_rate,
    parse_variants,
    posterior_option,
    seed_option,
    threads_option,
    variants_option,
)
from simcore.cli.places import free_folder
from simcore.cli.precision_options import NOT_PRECISE, precision_asked, precision_options, within_limits
from simcore.cli.progress import Progress
from simcore.cli.shown import (
    check_focus,
    figures_option,
    focus_option,
    report_option,
    to_be_shown,
    write_shown,
)

if TYPE_CHECKING:
    from scenarios.ran import Definition
    from simcore.run import Estimator

EXAMPLES = """\b
simcore compare child_poverty_35 smoking_cessation
simcore compare scenarios/library --years 2025-2034 --draws 500 --out out/demo
simcore compare child_poverty_35 --baseline current_policy_rising --variant child_poverty=half
simcore compare child_poverty_35 --precision 2% --out out/precise
simcore compare scenarios/library --report report.html --figures slides
"""
SHOWN = (
    "structures",
    "equity",
    "rates",
    "life",
    "reach",
    "cost",
    "chance",
    "choice",
    "drivers",
    "parts",
)
"""Sections of the answer that can be printed; those of :mod:`scenarios.sections`, told here so that help is quick."""
FILES = ("results.nc", "summary.csv", "summary.json", "run.json")
"""What a comparison writes into its folder."""


@click.command(epilog=EXAMPLES)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIOS...")
@click.option(
    "--years",
    show_default=DEFAULT_YEARS,
    metavar="YEARS",
    help="Years of birth, a span or one year.",
)
@click.option(
    "--draws",
    type=click.IntRange(2),
    show_default="500, or as many as ship",
    metavar="N",
    help="Draws of the uncertain parameters.",
)
@births_option
@precision_options
@seed_option
@threads_option
@click.option(
    "--baseline",
    default="current_policy",
    show_default=True,
    metavar="FILE",
    help="What scenarios are measured against.",
)
@variants_option
@posterior_option
@click.option(
    "--variant-draws",
    type=click.IntRange(2),
    metavar="N",
    default=100,
    show_default="100, or as many as ship",
    help="Draws for the variants that are not the headline.",
)
@click.option(
    "--estimator",
    type=click.Choice(["expected", "exact", "realised"]),
    default="expected",
    show_default=True,
    help="Births drawn and their risk of death added up; nothing drawn at all; every death drawn.",
)
@model_option
@click.option(
    "--show",
    multiple=True,
    type=click.Choice([*SHOWN, "all"]),
    metavar="SECTION",
    help=f"Print a section of the answer beside the headline (repeatable): {', '.join(SHOWN)} or all. Files hold every "
    "section but parts, which takes runs of its own.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="WHAT",
    help="Print deaths averted by this (repeatable): year, imd_decile, imd_fifth, cause, age_band, or any variable of "
    "the model, at the level that babies have without policy. Each variable takes about as long again as the run, "
    "gestation several times; `nssec` also adds the gap of routine and manual occupations to the inequalities.",
)
@click.option(
    "--part-draws",
    type=click.IntRange(2),
    metavar="N",
    default=50,
    show_default="50, or as many as ship",
    help="Draws for --show parts, which runs every combination of interventions and of arrows.",
)
@click.option(
    "--definition",
    type=click.Choice(["period", "final_year"]),
    default="period",
    show_default=True,
    help="What the headline is: deaths averted over the whole period, or the difference in its final year. Both are "
    "printed; published studies differ in which they mean.",
)
@click.option(
    "--discount-rate",
    metavar="SHARE",
    help="Of costs and years of life, a year, as in 1.5%; that of each scenario file if not given.",
)
@click.option(
    "--life-year-value",
    "life_year_values",
    type=click.FloatRange(0),
    multiple=True,
    metavar="POUNDS",
    help="What a year of life is worth, for the choice between scenarios (repeatable).",
)
@click.option(
    "--budget",
    type=click.FloatRange(0, min_open=True),
    metavar="POUNDS",
    help="What may be spent over the period, for the choice between scenarios.",
)
@click.option(
    "--out",
    type=click.Path(),
    metavar="FOLDER",
    help=f"Folder for {', '.join(FILES)}.",
)
@report_option
@figures_option
@focus_option
@click.option(
    "--json", "as_json", is_flag=True, help="The answer as JSON on standard output, and nothing else there."
)
def command(
    scenarios: tuple[str, ...],
    years: str | None,
    draws: int | None,
    births: int,
    precision: str | None,
    most_draws: int | None,
    most_births: int | None,
    seed: int,
    threads: int | None,
    baseline: str,
    variants: tuple[str, ...],
    posterior: str | None,
    variant_draws: int,
    estimator: str,
    model: str,
    show: tuple[str, ...],
    by: tuple[str, ...],
    part_draws: int,
    definition: str,
    discount_rate: str | None,
    life_year_values: tuple[float, ...],
    budget: float | None,
    out: str | None,
    report: str | None,
    figures: str | None,
    focus: tuple[str, ...],
    as_json: bool,
) -> int:
    """Compare scenario files over the same births and the same luck: deaths averted, whose, how sure.

    SCENARIOS are files, folders or bare names of shipped files. An interrupted run with --out goes on where
    it stopped when the same command is given again.
    """
    asked = precision_asked(precision, most_draws, most_births)
    draws, births = within_limits(asked, draws, births)
    rate = None if discount_rate is None else parse_rate(discount_rate, "--discount-rate")
    folder = None if out is None else free_folder(out, "--out", FILES)
    shown = to_be_shown(report, figures, focus)
    question = load_question(model, scenarios, baseline, years, parse_variants(variants), posterior)
    if len(question.scenarios) < 2:
        raise click.UsageError(
            f"nothing to compare with {question.scenarios[0].name}: name at least one other scenario"
        )
    check_focus(focus, [scenario.name for scenario in question.scenarios[1:]])
    from scenarios.by import told_apart_by
    from scenarios.compare import answer
    from scenarios.notes import find_notes
    from scenarios.ran import Terms
    from simcore.run import Settings

    # click has checked the word against the choices above
    kind = cast("Estimator", estimator)
    apart = told_apart_by(question.model, by, kind)
    for scenario in question.scenarios:
        for note in find_notes(scenario, question.model, only_if_met=True):
            click.echo(note, err=True)

    settings = Settings(
        seed=seed, births=births, threads=threads or default_threads(), estimator=kind, by=apart.variables
    )
    # click has checked this word too
    terms = Terms(cast("Definition", definition), rate, life_year_values, budget)
    try:
        with Progress("draws") as progress:
            summary = answer(
                question, draws, settings, variant_draws=variant_draws, precision=asked, out=folder,
                terms=terms,
                part_draws=part_draws if {"parts", "all"} & set(show) else 0,
                tick=progress.tick, say=progress.say,
            )  # fmt: skip
    except KeyboardInterrupt:
        if folder is not None:
            click.echo(f"what was finished is kept in {out}; the same command goes on from there", err=True)
        raise
    if folder is not None:
        from scenarios.answer_files import write_answer

        write_answer(folder, summary)
        _tell_of_unfinished(folder)
    if shown is not None:
        for line in write_shown(shown, summary, question.model):
            click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(summary))
    else:
        from scenarios.table import print_answer

        print_answer(summary, folder, SHOWN if "all" in show else show, by)
    if asked is None or summary["precision"]["reached"]:
        return 0
    from scenarios.refine import in_words

    click.echo(in_words(summary["precision"], summary["words"]), err=True)
    return NOT_PRECISE


def _tell_of_unfinished(out: Path) -> None:
    """What interrupted runs of other questions left there is theirs to go on from, and the user's to delete."""
    left = sorted(path.name for path in out.glob("blocks-*") if path.is_dir())
    if left:
        click.echo(
            f"{out} also holds what another run finished before it was interrupted ({', '.join(left)}): its own "
            "command goes on from there; delete it if it is not wanted",
            err=True,
        )
