"""Numbers in two bytes each, as CF packing has it, and groups of them in one NetCDF file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.network import Array

MOST_STEPS = 2**15 - 1
STEPS = 2**12 - 1
"""Steps between the least and the greatest value of a parameter; more, where one would be over 1% of the least."""
FACTOR_STEP = 0.002
"""One step of what multiplies hazards, the residual and the effects of years."""
LOG_STEP = 0.004
"""One step of a log hazard, if no other is chosen: rounding moves a hazard by 0.2% at most."""
PER_SPREAD = 10
"""Steps told apart within a standard deviation over draws, at the least. Nothing hangs on finer ones, and numbers that
end in zeros shrink: the variance of rounding is then under 0.1% of that of the draws."""
NO_HAZARD = -(2**15)
"""Stands where the hazard is 0."""


@dataclass(frozen=True)
class Stored:
    """One variable of a file: the names of its axes, its values as stored, and how they are packed, if they are."""

    axes: tuple[str, ...]
    data: NDArray[Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)


def packed(values: Array, axes: tuple[str, ...]) -> Stored:
    """A parameter: nothing that is unpacked lies outside the values packed."""
    low, high = float(values.min()), float(values.max())
    step = (high - low) / STEPS
    return _in_steps(values, axes, min(step, 0.01 * low) if low > 0.0 else step)


def packed_factor(values: Array, axes: tuple[str, ...]) -> Stored:
    """What multiplies hazards."""
    return _in_steps(values, axes, FACTOR_STEP)


def _in_steps(values: Array, axes: tuple[str, ...], widest: float) -> Stored:
    """Whole steps from the least value to the greatest, wider ones where two bytes hold no more."""
    low, high = float(values.min()), float(values.max())
    # one value in all draws: a random walk without steps, say
    many = int(min(np.ceil((high - low) / widest), MOST_STEPS)) if high > low else 0
    step = (high - low) / many if many else 1.0
    while low + many * step > high:
        step = float(np.nextafter(step, 0.0))
    steps = np.minimum(_rounded((values - low) / step), many).astype(np.int16)
    return Stored(axes, steps, {"scale_factor": step, "add_offset": low})


def packed_log(values: Array, axes: tuple[str, ...], step: float) -> Stored:
    """Logs of hazards, not a number where the hazard is 0."""
    steps = np.where(np.isnan(values), NO_HAZARD, np.clip(_rounded(values / step), -MOST_STEPS, MOST_STEPS))
    how = {"scale_factor": step, "add_offset": 0.0, "_FillValue": np.int16(NO_HAZARD)}
    return Stored(axes, steps.astype(np.int16), how)


def _rounded(steps: Array) -> Array:
    """Whole steps, of each number over its draws as many together as its spread bears, in powers of two.

    ``steps`` is ``float64[chain, draw, ...]``.
    """
    spread = steps.std(axis=(0, 1))
    bears = np.where(np.isfinite(spread), spread, 0.0) / PER_SPREAD
    together = 2.0 ** np.floor(np.log2(np.maximum(bears, 1.0)))
    return np.asarray(np.rint(steps / together) * together)


def unpacked(variable: Any, draws: int) -> Array:
    """The values of a variable of an open file, those of the first draws of each chain."""
    steps, said = np.asarray(variable[...])[:, :draws], variable.attrs
    step, low = (
        np.asarray(said.get(name, of)).item() for name, of in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    values = steps * step + low
    return np.where(steps == NO_HAZARD, np.nan, values) if "_FillValue" in said else values


def write_groups(
    part: Path,
    attributes: Mapping[str, Any],
    labels: Mapping[str, NDArray[Any]],
    groups: Mapping[str, Mapping[str, Stored]],
) -> None:
    """Write groups of variables, each group with the labels of the axes that it has, and the file's attributes."""
    import h5netcdf
    import h5py

    # the latest layout has no index beside a variable of one piece, which is longer than most pieces
    with h5netcdf.File(part, "w", libver="latest") as file:
        file.attrs.update(attributes)
        for title, variables in groups.items():
            group = file.create_group(title)
            used = {axis for variable in variables.values() for axis in variable.axes}
            for axis, names in labels.items():
                if axis in used:
                    group.dimensions[axis] = names.size
                    words = names.dtype.kind == "U"
                    new = group.create_variable(axis, (axis,), h5py.string_dtype() if words else names.dtype)
                    new[...] = names.astype(object) if words else names
            for name, variable in variables.items():
                squeezed: dict[str, Any] = {}
                if variable.attributes:
                    shape = variable.data.shape
                    # a hazard of all draws at a time: its values are near one another, and shrink well
                    chunks = (*shape[:2], *[1] * (len(shape) - 2)) if name == "log_baseline" else shape
                    squeezed = {
                        "chunks": chunks,
                        "compression": "gzip",
                        "compression_opts": 9,
                        "shuffle": True,
                    }
                new = group.create_variable(
                    name,
                    variable.axes,
                    variable.data.dtype,
                    fillvalue=variable.attributes.get("_FillValue"),
                    **squeezed,
                )
                new[...] = variable.data
                new.attrs.update({key: v for key, v in variable.attributes.items() if key != "_FillValue"})
