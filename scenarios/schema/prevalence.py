"""An exposure becomes more or less common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.schema.intervention import Costed
from scenarios.schema.numbers import Ratio, Share, Shift
from scenarios.schema.paths import Number
from scenarios.schema.words import Label, Labels, Name, Sourced, one_of

How = Literal["multiply", "add", "odds_ratio", "set"]
HOWS: tuple[How, ...] = ("multiply", "add", "odds_ratio", "set")


class Prevalence(Costed, Sourced):
    """An exposure becomes more or less common in every stratum it is aimed at.

    The share of births at a level (or at several together) changes. Nobody is chosen: who leaves and who enters is
    luck within the stratum.
    """

    change: Literal["prevalence"]
    of: Name
    level: Annotated[
        Labels | None, Field(description="the levels whose share changes; the second of two if not given")
    ] = None
    to: Annotated[
        Label | None,
        Field(
            description="where leavers go and entrants come from; the other levels in proportion if not given"
        ),
    ] = None
    multiply: Annotated[Ratio | None, Field(description="times the share; 1 changes nothing")] = None
    add: Annotated[Shift | None, Field(description="more of the share; -0.05 is five points less")] = None
    odds_ratio: Annotated[Ratio | None, Field(description="times the odds of the share")] = None
    set: Annotated[Share | None, Field(description="the share becomes this")] = None
    spread: Annotated[
        Literal["proportional", "everywhere"] | None,
        Field(description="how a share that is set is met: one factor for all strata, or each by itself"),
    ] = None

    @model_validator(mode="after")
    def _one_change(self) -> Prevalence:
        given = [how for how in HOWS if getattr(self, how) is not None]
        if len(given) != 1:
            raise ValueError(one_of(HOWS, given))
        if self.spread is not None and self.how != "set":
            raise ValueError("`spread` stands beside `set` alone; take it out")
        if self.level is not None and self.to in self.level:
            raise ValueError(f"`to: {self.to}` is among the levels that change; name another")
        return self

    @property
    def how(self) -> How:
        """Which of the changes it is."""
        return next(how for how in HOWS if getattr(self, how) is not None)

    @property
    def amount(self) -> Number:
        """By how much."""
        number: Number = getattr(self, self.how)
        return number

    def named_numbers(self) -> dict[str, Number]:
        return {self.how: self.amount}
