"""An offer that helps some to change, and how long the change holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from scenarios.schema.intervention import Costed
from scenarios.schema.numbers import Anything, Share, SourcedShare
from scenarios.schema.paths import Number, bounds_of
from scenarios.schema.words import Label, Name, Part, Sourced, Where, one_of

By = Literal["multiplies", "adds", "odds", "sets"]
BYS: tuple[By, ...] = ("multiplies", "adds", "odds", "sets")
_RANGES: dict[By, tuple[float, float, str]] = {
    "multiplies": (0, float("inf"), "a ratio is 0 or more"),
    "odds": (0, float("inf"), "an odds ratio is 0 or more"),
    "adds": (-1, 1, "a difference of shares lies between -1 and 1: 0.05 is five points"),
    "sets": (0, 1, "a share lies between 0 and 1"),
}


class Outcome(Part):
    """The level of a variable that an effect makes more likely."""

    variable: Name
    level: Label


class SupportEffect(Sourced):
    """What becomes of the chance of the outcome among those who accept, against what the model gives them.

    It is multiplied, has so much added, has its odds multiplied, or becomes so much.
    """

    multiplies: Outcome | None = None
    adds: Outcome | None = None
    odds: Outcome | None = None
    sets: Outcome | None = None
    base: Annotated[
        Literal["natural"] | None,
        Field(
            description="what `multiplies` multiplies: the chance that those who accept have without the offer"
        ),
    ] = None
    value: Anything

    @field_validator("value")
    @classmethod
    def _in_range(cls, value: Number, info: ValidationInfo) -> Number:
        given = [by for by in BYS if info.data.get(by) is not None]
        if len(given) == 1:
            (low, high), (lowest, highest, remedy) = bounds_of(value), _RANGES[given[0]]
            outside = low < lowest or high > highest
            # the risk difference of a trial is normal; where it would lead is known when the model is
            if outside and not (given[0] == "adds" and (low, high) == (float("-inf"), float("inf"))):
                found = f"{low:g}" if low == high else f"what goes from {low:g} to {high:g}"
                raise ValueError(f"found {found}; {remedy}")
        return value

    @model_validator(mode="after")
    def _one_effect(self) -> SupportEffect:
        given = [by for by in BYS if getattr(self, by) is not None]
        if len(given) != 1:
            raise ValueError(one_of(BYS, given))
        if self.by == "multiplies" and self.base is None:
            raise ValueError("says not of what; add `base: natural`")
        return self

    @property
    def by(self) -> By:
        """Which of the effects it is."""
        return next(by for by in BYS if getattr(self, by) is not None)

    @property
    def outcome(self) -> Outcome:
        """What it makes more likely."""
        outcome: Outcome = getattr(self, self.by)
        return outcome


class Relapse(Sourced):
    """Those whom the offer moved and who go back, from an age on: what happened before stays."""

    share: Share
    from_age: Annotated[
        Name, Field(description="the age band from which they are at the risk they came from")
    ]


class Support(Costed):
    """An offer: eligible -> reached (coverage) -> accepts (uptake) -> succeeds (effect). Every step is counted."""

    change: Literal["support"]
    offer_to: Annotated[Where, Field(min_length=1)]
    coverage: SourcedShare
    uptake: SourcedShare
    effect: SupportEffect
    relapse: Relapse | None = None

    def named_numbers(self) -> dict[str, Number]:
        named: dict[str, Number] = {
            "coverage": self.coverage.value,
            "uptake": self.uptake.value,
            "effect": self.effect.value,
        }
        return named if self.relapse is None else {**named, "relapse": self.relapse.share}
