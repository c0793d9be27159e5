"""What a browser is given of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.charts.catalogue import charts_of
from scenarios.charts.chart import Chart
from scenarios.report.cells import cells_of
from scenarios.words.in_brief import in_brief
from scenarios.words.names import Meanings
from simcore.model import Model

LEFT_OUT = ("by", "rates", "reach", "chance", "drivers")
"""Sections that are long, and that a page shows as pictures and words; a full answer can be had whole as a file."""
OF_THE_PAGE = "quick"
"""What the page adds to an answer: how far quick ones were off."""


class View:
    """Answers of one model, as a page shows them."""

    def __init__(self, model: Model) -> None:
        self.meanings = Meanings.of(model)

    def shown(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """An answer, quick or full, with its pictures and its words."""
        sections = {name: found for name, found in summary["sections"].items() if name not in LEFT_OUT}
        return {
            "summary": {**summary, "sections": sections},
            "charts": [_with_cells(chart) for chart in charts_of(summary, meanings=self.meanings)],
            "words": in_brief(summary, self.meanings),
        }

    def whole(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """A full answer as a comparison writes it."""
        return {name: found for name, found in summary.items() if name != OF_THE_PAGE}


def _with_cells(chart: Chart) -> dict[str, Any]:
    """A picture, and the cells of its table as the report has them."""
    return {**chart.as_dict(), "cells": cells_of(chart)}
