"""Pictures of a posterior's fit, written as SVG with their words inside, for those who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from calibration.charts import Chart, count_charts, prior_chart, rank_chart
from calibration.forecast import named_normals
from calibration.forecast_file import read_forecast
from calibration.observed_file import read_counts
from calibration.read_check import read_check
from simcore.network import Array
from simcore.packing import unpacked
from simcore.picture_files import converter, write_svg
from simcore.posterior import CHAINS, read_header


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
    converter()
    folder.mkdir(parents=True, exist_ok=True)
    return [write_svg(folder, chart.name, chart.spec, chart.title, chart.words) for chart in charts]


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
