"""A fit on disk: the small file that runs draw from, and the full one, which holds all that the fit was made of.

Both are NetCDF with the groups that ArviZ knows, and a run reads either: ``posterior``, ``fixed``, ``central``,
``forecast``, ``observed_data``, ``constant_data``. The full one also has ``unconstrained`` (coordinates as they were
drawn), ``sample_stats``, ``prior``, ``log_likelihood``, ``posterior_predictive`` and ``diagnostics``. What a check
prints stands in both as the attribute ``check``, beside the config and where the seconds went.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from calibration.assemble import Assembled
from calibration.calibrate import Calibrated
from calibration.forecast_file import stored_forecast
from calibration.observed_file import stored_observed
from calibration.pointwise import stored_pointwise
from simcore.packing import Stored
from simcore.posterior import CHAINS, Provenance, file_name
from simcore.posterior_writer import Beside, write_posterior

MOST_BYTES = 2_000_000
"""A file that ships is smaller."""
LIBRARIES = ("simcore", "numpy", "numba", "scipy", "arviz-stats", "nutpie")


def artefact_name(fitted: Calibrated) -> str:
    """The name of the file: that of the config, and the structure if it is not the default."""
    return file_name(fitted.config.calibration, fitted.structure)


def provenance(fitted: Calibrated) -> Provenance:
    """How a fit was made, as of now."""
    fit = fitted.fit
    return Provenance(
        fitted.observed.digest,
        fitted.config.calibration,
        fitted.config.digest,
        fit.method,
        fitted.gate.status,
        fitted.gate.as_json(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        _versions(),
        fit.seed,
    )


def write_run_file(
    path: Path, fitted: Calibrated, draws: Assembled, found: Mapping[str, Any], made: Provenance
) -> None:
    """Write the small file, atomically; ``found`` is what a check prints.

    Raises
    ------
    ValueError
        If the fit did not pass its gate, something in it is no finite number, or the file would be too large.
    """
    if fitted.gate.status == "failed":
        raise ValueError("a fit that failed its gate is not written for runs")
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        _write(new, fitted, draws, made, _said(fitted, found))
        if (size := new.stat().st_size) >= MOST_BYTES:
            raise ValueError(
                f"the file would have {size:,} bytes, and {MOST_BYTES:,} are too many: fit for fewer draws"
            )
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def write_artefact(
    path: Path, fitted: Calibrated, draws: Assembled, found: Mapping[str, Any], made: Provenance
) -> None:
    """Write the full file, atomically, of a fit that failed too; ``found`` is what a check prints."""
    _write(path, fitted, draws, made, _said(fitted, found) | _sampled(fitted) | stored_pointwise(fitted))


def _write(path: Path, fitted: Calibrated, draws: Assembled, made: Provenance, more: Beside) -> None:
    residual = fitted.model.spec.deaths.residual
    assert residual is not None
    write_posterior(
        path, fitted.model, fitted.structure, draws.block, draws.central, made, fitted.gate.chains,
        beside=stored_forecast(draws.forecast, residual.by) | stored_observed(fitted.observed) | more,
    )  # fmt: skip


def _said(fitted: Calibrated, found: Mapping[str, Any]) -> Beside:
    return Beside(
        attributes={
            "config_text": fitted.config.model_dump_json(by_alias=True),
            "seconds": json.dumps({part: round(spent, 2) for part, spent in fitted.seconds.items()}),
            "check": json.dumps(found),
        }
    )


def _sampled(fitted: Calibrated) -> Beside:
    """Coordinates as drawn, the log density, and what is said of each coordinate."""
    fit, gate = fitted.fit, fitted.gate
    columns = {
        name: np.array([getattr(p, name) for p in gate.parameters])
        for name in ("mean", "sd", "rhat", "ess_bulk", "ess_tail")
        if gate.parameters
    }
    groups = {
        "unconstrained": {"z": Stored((*CHAINS, "coordinate"), fit.draws)},
        "sample_stats": {"lp": Stored(CHAINS, fit.log_density)},
        "diagnostics": {name: Stored(("coordinate",), values) for name, values in columns.items()},
    }
    steps = {} if fit.steps is None else {"steps": json.dumps(asdict(fit.steps))}
    return Beside(groups, {"coordinate": np.asarray(fit.names)}, steps)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
