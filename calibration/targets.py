"""What a fit is compared with, as plain arrays: counts, shares of counts, published effects.

Three kinds, each with its likelihood. Levels, causes and age periods go by the names of the model; the period
``infant`` is the whole first year. :mod:`calibration.observed` makes them from the tables that a config names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simcore.spec import Contrast

Array = NDArray[np.float64]
INFANT = "infant"
"""The age period that is the whole first year."""
ALL_CAUSES = "all"
"""The one name in ``within`` of shares that are not told apart by cause."""


@dataclass(frozen=True, eq=False)
class CountTarget:
    """Deaths counted by year and stratum, among births counted the same way.

    Each count is Poisson about what the model expects, or, with a dispersion, negative binomial.

    Attributes
    ----------
    by
        The stratum dimension that ``levels`` are of, all of them and in the model's order.
    births
        ``float64[years, levels]``, whole numbers.
    deaths
        ``float64[years, periods, levels]``, whole numbers.
    dispersion
        A count of mean ``m`` has the variance ``m + dispersion * m**2``; 0 is Poisson.
    """

    name: str
    by: str
    levels: tuple[str, ...]
    years: tuple[int, ...]
    periods: tuple[str, ...]
    births: Array
    deaths: Array
    dispersion: float = 0.0


@dataclass(frozen=True, eq=False)
class ShareTarget:
    """How the deaths of some years are shared out among groups of births, within each cause and age period.

    The deaths of one cause and period are multinomial over the groups: how many they are says nothing, only among
    whom. With two groups that is binomial.

    Attributes
    ----------
    by
        The variable, or stratum dimension, that tells the groups apart.
    levels
        The groups compared, by name; births in no group are left out.
    members
        The levels of ``by`` that each group is of: itself alone, or several taken together.
    years
        The years whose deaths are counted, together.
    within
        Causes, or (``all``,).
    births
        ``float64[levels]``, as published.
    deaths
        ``float64[within, periods, levels]``; not whole where a table shares out deaths of an unknown group.
    weight
        The power that the likelihood is raised to, over 0 and at most 1.
    """

    name: str
    by: str
    levels: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    periods: tuple[str, ...]
    years: tuple[int, ...]
    within: tuple[str, ...]
    births: Array
    deaths: Array
    weight: float = 1.0


@dataclass(frozen=True)
class ContrastTarget:
    """A published total effect that the model is to return under ``do``.

    Normal about what the model returns: on the logarithm for ratios, as published for differences.

    Attributes
    ----------
    contrast
        Its name in the model file, where the two worlds are said.
    measure
        As in the model file: ``odds_ratio``, ``risk_ratio`` or ``risk_difference``.
    mean, sd
        Of the logarithm of a ratio; of a difference in its published unit (``per`` births of the contrast).
        A structure that scales a published effect scales them with it.
    """

    name: str
    contrast: str
    measure: str
    mean: float
    sd: float

    @property
    def is_ratio(self) -> bool:
        """Whether ``mean`` and ``sd`` are of a logarithm."""
        return self.measure != "risk_difference"


Target = CountTarget | ShareTarget | ContrastTarget


@dataclass(frozen=True)
class HeldOut:
    """Counts that are predicted and scored, and that the fit never saw. ``name`` is the set's own."""

    name: str
    target: CountTarget


@dataclass(frozen=True)
class Observed:
    """Everything that a fit is compared with. ``checks`` and ``held_out`` are no part of the likelihood."""

    counts: tuple[CountTarget, ...]
    shares: tuple[ShareTarget, ...]
    contrasts: tuple[ContrastTarget, ...]
    checks: tuple[Target, ...] = ()
    held_out: tuple[HeldOut, ...] = ()

    @property
    def digest(self) -> str:
        """The evidence hash: sixteen hexadecimal digits over what the likelihood is of, checks and held-out left out.

        >>> target = ContrastTarget("smoking", "smoking_neonatal", "odds_ratio", 0.28, 0.06)
        >>> one, other = Observed((), (), (target,)), Observed((), (), (), checks=(target,))
        >>> one.digest == other.digest, len(one.digest)
        (False, 16)
        """
        every: list[Target] = [*self.counts, *self.shares, *self.contrasts]
        evidence = [
            [type(target).__name__, *_plain(target)]
            for target in sorted(every, key=lambda target: target.name)
        ]
        return hashlib.sha256(json.dumps(evidence).encode()).hexdigest()[:16]


def contrast_target(name: str, contrast: Contrast, centre: float, sd: float, times: float) -> ContrastTarget:
    """A published effect as its likelihood term; ``centre`` and ``sd`` as its distribution has them.

    ``times`` is what the structure multiplies the effect by (``Structure.times``); a ratio too is multiplied, not
    raised to a power.
    """
    if contrast.measure == "risk_difference":
        return ContrastTarget(name, name, contrast.measure, centre * times, sd * times)
    return ContrastTarget(name, name, contrast.measure, float(np.log(centre * times)), sd)


def _plain(target: Target) -> Iterator[Any]:
    """The values of a target, field by field, as JSON says them."""
    for field in fields(target):
        value = getattr(target, field.name)
        yield value.tolist() if isinstance(value, np.ndarray) else value
