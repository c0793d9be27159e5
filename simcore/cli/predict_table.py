"""A prediction on a terminal: by year and stratum, totals under each year."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibration.predict import Line, Prediction

WIDE = 130
"""Columns of what is printed to a file or a pipe."""


def print_prediction(found: Prediction) -> None:
    """One row a stratum, a column an age period; each the mean, the half interval, and nine tenths."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from calibration.predict import ALL, WORDS

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("year")
    if found.by != ALL:
        table.add_column(found.by)
    table.add_column("births", justify="right")
    ages = [*(WORDS.get(period, period).replace("_", "-") for period in found.periods), "all ages"]
    for age in ages:
        table.add_column(f"{age}\nmean  50%  90%", justify="right")
    blocks = [found, found.together()] if found.by != ALL else [found]
    cells = [_cells(block) for block in blocks]
    for y, year in enumerate(found.years):
        for block, of in zip(blocks, cells, strict=True):
            for k, level in enumerate(block.levels):
                name = [level] if found.by != ALL else []
                last = block is blocks[-1] and k == len(block.levels) - 1
                births = f"{block.births[y, k]:,.0f}"
                table.add_row(str(year), *name, births, *of[year, level], end_section=last)
    with console.capture() as drawn:
        console.print(table, highlight=False, markup=False)
        console.print("Each: deaths to expect, between which half of what may be counted lies, nine tenths.")
    sys.stdout.write(drawn.get())
    sys.stdout.flush()


def _cells(block: Prediction) -> dict[tuple[int, str], list[str]]:
    """For each year and level, a cell for each age, all ages last."""
    found: dict[tuple[int, str], list[str]] = {}
    for line in [*block.lines(), *block.whole_year().lines()]:
        found.setdefault((line.year, line.level), []).append(_said(line))
    return found


def _said(line: Line) -> str:
    half, most = (f"{low:,.0f}-{high:,.0f}" for low, high in (line.interval50, line.interval90))
    return f"{line.mean:,.0f}  {half}  {most}"
