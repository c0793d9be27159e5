"""From a model folder to a :class:`~simcore.model.Model`: files read, words checked once, all together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from simcore.documents import DocumentError, Problem, hint, read_yaml
from simcore.model import Model, SharesTable, Target
from simcore.network import Array
from simcore.spec import ModelFile, StratumYears
from simcore.tables import Column, Table, read_table
from simcore.words import word_problems

SUM_TOLERANCE = 1e-6


def load_model(name_or_folder: str | os.PathLike[str]) -> Model:
    """Read a model: one that ships with the package by its name, or any folder with a ``model.yaml``.

    Raises
    ------
    DocumentError
        With every problem of the model file, or of its tables, each with its address.
    """
    folder = find_model(name_or_folder)
    document = read_yaml(folder / "model.yaml")
    spec = document.check(ModelFile)
    problems = list(word_problems(document, spec))
    if problems:
        raise DocumentError(problems)
    return _Loader(folder, spec).load()


def find_model(name_or_folder: str | os.PathLike[str]) -> Path:
    """The folder of a model given by name or by path."""
    given = os.fspath(name_or_folder)
    shipped = Path(str(resources.files("simcore") / "models"))
    if os.sep not in given and (shipped / given / "model.yaml").is_file():
        return shipped / given
    if Path(given).is_dir():
        return Path(given)
    names = sorted(path.parent.name for path in shipped.glob("*/model.yaml"))
    raise DocumentError(Problem(given, None, None, "", f"no such model; {hint(given, names)}"))


class _Loader:
    """Reads the tables that a checked model file names."""

    def __init__(self, folder: Path, spec: ModelFile) -> None:
        self.folder, self.spec = folder, spec
        self.strata: dict[str, tuple[str, ...]] = {}
        for dim, levels in spec.strata.dims.items():
            if isinstance(levels, StratumYears):
                self.strata[dim] = tuple(str(year) for year in range(levels.first, levels.last + 1))
            else:
                self.strata[dim] = levels.levels

    def load(self) -> Model:
        spec, deaths = self.spec, self.spec.deaths
        births = self._cells(spec.strata.births, tuple(self.strata), "births", 0.0)
        shares = {name: self._shares(name) for name in spec.variables}
        cells = (tuple(deaths.causes), tuple(deaths.age_bands))
        by = deaths.baseline.by
        if deaths.baseline.table is not None:
            baseline = self._cells(deaths.baseline.table, (*by, "cause", "age_band"), "hazard", 0.0)
        else:
            baseline = np.ones((*(len(self._levels(b)) for b in by), len(cells[0]), len(cells[1])))
        targets = {}
        if deaths.baseline.target is not None:
            targets["baseline"] = self._target(deaths.baseline.target, (*by, "cause", "age_band"))
        if deaths.residual is not None:
            targets["residual"] = self._target(deaths.residual.target, ("age_period", deaths.residual.by))
        return Model(spec, self.folder, self.strata, births, shares, baseline, targets)

    def _levels(self, name: str) -> tuple[str, ...]:
        special = {
            "cause": tuple(self.spec.deaths.causes),
            "age_band": tuple(self.spec.deaths.age_bands),
            "age_period": tuple(self.spec.deaths.age_periods),
        }
        if name in special:
            return special[name]
        return self.strata[name] if name in self.strata else self.spec.variables[name].levels

    def _shares(self, name: str) -> SharesTable:
        variable = self.spec.variables[name]
        shares = variable.shares
        columns = (shares.between.low, shares.between.high) if shares.between else (shares.column,)
        found = [self._share_table(name, shares.table, shares.by, column) for column in columns]
        return SharesTable(shares.by, found[0], found[-1])

    def _share_table(self, name: str, table: str, by: tuple[str, ...], column: str) -> Array:
        """Shares by level; a first level that the table leaves out has the rest."""
        levels = self.spec.variables[name].levels
        read = self._read(
            table, (*by, "level"), column, {"level": levels}, Column(float, at_least=0, at_most=1)
        )
        values = np.full((*(len(self._levels(b)) for b in by), len(levels)), np.nan)
        self._fill(values, read, (*by, "level"), column, {"level": levels})
        first_missing = np.isnan(values[..., 0]).all()
        if first_missing:
            values[..., 0] = 1.0 - values[..., 1:].sum(axis=-1)
        self._complete(values, read, (*by, "level"), {"level": levels})
        off = np.abs(values.sum(axis=-1) - 1.0)
        if (off > SUM_TOLERANCE).any() or (values < 0).any():
            worst = np.unravel_index(int(off.argmax()), off.shape)
            cell = ", ".join(f"{b} {self._levels(b)[i]}" for b, i in zip(by, worst, strict=True))
            raise DocumentError(
                read.problem(None, column, f"shares of {cell or name} do not sum to one; check the rows")
            )
        return np.asarray(values / values.sum(axis=-1, keepdims=True))

    def _target(self, table: str, axes: tuple[str, ...]) -> Target:
        deaths = self._cells(table, axes, "deaths", 0.0)
        effective = self._cells(table, axes, "effective_count", 0.0)
        return Target(axes, deaths, effective)

    def _cells(self, table: str, axes: tuple[str, ...], column: str, at_least: float) -> Array:
        read = self._read(table, axes, column, {}, Column(float, at_least=at_least))
        values = np.full(tuple(len(self._levels(axis)) for axis in axes), np.nan)
        self._fill(values, read, axes, column, {})
        self._complete(values, read, axes, {})
        return values

    def _read(
        self,
        table: str,
        key: tuple[str, ...],
        column: str,
        extra: Mapping[str, Sequence[str]],
        number: Column,
    ) -> Table:
        kinds = {name: Column(str, choices=tuple(extra.get(name) or self._levels(name))) for name in key}
        return read_table(self.folder / table, {**kinds, column: number}, key=key, others=True)

    def _fill(
        self,
        values: Array,
        table: Table,
        key: tuple[str, ...],
        column: str,
        extra: Mapping[str, Sequence[str]],
    ) -> None:
        positions = []
        for name in key:
            place = {level: i for i, level in enumerate(extra.get(name) or self._levels(name))}
            positions.append([place[cell] for cell in table[name]])
        if key:
            values[tuple(positions)] = table[column]
        else:
            values[...] = table[column][0]

    def _complete(
        self, values: Array, table: Table, key: tuple[str, ...], extra: Mapping[str, Sequence[str]]
    ) -> None:
        missing = np.argwhere(np.isnan(values))
        if missing.size:
            labels = [tuple(extra.get(name) or self._levels(name)) for name in key]
            cells = [
                ", ".join(f"{n} {lab[i]}" for n, lab, i in zip(key, labels, row, strict=True))
                for row in missing[:3]
            ]
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise DocumentError(
                table.problem(None, "", f"no row for {'; '.join(cells)}{more}; add a row for each")
            )
