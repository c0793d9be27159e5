"""Targets that stand in tables: rows chosen, put into cells, looked at, and handed over as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from calibration.rows import Axis, Cells, Groups, Placed, cell, no_periods, place, selected
from calibration.schema import Births, Calibration, Counts, Shares
from calibration.targets import ALL_CAUSES, CountTarget, ShareTarget
from calibration.units import births_of, share_dying, why_no_births, why_no_deaths, why_no_split, why_no_total
from simcore.model import Model
from simcore.problems import DocumentError, Loc, Problem, hint
from simcore.tables import Table, read_table


@dataclass
class Reader:
    """Reads each table once, and gathers what is wrong with any."""

    calibration: Calibration
    model: Model
    problems: list[Problem] = field(default_factory=list)
    tables: dict[Path, Table | None] = field(default_factory=dict)

    def counts(self, called: str, name: str, years: tuple[int, ...]) -> Iterator[CountTarget]:
        """Counts of some years of a target; nothing where something is wrong with them."""
        target = self.calibration.targets[name]
        assert isinstance(target, Counts)
        by, levels = target.strata.as_, self.model.levels(target.strata.as_)
        axis = Axis(target.years.column, tuple(str(year) for year in years))
        both = self._placed(name, target, axis, axis, {level: (level,) for level in levels}, axis.labels)
        if both is None:
            return
        died, born = both
        births = born.total(_births_column(target))
        deaths = {period: died.total(column) for period, column in target.deaths.items()}
        for (year, level), n in births.items():
            expected = births_of(self.model, (int(year),), by, level)
            born.refuse((year, level), _births_column(target), why_no_births(n, expected, whole=True))
        for period, column in target.deaths.items():
            for key, d in deaths[period].items():
                died.refuse(key, column, why_no_deaths(d, births.get(key, np.nan), whole=True))
            if not died.problems and not born.problems:
                share, total = share_dying(self.model, period), sum(births.values())
                died.refuse(None, column, why_no_total(sum(deaths[period].values()), total, share))
        if self._are_right(died, born):
            counted = np.stack([died.filled(deaths[period]) for period in target.deaths], axis=1)
            periods, dispersion = tuple(target.deaths), target.dispersion
            yield CountTarget(called, by, levels, years, periods, born.filled(births), counted, dispersion)

    def shares(self, name: str) -> Iterator[ShareTarget]:
        """Deaths of a span of years by group; nothing where something is wrong with them."""
        target = self.calibration.targets[name]
        assert isinstance(target, Shares)
        by, years = target.strata.as_, target.years.all
        groups = groups_of(target, self.model.levels(by))
        whole = Axis(None, (ALL_CAUSES,))
        axis = whole
        if target.causes is not None:
            axis = Axis(target.causes.column, target.causes.among or tuple(self.model.spec.deaths.causes))
        period = "-".join(str(year) for year in dict.fromkeys((years[0], years[-1])))
        both = self._placed(name, target, axis, whole, groups, (period,))
        if both is None:
            return
        died, born = both
        births = born.total(_births_column(target))
        deaths = {age: died.total(column) for age, column in target.deaths.items()}
        for key, n in births.items():
            born.refuse(key, _births_column(target), why_no_births(n, None, whole=False))
        for age, column in target.deaths.items():
            for (cause, group), d in deaths[age].items():
                n = births.get((ALL_CAUSES, group), np.nan)
                died.refuse((cause, group), column, why_no_deaths(d, n, whole=False))
        if not died.problems and not born.problems:
            self._plausible(target, died, born, births, deaths)
        if self._are_right(died, born):
            counted = np.stack([died.filled(deaths[age]) for age in target.deaths], axis=1)
            yield ShareTarget(
                name, by, tuple(groups), tuple(groups.values()), tuple(target.deaths), years, axis.labels,
                born.filled(births)[0], counted, target.weight,
            )  # fmt: skip

    def _plausible(
        self, target: Shares, died: Placed, born: Placed, births: Cells, deaths: Mapping[str, Cells]
    ) -> None:
        """Births and deaths of all groups together, and the deaths of each cause, against what they should be like."""
        members = died.groups.members
        total, everyone = sum(births.values()), births_of(self.model, target.years.all)
        everybody = {level for of in members.values() for level in of} == set(died.groups.known)
        if everybody:
            born.refuse(None, _births_column(target), why_no_births(total, everyone, whole=False))
        # few births, or those of one gestation, may die of one cause at a rate that is all their own
        typical = everybody or (
            total > everyone / 2 and target.strata.as_ not in self.model.spec.deaths.baseline.by
        )
        for age, column in target.deaths.items():
            causes = died.axis.labels
            for cause in causes:
                parts = [deaths[age][cause, group] for group in members]
                died.refuse((cause, next(iter(members))), column, why_no_split(parts))
            expected = [
                share_dying(self.model, age, None if cause == ALL_CAUSES else cause) for cause in causes
            ]
            if typical and not died.problems:
                share = None if None in expected else sum(e for e in expected if e is not None)
                died.refuse(None, column, why_no_total(sum(deaths[age].values()), total, share))

    def _are_right(self, *placed: Placed) -> bool:
        """Whether nothing is wrong with them; what is wrong is kept."""
        found = [problem for one in placed for problem in one.problems]
        self.problems += found
        return not found

    def _placed(
        self,
        name: str,
        target: Counts | Shares,
        axis: Axis,
        births_axis: Axis,
        members: Mapping[str, tuple[str, ...]],
        periods: tuple[str, ...],
    ) -> tuple[Placed, Placed] | None:
        """The rows of deaths and those of births in their cells; None where there are none to look at."""
        at: Loc = ("targets", name)
        table = self._table(at, target.file)
        if table is None or not self._has_columns(at, target, table):
            return None
        by = target.strata.as_
        groups = Groups(target.strata.column, by, self.model.levels(by), members)
        deaths_rows = self._chosen(at, table, target.rows, target, periods)
        if deaths_rows is None:
            return None
        died = place(table, deaths_rows, axis, groups)
        if not isinstance(target.births, Births):
            return died, died
        where = {**target.rows, **target.births.rows}
        births_rows = self._chosen((*at, "births"), table, where, target, periods)
        return None if births_rows is None else (died, place(table, births_rows, births_axis, groups))

    def _table(self, at: Loc, file: str) -> Table | None:
        """A table, from beside the config or else from the model's folder; None if it cannot be read."""
        beside = Path(self.calibration.document.path).parent / file
        path = beside if beside.exists() else self.model.folder / file
        if path not in self.tables:
            try:
                self.tables[path] = read_table(path)
            except DocumentError as error:
                self.tables[path] = None
                if path.exists():
                    self.problems += error.problems
                else:
                    found = f"no such file beside this one, nor in {self.model.folder}"
                    self.problems.append(self.calibration.problem((*at, "file"), f"{found}; check the name"))
        return self.tables[path]

    def _has_columns(self, at: Loc, target: Counts | Shares, table: Table) -> bool:
        """Whether the table has every column that the config names; one that is missing is told of at its header."""
        named: list[tuple[Loc, str]] = [
            (("strata", "column"), target.strata.column),
            (("years", "column"), target.years.column),
            *((("rows", column), column) for column in target.rows),
            *((("deaths", period), column) for period, column in target.deaths.items()),
        ]
        if isinstance(target.births, Births):
            named += [(("births", "column"), target.births.column)]
            named += [(("births", "rows", column), column) for column in target.births.rows]
        else:
            named += [(("births",), target.births)]
        if isinstance(target, Shares) and target.causes is not None:
            named += [(("causes", "column"), target.causes.column)]
        missing = [(loc, column) for loc, column in named if column not in table]
        document = self.calibration.document
        for loc, column in missing:
            key = loc[0] in ("rows",) or loc[:2] == ("births", "rows")
            line, mark = document.where((*at, *loc), "key" if key else "value")
            remedy = f"add it, or write another name at {document.path}:{line}:{mark}"
            message = f"column `{column}` is missing; {remedy}; {hint(column, table.columns)}"
            self.problems.append(table.problem(None, column, message))
        return not missing

    def _chosen(
        self,
        at: Loc,
        table: Table,
        where: Mapping[str, object],
        target: Counts | Shares,
        periods: tuple[str, ...],
    ) -> list[int] | None:
        """The rows asked for, of the periods asked for; None, and a problem of the config, where there are none."""
        asked: dict[str, object] = {}
        left = list(range(len(table)))
        for column, text in where.items():
            asked[column] = text
            before, left = left, selected(table, asked)
            if not left:
                others = dict.fromkeys(cell(table, i, column) for i in before)
                message = (
                    f"no row of {table.path} has {column} `{text}`, all before it met; {hint(text, others)}"
                )
                self.problems.append(self.calibration.problem((*at, "rows", column), message))
                return None
        column = target.years.column
        self.problems += no_periods(table, left, column)
        chosen = [i for i in left if cell(table, i, column) in periods]
        if not chosen:
            found = ", ".join(dict.fromkeys(cell(table, i, column) for i in left))
            wanted = periods[0] if len(periods) == 1 else f"{periods[0]}, or later to {periods[-1]}"
            message = f"no row of {table.path} that is asked for has {column} {wanted}; they have {found}"
            self.problems.append(self.calibration.problem((*at[:2], "years"), message))
            return None
        return chosen


def groups_of(target: Shares, levels: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The groups that a target compares, each with its levels."""
    among = target.strata.among
    if isinstance(among, Mapping):
        return dict(among)
    return {level: (level,) for level in (among or levels)}


def _births_column(target: Counts | Shares) -> str:
    return target.births.column if isinstance(target.births, Births) else target.births
