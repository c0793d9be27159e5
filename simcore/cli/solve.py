"""``simcore solve``: direct effects per draw, ahead of any comparison."""

from __future__ import annotations

import click

from simcore.cli.common import default_threads, parse_variants


@click.command()
@click.argument("model")
@click.option(
    "--draws", type=click.IntRange(1), help="Draws to solve; as many as the model file says if not given."
)
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME=VALUE", help="Only this structure (repeatable)."
)
@click.option("--threads", type=click.IntRange(1), help="Threads; every processor if not given.")
def command(model: str, draws: int | None, variants: tuple[str, ...], threads: int | None) -> None:
    """Solve MODEL (a shipped name or a folder): baseline hazards, residuals and direct effects of every draw.

    Finished draws are kept beside the model: interrupted, the same command goes on from them.
    """
    from rich.console import Console
    from rich.progress import Progress

    from simcore.load import load_model
    from simcore.solve import NoSolution
    from simcore.solved import needs_solving
    from simcore.solving import solve_model

    loaded = load_model(model)
    if not needs_solving(loaded):
        click.echo(f"{loaded.name} has nothing to solve: its hazards are given", err=True)
        return
    chosen = loaded.structure(parse_variants(variants)) if variants else None
    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, object] = {}

        def tick(label: str, done: int, of: int) -> None:
            if label not in tasks:
                tasks[label] = progress.add_task(label, total=of)
            progress.update(tasks[label], completed=done)  # type: ignore[arg-type]

        try:
            written = solve_model(loaded, draws, threads or default_threads(), chosen, tick)
        except NoSolution as error:
            raise click.ClickException(str(error)) from error
    for path in written:
        click.echo(str(path))
