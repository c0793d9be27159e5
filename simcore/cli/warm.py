"""``simcore warm``: compile everything once, with a line that says so."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Compile the kernels into the user's cache folder, so that later commands start at once."""
    from simcore.warm import warm

    if not warm():
        click.echo("the kernels are compiled", err=True)
