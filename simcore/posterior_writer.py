"""Writing a posterior, for runs to draw from: small, whole or not at all (:mod:`simcore.posterior` reads it)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.draws import DrawBlock
from simcore.model import Model, Structure
from simcore.network import Array
from simcore.packing import LOG_STEP, Stored, packed, packed_factor, packed_log, write_groups
from simcore.posterior import CHAINS, Provenance, axes_of, levels_of, shape_of


@dataclass(frozen=True)
class Beside:
    """What a file holds beside what runs read: groups, the labels of their axes, attributes of the file."""

    groups: Mapping[str, Mapping[str, Stored]] = field(default_factory=dict)
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __or__(self, other: Beside) -> Beside:
        """Both."""
        return Beside(
            {**self.groups, **other.groups},
            {**self.labels, **other.labels},
            {**self.attributes, **other.attributes},
        )


def write_posterior(
    path: Path,
    model: Model,
    structure: Structure,
    block: DrawBlock,
    central: DrawBlock,
    made: Provenance,
    chains: int = 1,
    log_step: float = LOG_STEP,
    beside: Beside | None = None,
) -> None:
    """Write the draws of a structure, atomically.

    Parameters
    ----------
    block
        All draws, numbered across chains as a run numbers them.
    central
        One draw in the middle, with the same parameters.
    chains
        How many chains the draws are from; each has as many.
    log_step
        One step of a log hazard; a wider one makes the file smaller.
    beside
        Further groups and attributes; axes of those above have the same labels here.

    Raises
    ------
    ValueError
        If draws cannot be told apart by chain or nothing varies, a number is not finite, a hazard is negative, a
        shape is not the model's, or a parameter has the name of something else in the file.
    """
    if block.size == 0 or block.size % chains or central.size != 1:
        raise ValueError(f"{block.size} draws of {chains} chains and {central.size} central ones")
    if set(block.parameters) != set(central.parameters):
        raise ValueError("draws and the central one must have the same parameters")
    dims = axes_of(model)
    taken = {*dims, *(d for names in dims.values() for d in names), *CHAINS, "cause", "age_band"}
    if clash := taken & set(block.parameters):
        raise ValueError(f"no parameter may be called {', '.join(sorted(clash))}")
    varying, fixed = {}, {}
    for name in sorted(block.parameters):
        values = _finite(name, block.parameters[name])
        if (values == values[0]).all():
            fixed[name] = Stored((), values[:1].reshape(()))
        else:
            varying[name] = packed(by_chain(values, chains), CHAINS)
    for name, values in _arrays(block, model).items():
        spread, axes = by_chain(values, chains), (*CHAINS, *dims[name])
        is_log = name == "log_baseline"
        varying[name] = packed_log(spread, axes, log_step) if is_log else packed_factor(spread, axes)
    if not varying:
        raise ValueError("nothing varies between draws")
    middle = {name: Stored((), values.reshape(())) for name, values in sorted(central.parameters.items())}
    middle |= {name: Stored(dims[name], values[0]) for name, values in _arrays(central, model).items()}
    along = {
        "chain": np.arange(chains, dtype=np.int32),
        "draw": np.arange(block.size // chains, dtype=np.int32),
    }
    beside = beside or Beside()
    labels = {
        **beside.labels,
        **along,
        **{name: np.asarray(levels) for name, levels in levels_of(model).items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        write_groups(part, {**_attributes(model, structure, made), **beside.attributes}, labels, {
            "posterior": varying, "fixed": fixed, "central": middle, **beside.groups
        })  # fmt: skip
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _arrays(block: DrawBlock, model: Model) -> dict[str, Array]:
    """The arrays of a block as the file names them, checked."""
    found = {}
    if block.baseline is not None:
        if not (block.baseline >= 0).all():
            raise ValueError("a hazard is negative, or no number")
        with np.errstate(divide="ignore"):
            logs = np.log(block.baseline)
        found["log_baseline"] = np.where(block.baseline > 0, logs, np.nan)
    if block.residual is not None:
        found["residual"] = _finite("residual", block.residual)
    if block.year_effects is not None:
        found["year_effect"] = _finite("year_effects", block.year_effects)
    for name, values in found.items():
        if values.shape[1:] != (shape := shape_of(model, name)):
            raise ValueError(f"{name} has the shape {values.shape[1:]}, and the model {shape}")
    return found


def _finite(name: str, values: Array) -> Array:
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds what is no finite number")
    return values


def _attributes(model: Model, structure: Structure, made: Provenance) -> dict[str, Any]:
    said = {name: json.dumps(v) if isinstance(v, Mapping) else v for name, v in asdict(made).items()}
    return {
        "model": model.name, "model_hash": model.hash, "structure": structure.solved_as.label, **said
    }  # fmt: skip


def by_chain(values: Array, chains: int) -> Array:
    """``[draws, ...]``, numbered across chains, as ``[chains, draws of each, ...]``."""
    return np.ascontiguousarray(values.reshape(-1, chains, *values.shape[1:]).swapaxes(0, 1))
