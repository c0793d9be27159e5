"""The list of tables, and how they are written and compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from . import (
    births,
    ethnicity,
    exposures,
    gestation,
    margins,
    mothers,
    observed_groups,
    poverty_odds,
    reconciliation,
    registration,
    targets,
)
from .evidence import MODEL, Table
from .exposure_tables import EXPOSURE_TABLES
from .groups import NINE

TABLES: dict[str, Callable[[], Table]] = {
    "births": births.births,
    "mother_age": mothers.mother_age,
    "plurality": births.plurality,
    "child_poverty": exposures.child_poverty,
    "child_poverty_paths": exposures.poverty_paths,
    "smoking_at_booking": exposures.smoking_at_booking,
    "smoking": exposures.smoking,
    "smoking_odds": exposures.smoking_odds,
    "smoking_cascade": exposures.smoking_cascade,
    "bmi": exposures.bmi,
    "gestation": gestation.gestation,
    "targets_deaths_by_decile": targets.by_decile,
    "targets_deaths_joint": partial(targets.joint_table, NINE),
    "targets_effective_counts": targets.effective_counts,
    "reconciliation": partial(reconciliation.rows, NINE),
    "observed_groups": observed_groups.observed_groups,
    "ethnic_group": ethnicity.ethnic_group,
    "country_of_birth": ethnicity.country_of_birth,
    "parity": mothers.parity,
    "registration": registration.registration,
    "nssec": registration.nssec,
    "child_poverty_odds": poverty_odds.child_poverty_odds,
    "margins": margins.rows,
    **EXPOSURE_TABLES,
}


def as_csv(table: Table) -> str:
    """The table as CSV text with plain line ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def write(folder: Path = MODEL) -> list[Path]:
    """Write every table; returns the paths."""
    paths = []
    for name, make in TABLES.items():
        path = folder / f"{name}.csv"
        path.write_text(as_csv(make()), encoding="utf-8")
        paths.append(path)
    return paths


def differences(folder: Path = MODEL, tolerance: float = 1e-6) -> list[str]:
    """Where the shipped tables differ from a fresh derivation, one line each; empty when they agree.

    Numbers may differ by ``tolerance`` (relative above one): the last digit of a fit is not the same on
    every processor.
    """
    found: list[str] = []
    for name, make in TABLES.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            found.append(f"{name}.csv: missing")
            continue
        fresh = list(csv.DictReader(io.StringIO(as_csv(make()))))
        shipped = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        if len(fresh) != len(shipped) or fresh[0].keys() != shipped[0].keys():
            found.append(f"{name}.csv: {len(shipped)} rows shipped, {len(fresh)} derived, or other columns")
            continue
        for line, (a, b) in enumerate(zip(fresh, shipped, strict=True), start=2):
            for column in a:
                if not same(a[column], b[column], tolerance):
                    found.append(f"{name}.csv:{line}: {column}: shipped {b[column]}, derived {a[column]}")
    return found


def same(a: str, b: str, tolerance: float) -> bool:
    """Equal as text, or as numbers within the tolerance."""
    if a == b:
        return True
    try:
        x, y = float(a), float(b)
    except ValueError:
        return False
    return abs(x - y) <= tolerance * max(1.0, abs(x))
