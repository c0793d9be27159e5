"""Fewer births, and bounds that no policy reaches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.schema.intervention import Intervention
from scenarios.schema.numbers import Share
from scenarios.schema.paths import Number
from scenarios.schema.words import Label, Name, Sourced


class Births(Intervention, Sourced):
    """Fewer births in a group. Births prevented do not die; deaths so averted are told apart."""

    change: Literal["births"]
    multiply: Annotated[Share, Field(description="times the number of births aimed at; 1 changes nothing")]

    def named_numbers(self) -> dict[str, Number]:
        return {"multiply": self.multiply}


class WhatIfResidual(Intervention):
    """A bound: births aimed at have the unexplained risk of one level of the model's residual gradient."""

    change: Literal["what_if_residual"]
    like: Label


class WhatIfEqual(Intervention):
    """A bound: every level of a stratum dimension has all that hangs on it as one level has it."""

    change: Literal["what_if_equal"]
    dimension: Name
    like: Label
