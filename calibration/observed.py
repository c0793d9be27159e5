"""A checked config, a model and the tables between them -> what the fit is compared with.

All problems of all tables come together, each with its file, line and column.
"""

from __future__ import annotations

from calibration.counted import Reader
from calibration.schema import Calibration, Contrasts, Counts
from calibration.targets import (
    ContrastTarget,
    CountTarget,
    HeldOut,
    Observed,
    ShareTarget,
    Target,
    contrast_target,
)
from simcore.distributions import Lognormal, Normal
from simcore.model import Model, Structure
from simcore.problems import DocumentError


def observe(calibration: Calibration, model: Model, structure: Structure) -> Observed:
    """Read every table that a config names. Its words must have been checked (:mod:`calibration.check`).

    Raises
    ------
    DocumentError
        With every problem of every table: counts that are none, rows that are missing or stand twice.
    """
    reader = Reader(calibration, model)
    of: dict[str, list[Target]] = {}
    for name, target in calibration.targets.items():
        if isinstance(target, Contrasts):
            of[name] = list(_contrasts(target, model, structure))
        elif isinstance(target, Counts):
            of[name] = list(reader.counts(name, name, target.years.all))
        else:
            of[name] = list(reader.shares(name))
    held_out = [
        HeldOut(name, target)
        for name, later in calibration.held_out.items()
        for target in reader.counts(name, later.target, later.years.all)
    ]
    if reader.problems:
        raise DocumentError(reader.problems)
    fitted = [target for name in calibration.fitted for target in of[name]]
    return Observed(
        tuple(target for target in fitted if isinstance(target, CountTarget)),
        tuple(target for target in fitted if isinstance(target, ShareTarget)),
        tuple(target for target in fitted if isinstance(target, ContrastTarget)),
        tuple(target for name in calibration.check for target in of[name]),
        tuple(held_out),
    )


def _contrasts(target: Contrasts, model: Model, structure: Structure) -> list[ContrastTarget]:
    """The published effects, those that the structure does not ask for left out."""
    found = []
    for name in target.of:
        if name in structure.contrasts:
            contrast = structure.contrasts[name]
            value = model.spec.parameters[contrast.value].value
            assert isinstance(value, Normal | Lognormal)
            times = structure.times(contrast.value)
            found.append(contrast_target(name, contrast, value.central, value.sigma, times))
    return found
