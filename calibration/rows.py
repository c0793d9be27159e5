"""Rows of a table of counts: those that a target names, told apart, and their numbers.

Nothing here knows of likelihoods. Every row that is wrong is told with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from calibration.targets import Array
from simcore.problems import Problem, Repeated, hint
from simcore.tables import Column, Table

Cells = dict[tuple[str, str], float]
"""One number for each label and group."""
JOINED = "+"
"""Between levels that a table counts together."""
COUNT = Column(float, at_least=0)
_PERIOD = re.compile(r"[0-9]{4}(-[0-9]{4})?")


@dataclass(frozen=True)
class Axis:
    """What tells the selected rows apart beside their group: a column and the cells looked for."""

    column: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Groups:
    """Groups of births: a column, the levels that the model has, and which of them each group holds."""

    column: str
    of: str
    known: Sequence[str]
    members: Mapping[str, tuple[str, ...]]


@dataclass
class Placed:
    """Rows by label of the axis and group: ``rows[label, group]`` are places in the table."""

    table: Table
    axis: Axis
    groups: Groups
    rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    misspelt: bool = False

    def words(self, label: str, level: str | None = None) -> str:
        """A cell as the table's own columns say it: ``period 2013, level 7``."""
        parts = [(self.axis.column, label), (self.groups.column, level)]
        return ", ".join(f"{column} {text}" for column, text in parts if column and text is not None)

    def total(self, column: str) -> Cells:
        """The numbers of a column added up in each cell; a problem, and NaN, where one is none."""
        return {key: sum(self._number(i, column) for i in rows) for key, rows in self.rows.items()}

    def _number(self, row: int, column: str) -> float:
        try:
            return float(COUNT.read(cell(self.table, row, column)))
        except ValueError as error:
            self.problems.append(self.table.problem(row, column, str(error)))
            return float("nan")

    def refuse(self, key: tuple[str, str] | None, column: str, why: str | None) -> None:
        """A problem of a cell, or of all (None), at its first row; nothing where there is no reason why."""
        if why is not None:
            row = min(min(rows) for rows in self.rows.values()) if key is None else self.rows[key][0]
            self.problems.append(self.table.problem(row, column, why))

    def filled(self, cells: Cells) -> Array:
        """Cells as ``float64[labels, groups]``."""
        return np.array(
            [[cells[label, group] for group in self.groups.members] for label in self.axis.labels]
        )


def cell(table: Table, row: int, column: str) -> str:
    """A cell as text; "" where it is empty."""
    return table[column][row] or ""


def selected(table: Table, rows: Mapping[str, object]) -> list[int]:
    """Places of the rows whose cells are as asked."""
    wanted = {column: str(text) for column, text in rows.items()}
    return [i for i in range(len(table)) if all(cell(table, i, c) == text for c, text in wanted.items())]


def no_periods(table: Table, rows: Iterable[int], column: str) -> list[Problem]:
    """Cells that are neither a year nor a span of years: their rows would be passed over."""
    return [
        table.problem(
            i, column, f"found `{cell(table, i, column)}`; write a year, as 2018, or a span, 2018-2020"
        )
        for i in rows
        if not _PERIOD.fullmatch(cell(table, i, column))
    ]


def place(table: Table, rows: Iterable[int], axis: Axis, groups: Groups) -> Placed:
    """Put rows into cells, each level once; rows of other labels, or of no group, are passed over.

    Problems are unknown levels, levels joined across groups, rows that stand twice and rows that are missing.
    """
    placed = Placed(table, axis, groups)
    seen: dict[tuple[str, str], int] = {}
    for i in rows:
        label = cell(table, i, axis.column) if axis.column else axis.labels[0]
        if label not in axis.labels:
            continue
        levels = cell(table, i, groups.column).split(JOINED)
        group = _group_of(placed, i, levels)
        if group is None:
            continue
        first = next((seen[label, level] for level in levels if (label, level) in seen), None)
        if first is not None:
            what = placed.words(label, table[groups.column][i])
            line, before = table.lines[i], table.lines[first]
            message = f"{what} stands on line {before} too; keep one, or tell them apart under `rows`"
            placed.problems.append(Repeated(table.path, line, None, groups.column, message, before))
            continue
        seen.update(((label, level), i) for level in levels)
        placed.rows.setdefault((label, group), []).append(i)
    placed.problems += _missing(placed, seen)
    return placed


def _group_of(placed: Placed, row: int, levels: Sequence[str]) -> str | None:
    """The group that a row counts for; None if none, or none that holds all its levels."""
    groups = placed.groups
    unknown = [level for level in levels if level not in groups.known]
    if unknown:
        remedy = hint(unknown[0], groups.known)
        message = f"found `{unknown[0]}`, which is no level of {groups.of}; {remedy}, or leave its rows out"
        placed.problems.append(placed.table.problem(row, groups.column, message))
        placed.misspelt = True
        return None
    touched = [name for name, members in groups.members.items() if set(levels) & set(members)]
    if not touched:
        return None
    if set(levels) <= set(groups.members[touched[0]]):
        return touched[0]
    together = JOINED.join(levels)
    message = f"{together} are counted together, and the groups compared split them; join them under `among`"
    placed.problems.append(placed.table.problem(row, groups.column, message))
    return None


def _missing(placed: Placed, seen: Mapping[tuple[str, str], int]) -> list[Problem]:
    """Levels without a row, told at the row after which each would stand; a whole label once."""
    table, axis, groups = placed.table, placed.axis, placed.groups
    wanted = [level for members in groups.members.values() for level in members]
    if placed.misspelt:  # told of at the row, which may be the one that is missed
        return []
    problems, after = [], None
    for label in axis.labels:
        gaps = [level for level in wanted if (label, level) not in seen]
        if len(gaps) == len(wanted):
            cell = f"no row for {placed.words(label) or groups.of}"
            problems.append(
                table.problem(after, groups.column, f"{cell}; add a row for each of {len(gaps)} levels")
            )
            continue
        for level in wanted:
            if (label, level) in seen:
                after = seen[label, level]
            else:
                message = f"no row for {placed.words(label, level)}; add it below this line"
                problems.append(table.problem(after, groups.column, message))
    return problems
