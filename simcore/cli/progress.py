"""How far a long run is, on standard error."""

from __future__ import annotations

import sys
from typing import Any


class Progress:
    """A bar where standard error is a terminal; what is said stands as a line above it, or alone."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

    def __enter__(self) -> Progress:
        from rich import progress
        from rich.console import Console

        self.bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("{task.completed}/{task.total} " + self.unit),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self.bar.start()
        self.tasks: dict[str, Any] = {}
        return self

    def tick(self, what: str, done: int, of: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task("headline" if what == "draws" else what, total=of)
        self.bar.update(self.tasks[what], completed=done, total=of)

    def say(self, words: str) -> None:
        self.bar.console.print(words, highlight=False, markup=False, soft_wrap=True)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
