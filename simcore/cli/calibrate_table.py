"""A fit and its verdict, as tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

MOST_SHIFTED = 8
"""Parameters shown of a fit: those that the data moved furthest."""
WORST = 5
"""Cells shown of a target: those furthest from what is expected."""

Row = Mapping[str, Any]


def print_fit(said: Row) -> None:
    """What was fitted, how well, what moved, how good the draws are, and what it cost."""
    console = Console()
    _diagnostics(console, said)
    if "targets" in said:
        _targets(console, said["targets"])
        _held_out(console, said["held_out"])
        _parameters(console, said["parameters"], MOST_SHIFTED)
    table = _table("part", "seconds", "peak memory, MB")
    for part in said["parts"]:
        table.add_row(part["part"], f"{part['seconds']:.1f}", f"{part['peak_mb']:,.0f}")
    console.print(table)
    for file in said["files"]:
        console.print(f"written: {file}", highlight=False, soft_wrap=True)


def print_check(said: Row) -> None:
    """The same of a file, with every parameter, and the worst cells of each target."""
    console = Console()
    _diagnostics(console, said)
    _targets(console, said["targets"])
    _cells(console, said["targets"])
    _held_out(console, said["held_out"])
    _parameters(console, said["parameters"], len(said["parameters"]))


def _diagnostics(console: Console, said: Row) -> None:
    drawn = "importance draws in batches" if said["method"] == "quick" else "chains of the sampler"
    figures = [
        ("R-hat at most", said["rhat_max"], ".4f"), ("effective size at least", said["ess_min"], ",.0f"),
        ("k-hat", said["khat"], ".2f"), ("divergences", said["divergences"], "d"),
    ]  # fmt: skip
    told = "; ".join(f"{name} {value:{form}}" for name, value, form in figures if value is not None)
    console.print(
        f"\n[bold]{said['calibration']}[/bold]: {said['status']}. "
        f"{said['chains']} {drawn} of {said['draws']:,}: {told}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    for reason in said["reasons"]:
        console.print(f"  {reason}", highlight=False, soft_wrap=True)


def _targets(console: Console, targets: Sequence[Row]) -> None:
    table = _table("target", "seen by the fit", "cells", "in 90%", "p-value, all", "p-value, worst", words=2)
    for target in targets:
        cells = target["cells"]
        if target["kind"] == "contrast":
            continue
        inside = sum(cell["low"] <= cell["observed"] <= cell["high"] for cell in cells) / len(cells)
        values = list(target["p_values"].values())
        table.add_row(
            target["target"], "yes" if target["fitted"] else "no", str(len(cells)), f"{inside:.0%}",
            f"{values[0]:.3f}", f"{values[1]:.3f}",
        )  # fmt: skip
    console.print(table)
    table = _table("published effect", "seen by the fit", "published", "returned", "90% of draws", words=2)
    for target in targets:
        if target["kind"] == "contrast":
            (cell,) = target["cells"]
            table.add_row(
                target["target"], "yes" if target["fitted"] else "no", f"{cell['observed']:.3f}",
                f"{cell['expected']:.3f}", f"{cell['low']:.3f} to {cell['high']:.3f}",
            )  # fmt: skip
    if table.row_count:
        console.print(table)


def _cells(console: Console, targets: Sequence[Row]) -> None:
    """The cells of each target that lie furthest from what is expected."""
    table = _table("target", "cell", "observed", "expected", "90% of draws", "residual, sd", words=2)
    for target in targets:
        if target["kind"] != "contrast":
            worst = sorted(target["cells"], key=lambda cell: -abs(cell["residual"]))[:WORST]
            for i, cell in enumerate(worst):
                table.add_row(
                    "" if i else target["target"], cell["label"], f"{cell['observed']:,.0f}",
                    f"{cell['expected']:,.1f}", f"{cell['low']:,.0f} to {cell['high']:,.0f}",
                    f"{cell['residual']:+.1f}",
                )  # fmt: skip
    if table.row_count:
        console.print(table)


def _held_out(console: Console, held_out: Mapping[str, Row]) -> None:
    for name, scores in held_out.items():
        table = _table(f"held out: {name}", "in 50%", "in 90%", "CRPS, deaths", "log score")
        for who, score in {"model": scores, **scores["rivals"]}.items():
            table.add_row(
                who.replace("_", " "), f"{score['coverage50']:.0%}", f"{score['coverage90']:.0%}",
                f"{score['crps']:.2f}", f"{score['log_score']:.3f}",
            )  # fmt: skip
        console.print(table)
        for who, why in scores["not_scored"].items():
            console.print(f"{who.replace('_', ' ')} not scored: {why}", highlight=False, soft_wrap=True)


def _parameters(console: Console, parameters: Sequence[Row], most: int) -> None:
    table = _table("parameter", "prior", "posterior", "shift, prior sd", "contraction", "the data", words=1)
    for one in sorted(parameters, key=lambda one: -abs(one["shift"]))[:most]:
        table.add_row(
            one["name"], _with_sd(one, "prior"), _with_sd(one, "posterior"), f"{one['shift']:+.2f}",
            f"{one['contraction']:.2f}", one["said"].removeprefix("the data "),
        )  # fmt: skip
    console.print(table)
    if most < len(parameters):
        console.print(f"{most} of {len(parameters)} parameters, furthest first", highlight=False)


def _with_sd(one: Row, which: str) -> str:
    return f"{one[f'{which}_mean']:.3g} ({one[f'{which}_sd']:.2g})"


def _table(*headings: str, words: int = 1) -> Table:
    """A table whose first columns are words and the others numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i < words else "right", overflow="fold")
    return table
