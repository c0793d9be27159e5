"""``simcore calibrate``: a fit of a model to what was counted, its verdict, and its file; `check` shows one again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simcore.cli.common import default_threads, parse_variants, threads_option, variants_option

if TYPE_CHECKING:
    from calibration.calibrate import Calibrated, Method
    from calibration.fit import Tick

GATE_FAILED = 3
TICKS = {"quick": "draws", "nuts": "draws"}
"""By what name a part tells how far it is, where it has another."""


class _FitOrVerb(click.Group):
    """A group whose first word is a verb of its own, or else a config: ``simcore calibrate england_2010_2020``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["fit", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "CONFIG [OPTIONS]")
        formatter.write_usage(ctx.command_path, "check POSTERIOR [OPTIONS]")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [option for option in fit.params if isinstance(option, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        with formatter.section("Options"):
            formatter.write_dl(records)
        with formatter.section("Verbs"):
            formatter.write_dl([("check", check.get_short_help_str(100))])


class GateFailed(click.ClickException):
    """A fit that may not be used."""

    exit_code = GATE_FAILED


@click.group(cls=_FitOrVerb)
def command() -> None:
    """Fit a model as CONFIG says (a file, or the bare name of a shipped one), and judge the fit.

    Writes out/posterior/NAME.nc: draws, priors, data, likelihood, predictions and diagnostics, for ArviZ, and for
    `simcore compare --posterior`. Exit status 3 when the gate fails: the file then says so, and no run reads it.

    A config that is called like a verb is given as a path: ./check.yaml.
    """


@command.command("check")
@click.argument("posterior")
@click.option(
    "--plots",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Write pictures too (SVG; extra `charts`).",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON on standard output.")
def check(posterior: str, plots: str | None, as_json: bool) -> None:
    """Show the diagnostics of POSTERIOR, a file or a shipped name, and how well it meets what was observed."""
    from calibration.find_posterior import find_posterior
    from calibration.pictures import charts_of, write_charts
    from calibration.read_check import read_check
    from simcore.picture_files import NoCharts, converter

    path = find_posterior(posterior)
    said = read_check(path)
    if plots is not None:
        try:
            converter()
        except NoCharts as error:
            raise click.UsageError(str(error)) from error
        said["plots"] = [str(picture) for picture in write_charts(charts_of(path), Path(plots))]
    if as_json:
        click.echo(json.dumps(said, indent=1))
    else:
        from simcore.cli.calibrate_table import print_check

        print_check(said)


@command.command("fit", hidden=True)
@click.argument("config")
@click.option(
    "--method",
    type=click.Choice(["quick", "nuts"]),
    default="quick",
    show_default=True,
    help="Weighted draws about the optimum, in a minute; or the sampler nutpie (extra `bayes`), in minutes.",
)
@variants_option
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="PATH=VALUE",
    help="A value in place of the file's, as in parameters.feedback=full (repeatable).",
)
@click.option("--model", metavar="FOLDER", help="Where the model lies, if it is not the one that ships.")
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="out/posterior",
    show_default=True,
    metavar="FOLDER",
    help="Where the full file goes.",
)
@click.option("--ship", is_flag=True, help="Write the file for runs into the model's folder `posterior` too.")
@threads_option
@click.option(
    "--json", "as_json", is_flag=True, help="The verdict as JSON on standard output, and nothing else there."
)
def fit(
    config: str,
    method: Method,
    variants: tuple[str, ...],
    changes: tuple[str, ...],
    model: str | None,
    out: str,
    ship: bool,
    threads: int | None,
    as_json: bool,
) -> int:
    """Fit a model as CONFIG says, and judge the fit."""
    chosen, changed = parse_variants(variants), parse_changes(changes)
    from calibration.fit import FitError
    from calibration.nuts import MissingExtra
    from simcore.cli.progress import Progress

    spent = Spent()
    try:
        with Progress("steps") as progress:
            fitted = _fitted(
                config,
                method,
                chosen,
                changed,
                model,
                threads or default_threads(),
                spent.with_(progress.tick),
            )
            written = _written(fitted, Path(out), ship, spent)
    except MissingExtra as error:
        raise click.UsageError(str(error)) from error
    except FitError as error:
        raise GateFailed(f"no fit: {error}") from error
    if as_json:
        click.echo(json.dumps(written))
    else:
        from simcore.cli.calibrate_table import print_fit

        print_fit(written)
    if fitted.gate.status != "failed":
        return 0
    for reason in fitted.gate.reasons:
        click.echo(f"the fit failed its gate: {reason}", err=True)
    if ship:
        click.echo("nothing is shipped: a fit that failed its gate is for no run", err=True)
    return GATE_FAILED


def parse_changes(values: Iterable[str]) -> dict[str, Any]:
    """``quick.draws=1000`` and the like; values as YAML has them.

    >>> parse_changes(["quick.draws=1000", "parameters.feedback=full"])
    {'quick.draws': 1000, 'parameters.feedback': 'full'}
    """
    from simcore.documents import parse_yaml

    found: dict[str, Any] = {}
    for value in values:
        path, sign, text = value.partition("=")
        if not sign or not path:
            raise click.BadParameter(
                f"`{value}` has no value; write PATH=VALUE, as in quick.draws=1000", param_hint="--set"
            )
        found[path] = parse_yaml(f"value: {text}", f"--set {path}").data["value"]
    return found


def _fitted(
    config: str,
    method: Method,
    variants: dict[str, str],
    changes: dict[str, Any],
    model: str | None,
    threads: int,
    tick: Tick,
) -> Calibrated:
    from calibration.calibrate import calibrate
    from simcore.warm import warm

    if method == "nuts":
        from calibration.nuts import library

        # now, and not after the work that goes before it
        library()
    warm()
    return calibrate(
        config, method, variants=variants, changes=changes, model=model, threads=threads, tick=tick
    )


def _written(fitted: Calibrated, out: Path, ship: bool, spent: Spent) -> dict[str, Any]:
    """Files of a fit, and what is said of it."""
    import numpy as np

    from calibration.artefact import artefact_name, provenance, write_artefact, write_run_file
    from calibration.found import found_in

    said: dict[str, Any] = {"calibration": fitted.config.calibration, **fitted.gate.as_json(), "files": []}
    if np.isfinite(fitted.fit.draws).all():
        draws = fitted.assembled()
        spent.past("assembling")
        found = found_in(fitted, draws)
        spent.past("checks")
        made = provenance(fitted)
        paths = [out / artefact_name(fitted)]
        write_artefact(paths[0], fitted, draws, found, made)
        if ship and fitted.gate.status != "failed":
            paths.append(fitted.model.folder / "posterior" / artefact_name(fitted))
            write_run_file(paths[1], fitted, draws, found, made)
        spent.past("files")
        said |= {**found, "files": [str(path) for path in paths]}
    return said | {"parts": spent.parts({**fitted.seconds})}


class Spent:
    """Seconds and memory of each part of the work."""

    def __init__(self) -> None:
        from time import perf_counter

        self._clock, self._last = perf_counter, perf_counter()
        self._peaks: dict[str, float] = {}
        self._seconds: dict[str, float] = {}
        self._now = ""

    def with_(self, tick: Tick) -> Tick:
        """A tick that keeps note of memory too: a part's peak is what was needed up to its end."""

        def noted(what: str, done: int, of: int) -> None:
            self._note(what)
            tick(what, done, of)

        return noted

    def past(self, part: str) -> None:
        """A part is over that began when the one before it ended."""
        now = self._clock()
        self._seconds[part], self._last = now - self._last, now
        self._peaks[part] = peak_memory()

    def parts(self, before: dict[str, float]) -> list[dict[str, Any]]:
        """Every part in turn; ``before`` are seconds of those that kept their own time."""
        return [
            {
                "part": part,
                "seconds": round(seconds, 1),
                "peak_mb": round(self._peaks[TICKS.get(part, part)]),
            }
            for part, seconds in {**before, **self._seconds}.items()
        ]

    def _note(self, what: str) -> None:
        self._peaks[what] = peak_memory()
        if self._now and self._now != what:
            self._peaks[self._now] = peak_memory()
        self._now, self._last = what, self._clock()


def peak_memory() -> float:
    """The most memory that this process has had, in MB."""
    import resource
    import sys

    # kilobytes, but for macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
