"""``simcore solve``: direct effects per draw, ahead of any comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simcore.cli.common import default_threads, parse_variants

if TYPE_CHECKING:
    from rich.progress import TaskID

    from simcore.model import Model, Structure


@click.command()
@click.argument("model")
@click.option(
    "--draws", type=click.IntRange(1), help="Draws to solve; as many as the model file says if not given."
)
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME=VALUE", help="Only this structure (repeatable)."
)
@click.option("--threads", type=click.IntRange(1), help="Threads; every processor if not given.")
@click.option("--show", is_flag=True, help="Solve nothing: print what the shipped draws return.")
def command(
    model: str, draws: int | None, variants: tuple[str, ...], threads: int | None, show: bool
) -> None:
    """Solve MODEL (a shipped name or a folder): baseline hazards, residuals and direct effects of every draw.

    Finished draws are kept beside the model: interrupted, the same command goes on from them.
    """
    from simcore.load import load_model
    from simcore.problems import DocumentError
    from simcore.solve import NoSolution
    from simcore.solved import needs_solving
    from simcore.solving import solve_model, structures
    from simcore.warm import warm

    loaded = load_model(model)
    if not needs_solving(loaded):
        click.echo(f"{loaded.name} has nothing to solve: its hazards are given", err=True)
        return
    chosen = loaded.structure(parse_variants(variants)) if variants else None
    warm()
    if not show:
        with _Bars() as bars:
            try:
                solve_model(loaded, draws, threads or default_threads(), chosen, bars.tick)
            except NoSolution as error:
                raise DocumentError(loaded.problem(("solve", "contrasts"), str(error))) from error
    for structure in [chosen] if chosen is not None else structures(loaded):
        _print(loaded, structure, draws or 100)


def _print(model: Model, structure: Structure, draws: int) -> None:
    """Published totals beside those returned, direct effects, and the residual gradient."""
    import numpy as np
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from simcore.achieved import achieved

    found = achieved(model, structure, draws)
    console = Console()
    choice = ", ".join(f"{name}={option}" for name, option in structure.choices.items()) or "one structure"
    console.print(f"\n[bold]{model.name}, {choice}[/bold]", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("contrast", "published", "returned", "direct effect", "central", "95% of draws"):
        words = heading in {"contrast", "direct effect"}
        table.add_column(heading, justify="left" if words else "right", overflow="fold", no_wrap=not words)
    for name, contrast in structure.contrasts.items():
        effect = found.effects[contrast.solves]
        low, high = np.quantile(effect, [0.025, 0.975])
        table.add_row(
            name, f"{found.published[name].mean():.3f}", f"{found.returned[name].mean():.3f}", contrast.solves,
            f"{found.central[contrast.solves]:.3f}", f"{low:.3f} to {high:.3f}",
        )  # fmt: skip
    console.print(table)
    shown = f"first {draws:,} draws; furthest from its published total: {found.worst():.1e}"
    console.print(f"Means over the {shown}", highlight=False)
    residual = model.spec.deaths.residual
    if residual is not None and found.residual is not None:
        table = Table(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            title=f"Residual by {residual.by}, central draw",
            title_justify="left",
        )
        table.add_column("", overflow="fold")
        for level in model.levels(residual.by):
            table.add_column(level, justify="right")
        for period, values in zip(model.spec.deaths.age_periods, found.residual, strict=True):
            table.add_row(period, *(f"{value:.2f}" for value in values))
        console.print(table)


class _Bars:
    """One bar a structure, on standard error."""

    def __enter__(self) -> _Bars:
        from rich.console import Console
        from rich.progress import Progress

        self.progress = Progress(console=Console(stderr=True))
        self.tasks: dict[str, TaskID] = {}
        self.progress.start()
        return self

    def tick(self, label: str, done: int, of: int) -> None:
        if label not in self.tasks:
            self.tasks[label] = self.progress.add_task(label, total=of)
        self.progress.update(self.tasks[label], completed=done)

    def __exit__(self, *_: object) -> None:
        self.progress.stop()
