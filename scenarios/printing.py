"""Tables for a terminal: numbers that are never broken, in a form that any width can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.footnotes import has_width, no_interval

if TYPE_CHECKING:
    from rich.console import Console

Cells = tuple[str, ...]

FOLDED = 26
"""Columns that a long name may take before it is folded."""
GAP = 3
"""Columns between two columns of a table."""


def print_table(
    console: Console,
    title: str,
    headings: Cells,
    rows: Sequence[Cells],
    words: int = 1,
    folded: int = FOLDED,
) -> None:
    """A plain table, if it has rows: the first columns are words, the rest numbers that are never broken."""
    if not rows:
        return
    from rich import box
    from rich.table import Table

    widths = widths_of(headings, rows, words, folded)
    if width_needed(headings, rows, words, folded) > console.width:
        _as_list(console, title, headings, rows, words)
        return
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for i, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        if i < words:
            table.add_column(heading, overflow="fold", min_width=width)
        else:
            table.add_column(heading, justify="right", min_width=width)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def widths_of(headings: Cells, rows: Sequence[Cells], words: int, folded: int = FOLDED) -> list[int]:
    """Columns that each column of a table cannot do without."""
    widths = []
    for i, heading in enumerate(headings):
        widest = max(len(row[i]) for row in rows)
        lines = max(len(line) for line in heading.split("\n"))
        widths.append(min(widest, folded) if i < words else max(widest, lines))
    return widths


def width_needed(headings: Cells, rows: Sequence[Cells], words: int = 1, folded: int = FOLDED) -> int:
    """Columns that a whole table cannot do without."""
    return sum(widths_of(headings, rows, words, folded)) + GAP * len(headings)


def _as_list(console: Console, title: str, headings: Cells, rows: Sequence[Cells], words: int) -> None:
    """The same for a terminal too narrow for its columns: one figure a line."""
    console.print(f"[italic]{title}[/italic]", highlight=False)
    for row in rows:
        console.print(f"\n{' '.join(row[:words])}", style="bold", highlight=False)
        for heading, cell in zip(headings[words:], row[words:], strict=True):
            label = heading.replace("\n", " ")
            console.print(f"  {label}: {cell}", highlight=False)
    console.print()


def capital(words: str) -> str:
    """With a capital letter."""
    return words[:1].upper() + words[1:]


def as_count(value: float) -> str:
    """Whole numbers from ten up, one decimal below; an exact zero as 0."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}"


def as_error(value: float) -> str:
    """Two figures, and never an exponent for a large one."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def as_interval(at: Mapping[str, Any]) -> str:
    """An interval; where no parameter moves a number it has none, and without Monte Carlo error it is known."""
    if no_interval(at):
        return "no interval"
    return as_range(at["interval95"]) if has_width(at) or at["mean"] == 0 else "known"


def as_range(interval: Sequence[float]) -> str:
    """Both ends."""
    return f"{as_count(interval[0])} to {as_count(interval[1])}"
