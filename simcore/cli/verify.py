"""``simcore verify``: a finished comparison run again from its record."""

from __future__ import annotations

import click

from simcore.cli.common import default_threads, threads_option
from simcore.cli.progress import Progress

EXAMPLES = """\b
simcore compare child_poverty_35 --out out/demo
simcore verify out/demo
"""
NOT_THE_SAME = 3
"""Exit status where the answer in the folder is not what its record gives."""


@click.command(epilog=EXAMPLES)
@click.argument("run_dir", type=click.Path())
@threads_option
def command(run_dir: str, threads: int | None) -> int:
    """Run a comparison again from the record in its folder, and compare every number.

    RUN_DIR is a folder that `simcore compare --out` wrote. Scenario files, options and seed are those of the record,
    whatever became of the files since. Exit status 0 where every number is the same, 3 where one is not, or where the
    model or its draws are others now.
    """
    from scenarios.verify import verify

    with Progress("draws") as progress:
        verdict = verify(run_dir, threads=threads or default_threads(), tick=progress.tick)
    for difference in verdict.elsewhere:
        click.echo(f"made elsewhere: {difference}", err=True)
    for difference in verdict.differences[:20]:
        click.echo(difference)
    if len(verdict.differences) > 20:
        click.echo(f"and {len(verdict.differences) - 20} more")
    if not verdict.holds:
        click.echo(f"{run_dir}: not what its record gives", err=True)
        return NOT_THE_SAME
    same = "the same bits" if verdict.same_bits else "the same within 1e-9 of each number"
    click.echo(f"{run_dir}: run again from its record, {same}")
    return 0
