"""Files of a full answer, made when they are asked for: the same bytes as ``simcore compare`` writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from scenarios.answer_files import csv_text, summary_text
from scenarios.report.content import report_of
from scenarios.report.page import as_html
from simcore.model import Model

TYPES = {
    "summary.csv": "text/csv; charset=utf-8",
    "summary.json": "application/json",
    "report.html": "text/html; charset=utf-8",
}
"""By the name that stands in the address, and that the file is saved under."""

Checks = Callable[[Mapping[str, Any], Model], Mapping[str, Any] | None]
"""How well the posteriors of a run met what was observed (:func:`scenarios.report.content.report_of`)."""


def no_checks(summary: Mapping[str, Any], model: Model) -> None:
    """Where nobody says."""


class Downloads:
    """Files of answers of one model.

    Parameters
    ----------
    checks
        What a report says of the fit.
    """

    def __init__(self, model: Model, checks: Checks = no_checks) -> None:
        self.model, self.checks = model, checks

    def made(self, name: str, kept: bytes) -> bytes:
        """A file's bytes, from an answer as it was kept."""
        summary = json.loads(kept)
        if name == "summary.csv":
            return csv_text(summary).encode()
        if name == "summary.json":
            return summary_text(summary).encode()
        return as_html(report_of(summary, self.model, checks=self.checks(summary, self.model))).encode()
