"""What a browser is given of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEFT_OUT = ("drivers",)
"""Sections that are long, and that a page shows as a picture alone."""


def shown(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with its pictures and its words."""
    sections = {name: found for name, found in summary["sections"].items() if name not in LEFT_OUT}
    return {
        "summary": {**summary, "sections": sections},
        "charts": [],
        "words": {"headline": "", "notes": []},
    }
