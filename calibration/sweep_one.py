"""One cell of a sweep: fitted, told of in ``cell.json``, its posterior beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from calibration.artefact import provenance, write_run_file
from calibration.calibrate import calibrate
from calibration.fit import FitError
from calibration.found import found_in
from calibration.nuts import MissingExtra
from calibration.sweep_cells import Cell
from calibration.sweep_figures import effects, target_fits
from simcore.problems import DocumentError
from simcore.store import write_whole

CELL, POSTERIOR = "cell.json", "posterior.nc"
Status = Literal["passed", "provisional", "failed", "no fit"]
Ask = Callable[[Cell, Path], Mapping[str, Any]]
"""What a fitted cell is asked, given its posterior file: plain data. Another process must be able to be handed it."""


def fit_cell(cell: Cell, folder: Path, ask: Ask | None) -> None:
    """Fit a cell on one thread, and write what it says into ``folder``: the posterior first, ``cell.json`` last.

    A fit that cannot be made, or that its gate refuses, is told of there with the reasons. Other errors are raised.
    """
    began = perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    # what stands there belongs to other inputs, and would be taken for these if a posterior changed under it
    (folder / CELL).unlink(missing_ok=True)
    try:
        said = _said(cell, folder, ask)
    except (FitError, MissingExtra, DocumentError) as error:
        said = {"status": "no fit", "reasons": [str(error)]}
    whole = {"cell": cell.name, "inputs": cell.inputs, **said, "seconds": perf_counter() - began}
    write_whole(folder / CELL, json.dumps(whole, indent=1) + "\n")


def finished(cell: Cell, folder: Path) -> Mapping[str, Any] | None:
    """What a finished cell says; None where there is none, or one of other inputs."""
    try:
        said = json.loads((folder / CELL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or said.get("inputs") != cell.inputs:
        return None
    there = "posterior" not in said or (folder / str(said["posterior"])).is_file()
    return said if there else None


def _said(cell: Cell, folder: Path, ask: Ask | None) -> dict[str, Any]:
    made = calibrate(cell.config, cell.method, changes=cell.changes, model=cell.model, threads=1)
    said: dict[str, Any] = {
        "status": made.gate.status,
        "reasons": list(made.gate.reasons),
        "gate": made.gate.as_json(),
        "log_posterior": made.peak.value,
    }
    if made.gate.status == "failed":
        return said
    assembled = made.assembled()
    path, found = folder / POSTERIOR, found_in(made, assembled)
    write_run_file(path, made, assembled, found, provenance(made))
    return {
        **said,
        "targets": target_fits(made, found["targets"]),
        "effects": effects(made, assembled),
        "held_out": found["held_out"],
        "posterior": POSTERIOR,
        "answer": {} if ask is None else dict(ask(cell, path)),
    }
