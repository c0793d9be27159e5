"""Is a fit good enough to be used? Thresholds of the field, and in words what fell short.

R-hat compares chains that began far apart (or batches that share no random number) with one another: rank
normalised, and folded, so that spread counts as well as place. The effective size says how many independent draws
the dependent ones are worth, in the middle and in the tails (Vehtari et al. 2021). k-hat is the shape of the tail
of importance weights: from 0.7 their mean is no longer to be relied on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.diagnostics import effective, rhat
from calibration.fit import Fit
from simcore.network import Array

Status = Literal["passed", "provisional", "failed"]

RHAT = 1.01
ESS = 400.0
KHAT = 0.7
FEWEST_CHAINS = 4
NAMED = 5
"""Parameters named in a reason: the worst."""


@dataclass(frozen=True)
class Judged:
    """One coordinate: what its draws say of it, and how well they were made."""

    name: str
    mean: float
    sd: float
    rhat: float
    ess_bulk: float
    ess_tail: float


@dataclass(frozen=True)
class Gate:
    """The verdict on a fit.

    Attributes
    ----------
    status
        ``passed``; ``provisional`` (a quick path that falls short in k-hat alone: usable, and labelled so);
        ``failed``: not to be used.
    reasons
        What fell short, in words; none when passed.
    rhat_max, ess_bulk_min, ess_tail_min
        The worst coordinate; not-a-number where one of them cannot be worked out.
    khat, divergences
        None where the method has none.
    parameters
        Every coordinate.
    """

    status: Status
    method: str
    reasons: tuple[str, ...]
    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    khat: float | None
    divergences: int | None
    chains: int
    draws: int
    parameters: tuple[Judged, ...]

    @property
    def ess_min(self) -> float:
        """The smaller of the two effective sizes."""
        return float(np.minimum(self.ess_bulk_min, self.ess_tail_min))

    def as_json(self) -> dict[str, object]:
        """Everything but the single coordinates, as plain values; what is not a number is None."""
        return {
            "status": self.status,
            "method": self.method,
            "reasons": list(self.reasons),
            "rhat_max": _plain(self.rhat_max),
            "ess_min": _plain(self.ess_min),
            "ess_bulk_min": _plain(self.ess_bulk_min),
            "ess_tail_min": _plain(self.ess_tail_min),
            "khat": _plain(self.khat),
            "divergences": self.divergences,
            "chains": self.chains,
            "draws": self.draws,
        }


def judge(fit: Fit) -> Gate:
    """Hold a fit against the thresholds: R-hat below 1.01, effective sizes of 400, k-hat below 0.7, no divergence.

    Not one divergence is let pass: a single one may be harmless, but where the posterior is nearly normal in the
    coordinates sampled there are none, and smaller steps (a higher `target_accept`) are cheap.
    """
    chains, draws, _ = fit.draws.shape
    if not np.isfinite(fit.draws).all():
        return _verdict(fit, (), ["some draws are not finite numbers"], [])
    judged = parameters(fit.names, fit.draws)
    short = _short_of(judged)
    if chains < FEWEST_CHAINS:
        short.append(f"{chains} chains: R-hat needs {FEWEST_CHAINS} to compare")
    divergences = fit.steps.divergences if fit.steps is not None else None
    if divergences:
        short.append(
            f"{divergences:,} of {chains * draws:,} draws diverged: raise target_accept, or look for a funnel"
        )
    tail = []
    if fit.khat is not None and not fit.khat < KHAT:
        tail.append(
            f"k-hat is {fit.khat:.2f}, not below {KHAT}: the posterior is not close enough to a bell around its"
            " peak for importance weights"
        )
    return _verdict(fit, judged, short, tail)


def parameters(names: tuple[str, ...], draws: Array) -> tuple[Judged, ...]:
    """Mean, spread and diagnostics of each coordinate of ``draws`` (``float64[chains, draws, K]``)."""
    flat = draws.reshape(-1, len(names))
    columns = (
        flat.mean(axis=0), flat.std(axis=0, ddof=1), rhat(draws), effective(draws, "bulk"), effective(draws, "tail")
    )  # fmt: skip
    return tuple(
        Judged(name, *map(float, row)) for name, row in zip(names, zip(*columns, strict=True), strict=True)
    )


def _short_of(judged: tuple[Judged, ...]) -> list[str]:
    """What is wrong with the coordinates, the worst named. What cannot be worked out falls short."""
    short = []
    ratios = np.array([p.rhat for p in judged])
    worst = _worst(judged, ratios, -ratios, ~(ratios < RHAT), ".3f")
    if worst:
        short.append(f"R-hat is not below {RHAT} for {worst}: chains do not agree")
    for kind, sizes in (("middle", [p.ess_bulk for p in judged]), ("tails", [p.ess_tail for p in judged])):
        size = np.array(sizes)
        worst = _worst(judged, size, size, ~(size >= ESS), ".0f")
        if worst:
            short.append(
                f"the effective size in the {kind} is below {ESS:.0f} for {worst}: more draws are needed"
            )
    return short


def _worst(
    judged: tuple[Judged, ...], said: Array, order: Array, wrong: NDArray[np.bool_], as_text: str
) -> str:
    which = [k for k in np.argsort(np.where(np.isnan(order), -np.inf, order)) if wrong[k]]
    named = ", ".join(f"`{judged[k].name}` ({said[k]:{as_text}})" for k in which[:NAMED])
    return named + f" and {len(which) - NAMED} more" * (len(which) > NAMED)


def _verdict(fit: Fit, judged: tuple[Judged, ...], short: list[str], tail: list[str]) -> Gate:
    chains, draws, _ = fit.draws.shape
    status: Status = "failed" if short else "provisional" if tail else "passed"
    return Gate(
        status, fit.method, (*short, *tail),
        max((p.rhat for p in judged), key=_nan_first, default=np.nan),
        -max((-p.ess_bulk for p in judged), key=_nan_first, default=np.nan),
        -max((-p.ess_tail for p in judged), key=_nan_first, default=np.nan),
        fit.khat, fit.steps.divergences if fit.steps is not None else None,
        chains, draws, judged,
    )  # fmt: skip


def _nan_first(number: float) -> float:
    return np.inf if np.isnan(number) else number


def _plain(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else float(number)
