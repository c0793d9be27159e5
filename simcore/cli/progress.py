"""How far a long run is, on standard error."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


FIRST_WORD = 20.0
"""Seconds after which a run without a bar says how long it will take: then after twice as many, and so on."""


class Progress:
    """A bar where standard error is a terminal, else a line now and then; what is said stands above it, or alone."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.bar: RichProgress | None = None
        self.quiet_for = FIRST_WORD
        self.begun: dict[tuple[str, int], tuple[float, int]] = {}

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
            self._tell(what, done, of)
            return
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task("headline" if what == "draws" else what, total=of)
        self.bar.update(self.tasks[what], completed=done, total=of)

    def _tell(self, what: str, done: int, of: int) -> None:
        """How far a long run is, and how long it will go on as fast as so far."""
        now = monotonic()
        began, had = self.begun.setdefault((what, of), (now, done))
        spent = now - began
        if spent < self.quiet_for or not had < done < of:
            return
        self.quiet_for *= 2
        run = "" if what == self.unit else f"{what}: "
        left = how_long(spent * (of - done) / (done - had))
        self.say(f"{run}{done:,} of {of:,} {self.unit}, about {left} left")

    def say(self, words: str) -> None:
        if self.bar is None:
            click.echo(words, err=True)
        else:
            self.bar.console.print(words, highlight=False, markup=False, soft_wrap=True)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def how_long(seconds: float) -> str:
    """A time that one may have to wait.

    >>> how_long(40), how_long(170), how_long(5 * 3600), how_long(200 * 3600)
    ('a minute', '3 minutes', '5 hours', '8 days')
    """
    if seconds < 90:
        return "a minute"
    for name, size, most in (("minutes", 60, 90), ("hours", 3600, 48)):
        if seconds < most * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds / 86400:,.0f} days"
