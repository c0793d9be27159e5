"""One picture of an answer, as plain data: report, web page and picture files show the very same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of the table that stands beside a picture.

    Attributes
    ----------
    key
        Which entry of a row it shows.
    heading
        What it is called, units and all.
    number
        Whether it holds numbers, set to the right and rounded as figures of the answer are.
    """

    key: str
    heading: str
    number: bool = True


SCENARIO = Column("scenario", "Scenario", number=False)
INTERVAL = (Column("low", "95% interval, from"), Column("high", "to"))
"""Columns that most tables have."""


@dataclass(frozen=True)
class Chart:
    """A picture: what it says, and what it is drawn from.

    Attributes
    ----------
    name
        What it is of: ``comparison``, ``by_decile``. Names its file, and its place on a page.
    title
        A sentence that states the finding, and no more than the interval supports.
    words
        The same for who cannot see it: what is laid out how, and the figures that matter.
    spec
        A Vega-Lite specification that reads its data as ``{"name": "rows"}``. It hangs on which scenarios and levels
        there are, never on values: new rows can be put into a picture that stands.
    rows
        Its data.
    columns
        The table that stands beside it.
    note
        What a reader has to know to read it rightly, if anything.
    """

    name: str
    title: str
    words: str
    spec: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]
    columns: tuple[Column, ...]
    note: str = ""

    def with_data(self) -> dict[str, Any]:
        """The specification with its data in it: whole, as a picture file is drawn from."""
        return {**self.spec, "datasets": {"rows": [dict(row) for row in self.rows]}}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a page."""
        return {
            "name": self.name,
            "title": self.title,
            "words": self.words,
            "spec": dict(self.spec),
            "rows": [dict(row) for row in self.rows],
            "columns": [{"key": c.key, "heading": c.heading, "number": c.number} for c in self.columns],
            "note": self.note,
        }
