"""A figure of the answer: what the terminal prints, and files hold, is made of these alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.interval import interval95

Array = NDArray[np.float64]
ALL = "all"
"""The level of a figure that is of everybody and of every year."""
IN_FILES_ALONE = {"in_files_alone": True}
"""What ``more`` says of a figure that is one of very many: files hold it, and no terminal prints it."""
SMALL = 10.0
"""A count below it could point to persons, were it one of real babies."""


@dataclass(frozen=True)
class Figure:
    """One number of one scenario.

    Attributes
    ----------
    measure
        What it is, in the field's words: ``deaths_averted``, ``sii``, ``number_needed_to_reach``.
    level
        Of whom or when: ``all``, or a dimension and a level of it (``imd_decile 3``, ``year 2030``).
    value
        The mean over draws, or what the measure says; None where there is no such number.
    interval95
        Over draws, unless the measure says otherwise; an end is None where there is no such number.
    more
        What else belongs to it, as plain data; ``small_count`` is true of counts under :data:`SMALL`.

    Raises ValueError for a number that is not finite: a file never holds one.

    Examples
    --------
    >>> Figure("offer", "deaths_averted", "year 2030", 2.5, "deaths", (1.0, 4.0)).as_dict()["interval95"]
    [1.0, 4.0]
    """

    scenario: str
    measure: str
    level: str
    value: float | None
    unit: str
    interval95: tuple[float | None, float | None] | None = None
    mc_error: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = (self.value, self.mc_error, *(self.interval95 or ()))
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.measure} of {self.scenario}, {self.level}: {numbers} is not finite")

    def as_dict(self) -> dict[str, Any]:
        """Plain data, unrounded."""
        return {
            "scenario": self.scenario,
            "measure": self.measure,
            "level": self.level,
            "value": self.value,
            "unit": self.unit,
            "interval95": None if self.interval95 is None else list(self.interval95),
            "mc_error": self.mc_error,
            **self.more,
        }


def figure_of(scenario: str, measure: str, level: str, draws: Array, unit: str, **more: Any) -> Figure:
    """The mean of a quantity over draws and its interval; None where any draw has no such number.

    Parameters
    ----------
    draws : float64[draws]

    Examples
    --------
    >>> figure_of("offer", "percent_averted", "all", np.array([1.0, 3.0]), "%").value
    2.0
    """
    if not np.isfinite(draws).all():
        return Figure(scenario, measure, level, None, unit, more=more)
    return Figure(scenario, measure, level, float(draws.mean()), unit, interval95(draws), more=more)


def is_small(count: float) -> dict[str, bool]:
    """What ``more`` says of a count of deaths in a group, where rules on disclosure may apply to it.

    >>> is_small(9.5), is_small(12.0), is_small(0.0)
    ({'small_count': True}, {}, {})
    """
    return {"small_count": True} if 0 < abs(count) < SMALL else {}
