"""``simcore warm``: compile everything once, with a line that says so."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simcore.run import Estimator


@click.command()
def command() -> None:
    """Compile the kernels into the user's cache folder, so that later commands start at once."""
    warm()


def warm() -> None:
    """Run every kernel once on a few births; nothing to do where that was done before."""
    done = _mark()
    if done.is_file():
        click.echo("the kernels are compiled", err=True)
        return
    click.echo("compiling the kernels (once, up to a minute) ...", err=True, nl=False)
    began = time.monotonic()
    from scenarios.interventions import arms_of
    from scenarios.question import ask
    from simcore.births import births_table
    from simcore.run import Settings, run_block
    from simcore.solved import read_draws

    question = ask(["smoking_cessation"], years=[2025])
    draws = read_draws(question.model, question.structure, 1)
    arms = arms_of(question.scenarios)
    estimators: tuple[Estimator, ...] = ("expected", "exact", "realised")
    for estimator in estimators:
        settings = Settings(births=1000, estimator=estimator)
        run_block(question.model, question.structure, draws, arms, question.years, settings)
    births_table(question.model, question.structure, draws, arms, question.years, 10, 1)
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()
    click.echo(f" done in {time.monotonic() - began:.0f} s", err=True)


def _mark() -> Path:
    """Present in the cache folder once all was compiled for this Python, Numba and place."""
    import simcore

    place = hashlib.sha256(
        f"{simcore.__file__} {platform.processor()} {version('numba')}".encode()
    ).hexdigest()[:12]
    return (
        Path(os.environ["NUMBA_CACHE_DIR"])
        / f"warm-{sys.version_info.major}.{sys.version_info.minor}-{place}"
    )
