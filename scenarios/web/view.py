"""What a browser is given of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.charts.catalogue import charts_of
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
            "charts": [chart.as_dict() for chart in charts_of(summary, meanings=self.meanings)],
            "words": in_brief(summary, self.meanings),
        }

    def whole(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """A full answer as a comparison writes it."""
        return {name: found for name, found in summary.items() if name != OF_THE_PAGE}
