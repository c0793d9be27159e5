"""The draws of a structure: of a posterior, solved, or sampled from the priors where a model has neither.

Solved draws are one NetCDF file per structure, with the hash of what they were solved from.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from simcore.draw_source import USUAL, DrawSource
from simcore.draws import CENTRAL, DrawBlock, sample_priors
from simcore.draws import central as central_draw
from simcore.model import Model, Structure
from simcore.posterior import (
    posterior_path,
    read_header,
    read_posterior,
    read_posterior_central,
    refused,
)
from simcore.problems import DocumentError

OWN = DrawSource(solved=True)
"""A model's own draws, whatever posterior it names."""


class DrawFile(NamedTuple):
    """Where the draws of a structure are."""

    kind: Literal["posterior", "solved", "priors"]
    path: Path | None

    @property
    def is_there(self) -> bool:
        """Whether draws can be read, as far as a file's name tells."""
        return self.path is None or self.path.is_file()


def draw_file(model: Model, structure: Structure, source: DrawSource = USUAL) -> DrawFile:
    """Where the draws of a structure are read from, or that they are sampled from the priors."""
    posterior = source.file(model, structure)
    if posterior is not None:
        return DrawFile("posterior", posterior)
    return (
        DrawFile("solved", solved_path(model, structure))
        if needs_solving(model)
        else DrawFile("priors", None)
    )


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


def read_draws(model: Model, structure: Structure, n: int, source: DrawSource = USUAL) -> DrawBlock:
    """The first ``n`` draws of a structure: of its posterior, as solved, or sampled from the priors.

    Raises
    ------
    DocumentError
        If the draws are missing, are of another model or structure, or are fewer than asked for.
    """
    kind, path = draw_file(model, structure, source)
    if path is None:
        return sample_priors(model, n)
    if kind == "posterior":
        return read_posterior(path, model, structure, n)
    return _read(model, structure, lambda index: _first(model, structure, index, n))


def shipped_draws(model: Model, structure: Structure, source: DrawSource = USUAL) -> int | None:
    """Draws that ship with a structure; none where they are sampled, as many as one likes."""
    kind, path = draw_file(model, structure, source)
    if path is None:
        return None
    if kind == "posterior":
        return read_header(path).size
    return _read(model, structure, lambda index: index >= 0).size


def up_to_shipped(model: Model, structure: Structure, most: int, source: DrawSource = USUAL) -> int:
    """A number of draws, or as many as ship with a structure."""
    shipped = shipped_draws(model, structure, source)
    return most if shipped is None else min(most, shipped)


def read_central(model: Model, structure: Structure, source: DrawSource = USUAL) -> DrawBlock:
    """The central draw of a structure."""
    kind, path = draw_file(model, structure, source)
    if path is None:
        return replace(central_draw(model), index=np.array([CENTRAL % 2**32]))
    if kind == "posterior":
        return read_posterior_central(path, model, structure)
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
        named = posterior_path(model, structure)
        neither = "" if named is None else f", nor {named} that the model names"
        raise _refused(model, structure, f"no such file{neither}; {remedy}")
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
    return refused(solved_path(model, structure), message)


def _shown(model: Model) -> str:
    """The model as a user would name it on the command line."""
    return model.name if model.folder.parent.name == "models" else str(model.folder)
