"""Observed deaths of groups, as published and rescaled, each with its counting error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import chi2

OUTCOMES = ("neonatal", "postneonatal", "infant")
Group = tuple[str, tuple[str, ...]]
"""A factor and some of its levels together."""


@dataclass(frozen=True)
class Observed:
    """One published count.

    Attributes
    ----------
    factor, levels
        The group; of factor ``all`` (or ``cause``, all births told apart by cause) the levels are not read.
    within
        The further group that it is counted in, if any.
    cause
        Empty for all causes together.
    outcome
        ``neonatal``, ``postneonatal`` or ``infant``.
    count
        Deaths as published.
    deaths, births
        With those that no table by characteristics has shared out: deaths not linked to a birth, births and deaths
        of unknown gestation or age.
    """

    factor: str
    levels: tuple[str, ...]
    label: str
    within: Group | None
    cause: str
    geography: str
    period: str
    outcome: str
    count: int
    deaths: float
    births: float
    sources: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Deaths for each birth."""
        return self.deaths / self.births

    @property
    def scale(self) -> float:
        """Deaths that one counted death stands for."""
        return self.deaths / self.count if self.count else 1.0

    @property
    def years(self) -> tuple[int, ...]:
        """The years counted together."""
        first, _, last = self.period.partition("-")
        return tuple(range(int(first), int(last or first) + 1))

    def interval(self) -> tuple[float, float]:
        """Exact 95% interval of the rate, the published count taken as Poisson; never above one death a birth."""
        low, high = (bound * self.scale / self.births for bound in poisson_interval(self.count))
        return low, min(high, 1.0)

    def z(self, rate: float, spread: float) -> float:
        """Observed less expected by the standard error of both: counting, and the model's own uncertainty.

        The counting error is that of the count expected, which does not vanish where none was counted, and shrinks
        where nearly all die.

        Examples
        --------
        >>> seen = Observed("all", (), "", None, "", "", "2020", "infant", 36, 36.0, 10_000.0, ())
        >>> round(seen.z(25 / 10_000, 0.0), 3), round(seen.z(25 / 10_000, 12 / 10_000), 3)
        (2.203, 0.846)
        """
        expected = rate * self.births / self.scale
        if expected == 0:
            return math.inf if self.count else 0.0
        off = spread * self.births / self.scale
        return (self.count - expected) / math.sqrt(expected * (1 - rate) + off * off)


def poisson_interval(count: int) -> tuple[float, float]:
    """Exact 95% interval of a mean of which ``count`` were seen.

    >>> [round(x, 3) for x in poisson_interval(10)], poisson_interval(0)[0]
    ([4.795, 18.39], 0.0)
    """
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2


def read_observed(rows: Sequence[Mapping[str, str]]) -> Iterator[Observed]:
    """Every count of ``observed_groups.csv`` whose births are known; a row has up to three.

    Births of a cause of death are those of its group.
    """
    births = {_group(row): float(row["births"]) for row in rows if row["births"]}
    for row in rows:
        born = births.get(_group(row))
        for outcome in OUTCOMES if born else ():
            if row[outcome]:
                yield Observed(
                    row["factor"], tuple(row["level"].split("+")), row["label"],
                    (row["within_factor"], tuple(row["within_level"].split("+"))) if row["within_factor"] else None,
                    row["level"] if row["factor"] == "cause" else row["cause"], row["geography"], row["period"],
                    outcome, int(row[f"{outcome}_published"]), float(row[outcome]), born,
                    tuple(row["source_key"].split(";")),
                )  # fmt: skip


def _group(row: Mapping[str, str]) -> tuple[str, ...]:
    """Whose deaths they are, whatever they died of."""
    who = ("all", "all") if row["factor"] == "cause" else (row["factor"], row["level"])
    return (*who, row["within_factor"], row["within_level"], row["geography"], row["period"])
