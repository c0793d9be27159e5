"""A calibration from its config to draws that scenarios can be run with."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from calibration.assemble import Assembled, assemble
from calibration.density import Posterior
from calibration.fit import Fit, Tick
from calibration.gate import Gate, judge
from calibration.nuts import nuts
from calibration.optimum import Optimum, optimum
from calibration.quick import quick
from calibration.read import load_calibration
from calibration.schema import Calibration
from calibration.targets import Observed
from simcore.model import Model, Structure

Method = Literal["nuts", "quick"]


@dataclass(frozen=True)
class Calibrated:
    """A fit, what it was made from, and the verdict on it.

    ``seconds`` says how long each part took.
    """

    config: Calibration
    model: Model
    structure: Structure
    observed: Observed
    posterior: Posterior
    peak: Optimum
    fit: Fit
    gate: Gate
    seconds: Mapping[str, float] = field(default_factory=dict)

    def assembled(self) -> Assembled:
        """Draws as runs take them. A few seconds for every thousand."""
        return assemble(self.posterior, self.fit.draws)


def calibrate(
    name_or_path: str | os.PathLike[str],
    method: Method = "quick",
    *,
    variants: Mapping[str, str] | None = None,
    changes: Mapping[str, object] | None = None,
    model: str | os.PathLike[str] | None = None,
    threads: int = 2,
    tick: Tick | None = None,
) -> Calibrated:
    """Read a config, fit it, and judge the fit.

    Parameters
    ----------
    variants, changes, model
        As for :func:`calibration.read.load_calibration`.

    Raises
    ------
    DocumentError
        With every problem of the config, or of the tables that it names.
    FitError
        When nothing can be fitted.
    MissingExtra
        When the full path is asked for and its library is not installed.
    """
    config, loaded, structure, observed = load_calibration(
        name_or_path, variants=variants, changes=changes, model=model
    )
    clock = _Clock()
    if tick is not None:
        tick("terms", 0, 1)
    posterior = Posterior(config, loaded, structure, observed, threads)
    clock.past("terms")
    peak = optimum(posterior, scales=posterior.scales, threads=threads, tick=tick)
    clock.past("optimum")
    if method == "quick":
        fit = quick(posterior, peak, config.quick.draws, config.quick.seed, threads=threads, tick=tick)
    else:
        own = config.sampler
        fit = nuts(
            posterior, peak, chains=own.chains, draws=own.draws, tune=own.tune, seed=own.seed,
            target_accept=own.target_accept, cores=threads, tick=tick,
        )  # fmt: skip
    clock.past(method)
    return Calibrated(config, loaded, structure, observed, posterior, peak, fit, judge(fit), clock.seconds)


class _Clock:
    """How long each part took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def past(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part], self._last = now - self._last, now
