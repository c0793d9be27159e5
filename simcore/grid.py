"""CSV rows laid out over named axes: one value a cell, and the line that each came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simcore.network import Array
from simcore.problems import DocumentError, Problem, Repeated
from simcore.tables import Column, Table, read_table

MOST_NAMED = 3
"""Cells, or lines, that one message names."""


@dataclass(frozen=True)
class Grid:
    """Some columns of a table over all combinations of its key columns.

    ``values[column]`` is ``float64[*axes]``, NaN where no row stands; ``lines`` is ``int64[*axes]``, 0 there.
    """

    table: Table
    axes: Mapping[str, Sequence[str]]
    values: Mapping[str, Array]
    lines: NDArray[np.int64]

    @property
    def without_first(self) -> bool:
        """Whether no row has the first level of the last axis."""
        return not self.lines[..., 0].any()

    def missing(self, but_first: bool = False) -> Iterator[Problem]:
        """One problem that names the cells without a row, perhaps but those of the last axis's first level."""
        gaps = np.argwhere(self.lines == 0)
        if but_first:
            gaps = gaps[gaps[:, -1] > 0]
        if gaps.size:
            cells = "; ".join(self.cell(gap) for gap in gaps[:MOST_NAMED])
            more = f" and {len(gaps) - MOST_NAMED:,} more" if len(gaps) > MOST_NAMED else ""
            each = f" of {self.lines.size:,}, one for every {' x '.join(self.axes)}" if more else ""
            rows = "a row for each" if len(gaps) > 1 else "a row"
            yield self.table.problem(None, "", f"no row for {cells}{more}; add {rows}{each}")

    def cell(self, index: Sequence[int] | NDArray[np.int64]) -> str:
        """A cell in words, by the first axes of the table: ``year 2001, area north``."""
        return ", ".join(
            f"{axis} {levels[i]}" for (axis, levels), i in zip(self.axes.items(), index, strict=False)
        )

    def problem(self, index: Sequence[int] | NDArray[np.int64], column: str, message: str) -> Problem:
        """A problem of the rows of a cell (or of all cells that share its first axes), at the first line."""
        return Problem(self.table.path, self._lines(index)[0], None, column, message)

    def where(self, index: Sequence[int] | NDArray[np.int64]) -> str:
        """The lines of those rows in words: ``lines 2, 3 and 4``."""
        lines = [str(line) for line in self._lines(index)]
        if len(lines) > MOST_NAMED + 1:
            return f"lines {', '.join(lines[:MOST_NAMED])} and {len(lines) - MOST_NAMED:,} more"
        *first, last = lines
        return f"lines {', '.join(first)} and {last}" if first else f"line {last}"

    def _lines(self, index: Sequence[int] | NDArray[np.int64]) -> list[int]:
        lines = np.unique(self.lines[tuple(int(i) for i in index)])
        return [int(line) for line in lines if line] or [1]


def read_grid(
    path: str | os.PathLike[str],
    axes: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    number: Column,
    by: Sequence[str] = (),
) -> Grid:
    """Read a CSV table with one row a cell; other columns may stand beside.

    ``by`` are those axes that a list of that name could leave out.

    Raises
    ------
    DocumentError
        For cells that are no numbers, labels that no axis has, and rows that stand twice.
    """
    kinds = {
        axis: Column(str, choices=tuple(levels), or_else="take it out of `by`" if axis in by else "")
        for axis, levels in axes.items()
    }
    table = read_table(path, {**kinds, **dict.fromkeys(columns, number)}, key=tuple(axes), others=True)
    places = [{level: i for i, level in enumerate(levels)} for levels in axes.values()]
    at = tuple([place[cell] for cell in table[axis]] for axis, place in zip(axes, places, strict=True))
    shape = tuple(len(levels) for levels in axes.values())
    values = {column: np.full(shape, np.nan) for column in columns}
    lines = np.zeros(shape, dtype=np.int64)
    for column in columns:
        values[column][at] = table[column]
    lines[at] = table.lines
    return Grid(table, axes, values, lines)


def telling_apart(error: DocumentError, path: str | os.PathLike[str], names: Sequence[str]) -> list[str]:
    """Those of ``names`` that are columns of a table, and differ between rows that it was refused for repeating."""
    pairs = [(p.first, p.line or 1) for p in error.problems if isinstance(p, Repeated)]
    if not pairs:
        return []
    table = read_table(path)
    row = {line: i for i, line in enumerate(table.lines)}
    return [
        name
        for name in names
        if name in table and any(table[name][row[one]] != table[name][row[other]] for one, other in pairs)
    ]
