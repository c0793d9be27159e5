"""What was measured, one row a figure, and what was aimed at; as text, CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.timing import Seconds


@dataclass(frozen=True)
class Row:
    """One figure: the median of its rounds, the fastest and the slowest."""

    about: str
    workload: str
    variables: int
    arms: int
    births: int
    threads: int
    what: str
    median: float
    fastest: float
    slowest: float
    unit: str = "ns a birth"
    pass_share: float | None = None
    """Share of births that pass the screen; realised deaths only."""
    ratio: float | None = None
    ratio_to: str = ""

    @property
    def shown(self) -> list[str]:
        """The cells of a printed line."""
        digits = 0 if self.median >= 100 else 2
        return [
            self.about, self.workload, str(self.variables), str(self.arms), f"{self.births:,}", str(self.threads),
            self.what, f"{self.median:,.{digits}f}", f"{self.fastest:,.{digits}f} - {self.slowest:,.{digits}f}",
            self.unit, "" if self.pass_share is None else f"{100 * self.pass_share:.2f}",
            "" if self.ratio is None else f"{self.ratio:.2f} {self.ratio_to}",
        ]  # fmt: skip


HEADER = [
    "about", "workload", "variables", "arms", "births", "threads", "what", "median", "fastest - slowest", "unit",
    "% pass", "ratio",
]  # fmt: skip
TO_THE_LEFT = {"about", "workload", "what", "unit", "ratio"}


@dataclass(frozen=True)
class Goal:
    """A figure that something should reach: at least or at most."""

    what: str
    figure: float | None
    """None where it could not be measured."""
    sign: str
    goal: float

    @property
    def met(self) -> bool | None:
        if self.figure is None:
            return None
        return self.figure >= self.goal if self.sign == ">=" else self.figure <= self.goal

    @property
    def shown(self) -> list[str]:
        """The cells of a printed line."""
        if self.figure is None:
            figure = "-"
        else:
            figure = f"{self.figure:,.0f}" if abs(self.figure) >= 1000 else f"{self.figure:.3g}"
        verdict = {None: "not measured", True: "met", False: "NOT MET"}[self.met]
        return [self.what, figure, f"{self.sign} {self.goal:,g}", verdict]


def in_ns(taken: Seconds, births: int) -> tuple[float, float, float]:
    """Median, fastest and slowest round, in nanoseconds a birth."""
    return (taken.ns(births), *taken.spread(births))


def as_text(rows: Sequence[Row], goals: Sequence[Goal]) -> str:
    """Both tables for a reader."""
    of_rows = _aligned([HEADER, *(row.shown for row in rows)], TO_THE_LEFT)
    of_goals = _aligned([["goal", "figure", "aim", ""], *(goal.shown for goal in goals)], {"goal", ""})
    return f"{of_rows}\n\n{of_goals}\n"


def _aligned(lines: Sequence[Sequence[str]], to_the_left: set[str]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    left = [name in to_the_left for name in lines[0]]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if side else cell.rjust(width)
            for cell, width, side in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in lines
    )


def write(folder: Path, rows: Sequence[Row], goals: Sequence[Goal], machine: dict[str, str]) -> None:
    """``bench.txt``, ``bench.csv`` (one row a figure) and ``bench.json`` (rows, goals, machine)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.txt").write_text(as_text(rows, goals), encoding="utf-8")
    with (folder / "bench.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    found = {
        "machine": machine,
        "rows": [asdict(row) for row in rows],
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals],
    }
    (folder / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
