"""The run record: what was run on what, so that anyone can run it again and compare."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from simcore.draw_source import USUAL, DrawSource
from simcore.model import Model, Structure
from simcore.pack import apportion
from simcore.posterior import read_header
from simcore.results import strata_of
from simcore.run import Settings, births_drawn
from simcore.slices import SLICES
from simcore.solved import draw_file

LIBRARIES = ("numpy", "numba", "scipy", "xarray", "h5netcdf")


def run_record(
    model: Model,
    structure: Structure,
    years: Sequence[int],
    draws: int,
    settings: Settings,
    more: Mapping[str, Any],
    source: DrawSource = USUAL,
) -> dict[str, Any]:
    """Hashes, versions and settings of a run, as plain data.

    Threads and block size are in it and change no number; ``made``, ``libraries`` and ``platform`` say where
    it was made. ``births_per_draw`` are those asked for, ``births_simulated`` those of every draw: more where
    strata are more than births, for each has one at least.
    """
    asked = births_drawn(model, settings)
    simulated = int(apportion(model.births_in(strata_of(model, years)), asked).sum()) if asked else 0
    used = draws_of(model, structure, source)
    return {
        "simcore": _version("simcore"),
        "model": {"name": model.name, "edition": model.spec.edition, "hash": model.hash},
        "variants": dict(structure.choices),
        "solved_draws": used.get("solved"),
        "posterior": used.get("posterior"),
        **more,
        "years": list(years),
        "draws": draws,
        "births_per_draw": asked,
        "births_simulated": simulated,
        "seed": settings.seed,
        "estimator": settings.estimator,
        **({"by": list(settings.by)} if settings.by else {}),
        "drawn_to": model.spec.drawn_to,
        "slices": SLICES,
        "threads": settings.threads,
        "libraries": libraries_here(),
        "platform": platform_here(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def libraries_here() -> dict[str, str]:
    """Versions of what can move a last digit."""
    return {"python": sys.version.split()[0], **{name: _version(name) for name in LIBRARIES}}


def platform_here() -> str:
    """System and processor."""
    return f"{platform.system()} {platform.machine()}"


def run_hashes(model: Model, structure: Structure, source: DrawSource = USUAL) -> dict[str, str | None]:
    """What a run stands on, each by its digest, under the names that a record has for them."""
    used = draws_of(model, structure, source)
    files = {"solved_draws": used.get("solved"), "posterior": used.get("posterior")}
    digests = {name: None if file is None else str(file["sha256"]) for name, file in files.items()}
    return {"model": model.hash, **digests}


def draws_of(model: Model, structure: Structure, source: DrawSource = USUAL) -> dict[str, dict[str, Any]]:
    """The file that draws are read from, under ``solved`` or ``posterior``, with its digest; empty for priors.

    Of a posterior also what it was fitted to, how, and what its gate said.
    """
    kind, path = draw_file(model, structure, source)
    if path is None or not path.is_file():
        return {}
    found: dict[str, Any] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    if kind == "posterior":
        header = read_header(path)
        made = header.made
        found |= {
            "config": made.config, "config_digest": made.config_digest, "evidence_hash": made.evidence_hash,
            "method": made.method, "status": made.status, "draws": header.size, "year_effects": header.year_effects,
        }  # fmt: skip
    return {kind: found}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
