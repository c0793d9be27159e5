"""Deaths of any year, observed or not, given births: what to expect, and between what bounds.

Bounds are of what may be counted: they hold what is not known of parameters, the effect of the year, and chance.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.births import births_of_file, births_of_model
from calibration.find_posterior import find_posterior
from calibration.forecast import Forecast, named_normals
from calibration.forecast_file import read_forecast
from calibration.scores import HALF, MOST, interval
from simcore.load import load_model
from simcore.model import Model
from simcore.network import Array
from simcore.posterior import Header, read_header, refused
from simcore.problems import DocumentError, Problem, hint

ALL = "all"
"""Every stratum together; every age period together."""
WORDS = {"postneonatal": "post_neonatal"}
"""What an age period is called in an answer, where it is not by its label."""


@dataclass(frozen=True)
class Line:
    """Deaths of one year, stratum and age: the mean, and between which two counts half and nine tenths lie."""

    year: int
    level: str
    age: str
    mean: float
    interval50: tuple[int, int]
    interval90: tuple[int, int]


@dataclass(frozen=True)
class Prediction:
    """What may be counted, draw by draw.

    Attributes
    ----------
    by
        The stratum dimension, or ``all``.
    births : float64[years, levels]
    expected, counts : float64[draws, years, periods, levels]
        Without chance, and with it. Sums over any axis but the first are draws of the sum: paths are shared.
    """

    by: str
    levels: tuple[str, ...]
    years: tuple[int, ...]
    periods: tuple[str, ...]
    births: Array
    expected: Array
    counts: Array

    def lines(self) -> list[Line]:
        """By year, stratum and age period."""
        return [
            self._line(year, level, WORDS.get(period, period), (y, p, k))
            for y, year in enumerate(self.years)
            for k, level in enumerate(self.levels)
            for p, period in enumerate(self.periods)
        ]

    def together(self) -> Prediction:
        """Strata added up."""
        if self.by == ALL:
            return self
        births, expected, counts = (
            array.sum(axis=-1, keepdims=True) for array in (self.births, self.expected, self.counts)
        )
        return Prediction(ALL, (ALL,), self.years, self.periods, births, expected, counts)

    def whole_year(self) -> Prediction:
        """Age periods added up."""
        expected, counts = (array.sum(axis=2, keepdims=True) for array in (self.expected, self.counts))
        return Prediction(self.by, self.levels, self.years, (ALL,), self.births, expected, counts)

    def as_json(self) -> list[dict[str, object]]:
        """Plain data, one entry a line; levels that are numbers are numbers."""
        numbers = all(level.isdecimal() and str(int(level)) == level for level in self.levels)
        return [
            {
                "year": line.year,
                **({} if self.by == ALL else {self.by: int(line.level) if numbers else line.level}),
                "age": line.age,
                "mean": round(line.mean, 3),
                "interval50": list(line.interval50),
                "interval90": list(line.interval90),
            }
            for line in self.lines()
        ]

    def _line(self, year: int, level: str, age: str, at: tuple[int, int, int]) -> Line:
        half, most = (interval(self.counts[:, *at], ends) for ends in (HALF, MOST))
        return Line(
            year,
            level,
            age,
            float(self.expected[:, *at].mean()),
            (int(half[0]), int(half[1])),
            (int(most[0]), int(most[1])),
        )


def predict(
    posterior: str | os.PathLike[str],
    years: Sequence[int],
    *,
    by: str | None = None,
    births: str | os.PathLike[str] | None = None,
    model: str | os.PathLike[str] | None = None,
    seed: int = 1,
) -> Prediction:
    """Deaths of some years from the file of a posterior.

    Parameters
    ----------
    posterior
        A path, or the bare name of one that ships.
    by
        The stratum dimension of the model's residual gradient, or ``all``; the first if not given.
    births
        A table of births; those of the model if not given.
    model
        The folder of the model, where it does not ship.
    seed
        Of chance and of how paths go on; the same seed gives the same numbers, whatever other years are asked for.

    Raises
    ------
    DocumentError
        If the posterior cannot be used, or years or births are not to be had.
    """
    path = find_posterior(posterior)
    header = read_header(path)
    loaded = load_model(header.model if model is None else model)
    _check_usable(path, header, loaded)
    forecast = read_forecast(path)
    residual = loaded.spec.deaths.residual
    if residual is None:
        raise refused(path, "is of a model without a gradient by stratum; predictions are by stratum")
    if by not in (None, ALL, residual.by):
        message = f"deaths are predicted by {residual.by}, not by `{by}`; {hint(by, (residual.by, ALL))}"
        raise DocumentError(Problem("--by", None, None, "", message))
    if min(years) < forecast.years[0]:
        message = (
            f"{min(years)} lies before the first year fitted; ask for {forecast.years[0]} or later: "
            "how hazards went before is not known"
        )
        raise DocumentError(Problem("--years", None, None, "", message))
    if births is None:
        given = births_of_model(loaded, residual.by, years)
    else:
        given = births_of_file(births, loaded, residual.by, years)
    found = predicted(forecast, years, given, residual.by, loaded.name, seed)
    return found.together() if by == ALL else found


def predicted(
    forecast: Forecast, years: Sequence[int], births: Array, by: str, model: str, seed: int = 1
) -> Prediction:
    """Deaths of ``births``, ``float64[years, strata]``; ``model`` names the random numbers."""
    normal = named_normals(f"{model}/{seed}", forecast.path.shape[0])
    expected = forecast.expected(years, births, normal)
    # a year has numbers of its own: to ask for others beside it moves none
    counts = [forecast.counted(expected[:, y], seed << 16 | year) for y, year in enumerate(years)]
    return Prediction(
        by, forecast.strata, tuple(years), forecast.periods, births, expected, np.stack(counts, axis=1)
    )


def _check_usable(path: Path, header: Header, model: Model) -> None:
    if header.model_hash != model.hash:
        what = f"`{header.model}` {header.model_hash}, this one is `{model.name}` {model.hash}"
        remedy = f"run `simcore calibrate` on {header.made.config} again, or name the model (--model)"
        raise refused(path, f"was fitted to another model ({what}); {remedy}")
    if header.made.status not in {"passed", "provisional"}:
        message = f"is of a fit that did not pass its gate (status `{header.made.status}`)"
        raise refused(path, f"{message}; mend the fit and run it again")
