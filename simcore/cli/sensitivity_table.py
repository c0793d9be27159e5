"""Sensitivities as a file that is added to, and on a terminal."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

WIDE = 130
"""Columns of what is printed to a file or a pipe."""
Row = dict[str, str]


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Rows computed before, if they have the same columns."""
    if not path.is_file():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        return [row for row in reader if row["inputs"]] if reader.fieldnames == list(columns) else []


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write rows, all of them or none."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(part, path)


def print_rows(rows: Sequence[Row], names: Sequence[str]) -> None:
    """The first row as it is, the others as changes, largest first within their kind."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what", overflow="fold", ratio=1)
    for heading in ("deaths", *names):
        table.add_column(f"{heading},\n% more", justify="right")
    order: dict[str, int] = {row["kind"]: i for i, row in reversed(list(enumerate(rows)))}
    size: Callable[[Row], float] = lambda row: max(  # noqa: E731
        (abs(float(row[f"change_{n}"])) for n in names if row[f"change_{n}"]), default=-1.0
    )
    for row in sorted(rows[1:], key=lambda row: (order[row["kind"]], -size(row))):
        cells = [row["change_deaths"], *(row[f"change_{name}"] for name in names)]
        words = f"{row['id']}: {row['meaning'] or row['not_computed']}"
        table.add_row(
            words + (f" ({row['not_computed']})" if row["not_computed"] and row["meaning"] else ""), *cells
        )
    first = rows[0]
    averted = ", ".join(f"{float(first[f'averted_{name}']):,.0f} averted by {name}" for name in names)
    with console.capture() as drawn:
        console.print(
            f"\nAs shipped: {float(first['deaths']):,.0f} deaths, {first['deaths_per_1000']} per 1,000; {averted}",
            highlight=False,
        )
        console.print(table, highlight=False, markup=False)
    sys.stdout.write(drawn.get())
    sys.stdout.flush()
