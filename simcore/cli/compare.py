"""``simcore compare``: deaths averted by scenario files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from simcore.cli.common import default_threads, load_question, parse_variants, parse_years

if TYPE_CHECKING:
    from simcore.run import Estimator

EXAMPLES = """\b
simcore compare child_poverty_35 smoking_cessation
simcore compare scenarios/library --years 2025-2034 --draws 1000 --out out/demo
simcore compare child_poverty_35 --baseline current_policy_rising --variant child_poverty=half
"""


@click.command(epilog=EXAMPLES)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIOS...")
@click.option(
    "--years",
    default="2025-2034",
    show_default=True,
    metavar="YEARS",
    help="Years of birth, a span or one year.",
)
@click.option(
    "--draws",
    type=click.IntRange(2),
    default=1000,
    show_default=True,
    metavar="N",
    help="Draws of the uncertain parameters.",
)
@click.option(
    "--births",
    type=click.IntRange(1000),
    default=100_000,
    show_default=True,
    metavar="N",
    help="Simulated births for each draw.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    metavar="N",
    default=1,
    show_default=True,
    help="The same seed gives the same numbers, to the last bit.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    metavar="N",
    help="Threads; every processor if not given. Changes no number.",
)
@click.option(
    "--baseline",
    default="current_policy",
    show_default=True,
    metavar="FILE",
    help="What scenarios are measured against.",
)
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME=VALUE",
    help="A structural choice, as in child_poverty=half (repeatable).",
)
@click.option(
    "--variant-draws",
    type=click.IntRange(2),
    metavar="N",
    default=200,
    show_default=True,
    help="Draws for the variants that are not the headline.",
)
@click.option(
    "--estimator",
    type=click.Choice(["expected", "exact", "realised"]),
    default="expected",
    show_default=True,
    help="Births drawn and their risk of death added up; nothing drawn at all; every death drawn.",
)
@click.option(
    "--model", default="england", show_default=True, metavar="NAME", help="A shipped model, or a folder."
)
@click.option(
    "--out",
    type=click.Path(),
    metavar="FOLDER",
    help="Folder for results.nc, summary.csv, summary.json, run.json.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="The answer as JSON on standard output, and nothing else there."
)
def command(
    scenarios: tuple[str, ...],
    years: str,
    draws: int,
    births: int,
    seed: int,
    threads: int | None,
    baseline: str,
    variants: tuple[str, ...],
    variant_draws: int,
    estimator: str,
    model: str,
    out: str | None,
    as_json: bool,
) -> None:
    """Compare scenario files over the same births and the same luck: deaths averted, whose, how sure.

    SCENARIOS are files, folders or bare names of shipped files. An interrupted run with --out goes on where
    it stopped when the same command is given again.
    """
    question = load_question(model, scenarios, baseline, parse_years(years), parse_variants(variants))
    if len(question.scenarios) < 2:
        raise click.UsageError(
            f"nothing to compare with {question.scenarios[0].name}: name at least one other scenario"
        )
    folder = _free_place(out)
    from scenarios.compare import answer
    from simcore.run import Settings

    # click has checked the word against the choices above
    kind = cast("Estimator", estimator)
    settings = Settings(seed=seed, births=births, threads=threads or default_threads(), estimator=kind)
    try:
        with _Progress() as tick:
            summary = answer(question, draws, settings, variant_draws=variant_draws, out=folder, tick=tick)
    except KeyboardInterrupt:
        if folder is not None:
            click.echo(f"what was finished is kept in {out}; the same command goes on from there", err=True)
        raise
    if folder is not None:
        _write(folder, summary)
    if as_json:
        click.echo(json.dumps(summary))
    else:
        from scenarios.table import print_answer

        print_answer(summary, folder)


def _free_place(out: str | None) -> Path | None:
    """The folder must be one that can be written, before anything is run."""
    if out is None:
        return None
    if not out:
        raise click.BadParameter("names no folder; write --out out/demo", param_hint="--out")
    nearest = Path(out)
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        what = "a folder that can be written" if nearest.is_dir() else "a folder"
        raise click.BadParameter(f"{nearest} is not {what}; choose another place", param_hint="--out")
    return Path(out)


def _write(out: Path, summary: dict[str, Any]) -> None:
    from scenarios.table import summary_rows
    from simcore.store import write_whole

    write_whole(out / "summary.json", json.dumps(summary, indent=1) + "\n")
    write_whole(out / "run.json", json.dumps(summary["run"], indent=1) + "\n")
    rows = summary_rows(summary)
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(out / "summary.csv", text.getvalue())


class _Progress:
    """A bar on standard error; a few plain lines where that is no terminal."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} draws"),
            TimeRemainingColumn(), console=console, transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self.bar.start()
        self.tasks: dict[str, Any] = {}
        return self.tick

    def tick(self, what: str, done: int, of: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task("headline" if what == "draws" else what, total=of)
        self.bar.update(self.tasks[what], completed=done)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
