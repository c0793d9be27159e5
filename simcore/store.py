"""A run on disk: one file a block of draws, each written whole or not at all, merged at the end."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simcore.by_level import LevelCounts
from simcore.model import Model
from simcore.network import Array
from simcore.problems import DocumentError, Problem
from simcore.results import BlockResult, to_dataset, with_averted, with_parameters

if TYPE_CHECKING:
    import xarray as xr


def fingerprint(record: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits over everything in a run record that a number, or its place, depends on.

    The content of scenario files counts, and their order; where they lie does not.
    """
    idle = {"made", "threads", "libraries", "platform", "asked"}
    kept = {key: value for key, value in record.items() if key not in idle}
    if "scenarios" in kept:
        kept["scenarios"] = {name: file["sha256"] for name, file in kept["scenarios"].items()}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def part_of(path: Path) -> Path:
    """Where a file is written before it takes its place: a name of this process alone."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part."""
    part = part_of(path)
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def clear_parts(folder: Path) -> None:
    """Delete what processes that are gone left half written."""
    for part in folder.glob("*.part"):
        writer = part.name.split(".")[-2]
        if writer.isdigit() and not _is_alive(int(writer)):
            part.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class RunFolder:
    """Blocks of one run under ``folder/blocks-<fingerprint>``; an interrupted run goes on from them."""

    def __init__(self, folder: Path, model: Model, years: Sequence[int], record: Mapping[str, Any]) -> None:
        self.folder, self.model, self.years, self.record = folder, model, list(years), record
        self.blocks = folder / f"blocks-{fingerprint(record)}"
        try:
            self.blocks.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot be made a folder ({error.strerror or error}); choose another place"
            raise DocumentError(Problem(str(folder), None, None, "", message)) from None
        clear_parts(folder)

    def has(self, start: int) -> bool:
        """Whether the block whose first draw is number ``start`` is at hand."""
        return self._path(start).is_file()

    def write(self, start: int, block: BlockResult) -> None:
        """Keep a finished block."""
        path = self._path(start)
        part = path.with_suffix(".part")
        to_dataset(self.model, self.years, [block], self.record).assign(
            slices=(("arm", "draw", *self.model.strata, "slice"), block.slices)
        ).to_netcdf(part, engine="h5netcdf")
        os.replace(part, path)

    def read(self, start: int) -> BlockResult:
        """A block as it was written."""
        import xarray as xr

        with xr.open_dataset(self._path(start), engine="h5netcdf") as kept:
            stages = {}
            for i, step in enumerate(kept["step"].values if "step" in kept else ()):
                arm, name = str(step).split("/", 1)
                stages[arm, name] = kept["people"].values[i]
            return BlockResult(
                kept["draw"].values,
                tuple(str(arm) for arm in kept["arm"].values),
                kept["deaths"].values,
                kept["slices"].values,
                stages,
                kept["pass_share"].values if "pass_share" in kept else np.zeros(0),
                {
                    str(name).removeprefix("moved_"): _levels(kept, str(name).removeprefix("moved_"))
                    for name in kept.data_vars
                    if str(name).startswith("moved_")
                },
            )

    def merge(
        self, record: Mapping[str, Any] | None = None, numbers: Mapping[str, Array] | None = None
    ) -> Path:
        """All blocks as one ``results.nc``, a block in memory at a time; the blocks are then deleted.

        ``record`` takes the place of the one that the run began with, where it ended with other sizes; ``numbers`` are
        the values of uncertain numbers in all draws, ``float64[draws]`` each.
        """
        import h5netcdf
        import xarray as xr

        paths = self._finished()
        target = self.folder / "results.nc"
        part = part_of(target)
        with xr.open_dataset(paths[0], engine="h5netcdf") as first:
            shape = first.drop_vars("slices").load()
        # where nothing is drawn there are no slices, and a dimension of none was written as an unlimited one
        shape.encoding.pop("unlimited_dims", None)
        draws = sum(int(self._size(path)) for path in paths)
        # names, units and what has no draws come from the first block; the rest is filled in block by block
        drawn = {str(name): v for name, v in shape.data_vars.items() if "draw" in v.dims}
        frame = shape.drop_vars([*drawn, "draw"]).assign_coords(draw=np.zeros(draws, np.int64))
        frame = with_parameters(frame, numbers or {})
        frame.attrs["run"] = json.dumps(self.record if record is None else record)
        frame.to_netcdf(part, engine="h5netcdf")
        with h5netcdf.File(part, "a") as out:
            for name, variable in drawn.items():
                dims = tuple(str(dim) for dim in variable.dims)
                # not compressed: the last digits are noise and hardly shrink, for as much time as the run
                new = out.create_variable(name, dims, "f8", chunks=variable.shape)
                for key, value in variable.attrs.items():
                    new.attrs[key] = value
            at = 0
            for path in paths:
                with h5netcdf.File(path, "r") as block:
                    size = block.dimensions["draw"].size
                    out.variables["draw"][at : at + size] = block.variables["draw"][:]
                    for name, variable in drawn.items():
                        where = tuple(
                            slice(at, at + size) if d == "draw" else slice(None) for d in variable.dims
                        )
                        out.variables[name][where] = block.variables[name][:]
                at += size
        os.replace(part, target)
        self.discard()
        return target

    def discard(self) -> None:
        """Delete the blocks."""
        for path in self._finished():
            path.unlink()
        self.blocks.rmdir()

    def finished(self) -> int:
        """Draws at hand."""
        return sum(self._size(path) for path in self._finished())

    def _finished(self) -> list[Path]:
        return sorted(self.blocks.glob("*.nc"))

    def _path(self, start: int) -> Path:
        return self.blocks / f"{start:07d}.nc"

    def _size(self, path: Path) -> int:
        import h5netcdf

        with h5netcdf.File(path, "r") as block:
            return int(block.dimensions["draw"].size)


def _levels(kept: xr.Dataset, name: str) -> LevelCounts:
    """Births and deaths by a variable, as they were written."""
    return LevelCounts(
        kept[f"births_by_{name}"].values,
        kept[f"deaths_by_{name}"].values,
        kept[f"moved_{name}"].values.astype(bool),
    )


def open_results(folder: str | os.PathLike[str]) -> xr.Dataset:
    """The Dataset of a finished run, as :func:`scenarios.compare.compare` gives it.

    Raises
    ------
    DocumentError
        If the folder holds no finished run.
    """
    import xarray as xr

    path = Path(folder) / "results.nc"
    if not path.is_file():
        message = "no such file; name the folder of a finished run (`simcore compare ... --out FOLDER`)"
        raise DocumentError(Problem(str(path), None, None, "", message))
    return with_averted(xr.open_dataset(path, engine="h5netcdf"))
