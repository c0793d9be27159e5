"""Rows of observed births and deaths: as printed, and as they are to be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..deaths.grouping import CAUSE_OF
from ..evidence import Cells, Row, Table, read
from ..numbers import Array
from .shared_out import COLUMNS, Counts

ENGLAND, EW, THREE = "England", "England and Wales", "2018-2020"


@dataclass(frozen=True)
class About:
    """What all groups of one published table share.

    ``within`` is another factor and its level, that the groups are in; ``cause`` is empty for all causes.
    """

    factor: str
    geography: str
    period: str
    source_key: str
    rule: str = "published"
    cause: str = ""
    within: tuple[str, str] = ("", "")
    note: str = ""


def counts(row: Mapping[str, str]) -> Array:
    """Births and deaths of one printed row, ``float64[4]``; nan where ``z`` or no such column.

    Examples
    --------
    >>> counts({"live_births": "100", "neonatal_deaths": "3", "infant_deaths": "4"})
    array([100.,   3.,   1.,   4.])
    """
    columns = ("live_births", "neonatal_deaths", "postneonatal_deaths", "infant_deaths")
    births, neonatal, later, infant = (number(row.get(column, "z")) for column in columns)
    return np.array([births, neonatal, infant - neonatal if np.isnan(later) else later, infant])


def number(text: str) -> float:
    """A printed count; nan for ``z``, not applicable."""
    return np.nan if text == "z" else float(int(text))


def lines(about: About, labels: Mapping[str, str], printed: Counts, shared: Counts | None = None) -> Table:
    """One row for each group; without ``shared`` the printed counts are what is compared with."""
    compared = printed if shared is None else shared
    return [line(about, level, labels[level], printed[level], compared[level]) for level in printed]


def line(about: About, level: str, label: str, printed: Array, compared: Array) -> Cells:
    """One group."""
    return {
        "factor": about.factor,
        "level": level,
        "label": label,
        "within_factor": about.within[0],
        "within_level": about.within[1],
        "cause": about.cause,
        "geography": about.geography,
        "period": about.period,
        **{f"{c}_published": shown(n) for c, n in zip(COLUMNS, printed, strict=True)},
        **{c: shown(n) for c, n in zip(COLUMNS, compared, strict=True)},
        "note": about.note,
        "source_key": about.source_key,
        "rule": about.rule,
    }


def shown(n: float) -> object:
    """A count as written; empty where nothing is published."""
    if np.isnan(n):
        return ""
    return int(n) if n == int(n) else round(float(n), 3)


def by_cause(table: str) -> Iterator[tuple[str, list[Row]]]:
    """Rows of a table for all causes (an empty name), then for each of the nine."""
    for group, cause in (("All causes", ""), *CAUSE_OF.items()):
        yield cause, [row for row in read(table) if row["cause_group"] == group]
