"""From a model folder to a :class:`~simcore.model.Model`: files read, words checked once, all together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from simcore.dims import YEAR
from simcore.documents import Document, read_yaml
from simcore.grid import Grid, read_grid
from simcore.life_file import read_life_table
from simcore.lifetable import DAYS, LifeTable
from simcore.model import Model, SharesTable, Target
from simcore.network import Array
from simcore.problems import DocumentError, Loc, Problem, dotted, near_match
from simcore.spec import ModelFile, StratumYears, Variable
from simcore.strata import same_key
from simcore.strict import check
from simcore.tables import Column, read_table
from simcore.unread import named_by, why_unread
from simcore.words import word_problems

SUM_TOLERANCE = 1e-6
ASSUMPTION = "assumption"
SHARE = Column(float, at_least=0, at_most=1)
NOT_NEGATIVE = Column(float, at_least=0)


def load_model(name_or_folder: str | os.PathLike[str]) -> Model:
    """Read a model: one that ships with the package by its name, or any folder with a ``model.yaml``.

    Raises
    ------
    DocumentError
        With every problem of the model file and its tables, each with its address. What a table should hold is
        said by the model file: none is looked for where the file cannot be read, nor in a table of which it says
        something that cannot be.
    """
    folder = find_model(name_or_folder)
    document = read_yaml(folder / "model.yaml")
    spec = check(document, ModelFile)
    return _Loader(folder, document, spec).load()


def find_model(name_or_folder: str | os.PathLike[str]) -> Path:
    """The folder of a model given by its name, its folder, or its ``model.yaml``."""
    given = os.fspath(name_or_folder)
    if os.sep not in given and given in shipped_models():
        return _shipped() / given
    path = Path(given)
    if path.name == "model.yaml" and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    beside = {folder.parent.name: str(folder.parent) for folder in path.parent.glob("*/model.yaml")}
    known = {name: name for name in shipped_models()} | beside
    match = near_match(path.name, known)
    remedy = (
        f"did you mean `{known[match]}`?" if match else "name a folder that holds a model.yaml, or england"
    )
    raise DocumentError(Problem(given, None, None, "", f"no such model; {remedy}"))


def is_model(name_or_folder: str) -> bool:
    """Whether a name or path given where scenarios could stand too is that of a model."""
    path = Path(name_or_folder)
    inside = any((path / name).is_file() for name in ("model.yaml", "model.yml"))
    return inside or name_or_folder in shipped_models() or path.name == "model.yaml"


def shipped_models() -> tuple[str, ...]:
    """The names of the models that come with the package."""
    return tuple(sorted(path.parent.name for path in _shipped().glob("*/model.yaml")))


def _shipped() -> Path:
    return Path(str(resources.files("simcore") / "models"))


class _Loader:
    """Reads the tables that a model file names, and gathers what is wrong with its words and any of them."""

    def __init__(self, folder: Path, document: Document, spec: ModelFile) -> None:
        self.folder, self.document, self.spec = folder, document, spec
        self.strata: dict[str, tuple[str, ...]] = {}
        for dim, levels in spec.strata.dims.items():
            if isinstance(levels, StratumYears):
                self.strata[dim] = tuple(str(year) for year in range(levels.first, levels.last + 1))
            else:
                self.strata[dim] = levels.levels
        self.problems = list(word_problems(document, spec))

    def load(self) -> Model:
        spec, deaths = self.spec, self.spec.deaths
        births = self._births()
        shares = {name: self._shares(name, variable) for name, variable in spec.variables.items()}
        axes = (*deaths.baseline.by, "cause", "age_band")
        if deaths.baseline.table is not None:
            grid = self._grid(("deaths", "baseline"), deaths.baseline.table, axes, ["hazard"])
            baseline = self._column(grid, "hazard")
        else:
            baseline = np.ones([len(self._levels(axis)) for axis in axes])
        targets = self._targets(axes)
        life = self._life()
        self._sources()
        twins = same_key(self.strata)
        if twins is not None:
            message = (
                f"{twins[0]} and {twins[1]} would share their luck, as their keys are one; rename a level"
            )
            self.problems.append(self.document.problem(("strata", "dims"), message))
        if self.problems:
            raise DocumentError(self.problems)
        return Model(spec, self.folder, self.strata, births, shares, baseline, targets, life)

    def _levels(self, name: str) -> tuple[str, ...]:
        """Levels of an axis; none of one that the model does not have."""
        special = {
            "cause": tuple(self.spec.deaths.causes),
            "age_band": tuple(self.spec.deaths.age_bands),
            "age_period": tuple(self.spec.deaths.age_periods),
        }
        if name in special:
            return special[name]
        if name in self.strata:
            return self.strata[name]
        return self.spec.variables[name].levels if name in self.spec.variables else ()

    def _is_wrong(self, *parts: Loc) -> bool:
        """Whether something was found wrong within parts of the model file."""
        within = tuple(f"{dotted(part)}." for part in parts)
        return any(f"{p.path}.".startswith(within) for p in self.problems if p.file == self.document.path)

    def _grid(
        self,
        part: Loc,
        table: str,
        axes: Sequence[str],
        columns: Sequence[str],
        number: Column = NOT_NEGATIVE,
        levels: Sequence[str] | None = None,
    ) -> Grid | None:
        """A table over its axes, ``level`` the last of them where ``levels`` are given; None if it is unusable.

        ``part`` of the model file says what is in it: where that is wrong, problems of the table would mislead.
        """
        named = {axis: self._levels(axis) for axis in axes} | ({"level": levels} if levels else {})
        if self._is_wrong(part, *(("strata", "dims", axis) for axis in axes)) or not all(named.values()):
            return None
        path, by = self.folder / table, named_by(self.spec, part)
        try:
            grid = read_grid(path, named, columns, number, by or ())
        except DocumentError as error:
            self.problems += why_unread(error, self.document, self.spec, part, path)
            return None
        gaps = list(grid.missing(levels is not None and grid.without_first))
        self.problems += gaps
        return None if gaps else grid

    @staticmethod
    def _column(grid: Grid | None, column: str) -> Array:
        """A column as an array; of what could not be read, an empty one that nobody comes to see."""
        return np.zeros(0) if grid is None else grid.values[column]

    def _births(self) -> Array:
        """Births of every stratum: some may have none, a whole year may not."""
        grid = self._grid(("strata",), self.spec.strata.births, tuple(self.strata), ["births"])
        if grid is None:
            return np.zeros(0)
        births = grid.values["births"]
        years = [dim for dim in self.strata if dim == YEAR]
        axes = tuple(i for i, dim in enumerate(self.strata) if dim not in years)
        for cell in np.argwhere(births.sum(axis=axes, keepdims=True) == 0):
            there = tuple(slice(None) if i in axes else at for i, at in enumerate(cell))
            when = f" in {self.strata[YEAR][cell[list(self.strata).index(YEAR)]]}" if years else ""
            line = int(grid.lines[there].min())
            self.problems.append(
                Problem(grid.table.path, line, None, "births", f"no births{when}; give some")
            )
        return births

    def _shares(self, name: str, variable: Variable) -> SharesTable:
        """Shares of a variable at both bounds, equal where there is one."""
        shares = variable.shares
        columns = (shares.between.low, shares.between.high) if shares.between else (shares.column,)
        part = "variables", name, "shares"
        grid = self._grid(part, shares.table, shares.by, columns, SHARE, variable.levels)
        if grid is None:
            return SharesTable(shares.by, np.zeros(0), np.zeros(0))
        found = [self._summing_to_one(grid, column) for column in columns]
        return SharesTable(shares.by, found[0], found[-1])

    def _summing_to_one(self, grid: Grid, column: str) -> Array:
        """Shares by level; a first level that the table leaves out has the rest."""
        values, rest = grid.values[column], grid.without_first
        stated = values[..., 1:].sum(axis=-1) if rest else values.sum(axis=-1)
        if rest:
            values[..., 0] = 1.0 - stated
        off = stated > 1 + SUM_TOLERANCE if rest else np.abs(stated - 1) > SUM_TOLERANCE
        for cell in np.argwhere(off):
            of = f" of {grid.cell(cell)}" if cell.size else ""
            total = f"sum to {stated[tuple(cell)]:.8g}"
            levels = list(grid.axes["level"])
            wanted = f"at most 1, the rest being `{levels[0]}`" if rest else "1"
            message = f"shares{of} {total} ({grid.where(cell)}); make it {wanted}"
            self.problems.append(grid.problem(cell, column, message))
        values = np.maximum(values, 0.0)
        total = values.sum(axis=-1, keepdims=True)
        # shares that are all 0 were told of above
        return np.asarray(values / np.where(total > 0, total, 1.0))

    def _targets(self, axes: tuple[str, ...]) -> dict[str, Target]:
        """Deaths that what is solved has to return: they must be able to agree."""
        deaths = self.spec.deaths
        wanted: dict[str, tuple[str, tuple[str, ...]]] = {}
        if deaths.baseline.target is not None:
            wanted["baseline"] = deaths.baseline.target, axes
        if deaths.residual is not None:
            wanted["residual"] = deaths.residual.target, ("age_period", deaths.residual.by)
        grids = {
            name: self._grid(("deaths", name), table, of, ["deaths", "effective_count"])
            for name, (table, of) in wanted.items()
        }
        cells, strata = grids.get("baseline"), grids.get("residual")
        periods = "deaths", "age_periods"
        if cells is not None and strata is not None and not self._is_wrong(periods):
            self.problems += self._disagreeing(cells, strata)
        return {
            name: Target(
                of, self._column(grids[name], "deaths"), self._column(grids[name], "effective_count")
            )
            for name, (_, of) in wanted.items()
        }

    def _disagreeing(self, cells: Grid, strata: Grid) -> Iterator[Problem]:
        """A residual is solved from the same deaths as the baseline, cut another way, and from none that are 0."""
        for cell in np.argwhere(strata.values["deaths"] == 0):
            message = (
                f"no deaths in {strata.cell(cell)}, and a residual is solved from them; join some levels"
            )
            yield strata.problem(cell, "deaths", message)
        bands = list(self.spec.deaths.age_bands)
        for i, (period, members) in enumerate(self.spec.deaths.age_periods.items()):
            here = strata.values["deaths"][i].sum()
            there = cells.values["deaths"][..., [bands.index(band) for band in members]].sum()
            if abs(here - there) > SUM_TOLERANCE * max(here, there):
                other = Path(cells.table.path).name
                message = f"{here:,.8g} deaths in {period} ({strata.where([i])}), and {there:,.8g} in {other}"
                yield strata.problem([i], "deaths", f"{message}; make the two agree")

    def _life(self) -> LifeTable | None:
        """How long who does not die in infancy lives on."""
        if self.spec.life_table is None:
            return None
        bands = list(self.spec.deaths.age_bands.values())
        if (bands[0][0], bands[-1][1]) != (0, DAYS):
            message = (
                f"is for deaths in the first year, and age bands are not days 0 to {DAYS:g}; take it out"
            )
            self.problems.append(self.document.problem(("life_table",), message))
            return None
        path = self.folder / self.spec.life_table
        try:
            return read_life_table(path)
        except DocumentError as error:
            self.problems += why_unread(error, self.document, self.spec, ("life_table",), path)
            return None

    def _sources(self) -> None:
        """Every parameter's source is a key of the sources, or an assumption."""
        if self.spec.sources is None:
            return
        path = self.folder / self.spec.sources
        try:
            table = read_table(path, {"key": str}, key=("key",), others=True)
        except DocumentError as error:
            self.problems += why_unread(error, self.document, self.spec, ("sources",), path)
            return
        for name, parameter in self.spec.parameters.items():
            if parameter.source != ASSUMPTION and parameter.source not in table["key"]:
                match = near_match(parameter.source, table["key"])
                remedy = f"did you mean `{match}`?" if match else "add a row, or write `source: assumption`"
                message = f"no source `{parameter.source}` in {self.spec.sources}; {remedy}"
                self.problems.append(self.document.problem(("parameters", name, "source"), message))
