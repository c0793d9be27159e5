"""An answer shown: the report as one file of HTML, and its pictures as files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simcore.cli.places import free_file, free_folder

if TYPE_CHECKING:
    from simcore.model import Model

MOST = 6
"""Scenarios that a picture can tell apart."""

report_option = click.option(
    "--report",
    type=click.Path(),
    metavar="FILE",
    help="Write the answer as one file of HTML, to be read anywhere and offline; `simcore report` makes it later, too.",
)
figures_option = click.option(
    "--figures",
    type=click.Path(),
    metavar="FOLDER",
    help="Write each picture of the report as SVG and PNG, for slides.",
)
focus_option = click.option(
    "--focus",
    multiple=True,
    metavar="NAME",
    help=f"A scenario that the report and its pictures look at closely (repeatable, up to {MOST}); if not given, all "
    f"of up to {MOST}, else the policies that avert most.",
)


@dataclass(frozen=True)
class Shown:
    """What is to be written of an answer: places that were tried, and the scenarios looked at closely."""

    report: Path | None
    figures: Path | None
    focus: tuple[str, ...]


def to_be_shown(
    report: str | None, figures: str | None, focus: Sequence[str], report_option: str = "--report"
) -> Shown | None:
    """What was asked to be shown, if anything, with places and libraries at hand: nothing has been run yet.

    Raises
    ------
    click.UsageError
        If a place cannot be written, what draws pictures is not installed, or too much is looked at closely.
    """
    if report is None and figures is None:
        if focus:
            raise click.UsageError(
                "--focus chooses what --report and --figures look at; name one of these as well"
            )
        return None
    chosen = tuple(dict.fromkeys(focus))
    if len(chosen) > MOST:
        raise click.BadParameter(f"{len(chosen)} scenarios; name at most {MOST}", param_hint="--focus")
    shown = Shown(
        None if report is None else free_file(report, report_option),
        None if figures is None else free_folder(figures, "--figures"),
        chosen,
    )
    from simcore.picture_files import NoCharts, require_charts

    try:
        require_charts()
    except NoCharts as error:
        raise click.UsageError(str(error)) from error
    return shown


def check_focus(focus: Sequence[str], scenarios: Sequence[str]) -> None:
    """Every scenario to be looked at closely must be one of those compared, the comparator not among them."""
    for name in focus:
        if name not in scenarios:
            from simcore.problems import hint

            message = f"no scenario `{name}` in this comparison; {hint(name, scenarios)}"
            raise click.BadParameter(message, param_hint="--focus")


def write_shown(shown: Shown, summary: Mapping[str, Any], model: Model) -> Iterator[str]:
    """Write it; what was written where, a line each, as soon as it is there."""
    from scenarios.charts.files import write_pictures
    from scenarios.report.content import pictures_for_files, report_of
    from scenarios.report.page import as_html
    from simcore.cli.report_checks import gather_checks
    from simcore.store import write_whole

    if shown.report is not None:
        checks = gather_checks(summary, model)
        report = report_of(summary, model, focus=shown.focus or None, checks=checks)
        shown.report.parent.mkdir(parents=True, exist_ok=True)
        write_whole(shown.report, as_html(report))
        yield f"report: {shown.report}"
    if shown.figures is not None:
        pictures = pictures_for_files(summary, model, shown.focus or None)
        written = write_pictures(pictures, shown.figures)
        yield f"pictures: {len(written)} files in {shown.figures}"
