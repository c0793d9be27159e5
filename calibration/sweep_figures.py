"""What one fit of a sweep says: how well every target is met, and which effects come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from calibration.assemble import Assembled
from calibration.calibrate import Calibrated
from calibration.pointwise import pointwise

MOST_DRAWS = 400
"""Draws that likelihoods are averaged over."""


def target_fits(made: Calibrated, checked: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Of every target what is known of it, published effects taken together; those only compared come last.

    ``log_likelihood`` is the mean over draws, constants kept, so that one likelihood can be set beside another;
    ``p_value`` and, of counts, ``spread`` are as a check has them (``checked``, :func:`calibration.found.found_in`).
    """
    every = made.fit.draws.shape[0] * made.fit.draws.shape[1]
    few = made.fit.draws[:, :: max(every // MOST_DRAWS, 1)]
    found: dict[str, dict[str, float]] = {}
    for target in pointwise(replace(made, fit=replace(made.fit, draws=few))):
        likely = target.log_likelihood.reshape(target.log_likelihood.shape[0], -1).sum(axis=1)
        found[target.name] = {"log_likelihood": float(likely.mean())}
    for check in checked:
        if check["kind"] == "contrast":
            continue
        figures = found.setdefault(check["target"], {})
        figures["p_value"] = next(iter(check["p_values"].values()))
        if check["spread"] is not None:
            figures["spread"] = check["spread"]
    return found


def effects(made: Calibrated, assembled: Assembled) -> dict[str, dict[str, float]]:
    """Published total effects as the fit returns them, in their unit: mean and the interval of 95%."""
    found = {}
    for name, contrast in made.structure.contrasts.items():
        values = assembled.block[contrast.value] * made.structure.times(contrast.value)
        low, high = map(float, np.quantile(values, [0.025, 0.975]))
        found[name] = {"mean": float(values.mean()), "low": low, "high": high}
    return found
