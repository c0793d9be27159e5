"""How far a long run is, on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress:
    """A bar where standard error is a terminal; what is said stands as a line above it, or alone."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.bar: RichProgress | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self.bar = progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.TextColumn("{task.completed}/{task.total} " + self.unit),
                progress.TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.bar.start()
        self.tasks: dict[str, TaskID] = {}
        return self

    def tick(self, what: str, done: int, of: int) -> None:
        if self.bar is None:
            return
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task("headline" if what == "draws" else what, total=of)
        self.bar.update(self.tasks[what], completed=done, total=of)

    def say(self, words: str) -> None:
        if self.bar is None:
            click.echo(words, err=True)
        else:
            self.bar.console.print(words, highlight=False, markup=False, soft_wrap=True)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
