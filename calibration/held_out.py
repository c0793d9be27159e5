"""Counts that a fit never saw: predicted, and scored beside what plain rivals make of the same years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from calibration.calibrate import Calibrated
from calibration.forecast import Forecast, Normals, named_normals
from calibration.rivals import MISSING, can_regress, rivals_of
from calibration.scores import Predicted, Scores, scores_of
from calibration.targets import CountTarget
from simcore.network import Array


@dataclass(frozen=True)
class HeldOutScore:
    """One set of counts held out: the model's scores, and the rivals'.

    Attributes
    ----------
    years
        Those predicted.
    model, rivals
        Rivals by name (:mod:`calibration.rivals`).
    not_scored
        Rivals that could not be asked, and why.
    """

    years: tuple[int, ...]
    model: Scores
    rivals: Mapping[str, Scores]
    not_scored: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Plain data; the model's scores stand at the top."""
        return {
            "years": list(self.years),
            **self.model.as_json(),
            "rivals": {name: scores.as_json() for name, scores in self.rivals.items()},
            "not_scored": dict(self.not_scored),
        }


def score_held_out(
    calibrated: Calibrated, forecast: Forecast | None = None, seed: int = 1
) -> dict[str, HeldOutScore]:
    """Scores of every set that a config holds out, by the name of the set.

    Parameters
    ----------
    forecast
        That of the fit, where it is at hand.
    """
    if forecast is None:
        draws = calibrated.fit.draws
        z = draws.swapaxes(0, 1).reshape(-1, draws.shape[-1])
        forecast = Forecast.of(calibrated.posterior, z, draws.shape[0])
    config, found = calibrated.config, {}
    for held in calibrated.observed.held_out:
        name = config.held_out[held.name].target
        seen = next((count for count in calibrated.observed.counts if count.name == name), None)
        found[held.name] = score_counts(forecast, held.target, seen, calibrated.model.name, seed)
    return found


def score_counts(
    forecast: Forecast, held: CountTarget, seen: CountTarget | None, model: str, seed: int = 1
) -> HeldOutScore:
    """Scores of some counts; rivals are fitted to ``seen``, and there are none without it.

    ``model`` names the random numbers by which paths go on.
    """
    predicted = predict_counts(forecast, held, named_normals(model, forecast.path.shape[0]), seed)
    own = scores_of(predicted, held.deaths, held.periods)
    if seen is None:
        return HeldOutScore(held.years, own, {}, {"all": "the same counts of other years are not fitted"})
    rivals = rivals_of(seen, held.births, held.years, predicted.counts.shape[0], seed)
    regressions = ("poisson_regression", "quasi_poisson_regression")
    missing = {} if can_regress() else dict.fromkeys(regressions, MISSING)
    return HeldOutScore(
        held.years,
        own,
        {name: scores_of(rival, held.deaths, held.periods) for name, rival in rivals.items()},
        missing,
    )


def predict_counts(forecast: Forecast, target: CountTarget, normal: Normals, seed: int) -> Predicted:
    """What a fit thinks of some counts, whether it saw them or not."""
    rows = [forecast.periods.index(period) for period in target.periods]
    expected: Array = forecast.expected(target.years, target.births, normal)[:, :, rows]
    # counts of the target may be more dispersed than by chance, whatever others were taken to be
    dispersed = replace(forecast, dispersion=target.dispersion)
    return Predicted(expected, np.asarray(dispersed.counted(expected, seed)), target.dispersion)
