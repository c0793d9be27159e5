"""What a fit was compared with, as groups of its file: ``observed_data`` and ``constant_data``.

Axes are named after their target, as ``deaths_by_decile_year``. Counts are read back from here, to be drawn beside
what is predicted of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.targets import CountTarget, Observed, ShareTarget
from simcore.packing import Stored
from simcore.posterior_writer import Beside

CONTRASTS = "published_effects"
"""All of them are one variable: logarithms of ratios, differences as published."""
SEEN, HELD_OUT = "seen", "held_out"
COUNTS = "counts"
"""The attribute that says of every table of counts whether the fit saw it."""
Labels = dict[str, Sequence[str] | Sequence[int]]


def axes_of(target: CountTarget | ShareTarget) -> Labels:
    """The axes of the deaths of a target, each with its labels."""
    first: Labels = {"year": target.years} if isinstance(target, CountTarget) else {"cause": target.within}
    named: Labels = {**first, "period": target.periods, target.by: target.levels}
    return {f"{target.name}_{axis}": labels for axis, labels in named.items()}


def stored_observed(observed: Observed) -> Beside:
    """Every target, fitted, compared only or held out (under the name of the set)."""
    held_out = [replace(held.target, name=held.name) for held in observed.held_out]
    others = [t for t in observed.checks if isinstance(t, CountTarget | ShareTarget)]
    data: dict[str, Stored] = {}
    constant: dict[str, Stored] = {}
    labels: Labels = {}
    for target in (*observed.counts, *observed.shares, *others, *held_out):
        axes = axes_of(target)
        labels |= axes
        first, _, by = axes
        data[target.name] = Stored(tuple(axes), target.deaths)
        if isinstance(target, CountTarget):
            constant[f"{target.name}_births"] = Stored((first, by), target.births)
            constant[f"{target.name}_dispersion"] = Stored((), np.array(target.dispersion))
        else:
            constant[f"{target.name}_births"] = Stored((by,), target.births)
            constant[f"{target.name}_weight"] = Stored((), np.array(target.weight))
    if observed.contrasts:
        labels["contrast"] = [target.name for target in observed.contrasts]
        data[CONTRASTS] = Stored(("contrast",), np.array([target.mean for target in observed.contrasts]))
        sd = np.array([target.sd for target in observed.contrasts])
        constant[f"{CONTRASTS}_sd"] = Stored(("contrast",), sd)
    counts = {target.name: SEEN for target in observed.counts} | {t.name: HELD_OUT for t in held_out}
    arrays: dict[str, NDArray[Any]] = {axis: np.asarray(of) for axis, of in labels.items()}
    return Beside({"observed_data": data, "constant_data": constant}, arrays, {COUNTS: json.dumps(counts)})


def read_counts(path: Path) -> tuple[tuple[CountTarget, ...], tuple[CountTarget, ...]]:
    """The counts that a fit saw, and those held out, from a file that is known to be a posterior."""
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        roles = json.loads(file.attrs.get(COUNTS, "{}"))
        found = {name: _counts(name, file["observed_data"], file["constant_data"]) for name in roles}
    seen, held_out = (tuple(found[n] for n in roles if roles[n] == role) for role in (SEEN, HELD_OUT))
    return seen, held_out


def _counts(name: str, observed: Any, constant: Any) -> CountTarget:
    variable = observed[name]
    years, periods, levels = (observed[axis][...].tolist() for axis in variable.dimensions)
    return CountTarget(
        name,
        variable.dimensions[2].removeprefix(f"{name}_"),
        tuple(map(_word, levels)),
        tuple(years),
        tuple(map(_word, periods)),
        np.asarray(constant[f"{name}_births"][...], np.float64),
        np.asarray(variable[...], np.float64),
        float(constant[f"{name}_dispersion"][...]),
    )


def _word(label: str | bytes) -> str:
    return label.decode() if isinstance(label, bytes) else label
