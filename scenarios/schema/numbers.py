"""The sorts of numbers, each with its range: plain, uncertain, or over years of either.

======== ================ =====================================
sort     range            what changes nothing
======== ================ =====================================
Ratio    0 or more        1
Share    0 to 1           0; of a share that is set, what is
Shift    -1 to 1          0
Amount   0 or more        0
======== ================ =====================================
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from scenarios.schema.paths import ByYear, Ramp, Step, form_of
from scenarios.schema.words import Sourced
from simcore.distributions import Distribution, Fixed, Normal


def _found(value: Distribution, otherwise: str) -> str:
    return f"{value.central:g}" if isinstance(value, Fixed) else f"a {value.distribution} that {otherwise}"


def _a_share(value: Distribution) -> Distribution:
    if value.bounds[0] < 0 or value.bounds[1] > 1:
        found = _found(value, "leaves 0 to 1")
        raise ValueError(
            f"found {found}; a share lies between 0 and 1, use a number, beta or uniform inside it"
        )
    return value


def _a_ratio(value: Distribution) -> Distribution:
    if value.bounds[0] < 0:
        found = _found(value, "goes below 0")
        raise ValueError(f"found {found}; a ratio is 0 or more, use a number, lognormal or uniform above it")
    return value


def _a_shift(value: Distribution) -> Distribution:
    low, high = value.bounds
    # a normal reaches anywhere; where a share would leave 0 to 1 is known when the model is
    if not isinstance(value, Normal) and (low < -1 or high > 1):
        found = _found(value, "leaves -1 to 1")
        raise ValueError(f"found {found}; a change of a share lies between -1 and 1: 0.05 is five points")
    return value


def _an_amount(value: Distribution) -> Distribution:
    if value.bounds[0] < 0:
        found = _found(value, "goes below 0")
        raise ValueError(f"found {found}; a cost is 0 or more, use a number, lognormal or uniform above it")
    return value


def _plain(value: object) -> object:
    """A table holds what is published year by year; what is uncertain has one draw for all years."""
    if isinstance(value, dict):
        raise ValueError(
            "found keys and values, and a year of a table takes a plain number; write one number, or a ramp or step "
            "for an uncertain one"
        )
    return value


_Any = BeforeValidator(_plain, json_schema_input_type=float)
_FromNone = BeforeValidator(_plain, json_schema_input_type=Annotated[float, Field(ge=0)])
_ToAll = BeforeValidator(_plain, json_schema_input_type=Annotated[float, Field(ge=0, le=1)])
_EitherWay = BeforeValidator(_plain, json_schema_input_type=Annotated[float, Field(ge=-1, le=1)])
RatioPlain = Annotated[float, Field(ge=0, title="Ratio"), _FromNone]
SharePlain = Annotated[float, Field(ge=0, le=1, title="Share"), _ToAll]
ShiftPlain = Annotated[float, Field(ge=-1, le=1, title="Shift"), _EitherWay]
AmountPlain = Annotated[float, Field(ge=0, title="Amount"), _FromNone]
NumberPlain = Annotated[float, Field(title="Number"), _Any]
RatioValue = Annotated[Distribution, AfterValidator(_a_ratio), Field(title="Ratio")]
ShareValue = Annotated[Distribution, AfterValidator(_a_share), Field(title="Share")]
ShiftValue = Annotated[Distribution, AfterValidator(_a_shift), Field(title="Shift")]
AmountValue = Annotated[Distribution, AfterValidator(_an_amount), Field(title="Amount")]
NumberValue = Annotated[Distribution, Field(title="Number")]

Ratio = Annotated[
    Annotated[RatioValue, Tag("number")]
    | Annotated[Ramp[RatioValue], Tag("as ramp")]
    | Annotated[Step[RatioValue], Tag("as step")]
    | Annotated[ByYear[RatioPlain], Tag("as table")],
    Discriminator(form_of),
]
Share = Annotated[
    Annotated[ShareValue, Tag("number")]
    | Annotated[Ramp[ShareValue], Tag("as ramp")]
    | Annotated[Step[ShareValue], Tag("as step")]
    | Annotated[ByYear[SharePlain], Tag("as table")],
    Discriminator(form_of),
]
Shift = Annotated[
    Annotated[ShiftValue, Tag("number")]
    | Annotated[Ramp[ShiftValue], Tag("as ramp")]
    | Annotated[Step[ShiftValue], Tag("as step")]
    | Annotated[ByYear[ShiftPlain], Tag("as table")],
    Discriminator(form_of),
]
Amount = Annotated[
    Annotated[AmountValue, Tag("number")]
    | Annotated[Ramp[AmountValue], Tag("as ramp")]
    | Annotated[Step[AmountValue], Tag("as step")]
    | Annotated[ByYear[AmountPlain], Tag("as table")],
    Discriminator(form_of),
]

Anything = Annotated[
    Annotated[NumberValue, Tag("number")]
    | Annotated[Ramp[NumberValue], Tag("as ramp")]
    | Annotated[Step[NumberValue], Tag("as step")]
    | Annotated[ByYear[NumberPlain], Tag("as table")],
    Discriminator(form_of),
]
"""A number whose sort hangs on what stands beside it."""


class SourcedShare(Sourced):
    """A share of people, between 0 and 1."""

    value: Share


class SourcedRatio(Sourced):
    """A ratio, 0 or more."""

    value: Ratio
