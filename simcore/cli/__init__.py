"""The command line: one thin file a verb, loaded when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from simcore import __version__

VERBS = {
    "compare": "deaths averted by scenario files, against a comparator",
    "validate": "check scenario files and models, and say all that is wrong with them",
    "explain": "what a scenario file does, in plain words and numbers",
    "diff": "how two scenario files differ in what they mean",
    "schema": "the JSON Schema of scenario and other files, for editors",
    "groups": "risk groups: death rates, shares of births and of deaths, attributable deaths",
    "sources": "every figure of a model: its source, grade and rule, and what is assumed",
    "births": "individual births: every variable in every arm, and the outcome",
    "predict": "deaths of any year, observed or not, from a posterior, with predictive intervals",
    "solve": "solve a model's baseline hazards and direct effects, ahead of any comparison",
    "calibrate": "fit a model to what was counted and published, and judge the fit",
    "sensitivity": "headline figures when an assumption is replaced or an effect turned to neutral",
    "sweep": "many calibrations as one declared grid: how much the answer hangs on each choice",
    "verify": "run a finished comparison again from its record, and compare every number",
    "report": "a finished comparison as one file of HTML, with pictures",
    "serve": "a page in the browser: policies are moved, and the answer follows",
    "warm": "compile the kernels once, into the user's cache folder",
}


class _Lazy(click.Group):
    """Subcommands are imported when they run, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            from simcore.problems import hint

            ctx.fail(f"no verb `{cmd_name}`; {hint(cmd_name, VERBS)}")
        command = import_module(f"simcore.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # click would end with status 1, which means a bug here
            return _no_reader()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


def _no_reader() -> int:
    """Whoever read the output has gone, as `head` does; there is nobody to tell, and nothing went wrong."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=__version__, prog_name="simcore")
def group() -> None:
    """What would change the number of babies who die, whose, and how sure are we.

    Start with:  simcore compare child_poverty_35 smoking_cessation
    """


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 bug, 2 usage or invalid file, 3 gate failed, 130 interrupted."""
    # one thread for each small matrix product; the draws are what is spread over processors
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # threads hand the interpreter over often: what they do between compiled calls is short
    sys.setswitchinterval(1e-4)
    from simcore.problems import DocumentError

    try:
        status = group(standalone_mode=False, prog_name="simcore")
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        status = 130
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except DocumentError as error:
        click.echo(str(error), err=True)
        status = 2
    except BrokenPipeError:
        status = _no_reader()
    sys.exit(status if isinstance(status, int) else 0)
