"""``simcore sweep``: many calibrations as one declared grid."""

from __future__ import annotations

import json
from pathlib import Path

import click

from simcore.cli.common import default_threads
from simcore.cli.progress import Progress

EXAMPLES = """\b
simcore sweep england --plan
simcore sweep england --out out/sweep
simcore sweep my_sweep.yaml --workers 8 --json
"""
TABLE = "sweep.csv"
NOT_ALL = 3
"""Exit status where a cell has no fit that can be used; the table says which, and why."""
GOOD = ("passed", "provisional")


@click.command(epilog=EXAMPLES)
@click.argument("sweep", metavar="SWEEP")
@click.option(
    "--out",
    type=click.Path(),
    metavar="FOLDER",
    help="Where cells and table are kept; out/NAME if not given.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Cells at a time, each on one thread; as the file says, or one a processor. Changes no number.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Check the file and list its cells; fit nothing.")
@click.option(
    "--json", "as_json", is_flag=True, help="The table as JSON on standard output, and nothing else there."
)
def command(sweep: str, out: str | None, workers: int | None, only_plan: bool, as_json: bool) -> int:
    """Fit every cell of a sweep, and set them side by side, to see how much the answer hangs on each choice.

    SWEEP is a file, or the bare name of a shipped sweep. Every cell is a calibration with a folder of its own; an
    interrupted sweep goes on from the cells that are finished when the same command is given again. A fit that cannot
    be made, or fails its gate, is told of in the table (exit status 3) and stops no other.
    """
    from calibration.sweep_cells import checked, find_sweep, plan
    from simcore.cli.sweep_question import Asked
    from simcore.documents import read_yaml

    document = read_yaml(find_sweep(sweep))
    asked = Asked.of(checked(document))
    planned = plan(document, "" if asked is None else asked.digest)
    if asked is not None:
        asked.check(planned)
    if only_plan:
        for cell in planned.cells:
            click.echo(f"{cell.name}  {json.dumps(dict(cell.changes))}")
        return 0
    folder = Path(out or f"out/{planned.sweep.sweep}")
    _place(folder)
    from calibration.sweep import run_sweep
    from calibration.sweep_table import as_csv, rows_of
    from simcore.store import write_whole
    from simcore.warm import warm

    warm()
    at_a_time = workers or planned.sweep.workers or default_threads()
    try:
        with Progress("cells") as progress:
            outcomes = run_sweep(
                planned.cells, folder, at_a_time, asked, tick=progress.tick, say=progress.say
            )  # fmt: skip
    except KeyboardInterrupt:
        click.echo(
            f"cells that were finished are kept in {folder}; the same command goes on from there", err=True
        )
        raise
    rows = rows_of(outcomes, list(planned.sweep.grid))
    write_whole(folder / TABLE, as_csv(rows))
    if as_json:
        click.echo(json.dumps(rows))
    else:
        from simcore.cli.sweep_table import print_rows

        print_rows(planned.sweep.title, rows)
        click.echo(f"Written: {folder / TABLE}")
    return 0 if all(outcome.status in GOOD for outcome in outcomes) else NOT_ALL


def _place(folder: Path) -> None:
    """The folder must be one that can be made, before anything is fitted."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be made a folder ({error.strerror or error}); choose another place"
        raise click.BadParameter(message, param_hint="--out") from None
