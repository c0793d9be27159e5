"""Posterior draws on disk: one small NetCDF file per structure, with what it was fitted to and how well.

The file has the groups that ArviZ knows. ``posterior`` holds what varies, over chain and draw: parameters under
their own names, ``log_baseline``, ``residual``, ``year_effect``, in two bytes each as CF packing has it. ``fixed``
holds parameters that do not vary, ``central`` one draw in the middle, unpacked.

A run numbers draws across chains: draw ``i`` is draw ``i // chains`` of chain ``i % chains``, so that the first
few are from all chains.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from simcore.dims import YEAR
from simcore.draws import CENTRAL, DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.packing import unpacked
from simcore.problems import DocumentError, Problem

OTHERWISE = "name a posterior file that `simcore calibrate` wrote, or write `--posterior solved`"

Read = TypeVar("Read")
Method = Literal["nuts", "quick"]
Status = Literal["passed", "provisional", "failed"]


@dataclass(frozen=True)
class Provenance:
    """How a posterior was made."""

    evidence_hash: str
    """Digest of the observed data that it was fitted to."""
    config: str
    """Name of the calibration file."""
    config_digest: str
    method: Method
    status: Status
    """What the gate said of the fit."""
    gate: Mapping[str, Any]
    """Its diagnostics, plain data."""
    created: str
    versions: Mapping[str, str]
    seed: int


@dataclass(frozen=True)
class Header:
    """What a file says of itself."""

    model: str
    model_hash: str
    structure: str
    made: Provenance
    chains: int
    draws: int
    """Of each chain."""
    year_effects: bool
    """Whether hazards vary by year."""

    @property
    def size(self) -> int:
        """Draws in all."""
        return self.chains * self.draws


def posterior_path(model: Model, structure: Structure) -> Path | None:
    """Where the posterior that a model names is kept for one structure; none if it names none."""
    if model.spec.posterior is None:
        return None
    return model.folder / "posterior" / file_name(model.spec.posterior, structure)


def file_name(stem: str, structure: Structure) -> str:
    """The file of a structure: ``STEM.nc`` of the default one, ``STEM+CHOICE.nc`` of another."""
    label = structure.solved_as.label
    return f"{stem}.nc" if label == "default" else f"{stem}+{label}.nc"


def read_header(path: Path) -> Header:
    """What a posterior file says of itself.

    Raises
    ------
    DocumentError
        If there is no such file, or it is not a posterior.
    """
    return _header_of(path, _stamp(path))


def read_posterior(path: Path, model: Model, structure: Structure, n: int) -> DrawBlock:
    """The first ``n`` draws, of all chains in turn.

    Raises
    ------
    DocumentError
        If the file is missing, of another model or structure, failed its gate, or holds fewer draws.
    """
    header = _usable(path, model, structure)
    if n > header.size:
        raise refused(
            path,
            f"holds {header.size:,} draws and {n:,} were asked for; ask for fewer, or fit for more draws",
        )
    found = _first_draws(path, _stamp(path), n, frozenset(levels_of(model)))
    return _block(path, model, np.arange(n), dict(found))


def read_posterior_central(path: Path, model: Model, structure: Structure) -> DrawBlock:
    """The central draw; errors as :func:`read_posterior`."""
    _usable(path, model, structure)
    labels = frozenset(levels_of(model))

    def read(file: Any) -> dict[str, Array]:
        return {
            name: np.asarray(variable[...], np.float64)[None]
            for name, variable in _without_labels(file["central"], labels)
        }

    return _block(path, model, np.array([CENTRAL % 2**32]), _opened(path, read))


def refused(path: Path, message: str) -> DocumentError:
    """A file of draws that cannot be used, with its address."""
    return DocumentError(Problem(str(path), None, None, "", message))


# ---- names and shapes


CHAINS = ("chain", "draw")


def axes_of(model: Model) -> dict[str, tuple[str, ...]]:
    """The axes of every array of a file, beside chain and draw."""
    deaths = model.spec.deaths
    residual = () if deaths.residual is None else (deaths.residual.by,)
    return {
        "log_baseline": (*deaths.baseline.by, "cause", "age_band"),
        "residual": ("age_period", *residual),
        "year_effect": ("age_period", YEAR),
    }


def levels_of(model: Model) -> dict[str, list[str] | list[int]]:
    """The labels of every axis of the arrays."""
    deaths = model.spec.deaths
    special: dict[str, list[str] | list[int]] = {
        "cause": list(deaths.causes), "age_band": list(deaths.age_bands), "age_period": list(deaths.age_periods),
        YEAR: list(model.years),
    }  # fmt: skip
    names = dict.fromkeys(name for dims in axes_of(model).values() for name in dims)
    return {name: special[name] if name in special else list(model.levels(name)) for name in names}


def shape_of(model: Model, name: str) -> tuple[int, ...]:
    """The sizes of these axes."""
    levels = levels_of(model)
    return tuple(len(levels[dim]) for dim in axes_of(model)[name])


Stamp = tuple[int, int]
"""What tells a file from the one that was there before: when it was written, and how long it is."""


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        raise refused(path, f"no such file; {OTHERWISE}") from None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=32)
def _header_of(path: Path, stamp: Stamp) -> Header:
    """The header, read once while the file is the same: a comparison asks for it again and again."""
    return _opened(path, lambda file: _header(path, file))


@lru_cache(maxsize=8)
def _first_draws(path: Path, stamp: Stamp, n: int, labels: frozenset[str]) -> dict[str, Array]:
    """The first draws of every number, by name, read once while the file is the same; nobody may write to them."""

    def read(file: Any) -> dict[str, Array]:
        of_chain = -(-n // int(file["posterior"][CHAINS[0]].size))

        def values(variable: Any) -> Array:
            first = unpacked(variable, of_chain).swapaxes(0, 1)
            return np.ascontiguousarray(first.reshape(-1, *first.shape[2:])[:n])

        found = {name: values(v) for name, v in _without_labels(file["posterior"], labels)}
        fixed = _without_labels(file["fixed"], labels)
        return found | {name: np.full(n, float(variable[...])) for name, variable in fixed}

    found = _opened(path, read)
    for values in found.values():
        values.flags.writeable = False
    return found


def _opened(path: Path, read: Callable[[Any], Read]) -> Read:
    """What ``read`` makes of an open file; one that is none, or spoilt, is refused."""
    if not path.is_file():
        raise refused(path, f"no such file; {OTHERWISE}")
    # not by h5netcdf: to look at every axis of every variable takes it longer than to read them
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return read(file)
    except DocumentError:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise refused(path, f"cannot be read ({error}); {OTHERWISE}") from None


def _header(path: Path, file: Any) -> Header:
    attributes = dict(file.attrs.items())
    wanted = {"model", "model_hash", "structure", *(f.name for f in fields(Provenance))}
    absent = sorted(wanted - set(attributes)) + sorted({"posterior", "fixed", "central"} - set(file))
    if absent:
        raise refused(path, f"is no posterior of simcore: it has no {', '.join(absent)}; {OTHERWISE}")
    said = {f.name: attributes[f.name] for f in fields(Provenance)}
    said |= {name: json.loads(said[name]) for name in ("gate", "versions")} | {
        "seed": int(np.asarray(said["seed"]).item())
    }
    posterior = file["posterior"]
    chains, draws = (posterior[axis].size for axis in CHAINS)
    model, model_hash, structure = (str(attributes[name]) for name in ("model", "model_hash", "structure"))
    year_effects = "year_effect" in posterior
    return Header(model, model_hash, structure, Provenance(**said), chains, draws, year_effects)


def _usable(path: Path, model: Model, structure: Structure) -> Header:
    """The header of a file whose draws are of this model and structure, and may be used."""
    header = read_header(path)
    if header.model_hash != model.hash:
        what = f"`{header.model}` {header.model_hash}, this one is `{model.name}` {model.hash}"
        remedy = f"run `simcore calibrate` on {header.made.config} again, or write `--posterior solved`"
        raise refused(path, f"was fitted to another model ({what}); {remedy}")
    wanted = structure.solved_as.label
    if header.structure != wanted:
        raise refused(
            path,
            f"is of the structure `{header.structure}`, and this one is `{wanted}`; choose that structure "
            f"(--variant), or name the file of this one",
        )
    if header.made.status not in {"passed", "provisional"}:
        remedy = "mend the fit and run it again, or write `--posterior solved`"
        raise refused(
            path, f"is of a fit that did not pass its gate (status `{header.made.status}`); {remedy}"
        )
    return header


def _without_labels(group: Any, labels: frozenset[str]) -> list[tuple[str, Any]]:
    return [(name, variable) for name, variable in group.items() if name not in {*CHAINS, *labels}]


def _block(path: Path, model: Model, index: NDArray[np.int64], found: dict[str, Array]) -> DrawBlock:
    """A block of what was read, looked through for what the model needs."""
    arrays = {name: found.pop(name) for name in axes_of(model) if name in found}
    deaths, solve = model.spec.deaths, model.spec.solve
    needed = {
        *model.spec.parameters,
        *(() if solve is None else (c.solves for c in solve.contrasts.values())),
    }
    absent = sorted(needed - set(found))
    absent += ["log_baseline"] * (deaths.baseline.target is not None and "log_baseline" not in arrays)
    absent += ["residual"] * (deaths.residual is not None and "residual" not in arrays)
    odd = [name for name, values in arrays.items() if values.shape[1:] != shape_of(model, name)]
    if absent or odd:
        what = f"has no {', '.join(absent)}" if absent else f"has {', '.join(odd)} of another shape"
        raise refused(path, f"{what}, and the model needs it; fit it again with `simcore calibrate`")
    logs = arrays.get("log_baseline")
    return DrawBlock(
        index,
        found,
        None if logs is None else np.where(np.isnan(logs), 0.0, np.exp(logs)),
        arrays.get("residual"),
        arrays.get("year_effect"),
    )
