"""How every picture looks: colours of the Analysis Function of the UK government, letters that can be read.

Colours differ in lightness, so that they can be told apart in grey; pictures tell by shape, place or words beside.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
BLUE, PALE, GREY, PALE_GREY = "#2073BC", "#6BACE6", "#3D3D3D", "#949494"
FONT = "Arial, Helvetica, sans-serif"
"""Letters that a machine has already: none are fetched."""
SIZE = 13
"""Pixels of ordinary letters."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Spec = dict[str, Any]


def config() -> Spec:
    """What Vega draws by where a specification says nothing."""
    return {
        "font": FONT,
        "title": {"fontSize": 17, "subtitleFontSize": SIZE, "offset": 14, "subtitleColor": GREY},
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": "#EAEAEA",
        },
        "legend": {"labelFontSize": 12, "titleFontSize": 12, "orient": "bottom", "symbolStrokeWidth": 2},
        "view": {"stroke": "#D0D0D0"},
    }


def dressed(spec: Mapping[str, Any], title: str, subtitle: str, width: int = 110) -> Spec:
    """A specification that stands by itself: with its title, its subtitle in lines, and letters that can be read."""
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": textwrap.wrap(subtitle, width), "anchor": "start"},
        "background": "white",
        "padding": 12,
        **spec,
        "config": config(),
    }
