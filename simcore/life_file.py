"""A life table read from its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simcore.lifetable import LifeTable
from simcore.problems import DocumentError, Problem
from simcore.tables import Column, Table, read_table

SHARE = Column(float, at_least=0, at_most=1, may_be_empty=True)
COLUMNS = {
    "sex": Column(str),
    "age": Column(int, at_least=0, at_most=150),
    "probability_of_death": Column(float, at_least=0, at_most=1),
    "share_of_births": SHARE,
}


def read_life_table(path: Path) -> LifeTable:
    """Read a table with a row for every sex and single year of age; the rows of age 0 have the share of births.

    Raises
    ------
    DocumentError
        For cells that cannot be, ages that are missing, and shares of births that are not 1 in all.
    """
    table = read_table(path, COLUMNS, key=("sex", "age"), others=True)
    sexes = dict.fromkeys(table["sex"])
    rows = {sex: [row for row in range(len(table)) if table["sex"][row] == sex] for sex in sexes}
    problems = [problem for of_sex in rows.values() for problem in _problems(table, of_sex)]
    births = {
        table["sex"][row]: table["share_of_births"][row] or 0.0
        for row in range(len(table))
        if table["age"][row] == 0
    }
    total = sum(births.values())
    if not problems and abs(total - 1.0) > 1e-6:
        message = f"the shares at age 0 add up to {total:g}; make them add up to 1"
        problems.append(table.problem(None, "share_of_births", message))
    if problems:
        raise DocumentError(problems)
    dying = {
        sex: np.array(
            [table["probability_of_death"][row] for row in sorted(of_sex, key=table["age"].__getitem__)]
        )
        for sex, of_sex in rows.items()
    }
    return LifeTable(dying, births)


def _problems(table: Table, rows: list[int]) -> list[Problem]:
    """What is wrong with the rows of one sex."""
    sex, ages = table["sex"][rows[0]], {table["age"][row]: row for row in rows}
    last = max(1, *ages)
    gap = next((age for age in range(last + 1) if age not in ages), None)
    if gap is not None:
        message = f"no row for {sex}, age {gap}; give every age from 0 to the last one, which is at least 1"
        return [table.problem(rows[0], "age", message)]
    if table["probability_of_death"][ages[last]] == 0:
        message = f"nobody dies from age {last} on; give the last age a probability above 0"
        return [table.problem(ages[last], "probability_of_death", message)]
    return []
