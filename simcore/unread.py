"""Why a table could not be read, told where it is to be mended: in the table, or where the model file names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from simcore.dims import YEAR
from simcore.documents import Document
from simcore.grid import telling_apart
from simcore.problems import DocumentError, Loc, Problem, Repeated
from simcore.spec import ModelFile


def named_by(spec: ModelFile, part: Loc) -> Sequence[str] | None:
    """What the ``by`` beside a table names; None of a part of the model file that has no such list."""
    if part[0] == "variables":
        return spec.variables[str(part[1])].shares.by
    return spec.deaths.baseline.by if part == ("deaths", "baseline") else None


def why_unread(
    error: DocumentError, document: Document, spec: ModelFile, part: Loc, path: Path
) -> Iterator[Problem]:
    """The problems of a table that ``part`` of the model file names."""
    if not path.exists():
        keys = ((*part, key) for key in ("births", "table", "target"))
        at = next((loc for loc in keys if loc in document.values), part)
        yield from (document.problem(at, f"{problem.file}: {problem.message}") for problem in error.problems)
        return
    by = named_by(spec, part)
    columns = [] if by is None else telling_apart(error, path, _could_name(spec, part, by))
    if columns:
        yield document.problem((*part, "by"), _not_named(spec, part, path.name, columns))
    # each repeated row would be told to go, and with it the data
    yield from (p for p in error.problems if not (columns and isinstance(p, Repeated)))


def _could_name(spec: ModelFile, part: Loc, by: Sequence[str]) -> list[str]:
    """What the ``by`` of a part could name besides, in the order of the model file."""
    names = [*spec.strata.dims, *spec.variables]
    if part[0] == "variables":
        name = str(part[1])
        names = list(spec.strata.dims) if spec.variables[name].odds_ratios else names[: names.index(name)]
    return [name for name in names if name not in by]


def _not_named(spec: ModelFile, part: Loc, table: str, columns: Sequence[str]) -> str:
    """Columns that tell repeated rows apart, and what to do with them."""
    names = " and ".join(f"`{name}`" for name in columns)
    if len(columns) > 1:
        found = f"{table} has the columns {names}, which `by` does not name"
    else:
        what = "variable" if columns[0] in spec.variables else "stratum"
        found = f"{table} has the column {names}, a {what} that `by` does not name"
    if YEAR in columns and part[0] == "deaths":
        return f"{found}; hazards are the same in every year, so keep the rows of one"
    named = {*columns, *(named_by(spec, part) or ())}
    order = [name for name in (*spec.strata.dims, *spec.variables) if name in named]
    return f"{found}; write `by: [{', '.join(order)}]`"
