"""A fit and its verdict, as tables on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

MOST_SHIFTED = 8
"""Parameters shown of a fit: those that the data moved furthest."""
WIDE = 120
WORST = 5
"""Cells shown of a target: those furthest from what is expected."""

SAID = {
    "the data say nothing": "say nothing", "the data say little": "say little", "known from the data": "know it",
    "the data move it and leave it as wide": "move it",
}  # fmt: skip
"""What is said of a parameter, in two words."""

Row = Mapping[str, Any]


def print_fit(said: Row) -> None:
    """What was fitted, how well, what moved, how good the draws are, and what it cost."""
    console = _console()
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
    console = _console()
    _diagnostics(console, said)
    _targets(console, said["targets"])
    _cells(console, said["targets"])
    _held_out(console, said["held_out"])
    _parameters(console, said["parameters"], len(said["parameters"]))
    for file in said.get("plots", ()):
        console.print(f"written: {file}", highlight=False, soft_wrap=True)


def _console() -> Console:
    # a file or a pipe has no width of its own
    return Console() if sys.stdout.isatty() else Console(width=WIDE)


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
    table = _table("target", "seen", "cells", "in 90%", "p, all", "p, worst", words=2)
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
    table = _table("published effect", "seen", "published", "returned", "90% of draws", words=2)
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
    for target in targets:
        if target["kind"] != "contrast":
            table = _table(
                f"{target['target']}, furthest off", "observed", "expected", "90% of draws", "sd away"
            )
            for cell in sorted(target["cells"], key=lambda cell: -abs(cell["residual"]))[:WORST]:
                table.add_row(
                    cell["label"], f"{cell['observed']:,.0f}", f"{cell['expected']:,.1f}",
                    f"{cell['low']:,.0f} to {cell['high']:,.0f}", f"{cell['residual']:+.1f}",
                )  # fmt: skip
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
    """Numbers of the model; gradients and paths are coordinates alone, and stand in the JSON."""
    numbers = [one for one in parameters if "/" not in one["name"]]
    table = _table("parameter", "prior", "posterior", "shift", "learnt", "the data")
    for one in sorted(numbers, key=lambda one: -abs(one["shift"]))[:most]:
        table.add_row(
            one["name"], _with_sd(one, "prior"), _with_sd(one, "posterior"), f"{one['shift']:+.2f}",
            f"{max(one['contraction'], 0.0):.0%}", SAID.get(one["said"], one["said"]),
        )  # fmt: skip
    console.print(table)
    shown = f"{len(numbers)} parameters" if most >= len(numbers) else f"{most} of {len(numbers)} parameters"
    console.print(
        f"{shown}, furthest moved first: mean (sd); shift in prior sd; learnt is the part of the prior variance that "
        "the data take away",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _with_sd(one: Row, which: str) -> str:
    return f"{one[f'{which}_mean']:.3g} ({one[f'{which}_sd']:.2g})"


def _table(*headings: str, words: int = 1) -> Table:
    """A table whose first columns are words and the others numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i < words else "right", no_wrap=i == 0)
    return table
