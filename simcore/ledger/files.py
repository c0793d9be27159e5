"""A model's ledger read from its folder: parameters, tables, evidence, and what is said of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from simcore.documents import Document, read_yaml
from simcore.ledger.references import Families, families, named_in
from simcore.ledger.rows import (
    SAID,
    Described,
    named_cells,
)  # fmt: skip
from simcore.ledger.uses import Uses, uses_of
from simcore.load import find_model
from simcore.spec import ModelFile
from simcore.strict import check
from simcore.tables import Column, Table, read_table

GRADES = {
    "A": "counts of a whole population, or large studies that agree",
    "B": "sound studies or statistics with a known weakness, or of a narrower question",
    "C": "borrowed from another place or time, crude, or worked out from areas",
    "D": "assumed: no usable evidence was found",
}
"""How far a figure is to be trusted, from the best."""
SPECIAL = frozenset({"id", "source_key", "rule", "note", "evidence_id", "grade", *SAID})
"""Columns of a table that are no figures, whatever they hold."""
WORDS = Column(may_be_empty=True)
PITFALL = {"number": str, "point": str, "answer": str, "answered_by": str}


@dataclass(frozen=True)
class Rule:
    """How derived rows were worked out."""

    line: int
    name: str
    statement: str
    inputs: str
    grade: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Files:
    """What a model's folder says of its figures."""

    folder: Path
    document: Document
    spec: ModelFile
    uses: Uses
    tables: Mapping[str, Table] = field(repr=False)
    """Tables with figures, by their path within the folder."""
    sources: Table | None
    assumptions: Table | None
    described: tuple[Described, ...]
    rules: Mapping[str, Rule]
    evidence_rows: Mapping[str, Mapping[str, str]]
    pitfalls: Table | None
    """What is hard or easy to get wrong in the model, and what answers it."""
    sensitivity: Table | None
    """How far headline figures move with each assumption: written by ``simcore sensitivity``."""

    @cached_property
    def columns(self) -> Mapping[str, tuple[Described, ...]]:
        """The columns of figures of each table; of two lines that fit one column the first counts."""
        found: dict[str, dict[str, Described]] = {name: {} for name in self.tables}
        for name, table in self.tables.items():
            for line in self.described:
                if line.column in table and fnmatchcase(name, line.table):
                    found[name].setdefault(line.column, line)
        return {name: tuple(columns.values()) for name, columns in found.items()}

    def keys(self, table: str) -> frozenset[str]:
        """Columns that say which cell of a table a row is, or what is told of its figures, or their bounds."""
        columns = self.columns[table]
        bounds = {bound for column in columns for bound in (column.low, column.high) if bound}
        named = {name for column in columns for said in column.said.values() for name in named_cells(said)}
        cells = (
            *self.spec.strata.dims,
            *self.spec.variables,
            "year",
            "level",
            "cause",
            "age_band",
            "age_period",
        )
        return frozenset({*SPECIAL, *cells, *bounds, *named})

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of rows of evidence and of assumptions."""
        rows = [str(i) for table in self.tables.values() if "id" in table for i in table["id"]]
        return (*rows, *self.assumption_ids)

    @cached_property
    def assumption_ids(self) -> tuple[str, ...]:
        """Ids of the assumptions, as their file has them."""
        return () if self.assumptions is None else tuple(str(i) for i in self.assumptions["id"])

    @cached_property
    def evidence_in(self) -> Mapping[str, str]:
        """The table that holds each id."""
        return {str(i): name for name, table in self.tables.items() if "id" in table for i in table["id"]}

    def named(self, text: str) -> tuple[str, ...]:
        """Ids that a text names."""
        return named_in(text, self._families)

    @cached_property
    def assumed_by(self) -> Mapping[str, tuple[str, ...]]:
        """Assumptions that each rule rests on."""
        return {rule.name: self.assumptions_in(rule.inputs) for rule in self.rules.values()}

    def assumptions_in(self, text: str) -> tuple[str, ...]:
        """Assumptions that a text names, those not there among them."""
        return tuple(name for name in self.named(text) if name not in self.evidence_in)

    @cached_property
    def _families(self) -> Families:
        return families(self.ids)


def read_files(name_or_folder: str | os.PathLike[str]) -> Files:
    """The files of a shipped model, by name, or of any folder with a ``model.yaml``.

    Raises
    ------
    DocumentError
        If a file cannot be read.
    """
    folder = find_model(name_or_folder)
    document = read_yaml(folder / "model.yaml")
    spec = check(document, ModelFile)
    aside = {spec.sources, spec.assumptions}
    paths = [*sorted(folder.glob("*.csv")), *sorted(folder.glob("evidence/*.csv"))]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return Files(
        folder, document, spec, uses_of(document.data),
        {name: read_table(path) for name, path in names.items() if name not in aside},
        _optional(folder, spec.sources, {"key": str}, ("key",)),
        _optional(folder, spec.assumptions, {"id": str, "where": str}, ("id",)),
        _described(folder), _rules(folder), _evidence_rows(folder),
        _optional(folder, "ledger/pitfalls.csv", PITFALL, ("number",)),
        _optional(folder, "ledger/sensitivity.csv", {"id": str, "assumption": WORDS}, ("id",)),
    )  # fmt: skip


def _optional(folder: Path, name: str | None, columns: dict[str, Any], key: tuple[str, ...]) -> Table | None:
    if name is None or not (folder / name).is_file():
        return None
    return read_table(folder / name, columns, key=key, others=True)


def _described(folder: Path) -> tuple[Described, ...]:
    words = dict.fromkeys(("low", "high", *SAID, "grade", "used_by"), WORDS)
    table = _optional(
        folder, "ledger/columns.csv", {"table": str, "column": str, **words}, ("table", "column")
    )
    found = []
    for line, cells in [] if table is None else zip(table.lines, table.rows(), strict=True):
        row = {name: cell or "" for name, cell in cells.items()}
        said = {name: row[name] for name in SAID}
        found.append(
            Described(
                line, row["table"], row["column"], row["low"], row["high"], said, row["grade"], row["used_by"]
            )
        )
    return tuple(found)


def _rules(folder: Path) -> dict[str, Rule]:
    kinds: dict[str, Any] = {
        "rule": str,
        "statement": str,
        "inputs": str,
        "grade": Column(choices=tuple(GRADES)),
    }
    table = _optional(folder, "ledger/rules.csv", kinds | {"parameters": WORDS}, ("rule",))
    rows = [] if table is None else zip(table.lines, table.rows(), strict=True)
    return {
        row["rule"]: Rule(
            line, row["rule"], row["statement"], row["inputs"], row["grade"],
            tuple((row["parameters"] or "").replace(";", " ").split()),
        )
        for line, row in rows
    }  # fmt: skip


def _evidence_rows(folder: Path) -> dict[str, dict[str, str]]:
    kinds = {"id": str, "grade": WORDS, **dict.fromkeys(SAID[2:], WORDS)}
    table = _optional(folder, "ledger/evidence_rows.csv", kinds, ("id",))
    rows = [] if table is None else list(table.rows())
    return {row["id"]: {name: cell or "" for name, cell in row.items()} for row in rows}
