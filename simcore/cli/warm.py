"""``simcore warm``: compile everything once, with a line that says so."""

from __future__ import annotations

import time

import click


@click.command()
def command() -> None:
    """Compile the kernels into the user's cache folder, so that later commands start at once."""
    warm()


def warm() -> None:
    """Run every kernel once on a few births."""
    click.echo("compiling the kernels (once, up to a minute) ...", err=True, nl=False)
    began = time.monotonic()
    from scenarios.compare import ask
    from scenarios.interventions import arms_of
    from simcore.births import births_table
    from simcore.run import Settings, run_block
    from simcore.solved import read_draws

    question = ask(["smoking_cessation"], years=[2025])
    draws = read_draws(question.model, question.structure, 1)
    arms = arms_of(question.scenarios)
    for estimator in ("expected", "exact", "realised"):
        settings = Settings(births=1000, estimator=estimator)
        run_block(question.model, question.structure, draws, arms, question.years, settings)
    births_table(question.model, question.structure, draws, arms, question.years, 10, 1)
    click.echo(f" done in {time.monotonic() - began:.0f} s", err=True)
