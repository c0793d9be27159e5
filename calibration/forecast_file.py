"""What later years are told from, as a group of the file of a posterior."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from calibration.forecast import Forecast
from simcore.network import Array
from simcore.packing import Stored, packed, packed_factor, unpacked
from simcore.posterior import CHAINS, OTHERWISE, refused
from simcore.posterior_writer import Beside, by_chain

GROUP = "forecast"
FITTED = "fitted_year"
"""The axis of the years that were fitted; a run has other years."""
AXES = {
    "log_rate": ("age_period", "stratum"),
    "path": ("age_period", FITTED),
    "slope": ("age_period", FITTED),
    "step": ("age_period",),
}
SAID = ("centre", "drift_sd", "held_at", "dispersion", "chains")


def stored_forecast(forecast: Forecast, stratum: str) -> Beside:
    """The group of a file; ``stratum`` is the dimension of strata, by name."""

    def axes(name: str) -> tuple[str, ...]:
        return tuple(stratum if axis == "stratum" else axis for axis in AXES[name])

    variables = {"outside": Stored(axes("log_rate"), forecast.outside)}
    for name in AXES:
        # a step is short, and keeps its meaning near nothing as a ratio does
        pack = packed if name == "step" else packed_factor
        variables[name] = pack(by_chain(getattr(forecast, name), forecast.chains), (*CHAINS, *axes(name)))
    said = {name: getattr(forecast, name) for name in SAID} | {"stratum": stratum}
    return Beside({GROUP: variables}, {FITTED: np.asarray(forecast.years)}, {GROUP: json.dumps(said)})


def read_forecast(path: Path) -> Forecast:
    """The forecast of a posterior file, shipped or full, every draw of it.

    Raises
    ------
    DocumentError
        If the file is missing, cannot be read, or was written without a forecast.
    """
    import h5netcdf

    if not path.is_file():
        raise refused(path, f"no such file; {OTHERWISE}")
    try:
        with h5netcdf.File(path, "r") as file:
            return _read(path, file)
    except (OSError, ValueError, KeyError) as error:
        raise refused(path, f"cannot be read ({error}); {OTHERWISE}") from None


def _read(path: Path, file: Any) -> Forecast:
    if GROUP not in file.groups:
        raise refused(path, f"holds no forecast; {OTHERWISE}")
    group, said = file.groups[GROUP], json.loads(file.attrs[GROUP])

    def labels(name: str) -> tuple[Any, ...]:
        return tuple(x.decode() if isinstance(x, bytes) else x for x in group[name][...].tolist())

    def values(name: str) -> Array:
        found = unpacked(group[name], group.dimensions["draw"].size).swapaxes(0, 1)
        return np.ascontiguousarray(found.reshape(-1, *found.shape[2:]))

    return Forecast(
        periods=labels("age_period"),
        strata=labels(said["stratum"]),
        years=labels(FITTED),
        centre=tuple(said["centre"]),
        outside=np.asarray(group["outside"][...], np.float64),
        log_rate=values("log_rate"),
        path=values("path"),
        slope=values("slope"),
        step=values("step"),
        drift_sd=said["drift_sd"],
        held_at=said["held_at"],
        dispersion=said["dispersion"],
        chains=said["chains"],
    )
