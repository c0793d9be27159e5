"""One figure of the ledger, and how the rows of a model become such figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from simcore.tables import Table

Kind = Literal["parameter", "table", "evidence"]
PUBLISHED = "published"
ASSUMED = "assumption"
SAID = ("measure", "unit", "population", "geography", "period")
"""What a column of figures says of itself, as words with the row's own cells in braces: ``live births, {year}``."""


@dataclass(frozen=True)
class Row:
    """One figure that goes into a model.

    ``table`` and ``line`` are where it stands; ``name`` is the parameter, the id of the row, or its cell in words
    (``year 2020, imd_decile 1``). ``value``, ``low`` and ``high`` are as written: numbers where they are numbers.
    ``rule`` says how it was read: ``published``, ``derived:<rule>`` or ``assumption``. ``used`` are places of the
    model file, tables or rules; ``about`` the variables and parameters that it bears on, however indirectly.
    """

    kind: Kind
    table: str
    line: int
    name: str
    column: str
    measure: str
    value: float | str
    low: float | str
    high: float | str
    unit: str
    population: str
    geography: str
    period: str
    sources: tuple[str, ...]
    grade: str
    rule: str
    assumptions: tuple[str, ...]
    used: tuple[str, ...]
    about: frozenset[str]
    note: str = ""


@dataclass(frozen=True)
class Described:
    """One column of figures, as ``columns.csv`` describes it; ``table`` may be a pattern, as in ``evidence/*.csv``."""

    line: int
    table: str
    column: str
    low: str
    high: str
    said: Mapping[str, str]
    grade: str
    used_by: str


def number(text: str | None) -> float | str:
    """A cell as a number where it is one.

    >>> number("1.5"), number("z"), number(None)
    (1.5, 'z', '')
    """
    try:
        return float(text or "")
    except ValueError:
        return text or ""


def figures(
    table: Table, described: tuple[Described, ...]
) -> Iterator[tuple[int, Described, dict[str, str]]]:
    """Every figure of a table: its line, its column, and the row's cells as text."""
    for line, cells in zip(table.lines, table.rows(), strict=True):
        row = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
        for column in described:
            yield line, column, row


def holding_numbers(table: Table, but: frozenset[str]) -> Iterator[str]:
    """Columns other than ``but`` that hold numbers alone, or nothing."""
    for name, cells in table.columns.items():
        said = [cell for cell in cells if cell is not None]
        if name not in but and said and all(isinstance(number(cell), float) for cell in said):
            yield name


def filled(template: str, row: Mapping[str, str]) -> str:
    """Words with the row's own cells in them; of several ways to say it, the first whose cells are all there.

    >>> filled("live births, {year}", {"year": "2020"}), filled("{year}|every year", {"imd_decile": "1"})
    ('live births, 2020', 'every year')
    """
    for way in template.split("|"):
        cells = [row.get(name, "") for name in named_cells(way)]
        if all(cells):
            return way.format_map(row).strip()
    return ""


@cache
def named_cells(template: str) -> tuple[str, ...]:
    """Columns that a template names.

    >>> named_cells("{year}|every year")
    ('year',)
    """
    return tuple(re.findall(r"{(\w+)}", template))


def cell_in_words(row: Mapping[str, str], left_out: frozenset[str]) -> str:
    """The row in words, by the columns that are neither figures nor said otherwise."""
    return ", ".join(f"{name} {cell}" for name, cell in row.items() if name not in left_out and cell)
