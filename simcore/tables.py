"""CSV tables, read strictly: every bad cell at once, each with its line and column name.

births = read_table("births.csv", {"year": int, "imd_decile": int, "births": Column(float, at_least=0)},
                    key=("year", "imd_decile"))
births["births"], births.frame()
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simcore.problems import DocumentError, Problem, Repeated, hint, near_match
from simcore.text_files import INTEGER, NUMBER, read_text, respelt

if TYPE_CHECKING:
    import pandas as pd

MAX_TABLE_BYTES = 20_000_000
_MAX_PROBLEMS = 1_000


@dataclass(frozen=True)
class Column:
    """What a column holds; bounds are included, ``choices`` are of text, ``optional``: may be absent."""

    kind: type[str | int | float] = str
    at_least: float = -math.inf
    at_most: float = math.inf
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False
    optional: bool = False
    or_else: str = ""
    """What can be done in place of adding the column, where it is missing."""

    def read(self, cell: str) -> Any:
        """The value of a cell (None when empty and allowed). Raises ValueError with words for a reader."""
        if cell == "":
            if self.may_be_empty:
                return None
            raise ValueError("is empty; give a value")
        if self.kind is str:
            if self.choices and cell not in self.choices:
                raise ValueError(f"found `{_short(cell)}`; {hint(cell, self.choices)}")
            return cell
        wanted, pattern = ("a whole number", INTEGER) if self.kind is int else ("a number", NUMBER)
        if not pattern.fullmatch(cell) or len(cell) > 40:
            remedy = respelt(cell, pattern) or f"write {wanted} in digits, with a point for decimals"
            raise ValueError(f"found `{_short(cell)}`; {remedy}")
        value = int(cell) if self.kind is int else float(cell)
        if not self.at_least <= value <= self.at_most or not math.isfinite(value):
            percent = self.at_most == 1 and 1.5 < value <= 100
            fraction = f", as {value / 100:g} for {value:g}%" if percent else ""
            raise ValueError(f"found {_short(cell)}; write a number{self._bounds()}{fraction}")
        return value

    def _bounds(self) -> str:
        low = f" at least {self.at_least:g}" if math.isfinite(self.at_least) else ""
        high = f" at most {self.at_most:g}" if math.isfinite(self.at_most) else ""
        return " and".join(part for part in (low, high) if part) or " that is finite"


@dataclass(frozen=True)
class Table:
    """A CSV file as columns. ``lines[i]`` is the line where row ``i`` starts, for problems found later."""

    path: str
    columns: Mapping[str, list[Any]]
    lines: Sequence[int] = field(repr=False)
    digest: str = ""

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> list[Any]:
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dict a row, in file order."""
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def frame(self) -> pd.DataFrame:
        """The table as a pandas DataFrame; row ``i`` began on line ``lines[i]``."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))

    def problem(self, row: int | None, column: str, message: str) -> Problem:
        """A located problem for checks that come later (row None: the header)."""
        return Problem(self.path, 1 if row is None else self.lines[row], None, column, message)


def read_table(
    path: str | os.PathLike[str],
    columns: Mapping[str, type[str | int | float] | Column] | None = None,
    *,
    key: Sequence[str] = (),
    others: bool = False,
) -> Table:
    """Read a CSV file with a header line.

    ``columns`` names what must be there, as ``str``, ``int``, ``float`` or a :class:`Column`; None takes
    every column as text. Other columns are refused unless ``others`` (then kept as text). ``key`` names
    columns that together may not repeat. Raises DocumentError with every problem found.
    """
    name = os.fspath(path)
    text, digest = read_text(path, MAX_TABLE_BYTES)
    header, rows = _records(text, name)
    wanted = {c: kind if isinstance(kind, Column) else Column(kind) for c, kind in (columns or {}).items()}
    _check_header(name, header, wanted, others or columns is None)
    kinds = [wanted.get(column, Column(may_be_empty=True)) for column in header]
    values: list[list[Any]] = [[] for _ in header]
    problems: list[Problem] = []
    lines: list[int] = []
    seen: dict[tuple[Any, ...], int] = {}
    places = [header.index(part) for part in key]
    for line, cells in rows:
        if len(problems) > _MAX_PROBLEMS:
            break
        if len(cells) != len(header) or not any(cells):
            problems.append(Problem(name, line, None, "", _misshapen(cells, len(header))))
            continue
        good = len(problems)
        for i, cell in enumerate(cells):
            try:
                values[i].append(kinds[i].read(cell))
            except ValueError as error:
                values[i].append(None)
                problems.append(Problem(name, line, None, header[i], str(error)))
        lines.append(line)
        if key and len(problems) == good:
            cell_key = tuple(values[i][-1] for i in places)
            if seen.setdefault(cell_key, line) != line:
                what = ", ".join(f"{part} {value}" for part, value in zip(key, cell_key, strict=True))
                message = f"{what} stands on line {seen[cell_key]} too; keep one"
                problems.append(Repeated(name, line, None, ", ".join(key), message, seen[cell_key]))
    if not lines and not problems:
        problems.append(Problem(name, 1, None, "", "has a header and no rows; add rows"))
    if problems:
        raise DocumentError(problems)
    return Table(name, dict(zip(header, values, strict=True)), lines, digest)


def _records(text: str, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and (first line, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records = []
    line = 1
    try:
        for cells in reader:
            if cells:
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DocumentError(
            Problem(name, line, None, "", f"is not CSV here ({error}); check the quotes")
        ) from None
    if not records:
        raise DocumentError(Problem(name, 1, None, "", "is empty; begin with a header line of column names"))
    return records[0][1], records[1:]


def _check_header(name: str, header: list[str], wanted: Mapping[str, Column], others: bool) -> None:
    needed = [column for column, kind in wanted.items() if not kind.optional]
    problems = []
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            message = f"columns stand apart by {called}; save the table with commas, and points for decimals"
            raise DocumentError(Problem(name, 1, None, "", message))
    if any(NUMBER.fullmatch(column) for column in header):
        message = f"found data, `{_short(','.join(header))}`; begin with a line of column names"
        names = f", {','.join(needed)}" if needed else ""
        raise DocumentError(Problem(name, 1, None, "", f"{message}{names}"))
    unclaimed = [column for column in header if column not in wanted]
    for place, column in enumerate(header):
        unused = [c for c in wanted if c not in header]
        if not column:
            problems.append(f"column {place + 1} has no name; name it, or take the column out")
        elif column in header[:place]:
            problems.append(f"column `{column}` stands twice; keep one")
        elif column not in wanted and not others:
            problems.append(f"unknown column `{_short(column)}`; {hint(column, unused or wanted)}")
    for column in needed:
        if column not in header:
            alike = near_match(column, unclaimed) if others else None
            other = f"rename `{_short(alike)}`" if alike else wanted[column].or_else
            remedy = f"add it, or {other}" if other else "add it"
            problems.append(f"column `{column}` is missing; {remedy}")
    if problems:
        raise DocumentError(Problem(name, 1, None, "", problem) for problem in problems)


def _misshapen(cells: list[str], wanted: int) -> str:
    """What is wrong with a row that has not as many cells as the header, or nothing in them."""
    if not any(cells):
        return "is an empty row; take it out"
    found = f"has {len(cells)} cell{'s' * (len(cells) != 1)}, the header has {wanted}"
    if cells[0].startswith("#"):
        return f"{found}; a table holds no comments, take the line out"
    if len(cells) > wanted:
        return f"{found}; write decimals with a point, thousands without a comma, and quote text that has one"
    return f"{found}; add what is missing"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
