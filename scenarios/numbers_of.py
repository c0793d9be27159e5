"""Every number of an intervention with what stands beside it: its source, its note, and where in the file it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.meaning import spelt
from scenarios.schema import ASSUMPTION, Costed, Intervention, Number, Prevalence, Sourced, Support
from scenarios.schema.paths import path_over_years
from simcore.problems import Loc


@dataclass(frozen=True)
class Stated:
    """A number as a file states it."""

    key: str
    """``coverage``; of costs ``cost/reached``."""
    loc: Loc
    """Where the number stands within the intervention."""
    number: Number
    sourced: Sourced
    nothing: float
    """What changes nothing; nan where that is whatever the share is."""

    @property
    def source_loc(self) -> Loc:
        """Where its source stands within the intervention."""
        return (*(self.loc[:-1] if len(self.loc) > 1 else ()), "source")

    @property
    def assumed(self) -> bool:
        """Whether it rests on an assumption, alone or beside a source."""
        return ASSUMPTION in self.sourced.source

    @property
    def spelt(self) -> Any:
        """The number as plain data: itself where it is known, else as the file writes it."""
        return spelt(self.number.model_dump(mode="json", by_alias=True, exclude_defaults=True))

    def by_year(self, change: Intervention, years: Sequence[int]) -> list[float]:
        """The central value in each year; what changes nothing outside the years in which the intervention acts."""
        return path_over_years(self.number, years, change.years, self.nothing)


def stated(change: Intervention) -> Iterator[Stated]:
    """The numbers of an intervention in the order of the language, its costs last."""
    for key, number in change.named_numbers().items():
        part = getattr(change, key, None)
        if isinstance(part, Sourced):
            value = "share" if hasattr(part, "share") else "value"
            yield Stated(key, (key, value), number, part, _nothing(change, key))
        elif isinstance(change, Sourced):
            yield Stated(key, (key,), number, change, _nothing(change, key))
    if isinstance(change, Costed):
        for place, cost in enumerate(change.costs):
            yield Stated(f"cost/{cost.per}", ("costs", place, "value"), cost.value, cost, 0.0)


def _nothing(change: Intervention, key: str) -> float:
    by = change.how if isinstance(change, Prevalence) else key
    if isinstance(change, Support) and key == "effect":
        by = {"multiplies": "multiply", "odds": "odds_ratio", "adds": "add", "sets": "set"}[change.effect.by]
    return {"multiply": 1.0, "odds_ratio": 1.0, "ratio": 1.0, "set": math.nan}.get(by, 0.0)
