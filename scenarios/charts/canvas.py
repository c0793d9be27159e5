"""The one door to Altair, which is slow to load and comes with an extra."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from simcore.picture_files import NoCharts
from simcore.picture_style import config


def altair() -> ModuleType:
    """Altair, loaded when the first picture is drawn.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    try:
        import altair as alt
    except ModuleNotFoundError as missing:
        raise NoCharts from missing
    return alt


def finished(chart: Any, height: int) -> Mapping[str, Any]:
    """The specification of a chart, as wide as the place it is put in, with letters that can be read.

    What it shows is said in words beside it: its many marks are not read aloud.
    """
    whole = chart.properties(
        width="container",
        height=height,
        padding={"left": 4, "right": 4, "top": 4, "bottom": 4},
        background="white",
        autosize={"type": "fit-x", "contains": "padding", "resize": False},
    )
    spec: dict[str, Any] = whole.to_dict()
    base = config()
    silent = {"aria": False}
    spec["config"] = {
        **base, **silent, "axis": {**base["axis"], **silent}, "legend": {**base["legend"], **silent},
        "view": {"stroke": None},
    }  # fmt: skip
    return spec
