"""Figures in the table beside a picture, rounded as the answer prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenarios.charts.chart import Chart
from scenarios.printing import as_count

EMPTY = "–"
COUNTS = 10
"""A column that reaches this far is read as counts, another as rates or shares."""
TINY = 0.05
"""Below it a count would be printed as 0.0, which reads as none."""


def cells_of(chart: Chart) -> list[list[str]]:
    """The table beside a picture, row by row."""
    columns = [
        as_cells([row.get(column.key) for row in chart.rows], column.number) for column in chart.columns
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def as_cells(values: Sequence[Any], number: bool = True) -> list[str]:
    """A column as it is read: counts as the answer has them, three figures of what is small throughout.

    >>> as_cells([1234.5, 5.03, 0.004, 0.0, None])
    ['1,234', '5.0', '0.004', '0', '–']
    >>> as_cells([3.14159, 0.01234, -0.5])
    ['3.14', '0.0123', '-0.5']
    >>> as_cells([2025, 2026], number=False)
    ['2025', '2026']
    """
    sizes = [abs(value) for value in values if number and isinstance(value, int | float)]
    counts = bool(sizes) and max(sizes) >= COUNTS

    def as_cell(value: Any) -> str:
        if value is None:
            return EMPTY
        if not number or isinstance(value, str):
            return str(value)
        if value == 0 or (counts and abs(value) >= TINY):
            return as_count(value)
        return f"{value:.2g}" if counts else f"{value:.3g}"

    return [as_cell(value) for value in values]
