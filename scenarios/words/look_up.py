"""Figures of an answer, found by what they are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.figures import ALL

Figure = Mapping[str, Any]


class LookUp:
    """The sections of an answer, of which a quick one lacks some: what is not there is found to be nothing.

    Examples
    --------
    >>> at = {"scenario": "a", "measure": "cost", "level": "all", "value": 9.0}
    >>> found = LookUp({"sections": {"cost": [at]}})
    >>> found.one("cost", "a", "cost")["value"], found.one("cost", "b", "cost"), found.some("reach", "a", "cost")
    (9.0, None, ())
    """

    def __init__(self, summary: Mapping[str, Any]) -> None:
        self._found: dict[tuple[str, str, str], dict[str, Figure]] = {}
        for section, figures in summary.get("sections", {}).items():
            for at in figures:
                key = section, at["scenario"], at["measure"]
                self._found.setdefault(key, {})[at["level"]] = at

    def one(self, section: str, scenario: str, measure: str, level: str = ALL) -> Figure | None:
        """The figure of a level."""
        return self._found.get((section, scenario, measure), {}).get(level)

    def some(self, section: str, scenario: str, measure: str) -> tuple[Figure, ...]:
        """The figures of every level, in the order of the answer."""
        return tuple(self._found.get((section, scenario, measure), {}).values())

    def levels(self, section: str, scenario: str, measure: str, dim: str) -> tuple[Figure, ...]:
        """The figures of the levels of one dimension: ``imd_decile``, ``cause``."""
        return tuple(at for at in self.some(section, scenario, measure) if at["level"].startswith(f"{dim} "))
