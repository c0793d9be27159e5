"""``simcore births``: a sample of births as a table, and one birth in words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from simcore.cli.common import DEFAULT_YEARS, load_question, parse_variants, posterior_option
from simcore.cli.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.question import Question
    from simcore.individuals import Individuals

SHOWN = ("child_poverty_35", "smoking_cessation")
MOST = 1_000_000
SUFFIXES = (".csv", ".parquet")
EXAMPLES = """\b
simcore births --n 1000 --to births.parquet
simcore births smoking_halved --explain 2030/8/2342
"""


@click.command(epilog=EXAMPLES)
@click.argument("scenarios", nargs=-1, metavar="[SCENARIOS]...")
@click.option(
    "--n",
    type=click.IntRange(1, MOST),
    default=1000,
    show_default=True,
    help="Births, over all years asked for; one at least of each stratum.",
)
@click.option("--to", type=click.Path(), metavar="FILE", help="Table to write, .csv or .parquet.")
@click.option(
    "--explain",
    metavar="ID",
    help="Tell one birth in words: who it is, which number decided what, where the arms part, when each "
    "cause's clock rings. ID is that of the column `birth`, as in 2030/8/2342: the labels of its stratum "
    "and its number there. With the same seed and draw it is the same baby in every table and run.",
)
@click.option("--model", default="england", show_default=True, help="A shipped model, or a folder.")
@click.option(
    "--baseline", default="current_policy", show_default=True, metavar="FILE", help="The comparator."
)
@click.option("--years", show_default=DEFAULT_YEARS, help="A span of years, or one year.")
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME=VALUE", help="Structural choice (repeatable)."
)
@posterior_option
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
    explain: str | None,
    model: str,
    baseline: str,
    years: str | None,
    variants: tuple[str, ...],
    posterior: str | None,
    draw: int | None,
    seed: int,
) -> None:
    """Individual births: every variable in every arm, the outcome, and how many births each row stands for.

    SCENARIOS are files, folders or bare names; for England child_poverty_35 and smoking_cessation if none is given.
    With the seed and draw of a comparison these are the same babies, and another scenario changes none of
    them. One row a birth and arm; `sample_weight` is the number of real births that a row stands for.
    """
    if to is None and explain is None:
        raise click.UsageError(
            "nothing to do; name a table with `--to births.csv`, or a birth with `--explain 2030/1/0`"
        )
    if to is not None:
        _check_place(to)
    shown = scenarios or (SHOWN if model == "england" else ())
    question = load_question(model, shown, baseline, years, parse_variants(variants), posterior)
    from simcore.birth_id import find_birth
    from simcore.solved import read_central, read_draws

    # whatever can be refused is refused before kernels are compiled and a table is written
    if explain is not None:
        find_birth(question.model, question.years, explain)
    if draw is None:
        block = read_central(question.model, question.structure, question.source)
    else:
        every = read_draws(question.model, question.structure, draw + 1, question.source)
        block = every.rows(slice(draw, draw + 1))
    from scenarios.interventions import arms_of
    from scenarios.question import try_arms

    try_arms(question)
    said = _which_draws(question)
    asked = (question.model, question.structure, block, arms_of(question.scenarios), question.years)
    if to is not None:
        from simcore.births import lay_sample
        from simcore.results import wording

        sample = lay_sample(*asked, n, seed)
        rows = write_table(sample, to)
        arms = len(question.scenarios)
        which = "the central draw" if draw is None else f"draw {draw}"
        births = rows // arms
        each = " (one at least of each stratum)" if births > n else ""
        called = wording(question.model)["short"] if births > 1 else "birth"
        click.echo(
            f"wrote {to}: {births:,} {called}{each} in {arms} arm{'s' * (arms > 1)} of "
            f"{question.model.name}, {rows:,} rows, {which}, seed {seed}{f'. {said}' if said else ''}",
            err=True,
        )
    if explain is not None:
        from simcore.telling import tell_birth

        click.echo(tell_birth(*asked, explain, seed))
        if said:
            click.echo(f"\n{said}")


def _which_draws(question: Question) -> str:
    """Where the draw came from, where a model leaves a choice."""
    from scenarios.footnotes import which_draws
    from simcore.record import draws_of

    used = draws_of(question.model, question.structure, question.source)
    return which_draws(question.model.spec.posterior, used.get("solved"), used.get("posterior"))


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


def write_table(sample: Individuals, to: str) -> int:
    """Write a table piece by piece, by the suffix of its name, whole or not at all; returns its rows.

    Raises
    ------
    DocumentError
        If the file cannot be written.
    """
    from simcore.births import pieces_of

    path = Path(to)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    write = _write_csv if path.suffix.lower() == ".csv" else _write_parquet
    of = sample.packed.n_births
    try:
        with Progress("births") as progress:
            rows = write(_counted(pieces_of(sample), progress, of, sample.n_arms), part)
        os.replace(part, path)
    except OSError as error:
        _refuse(to, f"cannot be written ({error.strerror or error}); choose another place")
    finally:
        part.unlink(missing_ok=True)
    return rows


def _counted(
    pieces: Iterable[pd.DataFrame], progress: Progress, of: int, arms: int
) -> Iterator[pd.DataFrame]:
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece) // arms
        progress.tick("births", done, of)


def _write_csv(pieces: Iterable[pd.DataFrame], path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for piece in pieces:
            piece.to_csv(file, index=False, header=rows == 0, lineterminator="\n")
            rows += len(piece)
    return rows


def _write_parquet(pieces: Iterable[pd.DataFrame], path: Path) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    rows, writer = 0, None
    try:
        for piece in pieces:
            table = pa.Table.from_pandas(piece, preserve_index=False)
            writer = writer or parquet.ParquetWriter(path, table.schema)
            writer.write_table(table)
            rows += len(piece)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _refuse(to: str, message: str) -> NoReturn:
    from simcore.problems import DocumentError, Problem

    raise DocumentError(Problem(to, None, None, "", message)) from None
