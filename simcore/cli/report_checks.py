"""How well the posteriors of a run met what was observed, as plain data for its report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simcore.model import Model

KEPT = (
    "calibration",
    "status",
    "method",
    "reasons",
    "rhat_max",
    "ess_min",
    "khat",
    "divergences",
    "chains",
    "draws",
)
"""What a report tells of the gate of a fit."""


def gather_checks(summary: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """The check of the posterior that a run used, and those of the structures beside it.

    A file that is not here, or is another one than the run's, is named with the reason in ``why_not``. Empty where a
    run used no posterior.
    """
    used = summary["run"].get("posterior")
    if used is None:
        return {"posteriors": []}
    given = summary["run"].get("asked", {}).get("posterior")
    beside = summary.get("posterior", {}).get("beside", {})
    return {
        "posteriors": [
            _told(used, "", model, given),
            *(_told(posterior, structure, model, None) for structure, posterior in beside.items()),
        ]
    }


def _told(posterior: Mapping[str, Any], structure: str, model: Model, given: str | None) -> dict[str, Any]:
    from calibration.read_check import read_check
    from simcore.problems import DocumentError

    path = _path(posterior["file"], model, given)
    told: dict[str, Any] = {
        "name": posterior["file"].removesuffix(".nc"),
        "file": posterior["file"],
        "structure": structure,
        "check": None,
    }
    if path is None or not path.is_file():
        return told | {"why_not": "the file is not here"}
    if hashlib.sha256(path.read_bytes()).hexdigest() != posterior["sha256"]:
        return told | {"why_not": "the file here is another one than the run's"}
    try:
        check = read_check(path)
    except DocumentError as error:
        return told | {"why_not": "; ".join(problem.message for problem in error.problems)}
    targets = [_target(target) for target in check["targets"]]
    kept = {name: check[name] for name in KEPT}
    return told | {"check": kept | {"targets": targets}, "years": _years(check["calibration"])}


def _path(file: str, model: Model, given: str | None) -> Path | None:
    """Where a posterior lies: with the model, or where the run was given it."""
    shipped = model.folder / "posterior" / file
    if given is not None and Path(given).name == file:
        return Path(given)
    return shipped if shipped.is_file() else None


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    """One set of counts: how many cells lie in their 90% interval, and the least of its probabilities."""
    cells: Sequence[Mapping[str, Any]] = target["cells"]
    known = [p for p in target["p_values"].values() if p is not None]
    return {
        "target": target["target"],
        "kind": target["kind"],
        "fitted": target["fitted"],
        "cells": len(cells),
        "inside": sum(cell["low"] <= cell["observed"] <= cell["high"] for cell in cells),
        "p_least": min(known, default=None),
    }


def _years(config: str) -> list[int]:
    """The first and the last year that a fit counted deaths of; none where its config is not one that ships."""
    from calibration.read import read_calibration
    from simcore.problems import DocumentError

    try:
        years = read_calibration(config).years
    except DocumentError:
        return []
    return [years.first, years.last]
