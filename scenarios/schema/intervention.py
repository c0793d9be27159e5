"""What every intervention has, and what it may cost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.numbers import Amount
from scenarios.schema.paths import Number, uncertain_parts
from scenarios.schema.words import Name, Part, Sourced, Where, Window, Year
from simcore.distributions import Distribution

Per = Literal["eligible", "reached", "accepts", "moved", "birth"]
"""``moved`` is whom the intervention moves to another level, ``birth`` every birth aimed at."""


class Cost(Sourced):
    """What each of those at a step costs, in pounds of one year's prices."""

    per: Annotated[Per, Field(description="each birth at this step of the intervention")]
    value: Amount
    price_year: Year


class Intervention(Part):
    """What every change has. ``id`` is its identity: the same id in two files means the same luck."""

    id: Name
    where: Where = Field(default_factory=dict)
    years: Window = Window()

    def named_numbers(self) -> dict[str, Number]:
        """Every number of it that may be uncertain or go over years, by its name within the intervention."""
        return {}

    def numbers(self) -> tuple[Distribution, ...]:
        """Every part of its numbers that may be uncertain."""
        named = self.named_numbers().values()
        return tuple(part for number in named for part in uncertain_parts(number).values())


class Costed(Intervention):
    """A change that may cost something."""

    costs: tuple[Cost, ...] = ()

    def cost_numbers(self) -> dict[str, Number]:
        """What each cost is, by its name within the intervention: ``cost/reached``.

        They are no part of :meth:`named_numbers`: no death hangs on them.
        """
        return {f"cost/{cost.per}": cost.value for cost in self.costs}
