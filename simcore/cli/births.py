"""``simcore births``: a sample of births, to look at one by one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simcore.cli.common import load_question, parse_variants, parse_years

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("child_poverty_35", "smoking_cessation")
MOST = 1_000_000
SUFFIXES = (".csv", ".parquet")
EXAMPLES = """\b
simcore births --n 1000 --to births.parquet
simcore births --n 1000 --describe 12 smoking_halved
"""


@click.command(epilog=EXAMPLES)
@click.argument("scenarios", nargs=-1, metavar="[SCENARIOS]...")
@click.option(
    "--n",
    type=click.IntRange(1, MOST),
    default=1000,
    show_default=True,
    help="Births, over all years asked for.",
)
@click.option("--to", type=click.Path(), metavar="FILE", help="Table to write, .csv or .parquet.")
@click.option("--describe", type=click.IntRange(0), metavar="K", help="Print birth K (from 0) in words.")
@click.option("--model", default="england", show_default=True, help="A shipped model, or a folder.")
@click.option(
    "--baseline", default="current_policy", show_default=True, metavar="FILE", help="The comparator."
)
@click.option("--years", default="2025-2034", show_default=True, help="A span of years, or one year.")
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME=VALUE", help="Structural choice (repeatable)."
)
@click.option(
    "--draw", type=click.IntRange(0), metavar="K", help="Parameter draw; the central one if not given."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="As in a comparison."
)
def command(
    scenarios: tuple[str, ...],
    n: int,
    to: str | None,
    describe: int | None,
    model: str,
    baseline: str,
    years: str,
    variants: tuple[str, ...],
    draw: int | None,
    seed: int,
) -> None:
    """Individual births: every variable in every arm, and the outcome.

    SCENARIOS are files, folders or bare names; for England child_poverty_35 and smoking_cessation if none is given.
    With the seed and draw of a comparison these are the same babies, and another scenario changes none of
    them. One row a birth and arm.
    """
    if to is None and describe is None:
        raise click.UsageError(
            "nothing to do; name a table with `--to births.csv`, or a birth with `--describe 0`"
        )
    if describe is not None and describe >= n:
        raise click.BadParameter(
            f"birth {describe:,} is not among {n:,}; births count from 0", param_hint="--describe"
        )
    if to is not None:
        _check_place(to)
    shown = scenarios or (SHOWN if model == "england" else ())
    question = load_question(model, shown, baseline, parse_years(years), parse_variants(variants))
    from scenarios.interventions import arms_of
    from simcore.births import births_table, describe_birth
    from simcore.solved import read_central, read_draws

    if draw is None:
        block = read_central(question.model, question.structure)
    else:
        block = read_draws(question.model, question.structure, draw + 1).rows(slice(draw, draw + 1))
    table = births_table(
        question.model, question.structure, block, arms_of(question.scenarios), question.years, n, seed
    )
    if to is not None:
        write_table(table, to)
        arms = len(question.scenarios)
        which = "the central draw" if draw is None else f"draw {draw}"
        click.echo(
            f"wrote {to}: {n:,} birth{'s' * (n > 1)} in {arms} arm{'s' * (arms > 1)} of {question.model.name}, "
            f"{len(table):,} rows, {which}, seed {seed}",
            err=True,
        )
    if describe is not None:
        click.echo(describe_birth(table, describe))


def _check_place(to: str) -> None:
    """Refuse a name that could not be written, before anything is run."""
    path = Path(to)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        _refuse(to, f"a table of births ends in {' or '.join(SUFFIXES)}; give the file such a name")
    if path.is_dir():
        _refuse(to, "is a folder; name a file in it")
    if not path.parent.is_dir():
        _refuse(to, f"there is no folder {path.parent}; make it first")
    if suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            remedy = "install it with `pip install 'simcore[parquet]'`, or let the name end in .csv"
            _refuse(to, f"Parquet needs the extra `parquet`; {remedy}")


def write_table(table: pd.DataFrame, to: str) -> None:
    """Write a table by the suffix of its name, whole or not at all.

    Raises
    ------
    DocumentError
        If the file cannot be written.
    """
    path = Path(to)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".csv":
            table.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
        else:
            table.to_parquet(part, engine="pyarrow", index=False)
        os.replace(part, path)
    except OSError as error:
        _refuse(to, f"cannot be written ({error.strerror or error}); choose another place")
    finally:
        part.unlink(missing_ok=True)


def _refuse(to: str, message: str) -> None:
    from simcore.documents import DocumentError, Problem

    raise DocumentError(Problem(to, None, None, "", message)) from None
