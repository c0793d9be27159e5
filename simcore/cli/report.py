"""``simcore report``: a finished comparison as one file of HTML."""

from __future__ import annotations

from pathlib import Path

import click

from simcore.cli.shown import check_focus, figures_option, focus_option, to_be_shown, write_shown

EXAMPLES = """\b
simcore compare scenarios/library --out out/demo
simcore report out/demo
simcore report out/demo --to report.html --figures slides --focus smoking_cessation
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_dir", type=click.Path())
@click.option(
    "--to",
    type=click.Path(),
    metavar="FILE",
    show_default="RUN_DIR/report.html",
    help="The file to write.",
)
@figures_option
@focus_option
def command(run_dir: str, to: str | None, figures: str | None, focus: tuple[str, ...]) -> None:
    """Write the answer of a finished comparison as one file of HTML that opens anywhere, offline.

    RUN_DIR is a folder that `simcore compare --out` wrote. Nothing is run again: the report tells what is there, and
    is the same file that `simcore compare --report` writes.
    """
    from scenarios.answer_files import SUMMARY, read_summary
    from scenarios.recorded import model_of

    summary = read_summary(run_dir)
    place = str(Path(run_dir) / "report.html") if to is None else to
    shown = to_be_shown(place, figures, focus, "--to")
    assert shown is not None
    check_focus(shown.focus, [arm["name"] for arm in summary["arms"]])
    model = model_of(summary["run"], str(Path(run_dir) / SUMMARY))
    for line in write_shown(shown, summary, model):
        click.echo(line)
