"""What a check of a fit prints, as plain data that stands in its file: targets, held-out counts, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.assemble import Assembled
from calibration.calibrate import Calibrated
from calibration.held_out import score_held_out
from calibration.identify import identify
from calibration.predictive import check_targets

DIGITS = 5
"""Of every number."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def found_in(fitted: Calibrated, draws: Assembled) -> dict[str, Any]:
    """Everything that a check prints of a fit, beside the verdict of its gate.

    ``targets``: each against what draws make of it, cell by cell. ``held_out``: scores by set, the rivals' beside.
    ``parameters``: prior and posterior of each coordinate, with what is said of it, and ``QUANTILES`` of the coordinate
    itself, which is standard normal a priori.
    """
    held_out = score_held_out(fitted, draws.forecast) if fitted.observed.held_out else {}
    parameters = identify(fitted.posterior.layout, fitted.fit.draws)
    across = np.quantile(fitted.fit.draws, QUANTILES, axis=(0, 1)).T.tolist()
    return {
        "targets": [rounded(target.as_json()) for target in check_targets(fitted)],
        "held_out": {name: rounded(score.as_json()) for name, score in held_out.items()},
        "parameters": [
            rounded(vars(one) | {"said": one.said, "coordinate": ends})
            for one, ends in zip(parameters, across, strict=True)
        ],
    }


def rounded(value: Any) -> Any:
    """Plain data with numbers to some digits: what no number is becomes None.

    >>> rounded({"a": [1.23456789, float("nan")], "b": "words"})
    {'a': [1.2346, None], 'b': 'words'}
    """
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if value - value == 0 else None
    if isinstance(value, Mapping):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value
