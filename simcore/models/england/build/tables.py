"""The list of tables, and how they are written and compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from .births import counts, fetus, gestation
from .deaths import hazard_trend, reconciliation, targets
from .effects import ethnic, ratios
from .evidence import MODEL, Table
from .exposures import antenatal, body_mass, home, odds, smoking
from .families import (
    background,
    country,
    ethnicity,
    household_class,
    mothers,
    poverty,
    poverty_odds,
    registration,
)
from .margins import margins
from .observed.groups import observed_groups

TABLES: dict[str, Callable[[], Table]] = {
    "births": counts.births,
    "plurality": counts.plurality,
    "gestation": gestation.gestation,
    "sga": fetus.sga,
    "anomaly": fetus.anomaly,
    "ethnic_group": ethnicity.ethnic_group,
    "country_of_birth": country.country_of_birth,
    "background": background.background,
    "mother_age": mothers.mother_age,
    "parity": mothers.parity,
    "registration": registration.registration,
    "nssec": household_class.nssec,
    "child_poverty": poverty.child_poverty,
    "child_poverty_paths": poverty.poverty_paths,
    "child_poverty_odds": poverty_odds.child_poverty_odds,
    "smoking_at_booking": smoking.smoking_at_booking,
    "smoking": smoking.smoking,
    "smoking_odds": smoking.smoking_odds,
    "smoking_cascade": smoking.smoking_cascade,
    "bmi": body_mass.bmi,
    "overcrowding": home.overcrowding,
    "breastfeeding": home.breastfeeding,
    "unsafe_sleep": home.unsafe_sleep,
    "late_booking": antenatal.late_booking,
    "folic_acid": antenatal.folic_acid,
    "healthy_start": antenatal.healthy_start,
    "consanguinity": antenatal.consanguinity,
    "exposure_odds": odds.exposure_odds,
    "exposure_effects": ratios.exposure_effects,
    "ethnic_hazards": ethnic.ethnic_hazards,
    "targets_deaths_by_decile": targets.by_decile,
    "targets_deaths_joint": targets.joint_table,
    "targets_effective_counts": targets.effective_counts,
    "hazard_trend": hazard_trend.hazard_trend,
    "reconciliation": reconciliation.reconciliation,
    "observed_groups": observed_groups,
    "margins": margins,
}
"""Name of the file, without its ending, to what makes it; in the order in which the figures flow."""

NEAR = {"registration": 1e-6, "child_poverty_odds": 1e-6, "margins": 1e-2}
"""Tables that hang on a search for the best fit, which ends a little elsewhere on another processor: how near they
come. Every other table is the same to the last byte."""


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
        path.write_bytes(as_csv(make()).encode())
        paths.append(path)
    return paths


def differences(folder: Path = MODEL) -> list[str]:
    """Where the shipped tables differ from a fresh derivation, one line each; empty when they agree.

    Compared to the last byte, but for the tables of `NEAR`.
    """
    return [line for name, make in TABLES.items() for line in different(folder, name, as_csv(make()))]


def different(folder: Path, name: str, derived: str) -> list[str]:
    """Where one shipped table differs from its derivation."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return [f"{path.name}: missing"]
    shipped = path.read_bytes().decode()
    if shipped == derived:
        return []
    fresh, old = (list(csv.DictReader(io.StringIO(text))) for text in (derived, shipped))
    if len(fresh) != len(old) or fresh[0].keys() != old[0].keys():
        return [f"{path.name}: {len(old)} rows shipped, {len(fresh)} derived, or other columns"]
    found = [
        f"{path.name}:{line}: {column}: shipped {b[column]}, derived {a[column]}"
        for line, (a, b) in enumerate(zip(fresh, old, strict=True), start=2)
        for column in a
        if not same(a[column], b[column], NEAR.get(name, 0.0))
    ]
    return found if found or name in NEAR else [f"{path.name}: same cells, other bytes"]


def same(a: str, b: str, tolerance: float) -> bool:
    """Equal as text, or as numbers within the tolerance where there is one."""
    if a == b or not tolerance:
        return a == b
    try:
        return abs(float(a) - float(b)) <= tolerance
    except ValueError:
        return False
