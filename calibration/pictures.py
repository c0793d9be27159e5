"""Pictures of a posterior's fit, written as SVG with their words inside, for those who cannot see them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from calibration.charts import Chart, count_charts, prior_chart, rank_chart
from calibration.forecast import named_normals
from calibration.forecast_file import read_forecast
from calibration.observed_file import read_counts
from calibration.read_check import read_check
from simcore.network import Array
from simcore.packing import unpacked
from simcore.posterior import CHAINS, read_header


class NoCharts(ImportError):
    """What draws pictures is not installed; ends a command with status 2."""

    def __init__(self) -> None:
        super().__init__("pictures need vl-convert: install it with `pip install 'simcore[charts]'`")


def charts_of(path: Path) -> list[Chart]:
    """The pictures of a posterior file, shipped or full.

    Raises
    ------
    DocumentError
        If the file is no posterior, or was written without what is to be drawn.
    """
    header, found = read_header(path), read_check(path)
    forecast, (seen, held_out) = read_forecast(path), read_counts(path)
    counts = count_charts(forecast, seen, held_out, named_normals(header.model, header.size))
    return [rank_chart(_parameters(path)), prior_chart(found["parameters"]), *counts]


def write_charts(charts: Sequence[Chart], folder: Path) -> list[Path]:
    """Each as an SVG file in a folder, which is made; their paths.

    Raises
    ------
    NoCharts
        If the extra `charts` is not installed.
    """
    convert = converter()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for chart in charts:
        path = folder / f"{chart.name}.svg"
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_text(_with_words(convert.vegalite_to_svg(json.dumps(chart.spec)), chart), encoding="utf-8")
        os.replace(part, path)
        written.append(path)
    return written


def converter() -> Any:
    """What turns specifications into pictures."""
    try:
        import vl_convert
    except ModuleNotFoundError as missing:
        raise NoCharts from missing
    return vl_convert


def _with_words(svg: str, chart: Chart) -> str:
    """A picture that says what it shows: read aloud instead of its hundreds of marks."""
    start = svg.index("<svg")
    head, end = svg[start : svg.index(">", start)], svg.index(">", start)
    marked = head.replace("<svg", '<svg role="img" aria-labelledby="title words"', 1)
    words = f'<title id="title">{escape(chart.title)}</title><desc id="words">{escape(chart.words)}</desc>'
    return f"{svg[:start]}{marked}>{words}{svg[end + 1 :]}"


def _parameters(path: Path) -> dict[str, Array]:
    """Draws of every parameter of one number, ``float64[chains, draws]``."""
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        group = file["posterior"]
        draws = group.dimensions[CHAINS[1]].size
        return {
            name: np.asarray(unpacked(variable, draws))
            for name, variable in group.variables.items()
            if variable.dimensions == CHAINS
        }
