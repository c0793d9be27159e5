"""Solved draws on disk: one NetCDF file per structure, with the hash of what they were solved from."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from simcore.draws import DrawBlock, sample_priors
from simcore.draws import central as central_draw
from simcore.model import Model, Structure
from simcore.problems import DocumentError, Problem

CENTRAL = -1
"""Index of the central draw in the file; random numbers of its births are keyed by 2**32 - 1."""


def solved_path(model: Model, structure: Structure) -> Path:
    """Where the solved draws of a structure are kept."""
    return model.folder / "draws" / f"{structure.solved_as.label}.nc"


def needs_solving(model: Model) -> bool:
    """Whether anything of the model has to be solved ahead of a run."""
    return bool(model.targets) or model.spec.solve is not None


def write_solved(path: Path, model: Model, structure: Structure, block: DrawBlock) -> None:
    """Write all draws of a structure, the central one first, atomically."""
    import xarray as xr

    names = sorted(block.parameters)
    data: dict[str, Any] = {
        "parameters": (("draw", "parameter"), np.stack([block.parameters[name] for name in names], axis=1)),
    }
    if block.baseline is not None:
        axes = ("draw", *model.spec.deaths.baseline.by, "cause", "age_band")
        data["baseline"] = (axes, block.baseline.astype(np.float32))
    if block.residual is not None and model.spec.deaths.residual is not None:
        data["residual"] = (
            ("draw", "age_period", model.spec.deaths.residual.by),
            block.residual.astype(np.float32),
        )
    attributes = {"model": model.name, "model_hash": model.hash, "structure": structure.label}
    dataset = xr.Dataset(data, coords={"draw": block.index, "parameter": names}, attrs=attributes)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    squeezed = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in data}
    dataset.to_netcdf(part, engine="h5netcdf", encoding=squeezed)
    os.replace(part, path)


def read_draws(model: Model, structure: Structure, n: int) -> DrawBlock:
    """The first ``n`` draws of a structure, as solved; sampled from the priors where nothing is solved.

    Raises
    ------
    DocumentError
        If the draws are missing, were solved from another model, or are fewer than asked for.
    """
    if not needs_solving(model):
        return sample_priors(model, n)
    return _read(model, structure, lambda index: _first(model, structure, index, n))


def shipped_draws(model: Model, structure: Structure) -> int | None:
    """Draws that ship with a structure; none where they are sampled, as many as one likes."""
    if not needs_solving(model):
        return None
    return _read(model, structure, lambda index: index >= 0).size


def read_central(model: Model, structure: Structure) -> DrawBlock:
    """The central draw of a structure."""
    if not needs_solving(model):
        return replace(central_draw(model), index=np.array([CENTRAL % 2**32]))
    return _read(model, structure, lambda index: index == CENTRAL)


def _first(model: Model, structure: Structure, index: np.ndarray, n: int) -> np.ndarray:
    shipped = int((index >= 0).sum())
    if n > shipped:
        raise _refused(model, structure, f"holds {shipped:,} draws and {n:,} were asked for; ask for fewer, "
                       "or raise `solve.draws` in model.yaml and solve again")  # fmt: skip
    return (index >= 0) & (index < n)


def _read(model: Model, structure: Structure, choose: Any) -> DrawBlock:
    path = solved_path(model, structure)
    remedy = f"run `simcore solve {_shown(model)}`"
    if not path.is_file():
        raise _refused(model, structure, f"no such file; {remedy}")
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        found = str(file.attrs.get("model_hash"))
        if found != model.hash:
            raise _refused(
                model,
                structure,
                f"was solved from another model ({found}, this one is {model.hash}); {remedy}",
            )
        index = np.asarray(file.variables["draw"][:], dtype=np.int64)
        rows = np.flatnonzero(choose(index))
        names = [str(n.decode() if isinstance(n, bytes) else n) for n in file.variables["parameter"][:]]
        table = np.asarray(file.variables["parameters"][:], dtype=np.float64)[rows]
        parameters = {name: np.ascontiguousarray(table[:, i]) for i, name in enumerate(names)}
        arrays = {
            name: np.asarray(file.variables[name][:], dtype=np.float64)[rows]
            if name in file.variables
            else None
            for name in ("baseline", "residual")
        }
    return DrawBlock(index[rows] % 2**32, parameters, arrays["baseline"], arrays["residual"])


def _refused(model: Model, structure: Structure, message: str) -> DocumentError:
    return DocumentError(Problem(str(solved_path(model, structure)), None, None, "", message))


def _shown(model: Model) -> str:
    """The model as a user would name it on the command line."""
    return model.name if model.folder.parent.name == "models" else str(model.folder)
