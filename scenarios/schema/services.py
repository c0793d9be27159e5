"""A service that lowers the risk of death itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.intervention import Costed
from scenarios.schema.numbers import SourcedRatio, SourcedShare
from scenarios.schema.paths import Number
from scenarios.schema.words import Name


class HazardRatio(Costed):
    """The risk of death itself is multiplied, for some causes and ages, among all or those who are reached."""

    change: Literal["hazard_ratio"]
    begins: Annotated[Literal["pregnancy", "after_birth"], Field(description="when the service begins")]
    causes: Annotated[tuple[Name, ...], Field(min_length=1)]
    age_bands: Annotated[tuple[Name, ...], Field(min_length=1)]
    ratio: SourcedRatio
    coverage: SourcedShare | None = None
    uptake: SourcedShare | None = None

    def named_numbers(self) -> dict[str, Number]:
        named: dict[str, Number] = {"ratio": self.ratio.value}
        if self.coverage is not None:
            named["coverage"] = self.coverage.value
        if self.uptake is not None:
            named["uptake"] = self.uptake.value
        return named
