"""A sweep on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

WIDE = 150
"""Columns of what is printed to a file or a pipe."""
Row = Mapping[str, str]


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Three tables of the same cells: answers, fits, effects. A fit that cannot be used has its reasons below."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=WIDE)

    def show(heading: str, columns: Mapping[str, Sequence[str]]) -> None:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=heading, title_justify="left")
        table.add_column("cell", overflow="fold")
        for name in columns:
            table.add_column(name, justify="right", overflow="fold")
        for i, row in enumerate(rows):
            table.add_row(row["cell"], *(values[i] for values in columns.values()))
        console.print(table, highlight=False, markup=False)

    names = list(rows[0])
    console.print(f"\n{title}", highlight=False, markup=False)
    averted = _parts(names, "averted_")
    if averted:
        shown: dict[str, Sequence[str]] = {"deaths": [_whole(row, "deaths") for row in rows]}
        for name in averted:
            shown[name] = [_whole(row, f"averted_{name}") for row in rows]
            shown[f"{name}, % more"] = [row[f"averted_{name}_change"] for row in rows]
        show("Deaths, and deaths averted (95% of draws)", shown)
    fits = {name: [row[name] for row in rows] for name in ("status",)}
    fits |= {name: [_round(row[name], 2) for row in rows] for name in ("khat",)}
    fits["log posterior"] = [_round(row["log_posterior"], 1) for row in rows]
    for start, words in (("p_", "p"), ("spread_", "spread"), ("held_out_", "held out")):
        for name in (name for name in names if name.startswith(start) and any(row[name] for row in rows)):
            fits[f"{words}, {name.removeprefix(start).replace('_', ' ')}"] = [
                _round(row[name], 2) for row in rows
            ]
    show("Fits: how often data made by the fit lie as far from it, spread of counts over chance", fits)
    effects = _parts(names, "effect_")
    if effects:
        show(
            "Total effects (95% of draws)",
            {name: [_figure(row, f"effect_{name}") for row in rows] for name in effects},
        )
    for row in rows:
        if row["reasons"]:
            console.print(f"{row['cell']}: {row['status']}: {row['reasons']}", highlight=False, markup=False)


def _parts(names: Sequence[str], start: str, end: str = "_mean") -> list[str]:
    return [
        name.removeprefix(start).removesuffix(end)
        for name in names
        if name.startswith(start) and name.endswith(end)
    ]


def _figure(row: Row, name: str, digits: str = ".2f") -> str:
    if not row[f"{name}_mean"]:
        return ""
    mean, low, high = (f"{float(row[f'{name}_{part}']):{digits}}" for part in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def _whole(row: Row, name: str) -> str:
    return _figure(row, name, ",.0f")


def _round(text: str, digits: int) -> str:
    return f"{float(text):.{digits}f}" if text else ""
