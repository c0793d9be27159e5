"""Pictures as files, for slides: each as SVG and as PNG, with its title above it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenarios.charts.chart import Chart
from simcore.picture_files import converter, write_both
from simcore.picture_style import GREY

WIDE = 1000
"""Pixels of a picture, of which a PNG has twice as many."""


def write_pictures(charts: Sequence[Chart], folder: Path) -> list[Path]:
    """PNG and SVG of each chart in a folder, which is made; their paths, the two of a chart one after the other.

    Draw them from ``charts_of(..., wide=True)``: those of a page leave room at the right that a slide wants filled.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed; nothing is written then.
    """
    converter()
    folder.mkdir(parents=True, exist_ok=True)
    return [
        path
        for chart in charts
        for path in write_both(folder, chart.name, for_file(chart), chart.title, chart.words)
    ]


def for_file(chart: Chart) -> dict[str, Any]:
    """The specification as a file is drawn from: with its data, title and note, at a width of its own.

    This, and that a wide chart has its words at the left, is all in which it differs from the picture of a page.
    """
    title = {
        "text": textwrap.wrap(chart.title, 100),
        "subtitle": textwrap.wrap(chart.note, 145),
        "anchor": "start",
        "fontSize": 17,
        "subtitleFontSize": 13,
        "subtitleColor": GREY,
        "offset": 14,
        "frame": "bounds",
    }
    return {
        **chart.with_data(), "title": title, "width": WIDE, "padding": 16, "description": chart.words,
    }  # fmt: skip
